-- A call beside its unit of work: what telephony told, what is wished, and what it was asked. No number and no name stands here
-- but in commands that are on their way; who calls is the conversation's identity.
create table call (
    id uuid primary key,
    driver text not null,
    call_id text not null,
    channel_id uuid not null references channel,
    conversation_id uuid references conversation on delete cascade,
    interaction_id uuid,
    message_id uuid,
    outgoing boolean not null default false,
    asked_by uuid references app_user,
    stage text not null default 'offered',
    state jsonb not null default '{}',
    path jsonb not null default '{}',
    work_version integer not null default 0,
    trouble text not null default '',
    -- Why its customer is still to be called back: abandoned, asked or message; null when nobody is, or the call-back is open.
    owes text,
    offered_at timestamptz not null,
    answered_at timestamptz,
    ended_at timestamptz,
    cause text,
    ended_by text,
    version integer not null default 1,
    unique (driver, call_id)
);
create index call_live on call (driver, id) where ended_at is null;
create index call_owing on call (id) where owes is not null;
create index call_of_work on call (interaction_id);
create index call_of_conversation on call (conversation_id);

-- What telephony was asked. The body is dropped when its effect is there, or nothing can come of it any more.
create table call_command (
    id uuid primary key,
    call_id uuid not null references call on delete cascade,
    driver text not null,
    place bigint generated always as identity,
    body jsonb,
    state text not null default 'pending' check (state in ('pending', 'done', 'refused')),
    code text not null default '',
    asked_at timestamptz not null,
    next_at timestamptz not null,
    attempts integer not null default 0,
    done_at timestamptz
);
create index call_command_pending on call_command (driver, place) where state = 'pending';
create index call_command_of_call on call_command (call_id);

-- What was heard: told twice it counts once.
create table call_event (
    call_id uuid not null references call on delete cascade,
    event_id text not null,
    type text not null,
    at timestamptz not null,
    note text not null default '',
    primary key (call_id, event_id)
);

-- Where an agent's phone rings at a driver that is not the desk itself.
create table agent_phone (
    user_id uuid not null references agent on delete cascade,
    driver text not null,
    address text not null,
    primary key (user_id, driver)
);

-- Who gave up waiting is called back: a unit of work like any other, with what it is for. why: abandoned, asked or message.
create table call_back (
    interaction_id uuid primary key references interaction on delete cascade,
    call_id uuid references call on delete set null,
    why text not null,
    opened_at timestamptz not null,
    ended_at timestamptz,
    ended_how text
);
create index call_back_open on call_back (interaction_id) where ended_at is null;
