-- name: interaction
select id, conversation_id, channel_id, access_class, queue_id, state, agent_id, units, priority, skills, version, closed_at
from interaction where id = $1;

-- name: interaction_locked
select id, conversation_id, channel_id, access_class, queue_id, state, agent_id, units, priority, skills, version, closed_at
from interaction where id = $1 for no key update;

-- name: open_of
select id, conversation_id, channel_id, access_class, queue_id, state, agent_id, units, priority, skills, version, closed_at
from interaction
where (conversation_id = $1 or merge_id = (select merge_id from conversation where id = $1)) and stage <> 'closed'
for no key update;

-- name: follow_access
-- What a person may see of a conversation follows the queue that works on it.
update conversation set access_class = $2, version = version + 1 where id = $1 and access_class <> $2;

-- name: hold
-- Takes what lacks to the units wanted, in one statement with the guard; a hold of somebody else's leaves no room. Of what one has
-- one at a time ($4: not while it is set aside) nobody gets a second one, whatever room they have.
with before as (
    select agent_id, units + lent as units, alone from capacity_hold where interaction_id = $1 and consult_id is null
), more as (
    select $3 - coalesce((select units from before), 0) as units,
           ($4::boolean and c.one_at_a_time)::int - coalesce((select alone from before), false)::int as engaged
    from interaction i join channel c on c.id = i.channel_id where i.id = $1
), room as (
    update agent a set used = a.used + m.units, engaged = a.engaged + m.engaged, version = a.version + 1
    from more m where a.user_id = $2 and a.used + m.units <= a.capacity and (m.engaged <= 0 or a.engaged = 0)
      and (m.units > 0 or m.engaged > 0 or not exists (select from before)) and not exists (select from before where agent_id <> $2)
    returning a.user_id
)
insert into capacity_hold (interaction_id, agent_id, units, alone)
select i.id, $2, $3, $4 and c.one_at_a_time from room, interaction i join channel c on c.id = i.channel_id where i.id = $1
on conflict (interaction_id) where consult_id is null
    do update set units = excluded.units - capacity_hold.lent, alone = excluded.alone returning agent_id;

-- name: held
select h.agent_id from capacity_hold h where h.interaction_id = $1 and h.agent_id = $2 and h.units + h.lent >= $3 and h.consult_id is null
  and (h.alone or not $4::boolean
       or not (select c.one_at_a_time from interaction i join channel c on c.id = i.channel_id where i.id = $1));

-- name: would_be_second
select exists (select from interaction i join channel c on c.id = i.channel_id, agent a
               where i.id = $1 and c.one_at_a_time and a.user_id = $2 and a.engaged > 0);

-- name: release
-- What it had borrowed counts again where it came from. The agent before the holds, as everywhere.
with whose as materialized (
    select a.user_id from capacity_hold h join agent a on a.user_id = h.agent_id
    where h.interaction_id = $1 and h.consult_id is null for no key update of a
), gone as (
    delete from capacity_hold h using whose
    where h.interaction_id = $1 and h.consult_id is null and h.agent_id = whose.user_id returning h.agent_id, h.units, h.alone
), borrowed as materialized (
    select h.interaction_id, h.lent from capacity_hold h join whose on whose.user_id = h.agent_id where h.lent_to = $1 for no key update of h
), back as (
    update capacity_hold h set units = h.units + b.lent, lent = 0, lent_to = null
    from borrowed b where h.interaction_id = b.interaction_id and h.consult_id is null returning b.lent
), given as (
    select coalesce(sum(lent), 0)::int as units from back
)
update agent a set used = a.used - gone.units + given.units, engaged = a.engaged - gone.alone::int, version = a.version + 1,
                   idle_since = case when a.used + given.units = gone.units then $2 else a.idle_since end
from gone, given where a.user_id = gone.agent_id returning a.user_id;

-- name: offer
select id, interaction_id, agent_id, state, expires_at from offer where id = $1;

-- name: offer_locked
select id, interaction_id, agent_id, state, expires_at from offer where id = $1 for no key update;

-- name: open_offer_of
select id, interaction_id, agent_id, state, expires_at from offer where interaction_id = $1 and state = 'open' for no key update;

-- name: end_offer
update offer set state = $2, ended_at = $3, decline_reason = $4 where id = $1 and state = 'open';

-- name: overdue_offered
-- What somebody works on is passed over; whether its offer is still open is asked again under the lock.
select i.id, i.conversation_id, i.channel_id, i.access_class, i.queue_id, i.state, i.agent_id, i.units, i.priority, i.skills,
       i.version, i.closed_at
from offer o join interaction i on i.id = o.interaction_id
where o.state = 'open' and o.expires_at <= $1 order by o.expires_at limit 1 for no key update of i skip locked;

-- name: duties
-- What the clock has to do now, in one look; and when the next offer is over.
select exists (select from offer where state = 'open' and expires_at <= $1) as offers,
       exists (select from interaction where stage = 'parked' and parked_until <= $1) as parked,
       exists (select from interaction where stage = 'wrap_up' and wrap_up_until <= $1) as wrap_ups,
       exists (select from interaction i where i.stage = 'parked' and i.interrupted_by is not null and not exists (
                   select from capacity_hold h where h.interaction_id = i.id and h.lent_to = i.interrupted_by)) as interrupted,
       (select min(expires_at) from offer where state = 'open') as next_expiry;

-- name: commit_offers
-- The lease first: a take-over in progress is waited for, a stale token finds nothing. Interactions before agents, everywhere,
-- or two transactions wait for each other; what somebody works on is skipped. Capacity is summed for each agent and guarded.
-- The event of an offer has the offer's id. Nobody gets a second one of what one has one at a time, whatever the router took them for.
with fence as materialized (
    select 1 from lease where name = 'router' and token = $1 for share
), p as (
    select * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::int[], $7::text[])
        as p(interaction_id, agent_id, offer_id, version, units, reason)
), free as materialized (
    select p.*, c.one_at_a_time as alone from p join interaction i on i.id = p.interaction_id join channel c on c.id = i.channel_id
    where exists (select from fence) and i.version = p.version and i.state = 'waiting'
    order by i.id for no key update of i skip locked
), wanted as (
    select agent_id, sum(units)::int as units, count(*) filter (where alone)::int as engaged from free group by agent_id
), locked as materialized (
    select a.user_id, w.units, w.engaged from agent a join wanted w on w.agent_id = a.user_id order by a.user_id for no key update of a
), able as (
    update agent a set used = a.used + l.units, engaged = a.engaged + l.engaged, version = a.version + 1
    from locked l where a.user_id = l.user_id and a.state = 'available' and a.used + l.units <= a.capacity
      and (l.engaged = 0 or a.engaged + l.engaged <= 1)
    returning a.user_id
), moved as (
    update interaction i set state = 'offered', agent_id = f.agent_id, version = f.version + 1, updated_at = $8::timestamptz,
                             reason = f.reason::jsonb
    from free f where i.id = f.interaction_id and f.agent_id = any (array(select user_id from able))
    returning i.id, i.conversation_id, i.channel_id, i.queue_id, i.access_class, i.agent_id, f.offer_id, f.units, f.alone, i.reason,
              $8::timestamptz + make_interval(secs => (select q.offer_s from queue q where q.id = i.queue_id)) as expires_at
), held as (
    insert into capacity_hold (interaction_id, agent_id, units, alone) select id, agent_id, units, alone from moved
), offered as (
    insert into offer (id, interaction_id, agent_id, units, created_at, expires_at, reason)
    select offer_id, id, agent_id, units, $8, expires_at, reason from moved
), told as (
    insert into event (epoch, id, at, type, v, access_class, channel_id, conversation_id, interaction_id, queue_id, agent_id, body)
    select (select epoch from cluster_epoch), offer_id, $8, $9, $10, access_class, channel_id, conversation_id, id, queue_id,
           agent_id, jsonb_build_object('offer_id', offer_id)
    from moved
)
-- A group of which nothing was left is not one that was fenced off.
select case when exists (select from fence) then array(select id from moved) end;

-- name: waiting
-- Who let it pass or lie in the last ten minutes is not asked first again; from a queue that people take from, nothing is offered.
-- Few customers count for more or less than usual, so they are looked up from their side.
select i.id, i.version, i.queue_id, i.skills, i.units, i.priority, i.waiting_since as since, i.due_at,
       i.preferred_agent_id, i.preferred_since + make_interval(secs => q.prefer_s) as preferred_until, coalesce(v.value, 1) as value, q.steps, q.first_response_s,
       w.cost, reckoned_handling_s(w, i.skills) as handling_s, reckoned_patience_s(w) as patience_s,
       w.decay_s, w.growth, w.cap, w.fades, w."deferrable", w.interrupts, c.one_at_a_time,
       array(select o.agent_id from offer o where o.interaction_id = i.id and o.state in ('declined', 'expired')
             and o.ended_at > $2::timestamptz - interval '10 minutes')
           || case when i.avoid_until > $2::timestamptz then array[i.avoid_agent_id] else '{}' end as refused
from interaction i
join queue q on q.id = i.queue_id
join channel c on c.id = i.channel_id
left join work_class w on w.id = coalesce(i.work_class_id, c.work_class_id)
left join (select t.id, k.value from customer k join identity n on n.customer_id = k.id join conversation t on t.identity_id = n.id
           where k.value <> 1) v on v.id = i.conversation_id
where i.state = 'waiting' and q.mode = 'push' and i.id = any((select $1::uuid[])::uuid[])
  -- What is folded into a storm waits for its one answer (see `storms`).
  and (i.case_id is null or not exists (
      select from storm_item k join storm s on s.id = k.storm_id
      where k.interaction_id = i.id and k.state = 'folded' and s.case_id = i.case_id and s.state <> 'ended'));

-- name: waiting_of_customers
select i.id from identity n join conversation t on t.identity_id = n.id join interaction i on i.conversation_id = t.id
where n.customer_id = any($1::uuid[]) and i.stage = 'waiting' and i.state <> 'offered';

-- name: all_waiting
select i.id, i.version, i.queue_id, i.skills, i.units, i.priority, i.waiting_since as since, i.due_at,
       i.preferred_agent_id, i.preferred_since + make_interval(secs => q.prefer_s) as preferred_until, coalesce(v.value, 1) as value, q.steps, q.first_response_s,
       w.cost, reckoned_handling_s(w, i.skills) as handling_s, reckoned_patience_s(w) as patience_s,
       w.decay_s, w.growth, w.cap, w.fades, w."deferrable", w.interrupts, c.one_at_a_time,
       array(select o.agent_id from offer o where o.interaction_id = i.id and o.state in ('declined', 'expired')
             and o.ended_at > $1::timestamptz - interval '10 minutes')
           || case when i.avoid_until > $1::timestamptz then array[i.avoid_agent_id] else '{}' end as refused
from interaction i
join queue q on q.id = i.queue_id
join channel c on c.id = i.channel_id
left join work_class w on w.id = coalesce(i.work_class_id, c.work_class_id)
left join (select t.id, k.value from customer k join identity n on n.customer_id = k.id join conversation t on t.identity_id = n.id
           where k.value <> 1) v on v.id = i.conversation_id
where i.stage = 'waiting' and i.state <> 'offered' and q.mode = 'push'
  -- What is folded into a storm waits for its one answer (see `storms`).
  and (i.case_id is null or not exists (
      select from storm_item k join storm s on s.id = k.storm_id
      where k.interaction_id = i.id and k.state = 'folded' and s.case_id = i.case_id and s.state <> 'ended'));

-- name: reserves
select id, case when reserve_auto then reserve_now else reserve_agents end as reserve_agents, reserve_units from queue
where case when reserve_auto then reserve_now else reserve_agents end > 0 and archived_at is null order by id;

-- name: agents
-- Walked from the keys, which `offset 0` keeps apart: whatever the statistics say, nobody's work is looked for among all that is
-- active. What it could lend: see `lend`.
select a.user_id as id, a.state = 'available' and u.disabled_at is null as available, a.capacity - a.used as free,
       a.engaged > 0 as engaged, a.idle_since,
       array(select s.key || ':' || k.level from agent_skill k join skill s on s.id = k.skill_id
             where k.user_id = a.user_id) as skills,
       array(select m.queue_id from queue_member m where m.user_id = a.user_id) as queue_ids,
       (select jsonb_object_agg(m.work_class_id, m.units) from (
            select coalesce(i.work_class_id, c.work_class_id) as work_class_id, sum(h.units) as units
            from (select interaction_id, units from capacity_hold
                  where agent_id = a.user_id and consult_id is null and lent_to is null and units > 0 offset 0) h
            cross join lateral (select channel_id, state, work_class_id from interaction where id = h.interaction_id offset 0) i
            join channel c on c.id = i.channel_id
            where i.state = 'active' and coalesce(i.work_class_id, c.work_class_id) in (select unnest(w.interrupts) from work_class w)
              and not exists (select from capacity_hold b where b.lent_to = h.interaction_id)
            group by 1) m) as lendable
from agent a join app_user u on u.id = a.user_id
where a.user_id = any((select $1::uuid[])::uuid[]);

-- name: all_agents
-- The same of everybody, gathered by kind: ten thousand people are read in one go, not one by one.
with skilled as (
    select k.user_id, array_agg(s.key || ':' || k.level) as skills from agent_skill k join skill s on s.id = k.skill_id group by k.user_id
), places as (
    select user_id, array_agg(queue_id) as queue_ids from queue_member group by user_id
), could as (
    select h.agent_id, coalesce(i.work_class_id, c.work_class_id) as work_class_id, sum(h.units) as units
    from capacity_hold h join interaction i on i.id = h.interaction_id join channel c on c.id = i.channel_id
    where h.consult_id is null and h.lent_to is null and h.units > 0 and i.stage = 'active'
      and coalesce(i.work_class_id, c.work_class_id) in (select unnest(w.interrupts) from work_class w)
      and not exists (select from capacity_hold b where b.lent_to = h.interaction_id)
    group by 1, 2
), lendable as (
    select agent_id, jsonb_object_agg(work_class_id, units) as units from could group by agent_id
)
select a.user_id as id, a.state = 'available' and u.disabled_at is null as available, a.capacity - a.used as free,
       a.engaged > 0 as engaged, a.idle_since, coalesce(k.skills, '{}') as skills, coalesce(p.queue_ids, '{}') as queue_ids, l.units as lendable
from agent a join app_user u on u.id = a.user_id
left join skilled k on k.user_id = a.user_id left join places p on p.user_id = a.user_id left join lendable l on l.agent_id = a.user_id;

-- name: set_agent_state
update agent set state = $2, reason = $3, since = $4, version = version + 1, missed = 0,
                 idle_since = case when state <> 'available' and $2 = 'available' then $4 else idle_since end
where user_id = $1 and (state <> $2 or reason <> $3) returning user_id;

-- name: count_missed
update agent set missed = case when $2 then 0 else missed + 1 end where user_id = $1 returning missed;

-- name: held_by
select id, conversation_id, channel_id, access_class, queue_id, state, agent_id, units, priority, skills, version, closed_at
from interaction where id in (select id from in_hands where agent_id = $1) and state in ('offered', 'active', 'wrap_up') order by id for no key update;

-- name: wrap_up
insert into wrap_up (interaction_id, code_id, user_id, note_message_id, at) values ($1, $2, $3, $4, $5)
on conflict (interaction_id) do update
    set code_id = excluded.code_id, user_id = excluded.user_id, note_message_id = excluded.note_message_id, at = excluded.at;

-- name: code_exists
select exists (select from wrap_up_code where id = $1 and archived_at is null);

-- name: queue_exists
select exists (select from queue where id = $1 and archived_at is null);
