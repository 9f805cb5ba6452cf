-- name: consult
select id, interaction_id, asked_by, agent_id, skill, state, units, version from consult where id = $1;

-- name: consult_locked
select id, interaction_id, asked_by, agent_id, skill, state, units, version from consult where id = $1 for no key update;

-- name: of_work
select id, interaction_id, asked_by, agent_id, skill, state, units, version from consult
where interaction_id = $1 and state in ('requested', 'open') order by id for no key update;

-- name: of_agent
select id, interaction_id, asked_by, agent_id, skill, state, units, version from consult
where agent_id = $1 and state in ('requested', 'open') order by id for no key update;

-- name: asked_on
select distinct agent_id from consult
where interaction_id = any($1::uuid[]) and state in ('requested', 'open');

-- name: able
-- Colleagues at work who have a skill; whether they may read it is asked of their rights.
select a.user_id from agent a join app_user u on u.id = a.user_id join agent_skill k on k.user_id = a.user_id
join skill s on s.id = k.skill_id
where s.key = $1 and a.state <> 'offline' and u.disabled_at is null and a.user_id <> $2 order by a.user_id;

-- name: has_skill
select exists (select from agent_skill k join skill s on s.id = k.skill_id where k.user_id = $1 and s.key = $2);

-- name: is_asked
select exists (select from consult c join interaction i on i.id = c.interaction_id
               where i.conversation_id = $1 and c.agent_id = $2 and c.state = 'open');

-- name: ask
insert into consult (id, interaction_id, asked_by, agent_id, skill, units, question_id, asked_at)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: hold
with room as (
    update agent set used = used + $3, version = version + 1 where user_id = $2 and used + $3 <= capacity returning user_id
)
insert into capacity_hold (interaction_id, agent_id, units, consult_id)
select c.interaction_id, room.user_id, $3, c.id from room, consult c where c.id = $1 returning agent_id;

-- name: open
update consult set state = 'open', agent_id = $2, opened_at = $3, version = version + 1 where id = $1;

-- name: release
with gone as (
    delete from capacity_hold where consult_id = $1 returning agent_id, units
)
update agent a set used = a.used - gone.units, version = a.version + 1,
                   idle_since = case when a.used = gone.units then $2 else a.idle_since end
from gone where a.user_id = gone.agent_id returning a.user_id;

-- name: end
update consult set state = $2, ended_at = $3, ended_by = $4, version = version + 1 where id = $1;

-- name: views
select c.id, c.interaction_id, i.conversation_id, c.asked_by, c.agent_id, c.skill, c.state, c.units, c.question_id, c.asked_at,
       c.opened_at, c.ended_at, c.ended_by, c.version
from consult c join interaction i on i.id = c.interaction_id where c.id = any($1::uuid[]) order by c.asked_at, c.id;

-- name: concerning
-- What somebody asked, is asked, or can take up: it asks for a skill of theirs.
select c.id from consult c
where c.state in ('requested', 'open')
  and (c.asked_by = $1 or c.agent_id = $1
       or c.agent_id is null and c.skill in (select s.key from agent_skill k join skill s on s.id = k.skill_id where k.user_id = $1));
