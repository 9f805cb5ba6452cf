-- Budgets of channels: how far each limit has run, one row for each window of a bucket, shared by all nodes. A scope is a
-- channel, an app of several channels, or a thread (hashed, as a thread's root can be somebody's number).
create table budget_meter (
    scope text not null,
    bucket text not null,
    per text not null,
    channel_id uuid not null references channel on delete cascade,
    started_at timestamptz not null,
    slots float8[] not null default '{0}',
    aligned boolean not null default false,
    told float8,
    spent_until timestamptz,
    spent_for smallint,
    changed_at timestamptz not null,
    primary key (scope, bucket, per)
);
create index budget_meter_changed on budget_meter (changed_at) where scope like 'thread:%';

-- Until when a channel is in the state that it is in, where the network or a budget told.
alter table channel add column state_until timestamptz;
-- What was fetched later of what a gap had left out; null while nobody tried.
alter table channel_gap add column filled integer;
