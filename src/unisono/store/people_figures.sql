-- name: add
insert into people_permit (id, kind, agent_id, reason, asked_by, asked_at, until) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (id) do nothing;

-- name: permit
select p.id, p.kind, p.agent_id, p.reason, p.asked_by, p.asked_at, p.until, p.agreed_by, p.agreed_at, p.ended_by, p.ended_at,
       w.name as agent_name, a.name as asked_by_name, b.name as agreed_by_name
from people_permit p join app_user a on a.id = p.asked_by
left join app_user b on b.id = p.agreed_by left join app_user w on w.id = p.agent_id
where p.id = $1 for no key update of p;

-- name: permits
select p.id, p.kind, p.agent_id, p.reason, p.asked_by, p.asked_at, p.until, p.agreed_by, p.agreed_at, p.ended_by, p.ended_at,
       w.name as agent_name, a.name as asked_by_name, b.name as agreed_by_name
from people_permit p join app_user a on a.id = p.asked_by
left join app_user b on b.id = p.agreed_by left join app_user w on w.id = p.agent_id
where $1::uuid is null or p.id < $1 order by p.id desc limit $2;

-- name: agree
update people_permit set agreed_by = $2, agreed_at = $3 where id = $1;

-- name: end_permit
update people_permit set ended_by = $2, ended_at = $3 where id = $1;

-- name: holding
-- The one that lasts longest first.
select id, kind, agent_id, reason, asked_by, asked_at, until, agreed_by, agreed_at, ended_by, ended_at
from people_permit
where kind = $1 and ended_at is null and agreed_at is not null and until > $2
  and (agent_id is null or agent_id = any($3::uuid[]))
order by until desc, id;

-- name: looked_again
-- A page that reads itself anew is one look.
update people_look l set last_at = $3, times = times + 1
from unnest($1::uuid[], $2::uuid[]) as n(agent_id, permit_id)
where l.agent_id = n.agent_id and l.permit_id = n.permit_id and l.looked_by = $4 and l.kind = $5 and l.what = $6
  and l.last_at > $3::timestamptz - make_interval(secs => $7)
returning l.agent_id;

-- name: looked
insert into people_look (id, agent_id, looked_by, permit_id, kind, what, at, last_at)
select n.id, n.agent_id, $4, n.permit_id, $5, $6, $7, $7
from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as n(id, agent_id, permit_id);

-- name: looks
select l.id, l.agent_id, l.looked_by, u.name, l.kind, l.what, p.reason, l.at, l.last_at, l.times
from people_look l join app_user u on u.id = l.looked_by join people_permit p on p.id = l.permit_id
where l.agent_id = $1 and ($2::uuid is null or l.id < $2)
order by l.id desc limit $3;

-- name: forget
with gone as (delete from people_look where last_at < $1 returning 1) select count(*) from gone;
