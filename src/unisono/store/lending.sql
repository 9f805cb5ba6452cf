-- name: lock_agent
select user_id from agent where user_id = $1 for no key update;

-- name: lend
-- What lacks to the units wanted, of active work of these classes, last taken up first; nothing when they do not make it up. What
-- is lent already lends no more, nor does what has borrowed itself: so each gets back exactly what it gave.
with lack as (
    select $3::int - (capacity - used) as units from agent where user_id = $2 and used <= capacity
), may as (
    select h.interaction_id, h.units, sum(h.units) over (order by i.held_since desc nulls last, h.interaction_id desc)::int as upto
    from capacity_hold h join interaction i on i.id = h.interaction_id join channel c on c.id = i.channel_id
    where h.agent_id = $2 and h.consult_id is null and h.lent_to is null and h.units > 0 and i.state = 'active'
      and coalesce(i.work_class_id, c.work_class_id) = any($4::uuid[])
      and not exists (select from capacity_hold b where b.lent_to = h.interaction_id)
), share as (
    select m.interaction_id, least(m.units, l.units - (m.upto - m.units)) as units from may m, lack l
    where m.upto - m.units < l.units and (select max(upto) from may) >= l.units
), lent as (
    update capacity_hold h set units = h.units - s.units, lent = s.units, lent_to = $1
    from share s where h.interaction_id = s.interaction_id and h.consult_id is null returning s.units
)
update agent set used = used - (select sum(units) from lent)::int, version = version + 1
where user_id = $2 and exists (select from lent) returning user_id;

-- name: recall
with back as (
    update capacity_hold h set units = h.units + l.lent, lent = 0, lent_to = null
    from (select interaction_id, lent from capacity_hold where lent_to = $1 for no key update) l
    where h.interaction_id = l.interaction_id and h.consult_id is null returning l.lent as units
)
update agent set used = used + (select sum(units) from back)::int, version = version + 1
where user_id = $2 and exists (select from back);

-- name: lenders
-- What somebody is just working on stays as it is.
select i.id, i.conversation_id, i.channel_id, i.access_class, i.queue_id, i.state, i.agent_id, i.units, i.priority, i.skills,
       i.version, i.closed_at
from interaction i join capacity_hold h on h.interaction_id = i.id and h.consult_id is null
where h.lent_to = $1 and i.state = 'active' and exists (
    select from interaction a join channel c on c.id = a.channel_id
        join work_class w on w.id = coalesce(a.work_class_id, c.work_class_id)
    where a.id = $1 and w.parks_interrupted)
order by i.id for no key update of i skip locked;

-- name: interruption_over
select i.id, i.conversation_id, i.channel_id, i.access_class, i.queue_id, i.state, i.agent_id, i.units, i.priority, i.skills,
       i.version, i.closed_at
from interaction i
where i.stage = 'parked' and i.interrupted_by is not null and not exists (
    select from capacity_hold h where h.interaction_id = i.id and h.lent_to = i.interrupted_by)
order by i.id limit 1 for no key update of i skip locked;
