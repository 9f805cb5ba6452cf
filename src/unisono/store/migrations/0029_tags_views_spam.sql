-- Tags, saved views of the work list, bulk work that can be undone, spam and blocked identities.
create table tag (
    id uuid primary key,
    name text not null,
    name_key text not null unique,
    colour text not null,
    description text not null default '',
    archived_at timestamptz,
    created_by uuid references app_user on delete set null,
    created_at timestamptz not null,
    version integer not null default 1
);
create table conversation_tag (
    conversation_id uuid not null references conversation on delete cascade,
    tag_id uuid not null references tag on delete cascade,
    tagged_by uuid references app_user on delete set null,
    tagged_at timestamptz not null,
    primary key (conversation_id, tag_id)
);
create index conversation_tag_tag on conversation_tag (tag_id, conversation_id);

create table saved_view (
    id uuid primary key,
    owner_id uuid not null references app_user on delete cascade,
    name text not null,
    scope_kind text not null check (scope_kind in ('self', 'team', 'queue', 'organisation')),
    scope_id uuid,
    filter jsonb not null,
    position integer not null default 0,
    created_at timestamptz not null,
    version integer not null default 1,
    check ((scope_id is null) = (scope_kind in ('self', 'organisation')))
);
create index saved_view_owner on saved_view (owner_id);
create table default_view (
    user_id uuid primary key references app_user on delete cascade,
    view_id uuid not null references saved_view on delete cascade
);

-- Spam is closed work that is kept apart.
alter table interaction add column spam boolean not null default false;
create index interaction_spam on interaction (closed_at desc, id desc) where spam;
create index interaction_class_spam on interaction (access_class, closed_at desc, id desc) where spam;
create index interaction_agent_spam on interaction (agent_id, closed_at desc, id desc) where spam;
-- The list by how long somebody waits, from either end.
create index interaction_since on interaction (waiting_since, id) where state <> 'closed';

-- Whose later items are kept unrouted; identity.blocked_at says that it holds.
create table identity_block (
    identity_id uuid primary key references identity on delete cascade,
    blocked_by uuid references app_user on delete set null,
    reason text not null,
    blocked_at timestamptz not null,
    until timestamptz,
    items integer not null default 0,
    last_item_at timestamptz
);
create index identity_block_until on identity_block (until) where until is not null;

create table bulk_work (
    id uuid primary key,
    user_id uuid not null references app_user on delete cascade,
    verb text not null,
    args jsonb not null default '{}',
    total integer not null,
    at timestamptz not null,
    undo_until timestamptz not null,
    undone_at timestamptz
);
create index bulk_work_at on bulk_work (at);
create table bulk_item (
    bulk_id uuid not null references bulk_work on delete cascade,
    position integer not null,
    interaction_id uuid not null,
    outcome text not null default 'todo' check (outcome in ('todo', 'done', 'skipped', 'undone', 'kept')),
    code text not null default '',
    before jsonb,
    after_version integer,
    primary key (bulk_id, position)
);
create index bulk_item_interaction on bulk_item (interaction_id);
