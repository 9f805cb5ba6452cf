-- Calls between browsers while they live: each call's board, what its ends say to one another, and what the house is still to
-- be told. A minute after the end nothing of a call is left here.
create table browser_call (
    call_id text primary key,
    token bytea not null unique,
    board bytea not null,
    users uuid[] not null default '{}',
    look_at timestamptz,
    ended_at timestamptz,
    created_at timestamptz not null
);
create index browser_call_users on browser_call using gin (users) where ended_at is null;
create index browser_call_look on browser_call (look_at) where look_at is not null;

create table browser_end (
    call_id text not null references browser_call on delete cascade,
    leg_id text not null,
    seen_at timestamptz not null,
    primary key (call_id, leg_id)
);

create table browser_word (
    call_id text not null references browser_call on delete cascade,
    from_leg text not null,
    to_leg text not null,
    word bytea not null,
    primary key (call_id, from_leg, to_leg)
);

create table browser_event (
    number bigint generated always as identity primary key,
    call_id text not null,
    event bytea not null
);

-- Pieces of recordings that the house has not fetched yet; no piece before both sides consented.
create table browser_sound (
    recording_id text not null,
    call_id text not null,
    n integer not null,
    file_id uuid not null,
    size_bytes integer not null,
    at timestamptz not null,
    primary key (recording_id, n)
);
