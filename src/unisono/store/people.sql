-- name: user
select id, login, name, locale, password_hash, disabled_at is not null as disabled from app_user where id = $1;

-- name: user_by_login
select id, login, name, locale, password_hash, disabled_at is not null as disabled from app_user where login_key = $1;

-- name: users
select u.id, u.login, u.name, u.email, u.locale, u.theme, u.disabled_at is not null as disabled, u.service,
       (select coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'scope_kind', g.scope_kind, 'scope_id', g.scope_id)
                                  order by g.role, g.scope_kind, g.scope_id), '[]')
        from role_grant g where g.user_id = u.id) as roles
from app_user u
where ($1::text is null or (u.name_key, u.id) > ($1, $2::uuid))
order by u.name_key, u.id limit $3;

-- name: user_views
select u.id, u.login, u.name, u.email, u.locale, u.theme, u.disabled_at is not null as disabled, u.service,
       (select coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'scope_kind', g.scope_kind, 'scope_id', g.scope_id)
                                  order by g.role, g.scope_kind, g.scope_id), '[]')
        from role_grant g where g.user_id = u.id) as roles
from app_user u where u.id = any($1::uuid[]) order by u.name_key, u.id;

-- name: name_key
select name_key from app_user where id = $1;

-- name: add_user
-- A taken login and an id that is there already both give no row.
insert into app_user (id, login, login_key, name, name_key, email, locale, password_hash, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id;

-- name: login_taken
select exists (select from app_user where login_key = $1 and id <> $2);

-- name: clear_grants
delete from role_grant where user_id = $1;

-- name: add_grants
insert into role_grant (id, user_id, role, scope_kind, scope_id)
select n.id, $1, n.role, n.scope_kind, n.scope_id
from unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[]) as n(id, role, scope_kind, scope_id)
on conflict do nothing;

-- name: grants
select role, scope_kind, scope_id from role_grant where user_id = $1 order by role, scope_kind, scope_id;

-- name: reach_of
-- A brand is that of the channel, a team that of the queue.
select g.user_id, g.role, r.actions, g.scope_kind, g.scope_id,
       case when g.scope_kind in ('organisation', 'self') then '{}'::int[] else array(
           select a.id from access_class a join channel c on c.id = a.channel_id join queue q on q.id = a.queue_id
           where case g.scope_kind when 'brand' then c.brand_id when 'team' then q.team_id
                                   when 'queue' then q.id when 'channel' then c.id end = g.scope_id
       ) end as classes
from role_grant g join role r on r.name = g.role join app_user u on u.id = g.user_id
where g.user_id = any((select $1::uuid[])::uuid[]) and u.disabled_at is null;

-- name: scope_exists
select case $1
    when 'brand' then exists (select from brand where id = $2)
    when 'team' then exists (select from team where id = $2)
    when 'queue' then exists (select from queue where id = $2)
    when 'channel' then exists (select from channel where id = $2)
    else false end;

-- name: administrators
select g.user_id from role_grant g join app_user u on u.id = g.user_id
where g.role = 'administrator' and g.scope_kind = 'organisation' and u.disabled_at is null;

-- name: administrators_locked
-- Two people who take the role from each other at once wait for one another here.
select g.user_id from role_grant g join app_user u on u.id = g.user_id
where g.role = 'administrator' and g.scope_kind = 'organisation' and u.disabled_at is null
order by g.id for no key update;

-- name: roles
select name, actions, built_in from role order by built_in desc, name;

-- name: put_built_in_role
insert into role (name, actions, built_in) values ($1, $2, true)
on conflict (name) do update set actions = excluded.actions, built_in = true
    where role.actions <> excluded.actions or not role.built_in;

-- name: add_session
insert into session (id_hash, user_id, created_at, last_seen_at, expires_at, user_agent) values ($1, $2, $3, $3, $4, $5);

-- name: session
select s.user_id, u.login, u.name, u.locale, s.last_seen_at, s.expires_at
from session s join app_user u on u.id = s.user_id
where s.id_hash = $1 and s.expires_at > $2 and s.last_seen_at > $2::timestamptz - make_interval(secs => $3)
  and u.disabled_at is null;

-- name: touch_session
update session set last_seen_at = $2 where id_hash = $1;

-- name: end_session
delete from session where id_hash = $1 returning user_id;

-- name: end_sessions_of
delete from session where user_id = $1 and ($2::bytea is null or id_hash <> $2);

-- name: add_token
insert into api_token (id, user_id, name, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)
returning id, name, created_at, expires_at, last_used_at, actions;

-- name: tokens_of
select id, name, created_at, expires_at, last_used_at, actions from api_token where user_id = $1 order by id;

-- name: token
select t.user_id, u.login, u.name, u.locale, t.last_used_at as last_seen_at, t.expires_at, t.actions
from api_token t join app_user u on u.id = t.user_id
where t.token_hash = $1 and (t.expires_at is null or t.expires_at > $2) and u.disabled_at is null;

-- name: touch_token
update api_token set last_used_at = $2 where token_hash = $1;

-- name: good_proofs
select s.id_hash as proof from session s join app_user u on u.id = s.user_id
where s.id_hash = any($1::bytea[]) and s.expires_at > $2
  and s.last_seen_at > $2::timestamptz - make_interval(secs => $3) and u.disabled_at is null
union all
select t.token_hash from api_token t join app_user u on u.id = t.user_id
where t.token_hash = any($1::bytea[]) and (t.expires_at is null or t.expires_at > $2) and u.disabled_at is null;

-- name: remove_token
delete from api_token where id = $1 and user_id = $2 returning id;

-- name: add_link
insert into one_time_link (token_hash, purpose, user_id, expires_at) values ($1, $2, $3, $4);

-- name: link
select purpose, user_id, expires_at, used_at from one_time_link where token_hash = $1;

-- name: link_locked
select purpose, user_id, expires_at, used_at from one_time_link where token_hash = $1 for no key update;

-- name: use_link
update one_time_link set used_at = $2 where token_hash = $1;

-- name: withdraw_links
delete from one_time_link where purpose = $1 and user_id is not distinct from $2 and used_at is null;

-- name: begin_attempts
insert into log_in_attempt (key, since) select unnest($1::bytea[]), $2 on conflict do nothing;

-- name: attempts
-- In key order, so that two log-ins never wait for each other in a circle.
select key, failures, since, blocked_until from log_in_attempt where key = any($1::bytea[]) order by key for no key update;

-- name: put_attempts
update log_in_attempt a set failures = n.failures, since = n.since, blocked_until = n.blocked_until
from unnest($1::bytea[], $2::int[], $3::timestamptz[], $4::timestamptz[]) as n(key, failures, since, blocked_until)
where a.key = n.key;

-- name: forget_attempts
delete from log_in_attempt where key = any($1::bytea[]) or (since < $2 and coalesce(blocked_until, since) < $2);
