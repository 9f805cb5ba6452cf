-- What cannot be, as long as every verb does what it says: a statement for each kind, which reads what it asks about and no more,
-- since a hundred thousand may wait. Each sees one moment, so that no half of a change is seen. `broken` in `custody.py` puts one
-- subject, or none, to them. Work that waits is in the hands of nobody, so that who has some is found by its index.

-- name: offered_without_offer
select i.id as interaction_id, i.agent_id, i.access_class from interaction i
where i.stage = 'waiting' and i.state = 'offered'
  and not exists (select from offer o where o.interaction_id = i.id and o.state = 'open' and o.agent_id = i.agent_id)

-- name: offer_without_work
select o.interaction_id, o.agent_id, i.access_class from offer o left join interaction i on i.id = o.interaction_id
where o.state = 'open' and (i.state is distinct from 'offered' or i.agent_id is distinct from o.agent_id)

-- name: no_capacity_held
select i.id as interaction_id, i.agent_id, i.access_class from interaction i
where i.stage in ('waiting', 'active', 'wrap_up') and i.state <> 'waiting' and not exists (
    select from capacity_hold h where h.interaction_id = i.id and h.consult_id is null and h.agent_id = i.agent_id)

-- name: hands_closed
select i.id as interaction_id, i.agent_id, i.access_class from app_user u join in_hands w on w.agent_id = u.id join interaction i on i.id = w.id
where u.disabled_at is not null and (i.state in ('offered', 'active') or (i.state = 'parked' and i.parked_until is null))

-- name: hands_gone
select i.id as interaction_id, i.agent_id, i.access_class
from agent a join app_user u on u.id = a.user_id join in_hands w on w.agent_id = a.user_id join interaction i on i.id = w.id
where a.state = 'offline' and u.disabled_at is null and i.state in ('offered', 'active') and greatest(a.since, i.held_since) < $1

-- name: wrap_up_left
select i.id as interaction_id, i.agent_id, i.access_class
from agent a join app_user u on u.id = a.user_id join interaction i on i.holder_id = a.user_id
where (a.state = 'offline' or u.disabled_at is not null) and i.stage = 'wrap_up' and i.wrap_up_until is null
  and greatest(a.since, i.held_since) < $1

-- name: two_pairs_of_hands
select i.id as interaction_id, i.agent_id, i.access_class from interaction i
where i.stage <> 'closed' and i.holder_id is not null and i.state = 'waiting'

-- name: queue_archived
select i.id as interaction_id, i.agent_id, i.access_class from queue q join access_class k on k.queue_id = q.id join interaction i on i.access_class = k.id
where q.archived_at is not null and i.stage = 'waiting' and i.state <> 'offered'

-- name: capacity_without_work
select h.interaction_id, h.agent_id, i.access_class
from capacity_hold h left join interaction i on i.id = h.interaction_id and i.stage <> 'closed'
where h.consult_id is null and (i.id is null or i.state = 'waiting' or i.agent_id is distinct from h.agent_id)

-- name: consult_over
select h.interaction_id, h.agent_id, i.access_class
from consult c join capacity_hold h on h.consult_id = c.id left join interaction i on i.id = h.interaction_id and i.stage <> 'closed'
where c.state not in ('requested', 'open')

-- name: loan_not_returned
select h.interaction_id, h.agent_id, i.access_class
from capacity_hold h left join interaction i on i.id = h.interaction_id and i.stage <> 'closed'
where h.lent_to is not null and not exists (
    select from capacity_hold b where b.interaction_id = h.lent_to and b.consult_id is null and b.agent_id = h.agent_id)

-- name: sum_wrong
select null::uuid as interaction_id, a.user_id as agent_id, null::int as access_class
from agent a left join (select agent_id, sum(units) as units, count(*) filter (where alone) as alone from capacity_hold group by agent_id) h
    on h.agent_id = a.user_id
where (a.used, a.engaged) is distinct from (coalesce(h.units, 0), coalesce(h.alone, 0))

-- name: sum_wrong_of
select null::uuid as interaction_id, a.user_id as agent_id, null::int as access_class from agent a
where (a.used, a.engaged) <> (
    select coalesce(sum(h.units), 0), count(*) filter (where h.alone) from capacity_hold h where h.agent_id = a.user_id)

-- name: end_consult_hold
delete from capacity_hold h using consult c
where h.interaction_id = $1 and c.id = h.consult_id and c.state not in ('requested', 'open');

-- name: end_loan
update capacity_hold h set units = h.units + h.lent, lent = 0, lent_to = null
where h.interaction_id = $1 and h.consult_id is null and h.lent_to is not null and not exists (
    select from capacity_hold b where b.interaction_id = h.lent_to and b.consult_id is null and b.agent_id = h.agent_id);

-- name: add_up
update agent a set used = s.units, engaged = s.alone, version = a.version + 1
from (select coalesce(sum(units), 0)::int as units, count(*) filter (where alone)::int as alone from capacity_hold where agent_id = $1) s
where a.user_id = $1 and (a.used, a.engaged) <> (s.units, s.alone) returning a.user_id;

-- name: states
-- Open is what has not been closed, and what has a state of open work: counted apart, in one look, so that the two prove each other.
with seen as (
    select i.*, case when i.state = 'waiting' then i.waiting_since else coalesce(i.held_since, i.updated_at) end as since
    from interaction i where (i.state <> 'closed' or i.closed_at is null) and ($1::int[] is null or i.access_class = any($1::int[]))
)
select s.state, count(*)::int as count, count(s.agent_id)::int as with_agent, min(s.since) as oldest_at,
       (array_agg(s.conversation_id order by s.since, s.id))[1] as oldest_conversation_id,
       (select count(*)::int from seen where closed_at is null) as open
from seen s where s.state <> 'closed' group by s.state order by s.state;

-- name: agents_disabled
select id from app_user where disabled_at is not null;

-- name: kinds_waiting
-- One of each kind, any: what asks for the same in the same queue finds the same people.
select (array_agg(id))[1] as id from interaction where stage = 'waiting' and state <> 'offered' group by queue_id, skills;

-- name: of_kinds
select i.id from interaction k join access_class c on c.queue_id = k.queue_id
join interaction i on i.stage = 'waiting' and i.state <> 'offered' and i.access_class = c.id and i.skills = k.skills
where k.id = any($1::uuid[]);

-- name: places
select id, conversation_id, queue_id, state, waiting_since, access_class from interaction where id = any($1::uuid[]);
