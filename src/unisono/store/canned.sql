-- name: usable
select id, scope_kind, scope_id, folder, key, name, texts, changed_at, version from canned_answer
where archived_at is null
  and (scope_kind = 'house' or (scope_kind = 'own' and scope_id = $1)
       or (scope_kind = 'queue' and ($2::uuid is null or scope_id = $2)))
order by lower(folder), lower(name), id;

-- name: find
select id, scope_kind, scope_id, folder, key, name, texts, changed_at, version from canned_answer
where id = $1 and archived_at is null;

-- name: put
insert into canned_answer (id, scope_kind, scope_id, folder, key, name, texts, changed_by, changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (id) do update set scope_kind = $2, scope_id = $3, folder = $4, key = $5, name = $6, texts = $7, changed_by = $8,
    changed_at = $9, version = canned_answer.version + 1, archived_at = null;

-- name: archive
update canned_answer set archived_at = $2 where id = $1 and archived_at is null;

-- name: taken
select exists (select from canned_answer where scope_kind = $1 and scope_id is not distinct from $2 and key = $3 and id <> $4
               and archived_at is null);

-- name: values
select i.display_name as customer_name, i.handle as customer_handle, h.name as channel_name, h.handle as channel_handle,
       coalesce(b.name, '') as brand, coalesce(u.name, '') as agent_name,
       coalesce((select s.subject from message m join message_text s on s.message_id = m.id
                 where m.conversation_id = c.id and s.subject <> '' order by m.said_at limit 1), '') as subject,
       (select f.number from interaction w join case_file f on f.id = w.case_id where w.conversation_id = c.id
        order by w.created_at desc limit 1) as case_number,
       coalesce((select value #>> '{}' from setting where name = 'organisation.name'), '') as organisation, u.locale
from conversation c
join identity i on i.id = c.identity_id
join channel h on h.id = c.channel_id
left join brand b on b.id = h.brand_id
left join app_user u on u.id = $2
where c.id = $1;

-- name: values_of_channel
select '' as customer_name, '' as customer_handle, h.name as channel_name, h.handle as channel_handle,
       coalesce(b.name, '') as brand, coalesce(u.name, '') as agent_name, '' as subject, null::bigint as case_number,
       coalesce((select value #>> '{}' from setting where name = 'organisation.name'), '') as organisation, u.locale
from channel h
left join brand b on b.id = h.brand_id
left join app_user u on u.id = $2
where h.id = $1;

-- name: signature
select coalesce(nullif(h.signature, ''), b.signature, '') as text, coalesce(h.signs, h.medium = 'mail') as "on"
from channel h left join brand b on b.id = h.brand_id where h.id = $1;

-- name: own_signature
select signature, signs from channel where id = $1;

-- name: set_signature
update channel set signature = $2, signs = $3, version = version + 1 where id = $1;

-- name: set_brand_signature
update brand set signature = $2 where id = $1 returning id;

-- name: brand_signatures
select id, name, signature from brand order by key;
