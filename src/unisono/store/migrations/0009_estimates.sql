-- What the past says about classes of work: sums and counts of groups, never of a person. No column here names an agent, a
-- customer or a conversation.

-- One day of a class of work in a queue; skill '' is all of it. Meanings: unisono.routing.estimates.Sums.
create table estimate_day (
    work_class_id uuid not null references work_class on delete cascade,
    skill text not null default '',
    day date not null,
    queue_id uuid not null references queue on delete cascade,
    handled integer not null default 0,
    handled_s double precision not null default 0,
    handled_sq double precision not null default 0,
    waits integer not null default 0,
    waited_s double precision not null default 0,
    gone integer not null default 0,
    at_once integer not null default 0,
    primary key (work_class_id, skill, day, queue_id)
);
create index estimate_day_old on estimate_day (day);

-- How long customers waited, in intervals, for the shape of patience: kept = served or not known to have left.
create table estimate_wait (
    work_class_id uuid not null references work_class on delete cascade,
    day date not null,
    bin smallint not null,
    kept integer not null default 0,
    gone integer not null default 0,
    primary key (work_class_id, day, bin)
);

-- Arrivals of the last hours, for the rate now.
create table estimate_minute (
    queue_id uuid not null references queue on delete cascade,
    work_class_id uuid not null references work_class on delete cascade,
    minute timestamptz not null,
    arrivals integer not null,
    primary key (queue_id, minute, work_class_id)
);
create index estimate_minute_old on estimate_minute (minute);

-- Channels that tell when a customer gives up. Waits on others say nothing about patience.
create table estimate_teller (
    channel_id uuid primary key references channel on delete cascade
);

-- The newest reckoning, for people to look at; what the router uses stands in work_class.
create table estimate (
    work_class_id uuid not null references work_class on delete cascade,
    skill text not null default '',
    quantity text not null check (quantity in ('handling', 'patience')),
    value_s double precision,
    low_s double precision,
    high_s double precision,
    samples integer,
    used_s double precision,
    why text not null default '',
    since timestamptz not null,
    primary key (work_class_id, skill, quantity)
);

-- How far the event log has been folded into the sums; moved in the same transaction as they are.
create table estimate_fold (
    only_row boolean primary key default true check (only_row),
    cursor text not null default '0-0-00000000-0000-0000-0000-000000000000',
    reckoned_at timestamptz
);
insert into estimate_fold default values;

alter table work_class
    add column learns boolean not null default true,
    add column learned_handling_s double precision check (learned_handling_s > 0),
    add column learned_patience_s double precision check (learned_patience_s > 0),
    add column learned_by_skill jsonb not null default '{}';

-- A reserve that follows the load: this share of what cannot wait is to be taken within so many seconds.
alter table queue
    add column reserve_auto boolean not null default false,
    add column reserve_share double precision not null default 0.8 check (reserve_share > 0 and reserve_share < 1),
    add column reserve_within_s integer not null default 20 check (reserve_within_s between 0 and 3600),
    add column reserve_now double precision not null default 0 check (reserve_now >= 0);

-- The mean of the numbers that were learnt of skills that are asked for; null without one.
create function learned_of_skills(learned jsonb, skills jsonb) returns double precision language sql immutable as $$
    select avg((learned->>(n->>'skill'))::double precision) from jsonb_array_elements(skills) n
$$;

-- What the router reckons with: learnt where the class learns and there was enough to learn from, else what people set.
-- Both are expanded where they are used; the walk over skills is another function so that only who needs it pays for it.
create function reckoned_handling_s(w work_class, skills jsonb) returns double precision language sql stable as $$
    select case
        when not w.learns then w.handling_s
        when w.learned_by_skill = '{}' then coalesce(w.learned_handling_s, w.handling_s)
        else coalesce(learned_of_skills(w.learned_by_skill, skills), w.learned_handling_s, w.handling_s)
    end
$$;

create function reckoned_patience_s(w work_class) returns double precision language sql stable as $$
    select case when w.learns then coalesce(w.learned_patience_s, w.patience_s) else w.patience_s end
$$;
