-- name: source
select s.url, s.start_tls, s.bind_dn, s.base, s.filter, s.region, s.every_s, s.next_at, s.read_at, s.problem, s.problem_at,
    exists (select from secret where owner_kind = 'directory') as has_password,
    (select count(*) from directory_person) as people
from directory_source s;

-- name: put_source
insert into directory_source (url, start_tls, bind_dn, base, filter, region, every_s, changed_at, next_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
on conflict (single) do update set url = excluded.url, start_tls = excluded.start_tls, bind_dn = excluded.bind_dn,
    base = excluded.base, filter = excluded.filter, region = excluded.region, every_s = excluded.every_s,
    changed_at = excluded.changed_at, next_at = excluded.next_at;

-- name: drop
with gone as (delete from directory_person returning 1), place as (delete from directory_source)
select count(*) from gone;

-- name: due
select exists (select from directory_source where next_at <= $1);

-- name: settle
update directory_source set next_at = $2, problem = $3, problem_at = case when $3 = '' then null else $1::timestamptz end,
    read_at = case when $3 = '' then $1 else read_at end;

-- name: remote_ids
select remote_id from directory_person;

-- name: put
-- An address that two accounts have proves neither.
insert into directory_person as p (
    id, remote_id, name, name_key, email, title, department, place, phones, words, user_id, changed_at)
select n.id, n.remote_id, n.name, n.name_key, n.email, n.title, n.department, n.place, n.phones::jsonb, n.words, u.id, $11
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
    as n(id, remote_id, name, name_key, email, title, department, place, phones, words)
left join lateral (
    select min(a.id::text)::uuid as id from app_user a
    where n.email <> '' and lower(a.email) = lower(n.email) and a.disabled_at is null having count(*) = 1
) u on true
on conflict (remote_id) do update set name = excluded.name, name_key = excluded.name_key, email = excluded.email,
    title = excluded.title, department = excluded.department, place = excluded.place, phones = excluded.phones,
    words = excluded.words, user_id = excluded.user_id, changed_at = excluded.changed_at
where (p.name, p.email, p.title, p.department, p.place, p.phones, p.words, p.user_id)
    is distinct from (excluded.name, excluded.email, excluded.title, excluded.department, excluded.place, excluded.phones,
        excluded.words, excluded.user_id)
returning p.id;

-- name: remove
delete from directory_person where remote_id = any($1::text[]) returning id;

-- name: find
-- Who has an account here and stands in no directory is a colleague as well.
select p.id, p.name, p.email, p.title, p.department, p.place, p.phones, p.user_id, p.name_key from (
    select d.id, d.name, d.email, d.title, d.department, d.place, d.phones, d.user_id, d.name_key, d.words from directory_person d
    union all
    select u.id, u.name, '', '', '', '', '[]'::jsonb, u.id, u.name_key, ' ' || u.name_key from app_user u
    where u.disabled_at is null and not u.service and not exists (select from directory_person d where d.user_id = u.id)
) p
where not exists (select from unnest($1::text[]) as w(word) where strpos(p.words, w.word) = 0)
    and ($2::text is null or (p.name_key, p.id) > ($2, $3::uuid))
order by p.name_key, p.id limit $4;
