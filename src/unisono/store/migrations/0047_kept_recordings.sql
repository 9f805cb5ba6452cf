-- Recordings of talks and messages that callers left have retention of their own, beside that of other files.
alter table retention_rule drop constraint retention_rule_what_check;
alter table retention_rule add constraint retention_rule_what_check
    check (what in ('texts', 'attachments', 'recordings', 'voicemails', 'raw', 'quarantine', 'audit'));
create index call_recording_attachment on call_recording (attachment_id) where attachment_id is not null;

-- How often a number called within the last hour: by its hash, and gone with the hour.
create table call_from (
    number_hash bytea not null,
    at timestamptz not null
);
create index call_from_number on call_from (number_hash, at);
create index call_from_at on call_from (at);
