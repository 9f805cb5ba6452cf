-- The first schema. Features of PostgreSQL 15 and later only, no extension.
-- Ids are UUIDv7 minted by us; remote ids are text; every time is timestamptz in UTC.

-- ---- the log ---------------------------------------------------------------------------------------------------

create table cluster_epoch (
    only_row boolean primary key default true check (only_row),
    epoch integer not null,
    system_identifier text not null,
    database_oid bigint not null,
    changed_at timestamptz not null default now()
);

create table event (
    epoch integer not null,
    xid xid8 not null default pg_current_xact_id(),
    id uuid not null,
    at timestamptz not null,
    type text not null,
    v smallint not null default 1,
    actor_id uuid,
    access_class integer,
    channel_id uuid,
    conversation_id uuid,
    interaction_id uuid,
    queue_id uuid,
    agent_id uuid,
    body jsonb not null default '{}',
    primary key (at, id)
) partition by range (at);
create index event_cursor on event (epoch, xid, id);
create index event_interaction on event (interaction_id, at) where interaction_id is not null;
create table event_default partition of event default;

create table audit (
    id uuid primary key,
    at timestamptz not null,
    actor_id uuid,
    action text not null,
    subject_kind text not null,
    subject_id text not null,
    body jsonb not null default '{}'
);
create index audit_subject on audit (subject_kind, subject_id, at);

create table lease (
    name text primary key,
    holder text not null,
    token bigint not null default 1,
    expires_at timestamptz not null
);

create table timer (
    id uuid primary key,
    kind text not null,
    subject uuid not null,
    due_at timestamptz not null,
    body jsonb not null default '{}',
    unique (kind, subject)
);
create index timer_due on timer (due_at);

create table setting (
    name text primary key,
    value jsonb not null,
    changed_at timestamptz not null default now(),
    changed_by uuid
);

create table secret (
    owner_kind text not null,
    owner_id uuid not null,
    name text not null,
    key_id text not null,
    nonce bytea not null,
    ciphertext bytea not null,
    changed_at timestamptz not null default now(),
    primary key (owner_kind, owner_id, name)
);

create table command (
    key uuid primary key,
    actor_id uuid not null,
    verb text not null,
    digest bytea not null,
    result jsonb not null,
    at timestamptz not null default now()
);
create index command_at on command (at);

-- ---- people of the house ---------------------------------------------------------------------------------------

create table role (
    name text primary key,
    actions text[] not null,
    built_in boolean not null default false
);

create table app_user (
    id uuid primary key,
    login text not null,
    login_key text not null unique,
    name text not null,
    name_key text not null,
    email text not null default '',
    locale text not null default 'de',
    theme text not null default 'system',
    password_hash text,
    created_at timestamptz not null default now(),
    disabled_at timestamptz
);

create table role_grant (
    id uuid primary key,
    user_id uuid not null references app_user on delete cascade,
    role text not null references role,
    scope_kind text not null check (scope_kind in ('organisation', 'brand', 'team', 'queue', 'channel', 'self')),
    scope_id uuid,
    unique nulls not distinct (user_id, role, scope_kind, scope_id)
);

create table session (
    id_hash bytea primary key,
    user_id uuid not null references app_user on delete cascade,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    user_agent text not null default ''
);
create index session_of_user on session (user_id);

create table api_token (
    id uuid primary key,
    user_id uuid not null references app_user on delete cascade,
    name text not null,
    token_hash bytea not null unique,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    last_used_at timestamptz
);

create table one_time_link (
    token_hash bytea primary key,
    purpose text not null,
    user_id uuid references app_user on delete cascade,
    expires_at timestamptz not null,
    used_at timestamptz
);

create table brand (
    id uuid primary key,
    key text not null unique,
    name text not null,
    signature text not null default ''
);

create table team (
    id uuid primary key,
    key text not null unique,
    name text not null
);

create table team_member (
    team_id uuid not null references team on delete cascade,
    user_id uuid not null references app_user on delete cascade,
    primary key (team_id, user_id)
);

create table skill (
    id uuid primary key,
    key text not null unique,
    name jsonb not null
);

create table agent (
    user_id uuid primary key references app_user on delete cascade,
    state text not null default 'offline' check (state in ('available', 'busy', 'away', 'offline')),
    reason text not null default '',
    since timestamptz not null default now(),
    idle_since timestamptz not null default now(),
    missed integer not null default 0,
    capacity integer not null default 60 check (capacity between 0 and 6000),
    used integer not null default 0 check (used >= 0),
    version integer not null default 1
);

create table agent_skill (
    user_id uuid not null references agent on delete cascade,
    skill_id uuid not null references skill on delete cascade,
    level smallint not null default 1 check (level between 1 and 5),
    primary key (user_id, skill_id)
);

-- ---- queues ------------------------------------------------------------------------------------------------------

create table queue (
    id uuid primary key,
    key text not null unique,
    name jsonb not null,
    team_id uuid references team,
    time_zone text not null default 'Europe/Berlin',
    first_response_s integer not null default 3600 check (first_response_s > 0),
    offer_s integer not null default 30 check (offer_s between 5 and 3600),
    skills jsonb not null default '[]',
    match_language boolean not null default false,
    position integer not null default 0,
    version integer not null default 1,
    archived_at timestamptz
);

create table queue_member (
    queue_id uuid not null references queue on delete cascade,
    user_id uuid not null references agent on delete cascade,
    primary key (queue_id, user_id)
);

create table wrap_up_code (
    id uuid primary key,
    key text not null unique,
    name jsonb not null,
    position integer not null default 0,
    archived_at timestamptz
);

-- ---- channels ----------------------------------------------------------------------------------------------------

create table channel (
    id uuid primary key,
    connector text not null,
    network text not null,
    medium text not null,
    name text not null,
    brand_id uuid references brand,
    queue_id uuid not null references queue,
    config jsonb not null default '{}',
    skills jsonb not null default '[]',
    units integer not null default 12 check (units between 0 and 6000),
    priority smallint not null default 0,
    remote_id text,
    handle text not null default '',
    realm text not null default '',
    caps jsonb not null default '{}',
    state text not null default 'ok',
    state_what text not null default '',
    state_since timestamptz not null default now(),
    paused boolean not null default false,
    last_ok_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    archived_at timestamptz
);

create table channel_cursor (
    channel_id uuid not null references channel on delete cascade,
    stream text not null,
    cursor text,
    committed_at timestamptz not null default now(),
    primary key (channel_id, stream)
);

create table channel_gap (
    id uuid primary key,
    channel_id uuid not null references channel on delete cascade,
    stream text not null,
    found_at timestamptz not null,
    since timestamptz,
    resolved_at timestamptz
);

create table channel_memory (
    channel_id uuid not null references channel on delete cascade,
    key text not null,
    value bytea not null,
    expires_at timestamptz,
    primary key (channel_id, key)
);

create table channel_counter (
    channel_id uuid not null references channel on delete cascade,
    day date not null,
    name text not null,
    n bigint not null,
    primary key (channel_id, day, name)
);

-- One class for each (channel, queue) that occurs: what a person may see is a set of classes (service/access.py).
create table access_class (
    id integer primary key generated always as identity,
    channel_id uuid not null references channel on delete cascade,
    queue_id uuid not null references queue,
    unique (channel_id, queue_id)
);

-- ---- the inbox ledger --------------------------------------------------------------------------------------------

create table inbox (
    id uuid primary key,
    channel_id uuid not null references channel on delete cascade,
    ingest_key text not null,
    body bytea,
    received_at timestamptz not null,
    state text not null default 'new' check (state in ('new', 'early', 'done', 'quarantined', 'discarded')),
    attempts smallint not null default 0,
    error text not null default '',
    trace_id text not null default '',
    message_id uuid,
    waits_for text,
    expires_at timestamptz not null,
    unique (channel_id, ingest_key)
);
create index inbox_new on inbox (channel_id, id) where state = 'new';
create index inbox_quarantined on inbox (id) where state = 'quarantined';
create index inbox_early on inbox (channel_id, waits_for) where state = 'early';
create index inbox_message on inbox (message_id) where message_id is not null;
create index inbox_expiry on inbox (expires_at) where body is not null;

-- What was deleted or erased stays out when it is delivered again. Ids only; kept outside backups as well.
create table tombstone (
    kind text not null,
    channel_id uuid,
    key_hash bytea not null,
    at timestamptz not null,
    unique nulls not distinct (kind, channel_id, key_hash)
);

-- ---- who ---------------------------------------------------------------------------------------------------------

create table customer (
    id uuid primary key,
    created_at timestamptz not null default now(),
    version integer not null default 1,
    erased_at timestamptz,
    legal_hold text
);

create table identity (
    id uuid primary key,
    customer_id uuid not null references customer,
    network text not null,
    realm text not null default '',
    remote_id text not null,
    handle text not null default '',
    display_name text not null default '',
    profile_url text not null default '',
    name_terms tsvector,
    first_seen_at timestamptz not null,
    blocked_at timestamptz,
    unique (network, realm, remote_id)
);
create index identity_customer on identity (customer_id);
create index identity_names on identity using gin (name_terms);

-- ---- what was said -----------------------------------------------------------------------------------------------

create table conversation (
    id uuid primary key,
    channel_id uuid not null references channel,
    visibility text not null check (visibility in ('public', 'private')),
    root_remote_id text not null,
    identity_id uuid not null references identity,
    access_class integer not null references access_class,
    links_to text,
    url text not null default '',
    reply_rule text not null default 'yes',
    reply_until timestamptz,
    reply_reason text not null default '',
    last_message_id uuid,
    last_said_at timestamptz,
    last_inbound_at timestamptz,
    created_at timestamptz not null default now(),
    version integer not null default 1,
    unique (channel_id, visibility, root_remote_id, identity_id)
);
create index conversation_identity on conversation (identity_id, last_said_at desc, id desc);
create index conversation_root on conversation (channel_id, root_remote_id);

create table message (
    id uuid primary key,
    conversation_id uuid not null references conversation on delete cascade,
    interaction_id uuid,
    channel_id uuid not null references channel,
    direction text not null check (direction in ('in', 'out', 'note')),
    visibility text not null check (visibility in ('public', 'private')),
    identity_id uuid references identity,
    user_id uuid references app_user,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    said_at timestamptz not null,
    tie_break text not null default '',
    ingest_key text not null,
    remote_id text,
    parent_remote_id text,
    revision bigint not null default 0,
    automatic boolean not null default false,
    language text,
    url text not null default '',
    delivery text,
    delivery_code text not null default '',
    edited_at timestamptz,
    deleted_at timestamptz,
    version integer not null default 1,
    unique (channel_id, ingest_key)
);
create unique index message_remote on message (channel_id, remote_id) where remote_id is not null;
create index message_transcript on message (conversation_id, said_at, tie_break, ingest_key);

-- The one erasable place of what people said (DESIGN, section 5).
create table message_text (
    message_id uuid primary key references message on delete cascade,
    subject text not null default '',
    text text not null,
    html text,
    details jsonb not null default '{}',
    class text not null default 'conversation',
    expires_at timestamptz,
    legal_hold text
);
create index message_text_expiry on message_text (expires_at) where expires_at is not null;

-- Search terms, newest month first; rebuilt online by search_version.
create table message_terms (
    said_at timestamptz not null,
    message_id uuid not null,
    conversation_id uuid not null,
    terms tsvector not null,
    search_version smallint not null default 1,
    primary key (said_at, message_id)
) partition by range (said_at);
create index message_terms_gin on message_terms using gin (terms);
create index message_terms_message on message_terms (message_id);
create table message_terms_default partition of message_terms default;

create table attachment (
    id uuid primary key,
    message_id uuid references message on delete cascade,
    uploaded_by uuid references app_user,
    channel_id uuid,
    name text not null,
    media_type text not null,
    size_bytes bigint,
    sha256 bytea,
    alt_text text not null default '',
    content_id text,
    ref text,
    state text not null default 'pending' check (state in ('pending', 'stored', 'refused', 'gone')),
    attempts smallint not null default 0,
    position smallint not null default 0,
    created_at timestamptz not null default now()
);
create index attachment_message on attachment (message_id, position);
create index attachment_pending on attachment (id) where state = 'pending' and ref is not null;
create index attachment_unused on attachment (created_at) where message_id is null;

-- ---- the work ----------------------------------------------------------------------------------------------------

create table case_file (
    id uuid primary key,
    number bigint generated always as identity unique,
    title text not null,
    owner_id uuid references app_user,
    state text not null default 'open' check (state in ('open', 'closed')),
    created_at timestamptz not null default now(),
    closed_at timestamptz,
    version integer not null default 1
);

create table interaction (
    id uuid primary key,
    conversation_id uuid not null references conversation on delete cascade,
    channel_id uuid not null references channel,
    access_class integer not null references access_class,
    queue_id uuid not null references queue,
    state text not null check (state in ('waiting', 'offered', 'active', 'parked', 'wrap_up', 'closed')),
    agent_id uuid references agent,
    preferred_agent_id uuid,
    case_id uuid references case_file,
    previous_id uuid,
    skills jsonb not null default '[]',
    language text,
    units integer not null,
    priority smallint not null default 0,
    waiting_since timestamptz not null,
    due_at timestamptz not null default 'infinity',
    first_response_at timestamptz,
    parked_until timestamptz,
    reason jsonb not null default '{}',
    created_at timestamptz not null,
    updated_at timestamptz not null,
    closed_at timestamptz,
    wrap_up_code_id uuid references wrap_up_code,
    version integer not null default 1,
    check ((state in ('waiting', 'closed')) or agent_id is not null)
);
create unique index interaction_one_open on interaction (conversation_id) where state <> 'closed';
create index interaction_conversation on interaction (conversation_id, created_at desc);
create index interaction_open on interaction (due_at, id) where state <> 'closed';
create index interaction_state on interaction (state, due_at, id) where state <> 'closed';
create index interaction_queue on interaction (queue_id, due_at, id) where state <> 'closed';
create index interaction_queue_state on interaction (queue_id, state, due_at, id) where state <> 'closed';
create index interaction_channel on interaction (channel_id, due_at, id) where state <> 'closed';
create index interaction_channel_state on interaction (channel_id, state, due_at, id) where state <> 'closed';
create index interaction_agent on interaction (agent_id, due_at, id) where state <> 'closed';
create index interaction_closed on interaction (closed_at desc, id desc) where state = 'closed';
create index interaction_agent_closed on interaction (agent_id, closed_at desc, id desc) where state = 'closed';
create index interaction_routable on interaction (id) where state in ('waiting', 'offered');

create table offer (
    id uuid primary key,
    interaction_id uuid not null references interaction on delete cascade,
    agent_id uuid not null references agent,
    state text not null default 'open' check (state in ('open', 'accepted', 'declined', 'expired', 'withdrawn')),
    units integer not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    decline_reason text not null default '',
    reason jsonb not null default '{}'
);
create unique index offer_one_open on offer (interaction_id) where state = 'open';
create index offer_agent on offer (agent_id) where state = 'open';
create index offer_expiry on offer (expires_at) where state = 'open';

-- Units an agent holds, one row each: sum(units) of an agent equals agent.used at every commit.
create table capacity_hold (
    interaction_id uuid primary key references interaction on delete cascade,
    agent_id uuid not null references agent,
    units integer not null check (units >= 0)
);
create index capacity_hold_agent on capacity_hold (agent_id);

create table wrap_up (
    interaction_id uuid primary key references interaction on delete cascade,
    code_id uuid not null references wrap_up_code,
    user_id uuid not null references app_user,
    note_message_id uuid,
    at timestamptz not null
);

-- ---- the outbox ledger -------------------------------------------------------------------------------------------

create table outbox (
    id uuid primary key,
    message_id uuid not null unique references message on delete cascade,
    channel_id uuid not null references channel,
    conversation_id uuid not null,
    in_reply_to text,
    state text not null default 'queued'
        check (state in ('queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'retrying', 'unknown', 'dead')),
    attempts integer not null default 0,
    not_sent integer not null default 0,
    next_at timestamptz not null,
    lease_until timestamptz,
    worker text not null default '',
    error_code text not null default '',
    error text not null default '',
    remote_id text,
    trace_id text not null default '',
    created_at timestamptz not null,
    done_at timestamptz
);
create index outbox_due on outbox (channel_id, next_at, id) where state in ('queued', 'retrying', 'unknown', 'sending');
create index outbox_dead on outbox (id) where state in ('dead', 'failed');
create index outbox_conversation on outbox (conversation_id, id);

create table outbox_part (
    channel_id uuid not null,
    remote_id text not null,
    message_id uuid not null references message on delete cascade,
    primary key (channel_id, remote_id)
);

-- ---- the sealed archive (law 7) ----------------------------------------------------------------------------------

create table sealed_item (
    number bigint primary key,
    message_id uuid not null,
    class text not null,
    ground text not null,
    sealed_at timestamptz not null,
    retain_until timestamptz not null,
    key_id text not null,
    nonce bytea not null,
    ciphertext bytea not null,
    previous_hash bytea not null,
    hash bytea not null
);
create index sealed_item_retention on sealed_item (retain_until);
