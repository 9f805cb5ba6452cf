-- name: to_erase
select m.id as message_id, m.channel_id, h.medium, m.remote_id, m.direction, m.visibility, m.said_at,
       coalesce(t.subject, '') as subject, coalesce(t.text, '') as text, t.html, coalesce(t.details, '{}') as details,
       coalesce(t.class, 'conversation') as text_class, coalesce(t.legal_hold, c.legal_hold, k.legal_hold, o.legal_hold, (
           select f.legal_hold from interaction n join case_file f on f.id = n.case_id
           where n.conversation_id = c.id and f.legal_hold is not null limit 1)) as legal_hold,
       array(select a.name from attachment a where a.message_id = m.id and a.state = 'stored' order by a.position) as names
from message m
join channel h on h.id = m.channel_id
join conversation c on c.id = m.conversation_id
join identity i on i.id = c.identity_id
join customer k on k.id = i.customer_id
-- A hold on who they were before they were found to be one person with somebody else holds as well.
left join customer o on o.id = i.home_customer_id
left join message_text t on t.message_id = m.id
where m.id = any($1::uuid[])
order by m.said_at, m.id;

-- name: erased_customers
select id from customer where id = any($1::uuid[]) and erased_at is not null;

-- name: set_hold
update customer set legal_hold = $2, version = version + 1 where id = $1 and erased_at is null returning id;

-- name: lock_chain
-- The chain has one end: whoever appends holds this until the commit.
select pg_advisory_xact_lock(hashtext('unisono.sealed_item'));

-- name: last_sealed
select number, message_id, class as text_class, ground, sealed_at, retain_until, key_id, nonce, ciphertext,
       previous_hash, hash
from sealed_item order by number desc limit 1;

-- name: append_sealed
insert into sealed_item (number, message_id, class, ground, sealed_at, retain_until, key_id, nonce, ciphertext,
                         previous_hash, hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: sealed
select number, message_id, class as text_class, ground, sealed_at, retain_until, key_id, nonce, ciphertext,
       previous_hash, hash
from sealed_item where number > $1 order by number limit $2;

-- name: sealed_item
select number, message_id, class as text_class, ground, sealed_at, retain_until, key_id, nonce, ciphertext,
       previous_hash, hash
from sealed_item where number = $1;

-- name: setting
select value from setting where name = $1;

-- name: audit
insert into audit (id, at, actor_id, action, subject_kind, subject_id, body) values ($1, $2, $3, $4, $5, $6, $7);

-- name: forget_words
-- What colleagues wrote in their own words about what is erased; what was done, when and by whom, stays. A reason to decline is
-- a word of ours.
update audit set body = body - case when action = 'offer.declined' then array['words'] else array['words', 'reason'] end
where (subject_kind = 'message' and subject_id in (select unnest($1::uuid[])::text)
       or subject_kind = 'interaction'
       and subject_id in (select m.interaction_id::text from message m where m.id = any($1::uuid[]) and m.interaction_id is not null))
  and body ?| array['words', 'reason'];

-- name: forget_bulk_words
update bulk_work set args = args - array['reason', 'note']
where args ?| array['reason', 'note'] and id in (
    select b.bulk_id from message m join bulk_item b on b.interaction_id = m.interaction_id where m.id = any($1::uuid[]));

-- name: expired_texts
select message_id from message_text where expires_at < $1 and legal_hold is null order by expires_at limit $2;
