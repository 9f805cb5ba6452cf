-- name: of
select v.id, v.owner_id, u.name as owner, v.name, v.scope_kind, v.scope_id, v.filter, v.position, v.version,
       exists (select from default_view d where d.user_id = $1 and d.view_id = v.id) as is_default
from saved_view v join app_user u on u.id = v.owner_id
where v.owner_id = $1 or v.scope_kind = 'organisation'
   or (v.scope_kind = 'team' and v.scope_id in (select team_id from team_member where user_id = $1))
   or (v.scope_kind = 'queue' and v.scope_id in (select queue_id from queue_member where user_id = $1))
order by v.owner_id <> $1, v.position, v.created_at, v.id;

-- name: get
select id, owner_id, name, scope_kind, scope_id, filter, position from saved_view where id = $1 for no key update;

-- name: count
select count(*) from saved_view where owner_id = $1;

-- name: put
insert into saved_view (id, owner_id, name, scope_kind, scope_id, filter, position, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (id) do update set name = excluded.name, scope_kind = excluded.scope_kind, scope_id = excluded.scope_id,
    filter = excluded.filter, position = excluded.position, version = saved_view.version + 1;

-- name: drop
delete from saved_view where id = $1;

-- name: order
update saved_view v set position = n.place, version = v.version + 1
from unnest($2::uuid[]) with ordinality as n(id, place) where v.id = n.id and v.owner_id = $1;

-- name: no_default
delete from default_view where user_id = $1;

-- name: set_default
insert into default_view (user_id, view_id) values ($1, $2) on conflict (user_id) do update set view_id = excluded.view_id;

-- name: in_team
select exists (select from team_member where user_id = $1 and team_id = $2);

-- name: in_queue
select exists (select from queue_member where user_id = $1 and queue_id = $2);
