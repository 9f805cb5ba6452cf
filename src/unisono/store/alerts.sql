-- name: targets
-- A channel's own class says who sees its monitor, as in the list of monitors.
select t.id, t.monitor_id, m.name as monitor, t.kind, t.channel_id, coalesce(c.name, '') as channel, t.webhook_id,
       coalesce(w.name, '') as webhook, t.address, t.locale,
       case when t.kind <> 'webhook' then coalesce(case when l.state in ('taken', 'sending', 'unsure') then 'waiting' else l.state end, '')
            when not w.enabled then 'off' when w.failing_since is not null or d.dead then 'failed' when d.at is not null then 'sent'
            else '' end as state,
       coalesce(l.problem, '') as problem, coalesce(l.at, d.at) as at
from alert_target t join monitor m on m.id = t.monitor_id
left join channel h on h.id = m.channel_id
left join access_class a on a.channel_id = h.id and a.queue_id = h.queue_id
left join channel c on c.id = t.channel_id
left join webhook w on w.id = t.webhook_id
left join lateral (
    select n.state, n.problem, coalesce(n.done_at, n.created_at) as at from alert_notice n
    where n.target_id = t.id order by n.created_at desc, n.id desc limit 1
) l on true
left join lateral (
    select max(d.done_at) filter (where d.state = 'delivered') as at, bool_or(d.state = 'dead') as dead
    from webhook_delivery d where t.kind = 'webhook' and d.webhook_id = w.id and d.type in ('monitor.spiked', 'monitor.calmed')
) d on true
where m.state <> 'archived' and ($1::int[] is null or a.id = any($1))
order by m.name_key, t.created_at, t.id;

-- name: target
select id, monitor_id, kind, channel_id, webhook_id, address, locale from alert_target where id = $1;

-- name: add_target
insert into alert_target (id, monitor_id, kind, channel_id, webhook_id, address, locale, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict do nothing returning id;

-- name: remove_target
delete from alert_target where id = $1 returning id;

-- name: webhooks_of
select webhook_id from alert_target where monitor_id = $1 and kind = 'webhook' order by webhook_id;

-- name: mailed_to
select t.id from alert_target t where t.monitor_id = $1 and t.kind <> 'webhook'
  and ($3 <> 'calmed' or exists (
    select from alert_notice n where n.alert_id = $2 and n.target_id = t.id and n.what = 'spiked' and n.state <> 'failed'))
order by t.id;

-- name: tell
insert into alert_notice (id, alert_id, target_id, what, next_at, created_at)
select n.id, $3, n.target_id, $4, $5, $5 from unnest($1::uuid[], $2::uuid[]) n(id, target_id)
on conflict do nothing;

-- name: claim
-- What was being handed over when its node ended, or of which nobody knew: whoever has it next looks first.
with due as materialized (
    select n.id, n.state in ('sending', 'unsure') as unsure from alert_notice n
    where n.state in ('waiting', 'taken', 'sending', 'unsure') and n.next_at <= $1
      and (n.what <> 'calmed' or not exists (
        select from alert_notice o where o.alert_id = n.alert_id and o.target_id = n.target_id and o.what = 'spiked'
          and o.state in ('waiting', 'taken', 'sending', 'unsure')))
    order by n.next_at, n.id limit $2 for update of n skip locked
), mine as (
    update alert_notice n set state = case when d.unsure then 'unsure' else 'taken' end, attempts = n.attempts + 1,
        next_at = $1::timestamptz + make_interval(secs => $3)
    from due d where d.id = n.id
    returning n.id, n.alert_id, n.target_id, n.what, n.attempts, n.not_sent, n.created_at, d.unsure
)
select i.id, i.alert_id, i.what, i.attempts, i.not_sent, i.created_at, i.unsure, m.name as monitor, a.id as access_class,
       coalesce(l.posts, 0) as posts, coalesce(l.most, 0) as most, coalesce(l.window_s, 0) as window_s, coalesce(l.usual, 0) as usual,
       t.id as target_id, t.monitor_id, t.kind, t.channel_id, t.webhook_id, t.address, t.locale
from mine i join alert_target t on t.id = i.target_id join monitor m on m.id = t.monitor_id
left join monitor_alert l on l.id = i.alert_id
left join channel h on h.id = m.channel_id
left join access_class a on a.channel_id = h.id and a.queue_id = h.queue_id
order by i.created_at, i.id;

-- name: sending
-- Whoever took so long that another has it by now hands nothing over.
update alert_notice set state = 'sending', next_at = $2 where id = $1 and attempts = $3 and state in ('taken', 'unsure') returning id;

-- name: settle
update alert_notice set state = $2, problem = $3, next_at = coalesce($4, next_at), not_sent = $5,
    done_at = case when $2 in ('sent', 'unknown', 'failed') then $6::timestamptz end where id = $1 and attempts = $7 returning id;

-- name: unsay
delete from alert_notice where alert_id = $1 and target_id = $2 and what = 'calmed';

-- name: told
select n.alert_id, n.target_id, t.kind, t.address, n.what, n.problem, coalesce(n.done_at, n.created_at) as at,
       case when n.state in ('taken', 'sending', 'unsure') then 'waiting' else n.state end as state
from alert_notice n join alert_target t on t.id = n.target_id where n.alert_id = any($1::uuid[])
order by n.created_at, t.created_at, n.id;

-- name: forget_notices
delete from alert_notice where id in (
    select id from alert_notice where alert_id is null and done_at < $1 order by done_at limit $2);
