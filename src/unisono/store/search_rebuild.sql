-- name: rebuilt_to
select (value #>> '{}')::int from setting where name = 'search.version';

-- name: set_rebuilt_to
insert into setting (name, value) values ('search.version', to_jsonb($1::int))
on conflict (name) do update set value = excluded.value, changed_at = now();

-- name: outdated
-- Newest first, as people search; the place of the last one goes on where it stopped.
select t.said_at, t.message_id, t.conversation_id, m.language, x.subject, x.text
from message_terms t join message m on m.id = t.message_id join message_text x on x.message_id = t.message_id
where t.search_version < $1 and ($2::timestamptz is null or (t.said_at, t.message_id) < ($2, $3::uuid))
order by t.said_at desc, t.message_id desc limit $4;

-- name: rebuild
-- What was written or changed meanwhile has the new terms already; the conversations stay in their classes until this is committed.
with c as materialized (
    select id, access_class from conversation where id = any($5::uuid[]) order by id for share
)
update message_terms t
set terms = array_to_tsvector(string_to_array(n.terms, ' ') || ('@' || c.access_class)), search_version = $4
from unnest($1::timestamptz[], $2::uuid[], $3::text[]) as n(said_at, message_id, terms), c
where t.said_at = n.said_at and t.message_id = n.message_id and c.id = t.conversation_id and t.search_version < $4;
