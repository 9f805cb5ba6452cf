-- name: backlog
-- What the router weighs classes by: the work that waits over the people who are there. Alike work is reckoned once.
select (select coalesce(sum(a.n * coalesce(reckoned_handling_s(w, a.skills), 300)), 0) / 60
        from (select coalesce(i.work_class_id, c.work_class_id) as work_class_id, i.skills, count(*) as n
              from interaction i join queue q on q.id = i.queue_id join channel c on c.id = i.channel_id
              where i.stage = 'waiting' and i.state <> 'offered' and q.mode = 'push' group by 1, 2) a
        left join work_class w on w.id = a.work_class_id)::float8 as work_minutes,
       (select count(*) from agent a join app_user u on u.id = a.user_id
        where a.state = 'available' and u.disabled_at is null)::int as agents;

-- name: ranked
-- Smallest first, as `routing.classes.Rank`. Without a class of work the defaults of `routing.facts.Params` hold. A place after
-- everything stands for no promise: infinity is no number of JSON. Step by step in subselects, each reckoned once for each row;
-- what is the same for a whole class is reckoned once for it.
with k as materialized (
    select w.id, w.cost, w.decay_s::float8 as decay_s, w.growth, w.cap, w.fades, reckoned_patience_s(w) as patience_s,
           case when w.learns then coalesce(w.learned_handling_s, w.handling_s) else w.handling_s end as handling_s,
           case when w.learns and w.learned_by_skill <> '{}' then w.learned_by_skill end as by_skill
    from work_class w
)
select p.id, p.priority, -(p.weight * p.pressing * (1 + p.growth * greatest($1::float8 - p.since, 0) / 60)) as index,
       coalesce(p.due, 1e300) as due, p.since
from (
    select g.id, g.priority, g.since, g.due, g.growth,
           g.value * g.cost * (60 / g.handling_s)
               * case when g.leaving * $2::float8 < 1e-9 then $2::float8 else (1 - exp(-least(g.leaving * $2::float8, 700))) / g.leaving end as weight,
           case when g.left_s is null then 1
                when g.left_s < 0 and g.fades and g.decay_s > 0 then g.cap * exp(greatest(g.left_s / g.decay_s, -700))
                else 1 + (g.cap - 1)
                     * least(greatest(1 - (g.left_s - least(g.handling_s, g.span / 2)) / g.span, 0), 1) ^ 2 end as pressing
    from (
        select f.*, coalesce(60 / nullif(f.patience_s, 0), 0) + coalesce(60 / nullif(f.decay_s, 0), 0) as leaving,
               f.due - $1::float8 as left_s
        from (
            select i.id, -i.priority as priority, coalesce(v.value, 1) as value, coalesce(k.cost, 1) as cost,
                   coalesce(case when k.by_skill is not null then learned_of_skills(k.by_skill, i.skills) end, k.handling_s, 300) as handling_s,
                   k.patience_s, k.decay_s, coalesce(k.growth, 0.02) as growth, coalesce(k.cap, 4) as cap,
                   coalesce(k.fades, false) as fades, coalesce(nullif(q.first_response_s, 0), 3600)::float8 as span,
                   extract(epoch from i.waiting_since)::float8 as since,
                   case when isfinite(i.due_at) then extract(epoch from i.due_at)::float8 end as due
            from interaction i
            join queue q on q.id = i.queue_id
            join channel c on c.id = i.channel_id
            left join k on k.id = coalesce(i.work_class_id, c.work_class_id)
            left join (select t.id, b.value from customer b join identity n on n.customer_id = b.id join conversation t on t.identity_id = n.id
                       where b.value <> 1) v on v.id = i.conversation_id
            where true -- which
            offset 0) f
        offset 0) g
    offset 0) p
