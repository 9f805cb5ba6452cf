-- Business hours: a week of openings by the wall clock of a zone, with exceptions.
create table calendar (
    id uuid primary key,
    key text not null unique,
    name jsonb not null,
    zone text not null,
    openings jsonb not null,
    holidays jsonb not null default '[]',
    closures jsonb not null default '[]',
    version integer not null default 1,
    archived_at timestamptz
);

insert into calendar (id, key, name, zone, openings) values
    ('019ab000-0000-7000-8000-000000000101', 'office', '{"de": "Bürozeit", "en": "Office hours"}', 'Europe/Berlin',
     '[{"day": "monday", "opens": "09:00", "closes": "17:00"}, {"day": "tuesday", "opens": "09:00", "closes": "17:00"},
       {"day": "wednesday", "opens": "09:00", "closes": "17:00"}, {"day": "thursday", "opens": "09:00", "closes": "17:00"},
       {"day": "friday", "opens": "09:00", "closes": "17:00"}]');

-- What clocks count by, resolved with its calendars and named by its content: never changed, so that a clock that has
-- stopped keeps what it was stopped under, and every process may remember it for good.
create table clock_terms (
    key text primary key,
    definition jsonb not null,
    created_at timestamptz not null
);

create table service_level (
    id uuid primary key,
    key text not null unique,
    name jsonb not null,
    targets jsonb not null,
    window_warn_s jsonb not null default '[]',
    reopen_within_s integer not null default 604800 check (reopen_within_s between 0 and 31536000),
    terms text not null references clock_terms,
    version integer not null default 1,
    archived_at timestamptz
);

-- Which one binds: the one for the queue and the class of work, else the queue's, else the queue's own first_response_s.
create table queue_service_level (
    queue_id uuid not null references queue on delete cascade,
    work_class_id uuid references work_class on delete cascade,
    service_level_id uuid not null references service_level,
    unique nulls not distinct (queue_id, work_class_id)
);
create index queue_service_level_used on queue_service_level (service_level_id);

-- Whether a queue is open is kept, and turned when its time comes, so that everybody sees the same.
alter table queue
    add column open_now boolean not null default true,
    add column hours_next_at timestamptz;
create index queue_hours_next on queue (hours_next_at) where hours_next_at is not null;

-- Rises with every change of what clocks count by. A row of interaction_clocks that is behind is looked at again.
create table clock_epoch (
    singleton boolean primary key default true check (singleton),
    n bigint not null default 0
);
insert into clock_epoch default values;

-- The clocks of one interaction: what happened (`facts`, after `base`), from which they are counted; which moments were
-- told; when the next one comes. Whoever writes a row holds the lock on its interaction. Facts are null until they are
-- first counted: then they are read from the interaction.
create table interaction_clocks (
    interaction_id uuid primary key references interaction on delete cascade,
    policy text not null default '',
    base jsonb,
    facts jsonb,
    told jsonb not null default '[]',
    next_moment_at timestamptz,
    epoch bigint not null default -1,
    is_open boolean not null default true
);
create index interaction_clocks_next on interaction_clocks (next_moment_at) where next_moment_at is not null;
create index interaction_clocks_behind on interaction_clocks (epoch) where is_open;

insert into interaction_clocks (interaction_id) select id from interaction where state <> 'closed';

-- Which deadline due_at is, and whether somebody was told that it comes near or has passed.
alter table interaction
    add column due_kind text check (due_kind in ('first_response', 'next_response', 'resolution', 'window')),
    add column due_state text not null default '' check (due_state in ('', 'warned', 'breached'));
