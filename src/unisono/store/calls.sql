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
where c.ended_at is null and i.id is not null and i.version <> c.work_version
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
where b.ended_at is null and i.state = 'waiting' and c.identity_id = $1 order by i.id;

-- name: end_call_back
update call_back set ended_at = $3, ended_how = $2 where interaction_id = $1 and ended_at is null returning interaction_id;

-- name: owing
select id from call where owes is not null order by id limit $1;
