-- Answers that no network may have yet: within the moment in which they can be taken back, for a later time, or before a second
-- person has looked. The text stands with the message, as everywhere.
create table held_answer (
    message_id uuid primary key references message on delete cascade,
    conversation_id uuid not null references conversation on delete cascade,
    interaction_id uuid not null,
    channel_id uuid not null references channel on delete cascade,
    user_id uuid not null references app_user,
    state text not null check (state in ('grace', 'scheduled', 'approval', 'rejected', 'stopped')),
    send_at timestamptz,
    stops boolean not null default false,
    parent_remote_id text,
    private_reply_to text,
    created_at timestamptz not null,
    decided_by uuid references app_user,
    decided_at timestamptz
);
create index held_answer_due on held_answer (send_at) where state in ('grace', 'scheduled');
create index held_answer_approval on held_answer (created_at, message_id) where state = 'approval';
create index held_answer_conversation on held_answer (conversation_id);

-- Said with somebody who is not the customer, in the customer's conversation: a forwarded mail and what came back.
alter table message add column aside_identity_id uuid references identity;
create index message_aside on message (aside_identity_id) where aside_identity_id is not null;

-- Who is named in a note. The note's words stand with the note.
create table note_mention (
    id uuid primary key,
    message_id uuid not null references message on delete cascade,
    conversation_id uuid not null references conversation on delete cascade,
    user_id uuid not null references app_user on delete cascade,
    by_id uuid not null references app_user,
    at timestamptz not null,
    read_at timestamptz,
    version integer not null default 1,
    unique (message_id, user_id)
);
create index note_mention_of on note_mention (user_id, at desc, id desc);
create index note_mention_unread on note_mention (user_id) where read_at is null;

-- Texts of ours that are used again and again; `texts` by language, with variables in braces.
create table canned_answer (
    id uuid primary key,
    scope_kind text not null check (scope_kind in ('house', 'queue', 'own')),
    scope_id uuid,
    folder text not null default '',
    key text not null,
    name text not null,
    texts jsonb not null,
    changed_by uuid references app_user,
    changed_at timestamptz not null,
    version integer not null default 1,
    archived_at timestamptz
);
create unique index canned_answer_key on canned_answer (scope_kind, scope_id, key) nulls not distinct where archived_at is null;

-- A channel's own signature goes before its brand's; signs: null is as usual for the medium, which is mails only.
alter table channel add column signature text, add column signs boolean;
