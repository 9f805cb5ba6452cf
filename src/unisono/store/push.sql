-- name: lock
lock table push_device in share row exclusive mode;

-- name: devices
select id, user_id, name, endpoint, key, auth, kinds, created_at, told_at, failing from push_device
where $1::uuid[] is null or user_id = any($1) order by created_at desc, id;

-- name: readers
select u.id as user_id, u.locale, a.state from app_user u left join agent a on a.user_id = u.id
where u.disabled_at is null and exists (select from push_device d where d.user_id = u.id);

-- name: add
-- A browser has one subscription: whoever signs in there and asks takes it over.
insert into push_device (id, user_id, name, endpoint, key, auth, kinds, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (endpoint) do update set user_id = $2, name = $3, key = $5, auth = $6, kinds = $7, failing = 0
returning id;

-- name: remove
delete from push_device where id = $1 and ($2::uuid is null or user_id = $2) returning id;

-- name: tell
insert into push_telling (id, device_id, event_id, kind, place, expires_at, next_at)
select n.id, n.device_id, n.event_id, n.kind, n.place, n.expires_at, $7
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::jsonb[], $6::timestamptz[])
     as n(id, device_id, event_id, kind, place, expires_at)
on conflict (device_id, event_id) do nothing;

-- name: claim
with due as (
    select id from push_telling where next_at <= $1 and expires_at > $1 order by next_at limit $2 for no key update skip locked)
update push_telling t set attempts = t.attempts + 1, next_at = $1::timestamptz + make_interval(secs => $3)
from due, push_device d where t.id = due.id and d.id = t.device_id
returning t.id as telling_id, t.device_id, t.event_id, t.kind, t.place, t.expires_at, t.attempts,
          d.id, d.user_id, d.name, d.endpoint, d.key, d.auth, d.kinds, d.created_at, d.told_at, d.failing;

-- name: drop
delete from push_telling where id = $1;

-- name: again
update push_telling set next_at = $2 where id = $1;

-- name: told
update push_device set told_at = case when $2 then $3 else told_at end, failing = case when $2 then 0 else failing + 1 end
where id = $1 returning failing;

-- name: holder
select agent_id from interaction where id = $1;

-- name: offer_ends
select expires_at from offer where id = $1 and state = 'open';

-- name: words_of
select d.display_name as name, x.text from interaction i
join conversation v on v.id = i.conversation_id
join identity d on d.id = v.identity_id
join lateral (
    select m.id from message m where m.conversation_id = v.id and m.direction = 'in' and m.deleted_at is null
    order by m.said_at desc, m.id desc limit 1) m on true
join message_text x on x.message_id = m.id
where i.id = $1;

-- name: forget
delete from push_telling where id in (select id from push_telling where expires_at < $1 limit $2);
