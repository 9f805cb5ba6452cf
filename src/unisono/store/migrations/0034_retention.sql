-- How long what is kept, by channel, by class of work, or in the house; the nearest rule holds. Without one it is kept.
create table retention_rule (
    id uuid primary key,
    what text not null check (what in ('texts', 'attachments', 'raw', 'quarantine', 'audit')),
    channel_id uuid references channel on delete cascade,
    work_class_id uuid references work_class on delete cascade,
    days integer not null check (days between 1 and 36500),
    check (channel_id is null or work_class_id is null),
    unique nulls not distinct (what, channel_id, work_class_id)
);
-- A ground on which something must not go, whatever the rules say; of a customer it is there already.
alter table conversation add column legal_hold text;
alter table case_file add column legal_hold text;
create index conversation_held on conversation (id) where legal_hold is not null;
create index case_held on case_file (id) where legal_hold is not null;
create index customer_held on customer (id) where legal_hold is not null;
create index attachment_stored on attachment (created_at) where state = 'stored';
create index audit_at on audit (at);
