-- name: add
insert into call (id, driver, call_id, channel_id, conversation_id, interaction_id, outgoing, asked_by, stage, state, path, offered_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (driver, call_id) do nothing returning id;

-- name: call
select id, driver, call_id, channel_id, conversation_id, interaction_id, message_id, outgoing, asked_by, stage, state, path,
       work_version, trouble, owes, offered_at, answered_at, ended_at, version
from call

-- name: behind
-- What was committed by other verbs since; and what came in by the inbox and is tied to its work, or has to be.
select c.id from call c left join interaction i on i.id = c.interaction_id
where i.id is not null and i.version <> c.work_version and (c.ended_at is null or c.work_version = 0)
order by c.id limit $1;

-- name: save
update call set state = $2, path = $3, stage = $4, work_version = $5, trouble = $6, answered_at = $7, ended_at = $8, cause = $9,
                ended_by = $10, interaction_id = $11, version = version + $12, owes = $13
where id = $1;

-- name: place
-- By the message that its ringing became; whichever process took that in.
update call c set message_id = m.id, conversation_id = m.conversation_id, interaction_id = coalesce(c.interaction_id, m.interaction_id)
from message m
where m.channel_id = $1 and m.remote_id = any($2::text[]) and c.channel_id = m.channel_id
  and c.driver || ':' || c.call_id = m.remote_id and c.message_id is null
returning c.id;

-- name: remember
insert into call_event (call_id, event_id, type, at) values ($1, $2, $3, $4) on conflict do nothing returning event_id;

-- name: ask
insert into call_command (id, call_id, driver, body, asked_at, next_at) values ($1, $2, $3, $4, $5, $5) on conflict do nothing;

-- name: pending
-- One that waits for its line holds up what was asked after it of the same call.
select distinct on (call_id) id, call_id, body, attempts, next_at, place from call_command
where driver = $1 and state = 'pending' order by call_id, place;

-- name: settle
update call_command set state = $2, code = $3, done_at = $4, body = case when $2 = 'refused' then null else body end
where id = $1 and state = 'pending';

-- name: later
update call_command set next_at = $2, attempts = attempts + 1 where id = $1 and state = 'pending';

-- name: ask_again
update call_command set state = 'pending', next_at = $2, done_at = null
where id = any($1::uuid[]) and state = 'done' and body is not null returning id;

-- name: drop_bodies
update call_command set body = null, state = case when state = 'pending' then 'refused' else state end,
                        code = case when state = 'pending' then 'call_over' else code end
where call_id = $1 and body is not null;

-- name: phone_of
select address from agent_phone where user_id = $1 and driver = $2;

-- name: forget_from
delete from call_from where at < $1;

-- name: count_from
insert into call_from (number_hash, at)
select $1, $4 where (select count(*) from call_from where number_hash = $1 and at >= $2) < $3 returning at;

-- name: call_back_open
select exists (
    select from conversation k join conversation c on c.identity_id = k.identity_id
    join interaction i on i.conversation_id = c.id join call_back b on b.interaction_id = i.id
    where k.id = $1 and b.ended_at is null and i.stage <> 'closed');

-- name: driver_taken
-- A driver that told of itself and is no channel's, in use or not, is one of the voice file.
with exchange as (
    select id, archived_at from channel
    where medium = 'call' and connector <> 'voice' and coalesce(config ->> 'driver', connector) = $1
)
select exists (select from exchange where archived_at is null and id is distinct from $2)
    or (exists (select from voice_driver where name = $1) and not exists (select from exchange));

-- name: owner_of_phone
select distinct user_id from agent_phone where driver = $1 and address = any($2::text[]) limit 2;

-- name: customer_address
select n.remote_id from conversation c join identity n on n.id = c.identity_id
where c.id = $1 and n.network = 'phone' and (n.remote_id like '+%' or n.remote_id like 'sip%');

-- name: line
select id, case when paused then 'paused' else state end as state from channel
where medium = 'call' and archived_at is null and config ->> 'driver' = $1
  and (config -> 'numbers' ? $2 or (config ->> 'everything')::boolean)
order by (config -> 'numbers' ? $2) desc, id limit 1;

-- name: drivers
select distinct driver from call where ended_at is null;

-- name: of_interactions
select id from call where interaction_id = any($1::uuid[]);

-- name: want_call_back
insert into call_back (interaction_id, call_id, why, opened_at) values ($1, $2, $3, $4) on conflict do nothing;

-- name: call_backs_of
-- In the order of the ids, in which work is locked.
select i.id from call_back b join interaction i on i.id = b.interaction_id join conversation c on c.id = i.conversation_id
where b.ended_at is null and c.identity_id = $1 and (i.state = 'waiting' or (i.state = 'parked' and i.agent_id is null))
order by i.id;

-- name: end_call_back
update call_back set ended_at = $3, ended_how = $2 where interaction_id = $1 and ended_at is null returning interaction_id;

-- name: owing
select id from call where owes is not null order by id limit $1;

-- name: calls_out_since
select count(*) filter (where channel_id = $1) as of_line, count(*) filter (where asked_by = $2) as of_person
from call where outgoing and offered_at > $3 and (channel_id = $1 or asked_by = $2);

-- name: powers
select powers from voice_driver where name = $1;

-- name: tell_powers
insert into voice_driver (name, powers, at) values ($1, $2, $3)
on conflict (name) do update set powers = excluded.powers, at = excluded.at;

-- name: consent
insert into call_consent (call_id, side, given, how, noted_by, at) values ($1, $2, $3, $4, $5, $6)
on conflict (call_id, side) do update set given = excluded.given, how = excluded.how, noted_by = excluded.noted_by, at = excluded.at;

-- name: consents
select side, given from call_consent where call_id = $1;

-- name: recording_ready
insert into call_recording (id, call_id, driver, kind, uri, sha256, media_type, size_bytes, duration_s, next_at, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) on conflict (id) do nothing returning id;

-- name: ready_recordings
select r.id, r.call_id, r.kind, r.uri, r.sha256, r.media_type, r.attempts, m.id as message_id, c.ended_at is not null as ended
from call_recording r join call c on c.id = r.call_id
left join message m on m.id = c.message_id and m.deleted_at is null
where r.driver = $1 and r.state = 'ready' and r.next_at <= $2 order by r.next_at limit $3;

-- name: keep_recording
-- What was erased meanwhile has no message that stands: then nothing is attached, and the file goes.
with place as (
    select r.id, m.id as message_id, m.channel_id, r.media_type from call_recording r join call c on c.id = r.call_id
    join message m on m.id = c.message_id and m.deleted_at is null
    where r.id = $1 and r.state = 'ready' for no key update of m
), kept as (
    insert into attachment (id, message_id, channel_id, name, media_type, size_bytes, sha256, state)
    select $2, message_id, channel_id, $5, media_type, $3, $4, 'stored' from place returning id, message_id
)
update call_recording r set state = 'kept', attachment_id = kept.id, uri = '' from kept where r.id = $1 returning kept.message_id;

-- name: recording_of
select call_id, kind from call_recording where attachment_id = $1;

-- name: refuse_recording
update call_recording set state = 'refused', uri = '' where id = $1 and state = 'ready';

-- name: recording_later
update call_recording set next_at = $2, attempts = attempts + 1 where id = $1 and state = 'ready';

-- name: standing
-- Among callers of a queue who wait or whose agent's phone rings, by arrival; agents at work in the queue with room for a call.
with waiting as (
    select c.id, c.channel_id, i.queue_id, i.waiting_since, i.units, h.work_class_id
    from call c join interaction i on i.id = c.interaction_id join channel h on h.id = c.channel_id
    where c.ended_at is null and not c.outgoing and i.stage = 'waiting'
), people as (
    select w.queue_id, count(*) filter (where a.state = 'available' and a.engaged = 0 and a.capacity - a.used >= w.units) as free,
           count(*) filter (where a.state <> 'offline' and a.state <> 'away') as serving
    from (select queue_id, max(units) as units from waiting group by queue_id) w
    join queue_member m on m.queue_id = w.queue_id join agent a on a.user_id = m.user_id
    group by w.queue_id
)
select w.id as call_id, w.channel_id, (row_number() over (partition by w.queue_id order by w.waiting_since, w.id))::int as position,
       coalesce(p.free, 0)::int as free, coalesce(p.serving, 0)::int as serving, coalesce(k.handling_s, 300)::float8 as handling_s
from waiting w left join people p on p.queue_id = w.queue_id left join work_class k on k.id = w.work_class_id
order by w.id limit 500;

-- name: told
update call set path = path || $2 where id = $1;

-- name: is_blocked
select exists (select from identity where network = $1 and realm = '' and remote_id = $2 and blocked_at is not null);

-- name: keep_apart
update inbox set state = 'early', waits_for = ingest_key where channel_id = $1 and ingest_key = $2 and state = 'new';

-- name: let_in
update inbox set state = 'new', waits_for = null where channel_id = $1 and ingest_key = $2 and state = 'early';

-- name: queue_of
select id from queue where key = $1 and archived_at is null;

-- name: live_places
select c.id, i.access_class, i.agent_id from call c join interaction i on i.id = c.interaction_id
where c.ended_at is null order by c.id;

-- name: of_conversation
select id from call where conversation_id = $1 order by id;

-- name: set_phone
insert into agent_phone (user_id, driver, address) values ($1, $2, $3)
on conflict (user_id, driver) do update set address = excluded.address;

-- name: drop_phone
delete from agent_phone where user_id = $1 and driver = $2;
