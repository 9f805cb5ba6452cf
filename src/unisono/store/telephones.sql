-- name: phones
select p.user_id, p.driver, p.address from agent_phone p where $1::uuid is null or p.user_id = $1 order by p.user_id, p.driver;

-- name: lines
-- Lines in use, each with its driver and what that told of itself when it was started last.
select h.id, h.name, a.id as access_class, h.config, coalesce(h.config ->> 'driver', 'webrtc') as driver, v.powers
from channel h left join access_class a on a.channel_id = h.id and a.queue_id = h.queue_id
left join voice_driver v on v.name = coalesce(h.config ->> 'driver', 'webrtc')
where h.medium = 'call' and h.archived_at is null order by h.name, h.id;

-- name: drivers
select name, powers from voice_driver order by name;

-- name: refused_at
select at from do_not_call where number_hash = $1;

-- name: refuse
insert into do_not_call (number_hash, added_by, at, shown, why) values ($1, $2, $3, $4, $5)
on conflict (number_hash) do update set why = excluded.why, shown = excluded.shown
where do_not_call.why <> excluded.why or do_not_call.shown <> excluded.shown;

-- name: allow
delete from do_not_call where number_hash = $1 returning number_hash;

-- name: refusals
select d.number_hash, d.shown, d.why, d.at, u.name as added_by from do_not_call d left join app_user u on u.id = d.added_by
where ($1::timestamptz is null or (d.at, d.number_hash) < ($1, $2)) and ($3::bytea is null or d.number_hash = $3)
order by d.at desc, d.number_hash desc limit $4;

-- name: asked_for_call
select opened_at from call_back where interaction_id = $1 and why = 'asked' and ended_at is null;

-- name: spoken_by
-- Calls whose sound does not come by the desk: those of who has the work, and those in which their phone rings or speaks.
select c.id from call c left join interaction i on i.id = c.interaction_id
where c.ended_at is null and c.driver <> 'webrtc'
  and ((i.agent_id = $1 and i.state in ('active', 'offered'))
       or jsonb_path_exists(c.state, '$.intent.legs.*.user_id ? (@ == $user)', jsonb_build_object('user', $1::text)))
order by c.id limit 20;
