-- name: places
select a.id as access_class, q.id as queue_id, q.key as queue_key, q.name as queue_name, c.id as channel_id,
       c.name as channel_name, c.network
from access_class a join queue q on q.id = a.queue_id join channel c on c.id = a.channel_id;

-- name: months
-- Newest first; how many messages each holds as last counted, and whether every message has its class among its terms.
select c.relname, greatest(c.reltuples, 0)::float as rows,
       coalesce((select (value #>> '{}')::int from setting where name = 'search.version'), 1) as version
from pg_inherits h join pg_class c on c.oid = h.inhrelid
where h.inhparent = 'message_terms'::regclass order by c.relname = 'message_terms_default', c.relname desc;

-- name: found_by_name
-- People first, then their conversations by the index: taken together, the planner reads all conversations there are. A name that
-- more bear is a word too common to find anybody by.
with people as materialized (
    select id from identity where name_terms @@ $1::text::tsquery limit 300
)
select c.last_message_id as message_id, c.last_said_at as said_at
from people p cross join lateral (
    select last_message_id, last_said_at from conversation
    where identity_id = p.id and last_message_id is not null
      and ($2::int[] is null or access_class = any($2::int[]))
      and ($3::timestamptz is null or (last_said_at, last_message_id) < ($3, $4::uuid))
      and ($6::timestamptz is null or last_said_at >= $6)
    order by last_said_at desc limit $5
) c
order by c.last_said_at desc, c.last_message_id desc limit $5;
