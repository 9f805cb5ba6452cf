-- name: backlog
-- What the router weighs classes by: the work that waits over the people who are there.
select (select coalesce(sum(coalesce(reckoned_handling_s(w, i.skills), 300)), 0) / 60
        from interaction i join queue q on q.id = i.queue_id join channel c on c.id = i.channel_id
        left join work_class w on w.id = coalesce(i.work_class_id, c.work_class_id)
        where i.state = 'waiting' and q.mode = 'push')::float8 as work_minutes,
       (select count(*) from agent a join app_user u on u.id = a.user_id
        where a.state = 'available' and u.disabled_at is null)::int as agents;

-- name: ranked
-- Smallest first, as `routing.classes.Rank`. Without a class of work the defaults of `routing.facts.Params` hold. A place after
-- everything stands for no promise: infinity is no number of JSON.
select i.id, -i.priority as priority, -(p.weight * p.pressing * (1 + p.growth * greatest($1::float8 - p.since, 0) / 60)) as index,
       coalesce(p.due, 1e300) as due, p.since
from interaction i
join queue q on q.id = i.queue_id
join channel c on c.id = i.channel_id
left join work_class w on w.id = coalesce(i.work_class_id, c.work_class_id)
left join (select t.id, k.value from customer k join identity n on n.customer_id = k.id join conversation t on t.identity_id = n.id
           where k.value <> 1) v on v.id = i.conversation_id
cross join lateral (
    select coalesce(v.value, 1) as value, coalesce(w.cost, 1) as cost, coalesce(reckoned_handling_s(w, i.skills), 300) as handling_s,
           reckoned_patience_s(w) as patience_s, w.decay_s::float8 as decay_s, coalesce(w.growth, 0.02) as growth, coalesce(w.cap, 4) as cap,
           coalesce(w.fades, false) as fades, coalesce(nullif(q.first_response_s, 0), 3600)::float8 as span,
           extract(epoch from i.waiting_since)::float8 as since,
           case when isfinite(i.due_at) then extract(epoch from i.due_at)::float8 end as due offset 0) f
cross join lateral (
    select f.since, f.due, f.growth, coalesce(60 / nullif(f.patience_s, 0), 0) + coalesce(60 / nullif(f.decay_s, 0), 0) as leaving,
           f.due - $1::float8 as left_s offset 0) g
cross join lateral (
    select g.since, g.due, g.growth,
           f.value * f.cost * (60 / f.handling_s)
               * case when g.leaving * $2::float8 < 1e-9 then $2::float8 else (1 - exp(-least(g.leaving * $2::float8, 700))) / g.leaving end as weight,
           case when g.left_s is null then 1
                when g.left_s < 0 and f.fades and f.decay_s > 0 then f.cap * exp(greatest(g.left_s / f.decay_s, -700))
                else 1 + (f.cap - 1)
                     * least(greatest(1 - (g.left_s - least(f.handling_s, f.span / 2)) / f.span, 0), 1) ^ 2 end as pressing
    offset 0) p
