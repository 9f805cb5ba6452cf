-- An employee's own account on a network, linked by a code that was sent from it. Only they see it; what they take back is gone.
create table linked_account (
    id uuid primary key,
    user_id uuid not null references app_user on delete cascade,
    network text not null,
    realm text not null default '',
    remote_id text not null,
    label text not null default '',
    commands boolean not null default true,
    public_posts boolean not null default false,
    linked_at timestamptz not null,
    unique (network, realm, remote_id)
);
create index linked_account_user on linked_account (user_id);

create table link_code (
    code_hash bytea primary key,
    user_id uuid not null references app_user on delete cascade,
    expires_at timestamptz not null
);

-- Which messages were carried out, for a day: none is twice, and nobody is drowned in their own.
create table message_command (
    account_id uuid not null references linked_account on delete cascade,
    event_id text not null,
    at timestamptz not null,
    primary key (account_id, event_id)
);
create index message_command_event on message_command (event_id);

-- What was understood of somebody's free text and is asked back; and what their last command replaced.
create table command_proposal (
    account_id uuid primary key references linked_account on delete cascade,
    proposal jsonb not null,
    expires_at timestamptz not null
);
create table presence_undo (
    user_id uuid primary key references app_user on delete cascade,
    value text,
    until timestamptz,
    reason text not null default '',
    expires_at timestamptz not null
);

-- What is said back. The text goes with the sending; the id stays for a day, to know our own message when the network tells it.
create table command_reply (
    id uuid primary key,
    channel_id uuid not null references channel on delete cascade,
    account_id uuid references linked_account on delete cascade,
    place jsonb not null,
    text text,
    created_at timestamptz not null,
    next_at timestamptz,
    attempts integer not null default 0,
    remote_id text
);
create index command_reply_due on command_reply (next_at) where next_at is not null;
create index command_reply_remote on command_reply (channel_id, remote_id);
