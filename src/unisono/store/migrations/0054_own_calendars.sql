-- An employee's own calendars, by their own choice; where one lies and how it is opened is a sealed secret. What they take back is
-- gone at once.
create table own_calendar (
    id uuid primary key,
    user_id uuid not null references app_user on delete cascade,
    kind text not null,
    name text not null,
    with_titles boolean not null default false,
    state text not null default 'new',
    added_at timestamptz not null,
    read_at timestamptz,
    looked_at timestamptz,
    covers_until timestamptz,
    attempts integer not null default 0,
    skipped integer not null default 0,
    mark jsonb,
    next_at timestamptz not null,
    turn_at timestamptz
);
create index own_calendar_user on own_calendar (user_id);
create index own_calendar_due on own_calendar (next_at);
create index own_calendar_turn on own_calendar (turn_at) where turn_at is not null;

-- When somebody is taken, for a few days ahead. What is over is dropped; a title stands here only where its owner wants it.
create table own_calendar_time (
    calendar_id uuid not null references own_calendar on delete cascade,
    begins_at timestamptz not null,
    ends_at timestamptz not null,
    says text not null,
    whole_day boolean not null,
    title text not null default ''
);
create index own_calendar_time_calendar on own_calendar_time (calendar_id, begins_at);
