-- name: place
select m.id as message_id, m.conversation_id, m.channel_id, m.remote_id, m.direction, m.visibility, m.occurred_at,
       m.deleted_at is not null as deleted, m.hidden, m.liked, c.root_remote_id, c.identity_id, c.access_class,
       i.remote_id as author_id, i.realm as author_realm, i.handle as author_handle, i.display_name as author_name
from message m join conversation c on c.id = m.conversation_id join identity i on i.id = c.identity_id
where m.id = $1;

-- name: mark
update message set hidden = coalesce($2, hidden), liked = coalesce($3, liked), version = version + 1 where id = $1;

-- name: private_replies
-- What failed did not reach the customer; all else counts, also what is on its way.
select (select count(*) from outbox where channel_id = $1 and private_reply_to = $2 and state not in ('failed', 'dead'))
     + (select count(*) from held_answer where channel_id = $1 and private_reply_to = $2);

-- name: open_private
update conversation set links_to = coalesce(links_to, $2), reply_rule = $3, reply_until = $4, reply_reason = $5,
    version = version + 1
where id = $1;

-- name: known_identity
-- The same person as in the public thread, by the id that the network gives them in private.
insert into identity (id, customer_id, home_customer_id, network, realm, remote_id, handle, display_name, profile_url, first_seen_at)
select $1, i.customer_id, i.home_customer_id, i.network, $3, $4, coalesce(nullif($5, ''), i.handle), i.display_name, i.profile_url, $6
from conversation c join identity i on i.id = c.identity_id where c.id = $2
on conflict do nothing;

-- name: identity_named
select n.id from conversation c join identity i on i.id = c.identity_id
join identity n on n.network = i.network and n.realm = $2 and n.remote_id = $3 where c.id = $1;

-- name: same_thread
select t.id from conversation c
join conversation t on t.channel_id = c.channel_id and t.visibility = c.visibility and t.root_remote_id = $2
    and t.identity_id = coalesce($3, c.identity_id) and t.id <> c.id
where c.id = $1;

-- name: rename_thread
update conversation set root_remote_id = $2, identity_id = coalesce($3, identity_id), version = version + 1 where id = $1;

-- name: move_messages
update message set conversation_id = $2, version = version + 1 where conversation_id = $1;

-- name: move_outbox
update outbox set conversation_id = $2 where conversation_id = $1;

-- name: link_thread
update conversation t set links_to = coalesce(t.links_to, c.links_to), last_said_at = greatest(t.last_said_at, c.last_said_at),
    last_message_id = case when c.last_said_at >= coalesce(t.last_said_at, '-infinity') then c.last_message_id
                           else t.last_message_id end,
    version = t.version + 1
from conversation c where t.id = $2 and c.id = $1;

-- name: drop_thread
delete from conversation c where c.id = $1 and not exists (select from interaction i where i.conversation_id = c.id);
