-- name: all
-- Counting ends at a thousand: more is not a figure that anybody reads.
select t.id, t.name, t.colour, t.description, t.archived_at is not null as archived, t.version,
       (select count(*) from (select from conversation_tag c where c.tag_id = t.id limit 1001) n) as used
from tag t order by t.name_key, t.id;

-- name: get
select t.id, t.name, t.colour, t.description, t.archived_at is not null as archived, t.version,
       (select count(*) from (select from conversation_tag c where c.tag_id = t.id limit 1001) n) as used
from tag t where t.id = any($1::uuid[]) order by t.name_key, t.id;

-- name: by_key
select id from tag where name_key = $1;

-- name: add
insert into tag (id, name, name_key, colour, description, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing returning id;

-- name: change
update tag set name = coalesce($2, name), name_key = coalesce($3, name_key), colour = coalesce($4, colour),
               description = coalesce($5, description),
               archived_at = case when $6::boolean is null then archived_at when $6 then coalesce(archived_at, $7) end,
               version = version + 1
where id = $1;

-- name: put
insert into conversation_tag (conversation_id, tag_id, tagged_by, tagged_at) values ($1, $2, $3, $4)
on conflict do nothing returning tag_id;

-- name: take
delete from conversation_tag where conversation_id = $1 and tag_id = $2 returning tag_id;

-- name: bump
update conversation set version = version + 1 where id = $1;
