-- name: mark
update interaction set spam = $2, version = version + 1, updated_at = $3 where id = $1 and spam <> $2;

-- name: has_open
select exists (select from interaction where conversation_id = $1 and stage <> 'closed');

-- name: close_new
insert into interaction (id, conversation_id, channel_id, access_class, queue_id, state, skills, language, units, priority,
                         waiting_since, due_at, previous_id, reason, created_at, updated_at, closed_at, spam)
select n.id, n.conversation_id, n.channel_id, n.access_class, n.queue_id, 'closed', '[]', n.language, n.units, n.priority,
       n.waiting_since, 'infinity', n.previous_id, n.reason, $11, $11, $11, true
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::text[], $7::int[], $8::int[], $9::timestamptz[],
            $10::uuid[], $12::jsonb[])
    as n(id, conversation_id, channel_id, access_class, queue_id, language, units, priority, waiting_since, previous_id, reason)
on conflict do nothing returning id;

-- name: again
-- Somebody who looks at one just now keeps it where it is.
update interaction set closed_at = $2, updated_at = $2, version = version + 1
where id in (select id from interaction where id = any($1::uuid[]) and spam order by id for no key update skip locked);

-- name: spam_of
select k.id as conversation_id, i.id
from unnest($1::uuid[]) k(id) cross join lateral (
    select id, spam from interaction where conversation_id = k.id order by created_at desc, id desc limit 1
) i where i.spam;

-- name: identity
select n.id as identity_id, n.customer_id, n.blocked_at is not null as is_blocked, n.remote_id = 'erased:' || n.id as is_erased
from identity n where n.id = $1 for no key update;

-- name: places
select c.access_class, (select i.agent_id from interaction i where i.conversation_id = c.id and i.stage <> 'closed') as agent_id
from conversation c where c.identity_id = $1 order by c.last_said_at desc limit 500;

-- name: block
insert into identity_block (identity_id, blocked_by, reason, blocked_at, until) values ($1, $2, $3, $4, $5)
on conflict (identity_id) do update set blocked_by = excluded.blocked_by, reason = excluded.reason, until = excluded.until;

-- name: set_blocked
with changed as (
    update identity set blocked_at = $2 where id = any($1::uuid[]) returning customer_id
)
update customer set version = version + 1 where id in (select customer_id from changed);

-- name: unblock
delete from identity_block where identity_id = any($1::uuid[]);

-- name: count
update identity_block b set items = b.items + n.items, last_item_at = $3
from unnest($1::uuid[], $2::int[]) as n(id, items) where b.identity_id = n.id;

-- name: waiting_of
select i.id from conversation c join interaction i on i.conversation_id = c.id
where c.identity_id = $1 and i.state = 'waiting' order by i.id;

-- name: over
select b.identity_id, n.customer_id from identity_block b join identity n on n.id = b.identity_id
where b.until <= $1 order by b.until limit $2;

-- name: blocks
select b.identity_id, n.network, n.realm, n.handle, n.display_name, n.customer_id, coalesce(u.name, '') as blocked_by, b.reason,
       b.blocked_at, b.until, b.items, b.last_item_at,
       (select c.id from conversation c where c.identity_id = n.id order by c.last_said_at desc limit 1) as conversation_id
from identity_block b join identity n on n.id = b.identity_id left join app_user u on u.id = b.blocked_by
where $1::timestamptz is null or (b.blocked_at, b.identity_id) < ($1, $2::uuid)
order by b.blocked_at desc, b.identity_id desc limit $3;
