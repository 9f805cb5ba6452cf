-- name: first_facts
-- An answer of a person's, not one that a machine sent.
select exists (select from channel where archived_at is null) as channel,
       exists (select from interaction) as enquiry,
       exists (select from message where direction = 'out' and user_id is not null) as answer,
       (select id from conversation order by id limit 1) as conversation_id;

-- name: sessions
select id_hash, created_at, last_seen_at, expires_at, user_agent from session
where user_id = $1 and expires_at > $2 and last_seen_at > $2::timestamptz - make_interval(secs => $3)
order by last_seen_at desc;

-- name: end_session
delete from session where user_id = $1 and encode(id_hash, 'hex') like $2 || '%' returning user_id;

-- name: put_role
insert into role (name, actions, built_in) values ($1, $2, false)
on conflict (name) do update set actions = excluded.actions where not role.built_in;

-- name: remove_role
delete from role where name = $1 and not built_in;

-- name: holders
select distinct user_id from role_grant where role = $1 order by user_id;

-- name: classes_of
select a.id from access_class a join channel c on c.id = a.channel_id join queue q on q.id = a.queue_id
where case $1 when 'brand' then c.brand_id when 'team' then q.team_id when 'queue' then q.id when 'channel' then c.id end = $2;

-- name: places_of
select distinct a.channel_id, a.queue_id from access_class a join channel c on c.id = a.channel_id join queue q on q.id = a.queue_id
where c.archived_at is null and q.archived_at is null and ($1::int[] is null or a.id = any($1)) order by 1, 2;

-- name: seen_counts
-- Enough to see that it is much.
select (select count(*)::int from (select from conversation where $1::int[] is null or access_class = any($1) limit 10000) c) as conversations,
       (select count(*)::int from (select from interaction where stage <> 'closed' and ($1::int[] is null or access_class = any($1))
                              limit 10000) i) as open;

-- name: is_service
select service from app_user where id = $1;

-- name: set_service
update app_user set service = true, password_hash = null where id = $1;

-- name: services
select id from app_user where service order by name_key, id;

-- name: limit_token
update api_token set actions = $2 where id = $1 returning id, name, created_at, expires_at, last_used_at, actions;

-- name: audit
select id, at, actor_id, action, subject_kind, subject_id, body from audit
where ($1::uuid is null or actor_id = $1)
  and ($2::text is null or action = $2 or (right($2, 1) = '.' and starts_with(action, $2)))
  and ($3::text is null or subject_kind = $3) and ($4::text is null or subject_id = $4)
  and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at < $6)
  and ($7::uuid is null or id < $7)
order by id desc limit $8;

-- name: lock_seals
-- The chain has one end: whoever appends holds this until the commit.
select pg_advisory_xact_lock(hashtext('unisono.audit_seal'));

-- name: last_seal
select number, from_id, to_id, entries, sealed_at, previous_hash, hash from audit_seal order by number desc limit 1;

-- name: seals
select number, from_id, to_id, entries, sealed_at, previous_hash, hash from audit_seal where number > $1 order by number limit $2;

-- name: add_seal
insert into audit_seal (number, from_id, to_id, entries, sealed_at, previous_hash, hash) values ($1, $2, $3, $4, $5, $6, $7);

-- name: audit_between
select id, at, actor_id, action, subject_kind, subject_id, body from audit
where ($1::uuid is null or id > $1) and ($2::uuid is null or id <= $2) and ($3::timestamptz is null or at < $3)
order by id limit $4;
