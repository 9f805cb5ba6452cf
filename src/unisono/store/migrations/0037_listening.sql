-- Listening: monitors, the public streams that are heard, and what was found.
-- channel_id: whose people see it; without one only whoever may see the whole house.
create table monitor (
    id uuid primary key,
    name text not null,
    name_key text not null unique,
    query text not null,
    channel_id uuid references channel,
    state text not null default 'on' check (state in ('on', 'paused', 'archived')),
    to_work boolean not null default false,
    created_by uuid references app_user on delete set null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    version integer not null default 1
);
create index monitor_changed on monitor (changed_at);

-- place: where the stream goes on, written with what was heard before it. newest_at: how far the stream's clock has come.
create table listening_source (
    id uuid primary key,
    connector text not null,
    channel_id uuid references channel on delete cascade,
    name text not null,
    config jsonb not null default '{}',
    state text not null default 'on' check (state in ('on', 'paused')),
    place text,
    newest_at timestamptz,
    heard_at timestamptz,
    posts bigint not null default 0,
    found bigint not null default 0,
    gaps integer not null default 0,
    gap_at timestamptz,
    health text not null default '',
    health_at timestamptz,
    created_at timestamptz not null,
    version integer not null default 1
);

-- A post that monitors found, once, however many did. message_id: it came by a channel, and its text stands there alone;
-- work_channel_id: it was adopted by that channel, and its text stands with the message of work_remote_id.
create table mention (
    id uuid primary key,
    network text not null,
    remote_id text not null,
    source_id uuid references listening_source on delete set null,
    message_id uuid,
    work_channel_id uuid references channel on delete set null,
    work_remote_id text,
    author_id text not null,
    author text not null default '',
    text text not null default '',
    url text not null default '',
    language text,
    root_id text,
    parent_id text,
    followers bigint,
    said_at timestamptz not null,
    heard_at timestamptz not null,
    expires_at timestamptz,
    state text not null default 'new' check (state in ('new', 'asked', 'work', 'ignored', 'not_ours')),
    decided_by uuid references app_user on delete set null,
    decided_at timestamptz,
    version integer not null default 1,
    unique (network, remote_id)
);
create index mention_said on mention (said_at desc, id desc);
create index mention_author on mention (network, author_id);
create index mention_expires on mention (expires_at) where expires_at is not null;
create index mention_message on mention (message_id) where message_id is not null;
create index mention_asked on mention (id) where state = 'asked';
create index mention_root on mention (network, root_id) where root_id is not null;

-- Which monitors found it, and by which words.
create table mention_monitor (
    mention_id uuid not null references mention on delete cascade,
    monitor_id uuid not null references monitor on delete cascade,
    words text[] not null,
    primary key (monitor_id, mention_id)
);
create index mention_monitor_mention on mention_monitor (mention_id);

-- How much was found: numbers alone, which stay when the posts are gone.
create table monitor_tally (
    monitor_id uuid not null references monitor on delete cascade,
    hour timestamptz not null,
    network text not null,
    language text not null default '',
    posts integer not null,
    reach bigint not null default 0,
    primary key (monitor_id, hour, network, language)
);

insert into follower (name) values ('listening');
