-- name: lead_of
select coalesce(merged_into, id) from customer where id = $1;

-- name: group_of
select c.id from customer c, (select coalesce(merged_into, id) as lead from customer where id = $1) k
where c.id = k.lead or c.merged_into = k.lead order by c.id;

-- name: lock_merging
-- Merges are rare; one after the other they need no thought about who else joins the same group.
select pg_advisory_xact_lock(hashtext('unisono.customer_merge'));

-- name: component
-- All who are connected by merges that stand, whoever stands for them now.
with recursive reached as (
    select unnest($1::uuid[]) as id
    union
    select case when m.a = r.id then m.b else m.a end
    from reached r join customer_merge m on (m.a = r.id or m.b = r.id) and m.unmerged_at is null
)
select id from reached order by id;

-- name: lock_identities
select id from identity where customer_id = any($1::uuid[]) order by id for no key update;

-- name: lock_customers
select id, value, legal_hold is not null as held, created_at, erased_at is not null as erased
from customer where id = any($1::uuid[]) order by id for no key update;

-- name: standing_merges
select id, a, b, true as standing from customer_merge
where unmerged_at is null and a = any($1::uuid[]) and b = any($1::uuid[]) order by merged_at, id;

-- name: merge
select id, a, b, unmerged_at is null as standing from customer_merge where id = $1;

-- name: add_merge
insert into customer_merge (id, a, b, score, evidence, reason, merged_by, merged_at) values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: end_merge
update customer_merge set unmerged_by = $2, unmerged_at = $3 where id = $1;

-- name: stand_identities
-- A handle that is at home again forgets that it was ever away.
update identity i set customer_id = n.lead, home_customer_id = case when n.lead = n.id then null else n.id end
from unnest($1::uuid[], $2::uuid[]) as n(id, lead)
where coalesce(i.home_customer_id, i.customer_id) = n.id and i.customer_id <> n.lead;

-- name: stand_customers
update customer c set merged_into = case when n.lead = n.id then null else n.lead end, version = c.version + 1
from unnest($1::uuid[], $2::uuid[]) as n(id, lead) where c.id = n.id;

-- name: touch_conversations
update conversation set version = version + 1 where id in (
    select c.id from conversation c join identity i on i.id = c.identity_id where i.customer_id = any($1::uuid[]) order by c.id
);

-- name: set_apart
insert into customer_apart (a, b, said_by, said_at) values (least($1::uuid, $2::uuid), greatest($1::uuid, $2::uuid), $3, $4)
on conflict do nothing;

-- name: apart_from
select case when a = any($1::uuid[]) then b else a end as id from customer_apart where a = any($1::uuid[]) or b = any($1::uuid[]);

-- name: merges_of
select m.id, m.a, m.b, m.score, m.evidence, m.reason, m.merged_by, m.merged_at
from customer_merge m where m.unmerged_at is null and m.a = any($1::uuid[]) order by m.merged_at, m.id;

-- name: by_home
select coalesce(i.home_customer_id, i.customer_id) as home, i.id, i.network, i.realm, i.remote_id, i.handle, i.display_name,
       i.profile_url, i.blocked_at is not null as blocked
from identity i where i.customer_id = any($1::uuid[]) order by i.first_seen_at, i.id;

-- name: handles
select i.id, i.customer_id, i.network, i.realm, i.remote_id, i.handle, i.display_name, i.profile_url,
       (select coalesce(jsonb_agg(jsonb_build_object('kind', k.kind, 'value', k.value, 'proved', k.proved) order by k.kind, k.value), '[]')
        from identity_claim k where k.identity_id = i.id) as claims
from identity i where i.customer_id = any($1::uuid[]) and i.remote_id not like 'erased:%' order by i.id;

-- name: alike_by_claim
select distinct i.customer_id from unnest($1::text[], $2::text[]) as k(kind, value)
join identity_claim c on c.kind = k.kind and c.value = k.value join identity i on i.id = c.identity_id limit $3;

-- name: alike_by_address
-- Of a mailbox and of a number the network's own id tells.
select distinct customer_id from identity where network = any($2::text[]) and realm = '' and remote_id = any($1::text[]) limit $3;

-- name: alike_by_profile
-- As the address may be written.
select distinct customer_id from identity where profile_url <> '' and profile_url = any($1::text[]) limit $2;

-- name: alike_by_name
select distinct customer_id from identity where name_terms @@ $1::text::tsquery limit $2;

-- name: recent_texts
select c.identity_id, t.text
from identity n join conversation c on c.identity_id = n.id
join lateral (select id, said_at from message where conversation_id = c.id and direction = 'in' and deleted_at is null
              order by said_at desc limit $3) m on true
join message_text t on t.message_id = m.id
where n.customer_id = $1 and ($2::int[] is null or c.access_class = any($2::int[]))
order by m.said_at desc limit $3;

-- name: claims
select k.identity_id, k.kind, k.value, k.proved, k.source
from identity i join identity_claim k on k.identity_id = i.id where i.customer_id = $1 order by k.identity_id, k.kind, k.value;

-- name: add_claim
-- What is proved stays proved, whoever says it again.
insert into identity_claim (identity_id, kind, value, proved, source, user_id, at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (identity_id, kind, value) do update set proved = true, source = excluded.source, user_id = excluded.user_id, at = excluded.at
    where excluded.proved and not identity_claim.proved
returning identity_id;

-- name: drop_claim
delete from identity_claim where identity_id = $1 and kind = $2 and value = $3 returning identity_id;

-- name: touch
update customer set version = version + 1 where id = $1;

-- name: notes
select n.id, n.user_id, n.text, n.at from customer c join customer_note n on n.customer_id = c.id
where c.id = $1 or c.merged_into = $1 order by n.at, n.id;

-- name: add_note
insert into customer_note (id, customer_id, user_id, text, at) values ($1, $2, $3, $4, $5) on conflict do nothing returning id;

-- name: drop_note
delete from customer_note where id = $1 returning id;

-- name: note_of
select coalesce(c.merged_into, c.id) from customer_note n join customer c on c.id = n.customer_id where n.id = $1;

-- name: fields
select id, key, name, kind, choices, position, version, archived_at is not null as archived from custom_field
order by position, key;

-- name: add_field
insert into custom_field (id, key, name, kind, choices, position) values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id;

-- name: values
select coalesce(c.merged_into, c.id) as lead, f.key, v.value
from customer c join customer_field v on v.customer_id = c.id join custom_field f on f.id = v.field_id
where (c.id = any($1::uuid[]) or c.merged_into = any($1::uuid[])) and f.archived_at is null
order by c.merged_into is not null desc, c.id desc;

-- name: set_value
insert into customer_field (customer_id, field_id, value, terms, changed_by, changed_at)
values ($1, $2, $3, array_to_tsvector($4::text[]), $5, $6)
on conflict (customer_id, field_id) do update set value = excluded.value, terms = excluded.terms, changed_by = excluded.changed_by,
    changed_at = excluded.changed_at;

-- name: drop_value
-- Taken away for the person, so also where one of those they are made of brought it with them.
delete from customer_field v using customer c
where v.customer_id = c.id and (c.id = $1 or c.merged_into = $1) and v.field_id = $2;

-- name: facts
select count(*) as messages, min(m.said_at) as first_at, max(m.said_at) as last_at
from identity n join conversation c on c.identity_id = n.id join message m on m.conversation_id = c.id
where n.customer_id = $1 and m.direction = 'in' and m.aside_identity_id is null and m.deleted_at is null and ($2::int[] is null or c.access_class = any($2::int[]));

-- name: languages
select m.language from identity n join conversation c on c.identity_id = n.id join message m on m.conversation_id = c.id
where n.customer_id = $1 and m.direction = 'in' and m.aside_identity_id is null and m.deleted_at is null and m.language is not null
      and ($2::int[] is null or c.access_class = any($2::int[]))
group by 1 order by count(*) desc, 1 limit 5;

-- name: hours
select extract(hour from m.said_at at time zone $3)::int as hour, count(*) as n
from identity n join conversation c on c.identity_id = n.id join message m on m.conversation_id = c.id
where n.customer_id = $1 and m.direction = 'in' and m.aside_identity_id is null and m.deleted_at is null and ($2::int[] is null or c.access_class = any($2::int[]))
group by 1;

-- name: directory_found
-- Names and fields first: few are called so.
select distinct coalesce(c.merged_into, c.id) as id
from (select customer_id from identity where name_terms @@ $1::text::tsquery
      union select customer_id from customer_field where terms @@ $1::text::tsquery) k
join customer c on c.id = k.customer_id limit 5000;

-- name: last_of
-- The newest conversation of each that may be seen.
select k.id as customer, c.id
from unnest($1::uuid[]) as k(id) join lateral (
    select o.id from identity n join conversation o on o.identity_id = n.id
    where n.customer_id = k.id and ($2::int[] is null or o.access_class = any($2::int[]))
    order by o.last_said_at desc nulls last, o.id desc limit 1
) c on true;
