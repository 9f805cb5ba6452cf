-- Webhooks: what happens is told to other systems, by ids. Their secrets stand sealed with all others.
create table webhook (
    id uuid primary key,
    name text not null,
    url text not null,
    events text[] not null,
    with_text boolean not null default false,
    enabled boolean not null default true,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    failing_since timestamptz,
    disabled_at timestamptz,
    disabled_why text not null default '',
    version integer not null default 1
);

create table webhook_delivery (
    id uuid primary key,
    place bigint generated always as identity,
    webhook_id uuid not null references webhook on delete cascade,
    event_id uuid not null,
    type text not null,
    payload jsonb not null,
    message_id uuid,
    state text not null default 'waiting' check (state in ('waiting', 'sending', 'delivered', 'dead')),
    attempts integer not null default 0,
    next_at timestamptz not null,
    lease_until timestamptz,
    status integer,
    error text not null default '',
    took_ms integer,
    created_at timestamptz not null,
    done_at timestamptz,
    unique (webhook_id, event_id)
);
create index webhook_delivery_due on webhook_delivery (webhook_id, place) where state in ('waiting', 'sending');
create index webhook_delivery_list on webhook_delivery (webhook_id, id desc);
create index webhook_delivery_done on webhook_delivery (done_at) where state in ('delivered', 'dead');

insert into follower (name) values ('webhooks');
