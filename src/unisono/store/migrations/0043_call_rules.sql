-- What both sides agreed to, with how and when: a recording starts only after both said yes.
create table call_consent (
    call_id uuid not null references call on delete cascade,
    side text not null check (side in ('customer', 'agent')),
    given boolean not null,
    how text not null check (how in ('key', 'spoken', 'click')),
    noted_by uuid references app_user,
    at timestamptz not null,
    primary key (call_id, side)
);

-- A recording or a message left, on its way from telephony to the files of the conversation.
create table call_recording (
    id uuid primary key,
    call_id uuid not null references call on delete cascade,
    driver text not null,
    kind text not null check (kind in ('call', 'voicemail')),
    uri text not null,
    sha256 text not null,
    media_type text not null,
    size_bytes bigint not null default 0,
    duration_s double precision not null default 0,
    state text not null default 'ready' check (state in ('ready', 'kept', 'refused')),
    attachment_id uuid,
    attempts integer not null default 0,
    next_at timestamptz not null,
    at timestamptz not null
);
create index call_recording_ready on call_recording (driver, next_at) where state = 'ready';

-- Whoever does not want to be called: by the number's hash, so that the list itself tells nothing.
create table do_not_call (
    number_hash bytea primary key,
    added_by uuid references app_user,
    at timestamptz not null
);

-- What each driver can do, as it told when it was started last.
create table voice_driver (
    name text primary key,
    powers jsonb not null,
    at timestamptz not null
);
create index call_out on call (asked_by, offered_at) where outgoing;
