-- What reports are made of: one row for each enquiry as the log tells of it, and from these sums by day, which any report adds up.
-- Days and hours are those of the house's time zone.

-- Small numbers of people, so that a set of them is a string of bits. Only how many there are is ever read from it.
create table report_person (
    agent_id uuid primary key references app_user,
    no integer generated always as identity
);

create table report_fact (
    interaction_id uuid primary key,
    conversation_id uuid,
    access_class integer not null,
    arrived_at timestamptz not null,
    by_hand boolean not null,
    again boolean not null,
    age_ms bigint not null,
    answered_at timestamptz,
    answered_by uuid references app_user,
    first_ms bigint,
    late_at timestamptz,
    next_n integer not null,
    next_ms bigint not null,
    next_late integer not null,
    waited_ms bigint,
    worked_ms bigint,
    wrap_ms bigint not null,
    transfers integer not null,
    closed_at timestamptz,
    closed_by uuid references app_user,
    code_id uuid,
    ending text,
    resolution_ms bigint,
    resolution_late boolean not null,
    stand text not null,
    since timestamptz not null,
    agent_id uuid,
    offered boolean not null,
    asked_at timestamptz,
    language text not null default '',
    skills text not null default '',
    arrived_day date not null,
    arrived_hour smallint not null,
    answered_day date,
    late_day date,
    closed_day date
);
create index report_fact_arrived on report_fact (arrived_day, access_class);
create index report_fact_answered on report_fact (answered_day, access_class) where answered_day is not null;
create index report_fact_late on report_fact (late_day, access_class) where late_day is not null;
create index report_fact_closed on report_fact (closed_day, access_class) where closed_day is not null;
create index report_fact_of on report_fact (conversation_id);
create index report_fact_closed_by on report_fact (closed_by, closed_day) where closed_day is not null;

-- One moment (arrived, answered, closed, left) on one day of one class; dim '' is all of it, else by that dimension's value.
create table report_cell (
    moment text not null,
    dim text not null,
    day date not null,
    access_class integer not null,
    value text not null,
    people bit(256) not null default repeat('0', 256)::bit(256),
    n integer not null,
    ms bigint not null default 0,
    again integer not null default 0,
    late integer not null default 0,
    breached integer not null default 0,
    in_15m integer not null default 0,
    in_1h integer not null default 0,
    in_4h integer not null default 0,
    in_1d integer not null default 0,
    worked integer not null default 0,
    worked_ms bigint not null default 0,
    wrap_ms bigint not null default 0,
    waited integer not null default 0,
    waited_ms bigint not null default 0,
    next_n integer not null default 0,
    next_ms bigint not null default 0,
    next_late integer not null default 0,
    resolution_late integer not null default 0,
    transfers integer not null default 0,
    primary key (moment, dim, day, access_class, value)
);

create table report_hour (
    day date not null,
    access_class integer not null,
    hour smallint not null,
    arrived integer not null,
    primary key (day, access_class, hour)
);

-- Days of classes whose sums have to be made anew.
create table report_stale (
    day date not null,
    access_class integer not null,
    primary key (day, access_class)
);

create table report_fold (
    only_row boolean primary key default true check (only_row),
    cursor text not null default '0-0-00000000-0000-0000-0000-000000000000',
    zone text not null default '',
    folded_at timestamptz
);
insert into report_fold default values;
