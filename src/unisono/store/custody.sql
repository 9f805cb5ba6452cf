-- name: broken
-- What cannot be, as long as every verb does what it says: read in one statement, so that no half of a change is seen.
with work as (
    select i.id, i.state, i.agent_id, i.queue_id, i.access_class, i.channel_id, i.parked_until, i.wrap_up_until, i.held_since,
           u.disabled_at is not null as disabled, a.state = 'offline' as offline, a.since
    from interaction i left join agent a on a.user_id = i.agent_id left join app_user u on u.id = i.agent_id
    where i.state <> 'closed'
), found as (
    select 'offered_without_offer' as kind, w.id as interaction_id, w.agent_id, w.access_class from work w
    where w.state = 'offered'
      and not exists (select from offer o where o.interaction_id = w.id and o.state = 'open' and o.agent_id = w.agent_id)
    union all
    select 'offer_without_work', o.interaction_id, o.agent_id, w.access_class from offer o left join work w on w.id = o.interaction_id
    where o.state = 'open' and (w.state is distinct from 'offered' or w.agent_id is distinct from o.agent_id)
    union all
    select 'no_capacity_held', w.id, w.agent_id, w.access_class from work w
    where w.state in ('offered', 'active', 'wrap_up') and not exists (
        select from capacity_hold h where h.interaction_id = w.id and h.consult_id is null and h.agent_id = w.agent_id)
    union all
    select 'hands_closed', w.id, w.agent_id, w.access_class from work w
    where w.disabled and (w.state in ('offered', 'active') or (w.state = 'parked' and w.parked_until is null))
    union all
    select 'hands_gone', w.id, w.agent_id, w.access_class from work w
    where w.state in ('offered', 'active') and w.offline and not w.disabled
      and greatest(w.since, w.held_since) < $1::timestamptz - make_interval(secs => $2)
    union all
    select 'wrap_up_left', w.id, w.agent_id, w.access_class from work w
    where w.state = 'wrap_up' and w.wrap_up_until is null and (w.disabled or w.offline)
      and greatest(w.since, w.held_since) < $1::timestamptz - make_interval(secs => $2)
    union all
    select 'two_pairs_of_hands', w.id, w.agent_id, w.access_class from work w where w.state = 'waiting' and w.agent_id is not null
    union all
    select 'queue_archived', w.id, w.agent_id, w.access_class from work w join queue q on q.id = w.queue_id
    where w.state = 'waiting' and q.archived_at is not null
    union all
    select 'capacity_without_work', h.interaction_id, h.agent_id, w.access_class
    from capacity_hold h left join work w on w.id = h.interaction_id
    where h.consult_id is null and (w.id is null or w.state = 'waiting' or w.agent_id is distinct from h.agent_id)
    union all
    select 'consult_over', h.interaction_id, h.agent_id, w.access_class
    from capacity_hold h join consult c on c.id = h.consult_id left join work w on w.id = h.interaction_id
    where c.state not in ('requested', 'open')
    union all
    select 'loan_not_returned', h.interaction_id, h.agent_id, w.access_class
    from capacity_hold h left join work w on w.id = h.interaction_id
    where h.lent_to is not null and not exists (
        select from capacity_hold b where b.interaction_id = h.lent_to and b.consult_id is null and b.agent_id = h.agent_id)
    union all
    select 'sum_wrong', null, a.user_id, null from agent a
    where a.used <> (select coalesce(sum(h.units), 0) from capacity_hold h where h.agent_id = a.user_id)
)
select kind, interaction_id, agent_id, access_class from found
where $3::uuid is null or interaction_id = $3 or (interaction_id is null and agent_id = $3)
order by kind, interaction_id, agent_id;

-- name: end_consult_hold
delete from capacity_hold h using consult c
where h.interaction_id = $1 and c.id = h.consult_id and c.state not in ('requested', 'open');

-- name: end_loan
update capacity_hold h set units = h.units + h.lent, lent = 0, lent_to = null
where h.interaction_id = $1 and h.consult_id is null and h.lent_to is not null and not exists (
    select from capacity_hold b where b.interaction_id = h.lent_to and b.consult_id is null and b.agent_id = h.agent_id);

-- name: add_up
update agent a set used = s.units, version = a.version + 1
from (select coalesce(sum(units), 0)::int as units from capacity_hold where agent_id = $1) s
where a.user_id = $1 and a.used <> s.units returning a.user_id;

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
-- One of each kind: what asks for the same in the same queue finds the same people.
select (array_agg(id order by waiting_since, id))[1] as id from interaction where state = 'waiting' group by queue_id, skills;

-- name: of_kinds
select i.id from interaction k join interaction i on i.state = 'waiting' and i.queue_id = k.queue_id and i.skills = k.skills
where k.id = any($1::uuid[]);

-- name: places
select id, conversation_id, queue_id, state, waiting_since, access_class from interaction where id = any($1::uuid[]);
