-- How long, from when it began to wait for somebody, an enquiry comes to them first; 0: never.
alter table queue add column prefer_s integer not null default 300 check (prefer_s between 0 and 86400);
alter table interaction add column preferred_since timestamptz;
update interaction set preferred_since = updated_at where preferred_agent_id is not null and state <> 'closed';
