-- Figures of days for the wallboard and the parity view: counts of work, never of a person. Folded from the event log, so that
-- nobody has to count what is large. The day is that of the queue's wall clock.
create table tally_day (
    day date not null,
    queue_id uuid not null references queue on delete cascade,
    channel_id uuid not null references channel on delete cascade,
    skill text not null default '',
    arrived integer not null default 0,
    moved_in integer not null default 0,
    handled integer not null default 0,
    abandoned integer not null default 0,
    answered integer not null default 0,
    in_time integer not null default 0,
    late integer not null default 0,
    answered_s double precision not null default 0,
    primary key (day, queue_id, channel_id, skill)
);

-- How long customers waited for a first answer, in intervals that grow evenly (service/spread.py).
create table tally_answer (
    day date not null,
    queue_id uuid not null references queue on delete cascade,
    channel_id uuid not null references channel on delete cascade,
    bin smallint not null,
    n integer not null,
    primary key (day, queue_id, channel_id, bin)
);

-- How far the log has been folded; moved in the transaction that adds.
create table tally_fold (
    only_row boolean primary key default true check (only_row),
    cursor text not null default '0-0-00000000-0000-0000-0000-000000000000'
);
insert into tally_fold default values;

-- From when on a figure of the wallboard is a warning or an alarm; the row without a queue is for those that have none.
create table wall_threshold (
    queue_id uuid unique nulls not distinct references queue on delete cascade,
    waiting_warn integer check (waiting_warn >= 0),
    waiting_alarm integer check (waiting_alarm >= 0),
    longest_warn_s integer check (longest_warn_s >= 0),
    longest_alarm_s integer check (longest_alarm_s >= 0),
    level_warn double precision check (level_warn between 0 and 1),
    level_alarm double precision check (level_alarm between 0 and 1)
);
insert into wall_threshold (queue_id, waiting_warn, waiting_alarm, longest_warn_s, longest_alarm_s, level_warn, level_alarm)
values (null, 10, 25, 1800, 3600, 0.8, 0.6);

-- Links for screens on a wall: they show the wallboard that their maker may see, and nothing else. Only the hash is kept.
create table wall_link (
    id uuid primary key,
    name text not null,
    token_hash bytea not null unique,
    created_by uuid not null references app_user on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_seen_at timestamptz
);
