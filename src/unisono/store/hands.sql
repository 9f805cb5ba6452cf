-- name: lock_agents
select a.user_id, a.state, a.capacity - a.used as free, u.disabled_at is not null as disabled
from agent a join app_user u on u.id = a.user_id
where a.user_id = any($1::uuid[]) order by a.user_id for update of a;

-- name: lock_work
select id, conversation_id, channel_id, access_class, queue_id, state, agent_id, units, priority, skills, version, closed_at
from interaction where id = any($1::uuid[]) order by id for update;

-- name: got_meanwhile
select id, conversation_id, channel_id, access_class, queue_id, state, agent_id, units, priority, skills, version, closed_at
from interaction where agent_id = $1 and state in ('offered', 'active', 'wrap_up') and id <> all($2::uuid[])
order by id for update skip locked;

-- name: deferrable
select i.id from interaction i join channel c on c.id = i.channel_id join work_class w on w.id = c.work_class_id
where i.id = any($1::uuid[]) and w."deferrable";

-- name: desks_open
-- In the order of the key; who was written down a moment ago, maybe by another node, is not written again.
insert into desk_seen (user_id, at)
select a.user_id, $2 from agent a where a.user_id = any($1::uuid[]) order by a.user_id
on conflict (user_id) do update set at = excluded.at where desk_seen.at < excluded.at - interval '25 seconds';

-- name: node_listens
insert into desk_node (name, since, at) values ($1, $2, $2)
on conflict (name) do update set at = excluded.at,
    since = case when desk_node.at < excluded.at - make_interval(secs => $3) then excluded.at else desk_node.since end;

-- name: lost_desks
select a.user_id from desk_seen d join agent a on a.user_id = d.user_id
where a.state <> 'offline' and d.at < $1::timestamptz - make_interval(secs => $2)
  and not exists (select from session s where s.user_id = d.user_id
                  and s.last_seen_at >= $1::timestamptz - make_interval(secs => $2))
  and not exists (select from api_token t where t.user_id = d.user_id
                  and t.last_used_at >= $1::timestamptz - make_interval(secs => $2))
  and exists (select from desk_node n where n.since <= $1::timestamptz - make_interval(secs => $2)
              and n.at >= $1::timestamptz - make_interval(secs => $3))
order by a.user_id limit $4;

-- name: is_lost
select exists (
    select from desk_seen d join agent a on a.user_id = d.user_id
    where d.user_id = $1 and a.state <> 'offline' and d.at < $2::timestamptz - make_interval(secs => $3)
      and not exists (select from session s where s.user_id = $1 and s.last_seen_at >= $2::timestamptz - make_interval(secs => $3))
      and not exists (select from api_token t where t.user_id = $1 and t.last_used_at >= $2::timestamptz - make_interval(secs => $3))
);

-- name: forget_desk
delete from desk_seen where user_id = $1;

-- name: forget_nodes
delete from desk_node where at < $1::timestamptz - make_interval(secs => $2);
