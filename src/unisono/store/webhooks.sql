-- name: all
select w.id, w.name, w.url, w.events, w.with_text, w.enabled, w.failing_since, w.disabled_at, w.disabled_why, w.version,
       (select count(*)::int from webhook_delivery d where d.webhook_id = w.id and d.state in ('waiting', 'sending')) as waiting,
       (select count(*)::int from webhook_delivery d where d.webhook_id = w.id and d.state = 'dead') as dead,
       (select max(d.done_at) from webhook_delivery d where d.webhook_id = w.id and d.state = 'delivered') as last_delivered_at
from webhook w order by w.name, w.id;

-- name: add
insert into webhook (id, name, url, events, with_text, enabled, created_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $7)
on conflict do nothing;

-- name: remove
delete from webhook where id = $1 returning id;

-- name: queue
insert into webhook_delivery (id, webhook_id, event_id, type, payload, message_id, next_at, created_at)
select n.id, n.webhook_id, n.event_id, n.type, n.payload, n.message_id, $7, $7
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::jsonb[], $6::uuid[]) with ordinality
     as n(id, webhook_id, event_id, type, payload, message_id, place)
order by n.place
on conflict (webhook_id, event_id) do nothing;

-- name: due
select w.id from webhook w
where w.enabled and exists (
    select from webhook_delivery d where d.webhook_id = w.id
      and (d.state = 'waiting' and d.next_at <= $1 or d.state = 'sending' and d.lease_until < $1))
  and not exists (select from webhook_delivery d where d.webhook_id = w.id and d.state = 'sending' and d.lease_until >= $1);

-- name: next_due
select min(d.next_at) from webhook_delivery d join webhook w on w.id = d.webhook_id where w.enabled and d.state = 'waiting';

-- name: lock
select id from webhook where id = $1 and enabled for no key update skip locked;

-- name: claim
-- One at a time and the oldest first; what a node that died had claimed comes again when its lease is over.
update webhook_delivery set state = 'sending', lease_until = $2::timestamptz + make_interval(secs => $3), attempts = attempts + 1
where id = (
    select d.id from webhook_delivery d
    where d.webhook_id = $1 and (d.state = 'waiting' and d.next_at <= $2 or d.state = 'sending' and d.lease_until < $2)
    order by d.place limit 1)
  and not exists (select from webhook_delivery o where o.webhook_id = $1 and o.state = 'sending' and o.lease_until >= $2)
returning id, webhook_id, event_id, type, payload, message_id, state, attempts, next_at, status, error, took_ms, created_at, done_at;

-- name: settle
update webhook_delivery set state = $2, next_at = coalesce($3, next_at), status = $4, error = $5, took_ms = $6, lease_until = null,
    done_at = case when $2 in ('delivered', 'dead') then $7::timestamptz end
where id = $1 and state = 'sending';

-- name: deliveries
select id, webhook_id, event_id, type, payload, message_id, state, attempts, next_at, status, error, took_ms, created_at, done_at
from webhook_delivery
where webhook_id = $1 and ($2::text is null or state = $2) and ($3::uuid is null or id < $3) order by id desc limit $4;

-- name: replay
update webhook_delivery set state = 'waiting', attempts = 0, next_at = $3, done_at = null, error = '', status = null
where webhook_id = $1 and ($2::uuid is null and state = 'dead' or id = $2 and state in ('dead', 'delivered'));

-- name: text_of
select subject, text from message_text where message_id = $1;

-- name: forget
delete from webhook_delivery where id in (
    select id from webhook_delivery where state in ('delivered', 'dead') and done_at < $1 limit $2);
