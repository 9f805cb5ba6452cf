-- name: words
select case m.direction when 'in' then 'customer' else 'us' end as by, m.language, concat_ws(E'\n', nullif(x.subject, ''), x.text) as text
from message m join message_text x on x.message_id = m.id
where m.conversation_id = $1 and m.deleted_at is null and not m.automatic and m.direction in ('in', 'out') and m.aside_identity_id is null
  and coalesce(m.delivery, '') not in ('held', 'withdrawn') and x.text <> ''
order by m.said_at desc, m.tie_break desc, m.ingest_key desc limit $2;

-- name: names
-- Of those who wrote there all that they are called anywhere.
with who as (
    select i.customer_id from conversation c join identity i on i.id = c.identity_id where c.id = $1
    union
    select i.customer_id from message m join identity i on i.id = m.identity_id where m.conversation_id = $1
)
select unnest(array[i.display_name, i.handle]) as name from who join identity i on i.customer_id = who.customer_id
union
select u.name from message m join app_user u on u.id = m.user_id where m.conversation_id = $1;

-- name: customer_name
select i.display_name from conversation c join identity i on i.id = c.identity_id where c.id = $1;

-- name: excluded
select exists (
    select from (
        select i.customer_id from conversation c join identity i on i.id = c.identity_id where c.id = $1
        union
        select i.customer_id from message m join identity i on i.id = m.identity_id where m.conversation_id = $1
    ) who join identity i on i.customer_id = who.customer_id where i.no_aid);

-- name: customer
select erased_at is null as here from customer where id = $1 for no key update;

-- name: exclude
with changed as (
    update identity set no_aid = $2 where customer_id = $1 and no_aid <> $2 returning 1
)
select count(*)::int from changed;

-- name: lock
select pg_advisory_xact_lock(hashtext('aid_ask'));

-- name: spent
select count(*)::int as asks, coalesce(sum(tokens), 0)::bigint as tokens from aid_ask where asked_at > $1;

-- name: add
insert into aid_ask (id, task, asked_at, tokens) values ($1, $2, $3, $4);

-- name: settle
update aid_ask set tokens = $2, outcome = $3 where id = $1;

-- name: forget
delete from aid_ask where asked_at < $1;
