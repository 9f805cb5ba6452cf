-- Who is told of a monitor's spikes beside the desk. A webhook is told by the event that names it; mails and chats are notices.
create table alert_target (
    id uuid primary key,
    monitor_id uuid not null references monitor on delete cascade,
    kind text not null check (kind in ('mail', 'chat', 'webhook')),
    -- The mailbox that a mail goes out from, null for the oldest one; the account that writes in a chat.
    channel_id uuid references channel on delete cascade,
    webhook_id uuid references webhook on delete cascade,
    address text not null default '',
    locale text not null,
    created_at timestamptz not null
);
create unique index alert_target_once on alert_target (
    monitor_id, kind, coalesce(webhook_id, '00000000-0000-0000-0000-000000000000'), address,
    coalesce(channel_id, '00000000-0000-0000-0000-000000000000'));
create index alert_target_channel on alert_target (channel_id);
create index alert_target_webhook on alert_target (webhook_id);

-- What one target is told: once of each alert that it began, and that it is over. A test has no alert.
create table alert_notice (
    id uuid primary key,
    alert_id uuid references monitor_alert on delete cascade,
    target_id uuid not null references alert_target on delete cascade,
    what text not null check (what in ('spiked', 'calmed', 'test')),
    state text not null default 'waiting' check (state in ('waiting', 'taken', 'sending', 'unsure', 'sent', 'unknown', 'failed')),
    attempts integer not null default 0,
    not_sent integer not null default 0,
    next_at timestamptz not null,
    problem text not null default '',
    created_at timestamptz not null,
    done_at timestamptz,
    unique (alert_id, target_id, what)
);
create index alert_notice_due on alert_notice (next_at) where state in ('waiting', 'taken', 'sending', 'unsure');
create index alert_notice_target on alert_notice (target_id, created_at desc);
