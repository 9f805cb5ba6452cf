-- Push notifications: browsers that asked to be told, and what is on its way to them. What is told are ids.
create table push_device (
    id uuid primary key,
    user_id uuid not null references app_user on delete cascade,
    name text not null,
    endpoint text not null unique,
    key bytea not null check (length(key) = 65),
    auth bytea not null check (length(auth) = 16),
    kinds text[] not null,
    created_at timestamptz not null,
    told_at timestamptz,
    failing integer not null default 0
);
create index push_device_user on push_device (user_id);

create table push_telling (
    id uuid primary key,
    device_id uuid not null references push_device on delete cascade,
    event_id uuid not null,
    kind text not null check (kind in ('offer', 'mention', 'deadline')),
    place jsonb not null,
    expires_at timestamptz not null,
    attempts integer not null default 0,
    next_at timestamptz not null,
    unique (device_id, event_id)
);
create index push_telling_due on push_telling (next_at);

insert into follower (name) values ('push');
