-- name: quarantine
select channel_id, '' as code, count(*)::int as n, min(received_at) as oldest
from inbox where state = 'quarantined' group by channel_id order by n desc, channel_id;

-- name: dead
-- What a person gave up, or was erased, waits for nobody.
select o.channel_id, o.error_code as code, count(*)::int as n, min(o.created_at) as oldest
from outbox o join conversation c on c.id = o.conversation_id
where o.state in ('dead', 'failed') and o.error_code not in ('given_up', 'erased')
  and ($1::int[] is null or c.access_class = any($1::int[]))
group by o.channel_id, o.error_code order by n desc, o.channel_id, code;

-- name: code_of
select error_code from outbox where message_id = $1;

-- name: totals
select (select count(*) from inbox where state = 'quarantined')::int as quarantine,
       (select count(*) from outbox where state in ('dead', 'failed') and error_code not in ('given_up', 'erased'))::int as dead;
