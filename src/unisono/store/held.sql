-- name: add
insert into held_answer (message_id, conversation_id, interaction_id, channel_id, user_id, state, send_at, stops,
                         parent_remote_id, private_reply_to, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: held
select h.message_id, h.conversation_id, h.interaction_id, h.channel_id, h.user_id, h.state, h.send_at, h.stops,
       h.parent_remote_id, h.private_reply_to, h.decided_by, i.queue_id, i.access_class, i.agent_id, i.state as work_state
from held_answer h join interaction i on i.id = h.interaction_id
where h.message_id = $1;

-- name: lock
select message_id from held_answer where message_id = $1 for no key update;

-- name: due
-- Who releases holds the row; another node passes over it.
select message_id from held_answer where state in ('grace', 'scheduled') and send_at <= $1
order by send_at, message_id limit $2 for no key update skip locked;

-- name: due_unlocked
select message_id from held_answer where state in ('grace', 'scheduled') and send_at <= $1 order by send_at, message_id limit $2;

-- name: next_due
select min(send_at) from held_answer where state in ('grace', 'scheduled');

-- name: change
update held_answer set state = $2, send_at = $3, stops = $4, decided_by = coalesce($5, decided_by),
    decided_at = case when $5::uuid is null then decided_at else $6 end
where message_id = $1;

-- name: stop
update held_answer set state = 'stopped', send_at = null
where conversation_id = any($1::uuid[]) and state = 'scheduled' and stops
returning message_id, conversation_id;

-- name: touch
update message set version = version + 1 where id = any($1::uuid[]);

-- name: drop
delete from held_answer where message_id = any($1::uuid[]);

-- name: say_now
-- It is said when it goes out: the transcript, and who reads it from the outside, have it at that place.
with moved as (
    update message set said_at = $2, occurred_at = $2, received_at = $2, delivery = 'queued', version = version + 1
    where id = $1 returning id
)
update message_terms set said_at = $2 where message_id in (select id from moved);

-- name: take_back
update message set deleted_at = $2, delivery = 'withdrawn', language = null, version = version + 1 where id = $1;

-- name: free_files
-- The files go back to who attached them, to be attached again.
update attachment set message_id = null, position = 0, uploaded_by = $2, created_at = $3 where message_id = $1 and state = 'stored' returning id;

-- name: waiting_for_approval
select h.message_id, h.conversation_id, h.created_at, c.access_class, i.agent_id
from held_answer h join conversation c on c.id = h.conversation_id join interaction i on i.id = h.interaction_id
where h.state = 'approval' and h.user_id <> $1
  and ($2::int[] is null or c.access_class = any($2::int[]))
order by h.created_at, h.message_id limit $3;
