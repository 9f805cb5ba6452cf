-- name: known_messages
-- By the network's id, also of parts of a split answer.
select m.id, m.conversation_id, m.interaction_id, k.remote_id, m.revision, m.direction, m.delivery,
       m.deleted_at is not null as deleted
from unnest($2::text[]) as k(remote_id)
join lateral (
    select m.* from message m where m.channel_id = $1 and m.remote_id = k.remote_id
    union all
    select m.* from outbox_part p join message m on m.id = p.message_id
    where p.channel_id = $1 and p.remote_id = k.remote_id
    limit 1
) m on true;

-- name: messages_by_id
select id, conversation_id, interaction_id, coalesce(remote_id, '') as remote_id, revision, direction, delivery,
       deleted_at is not null as deleted
from message where id = any($1::uuid[]);

-- name: tombstoned
select key_hash from tombstone where kind = 'message' and channel_id = $1 and key_hash = any($2::bytea[]);

-- name: bury
insert into tombstone (kind, channel_id, key_hash, at)
select 'message', $1, k, $3 from unnest($2::bytea[]) as k
on conflict do nothing;

-- name: identities
select i.realm, i.remote_id, i.id, i.customer_id, i.handle, i.display_name, i.profile_url, i.blocked_at is not null as blocked, i.followers
from unnest($2::text[], $3::text[]) as k(realm, remote_id)
join identity i on i.network = $1 and i.realm = k.realm and i.remote_id = k.remote_id;

-- name: insert_identities
-- Sorted by the caller, so that two nodes insert in one order and never deadlock; the loser of a race reads again.
with n as (
    select * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
        as n(id, customer_id, realm, remote_id, handle, display_name, profile_url)
), c as (
    insert into customer (id, created_at) select customer_id, $9 from n
)
insert into identity (id, customer_id, network, realm, remote_id, handle, display_name, profile_url, first_seen_at)
select id, customer_id, $1, realm, remote_id, handle, display_name, profile_url, $9 from n
on conflict do nothing;

-- name: drop_unused_customers
-- Customers minted for identities that somebody else inserted first.
delete from customer c where c.id = any($1::uuid[])
    and not exists (select from identity i where i.customer_id = c.id);

-- name: lock_identities
select id from identity where id = any($1::uuid[]) order by id for no key update;

-- name: lock_threads
select id from conversation where id = any($1::uuid[]) or identity_id = any($2::uuid[]) order by id for no key update;

-- name: rename_identities
with locked as materialized (
    select id from identity where id = any($1::uuid[]) order by id for no key update
), renamed as (
    update identity i set handle = n.handle, display_name = n.display_name, profile_url = n.profile_url, name_terms = null
    from locked, unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as n(id, handle, display_name, profile_url)
    where i.id = locked.id and i.id = n.id returning i.customer_id
)
update customer set version = version + 1 where id in (select customer_id from renamed);

-- name: count_followers
with locked as materialized (select id from identity where id = any($1::uuid[]) order by id for no key update)
update identity i set followers = n.followers from locked, unnest($1::uuid[], $2::bigint[]) as n(id, followers)
where i.id = locked.id and i.id = n.id;

-- name: index_names
-- Separate from the insert: the array of an array cannot be passed through unnest.
update identity i set name_terms = array_to_tsvector(string_to_array(n.terms, ' '))
from unnest($1::uuid[], $2::text[]) as n(id, terms) where i.id = n.id;

-- name: insert_conversations
insert into conversation (id, channel_id, visibility, root_remote_id, identity_id, access_class, created_at)
select n.id, $1, n.visibility, n.root, n.identity_id, $6, $7
from unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[]) as n(id, visibility, root, identity_id)
on conflict (channel_id, visibility, root_remote_id, identity_id, part) do nothing;

-- name: conversations
-- Of a thread that was split the newest part.
select distinct on (c.channel_id, c.visibility, c.root_remote_id, c.identity_id) c.id, c.channel_id, c.visibility, c.root_remote_id, c.identity_id, c.access_class, c.links_to, c.reply_rule,
       c.reply_until, c.last_said_at
from unnest($2::text[], $3::text[], $4::uuid[]) as k(visibility, root, identity_id)
join conversation c on c.channel_id = $1 and c.visibility = k.visibility and c.root_remote_id = k.root
    and c.identity_id = k.identity_id
order by c.channel_id, c.visibility, c.root_remote_id, c.identity_id, c.part desc;

-- name: conversation
select id, channel_id, visibility, root_remote_id, identity_id, access_class, links_to, reply_rule, reply_until,
       last_said_at
from conversation where id = $1;

-- name: aliases
select m.remote_id, c.root_remote_id, c.identity_id, m.aside_identity_id is not null as aside
from message m join conversation c on c.id = m.conversation_id
where m.channel_id = $1 and m.remote_id = any($2::text[]);

-- name: insert_messages
insert into message (id, conversation_id, interaction_id, channel_id, direction, visibility, identity_id, user_id,
                     occurred_at, received_at, said_at, tie_break, ingest_key, remote_id, parent_remote_id, revision,
                     automatic, language, url, delivery, aside_identity_id)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::uuid[],
                     $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::text[], $13::text[], $14::text[],
                     $15::text[], $16::bigint[], $17::boolean[], $18::text[], $19::text[], $20::text[], $21::uuid[])
on conflict do nothing
returning id;

-- name: insert_texts
insert into message_text (message_id, subject, text, html, details)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
on conflict (message_id) do nothing;

-- name: insert_terms
-- The lock keeps the conversation in its class until the commit; it is touched next anyway, in the same order.
with c as materialized (
    select id, access_class from conversation where id = any($3::uuid[]) order by id for no key update
)
insert into message_terms (said_at, message_id, conversation_id, terms, search_version)
select n.said_at, n.message_id, n.conversation_id,
       array_to_tsvector(string_to_array(n.terms, ' ') || ('@' || c.access_class)), $5
from unnest($1::timestamptz[], $2::uuid[], $3::uuid[], $4::text[]) as n(said_at, message_id, conversation_id, terms)
join c on c.id = n.conversation_id
on conflict do nothing;

-- name: insert_attachments
insert into attachment (id, message_id, channel_id, name, media_type, position, size_bytes, sha256, alt_text,
                        content_id, ref, state, created_at)
select n.*, $13 from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::int[], $7::bigint[],
    $8::bytea[], $9::text[], $10::text[], $11::text[], $12::text[]) as n
on conflict (id) do nothing;

-- name: raise_revisions
-- Only upwards and never on what was deleted: an old edit that comes late changes nothing.
update message m set revision = n.revision, edited_at = n.edited_at, version = m.version + 1
from unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) as n(id, revision, edited_at)
where m.id = n.id and m.revision < n.revision and m.deleted_at is null
returning m.id, m.said_at, m.conversation_id;

-- name: replace_texts
update message_text t set subject = n.subject, text = n.text, html = n.html, details = t.details || n.details
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[]) as n(id, subject, text, html, details)
where t.message_id = n.id;

-- name: replace_terms
with c as materialized (
    select id, access_class from conversation
    where id in (select conversation_id from message where id = any($1::uuid[])) order by id for no key update
)
update message_terms t
set terms = array_to_tsvector(string_to_array(n.terms, ' ') || ('@' || c.access_class)), search_version = $3
from unnest($1::uuid[], $2::text[]) as n(id, terms), c
where t.message_id = n.id and c.id = t.conversation_id;

-- name: touch_conversations
-- The newest of what is known wins; a late item changes nothing but the version.
with locked as materialized (select id from conversation where id = any($1::uuid[]) order by id for no key update)
update conversation c set
    last_message_id = case when c.last_said_at is null or n.said_at >= c.last_said_at
                           then coalesce(n.last_message_id, c.last_message_id) else c.last_message_id end,
    last_said_at = greatest(c.last_said_at, n.said_at),
    reply_rule = case when n.reply_rule is not null and (c.last_inbound_at is null or n.inbound_at >= c.last_inbound_at)
                      then n.reply_rule else c.reply_rule end,
    reply_until = case when n.reply_rule is not null and (c.last_inbound_at is null or n.inbound_at >= c.last_inbound_at)
                       then n.reply_until else c.reply_until end,
    reply_reason = case when n.reply_rule is not null and (c.last_inbound_at is null or n.inbound_at >= c.last_inbound_at)
                        then n.reply_reason else c.reply_reason end,
    last_inbound_at = greatest(c.last_inbound_at, n.inbound_at),
    url = case when c.url = '' then n.url else c.url end,
    links_to = coalesce(c.links_to, n.links_to),
    version = c.version + 1
from locked, unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::timestamptz[], $7::text[],
            $8::text[], $9::text[])
    as n(id, last_message_id, said_at, inbound_at, reply_rule, reply_until, reply_reason, url, links_to)
where c.id = locked.id and c.id = n.id;

-- name: interactions_of
-- The open one if there is one, else the newest.
-- What is open of one that it is merged with is its own.
select distinct on (k.id) i.id, k.id as conversation_id, i.state, i.agent_id, i.queue_id
from conversation k join lateral (
    select id, state, agent_id, queue_id, created_at from interaction where conversation_id = k.id
    union all
    select id, state, agent_id, queue_id, created_at from interaction
    where merge_id = k.merge_id and k.merge_id is not null and stage <> 'closed'
) i on true
where k.id = any($1::uuid[])
order by k.id, (i.state <> 'closed') desc, i.created_at desc, i.id desc;

-- name: insert_interactions
-- At most one is open in a conversation; whoever comes second finds it. It stays in the case of the one before it. Skills come as text: a list inside a jsonb[]
-- would be taken for another dimension of the array.
insert into interaction (id, conversation_id, channel_id, access_class, queue_id, state, skills, language, units,
                         priority, waiting_since, due_at, previous_id, reason, due_kind, case_id, merge_id, created_at, updated_at)
select n.id, n.conversation_id, n.channel_id, n.access_class, n.queue_id, 'waiting', n.skills::jsonb, n.language, n.units,
       n.priority, n.waiting_since, coalesce(n.due_at, 'infinity'), n.previous_id, n.reason, n.due_kind,
       (select p.case_id from interaction p where p.id = n.previous_id),
       -- Held until the commit, so that nobody merges it meanwhile without seeing this work.
       (select c.merge_id from conversation c where c.id = n.conversation_id for share), $15, $15
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::text[], $7::text[], $8::int[], $9::int[],
            $10::timestamptz[], $11::timestamptz[], $12::uuid[], $13::jsonb[], $14::text[])
    as n(id, conversation_id, channel_id, access_class, queue_id, skills, language, units, priority, waiting_since,
         due_at, previous_id, reason, due_kind)
on conflict do nothing
returning id;

-- name: last_agents
-- Who works for the customer now, else who did last, in whatever conversation of theirs.
select distinct on (c.id) c.id, i.agent_id
from conversation c
join identity n on n.id = c.identity_id
join identity m on m.customer_id = n.customer_id
join conversation o on o.identity_id = m.id
join interaction i on i.conversation_id = o.id
where c.id = any($1::uuid[]) and i.agent_id is not null
      and (i.closed_at > $2 or i.state in ('active', 'parked', 'wrap_up'))
order by c.id, i.closed_at desc nulls first, i.id desc;

-- name: prefer_agent
update interaction i set preferred_agent_id = n.agent_id, preferred_since = $3
from unnest($1::uuid[], $2::uuid[]) as n(id, agent_id) where i.id = n.id;

-- name: customer_wrote
-- What was parked or finished comes back at once; what was interrupted, when the interruption is over.
update interaction
set updated_at = $2, version = version + 1,
    parked_until = case when state = 'parked' and interrupted_by is null then $2 else parked_until end,
    wrap_up_until = case when state = 'wrap_up' then $2 else wrap_up_until end,
    reason = case when state = 'wrap_up' or state = 'parked' and interrupted_by is null then '{"code": "customer_wrote"}' else reason end
where id = any($1::uuid[]) and stage <> 'closed';

-- name: close_emptied
-- A waiting enquiry of which its author took back every word needs nobody.
update interaction i set state = 'closed', closed_at = $2, updated_at = $2, version = version + 1,
                         reason = '{"code": "deleted_at_source"}'
where i.id = any($1::uuid[]) and i.state = 'waiting'
  and not exists (select from message m where m.interaction_id = i.id and m.deleted_at is null)
returning i.id;

-- name: erase_marks
update message set deleted_at = coalesce(deleted_at, $2), version = version + 1, url = '', language = null
where id = any($1::uuid[])
returning id, conversation_id, interaction_id, channel_id, remote_id;

-- name: erase_texts
delete from message_text where message_id = any($1::uuid[]);

-- name: erase_terms
delete from message_terms where message_id = any($1::uuid[]);

-- name: erase_attachments
update attachment set state = 'gone', name = '', alt_text = '', ref = null, content_id = null, sha256 = null
where message_id = any($1::uuid[]) returning id;

-- name: erase_raw
-- Every raw item that a message came from, also its edits; keys stay, so that nothing is taken in again.
update inbox set body = null, error = '' where message_id = any($1::uuid[]);

-- name: erase_early
update inbox set body = null, state = 'done', waits_for = null
where channel_id = $1 and state = 'early' and waits_for = any($2::text[]);

-- name: cancel_outbox
-- What waited to be said to somebody erased is not said any more.
update outbox set state = 'dead', error_code = 'erased', error = '', done_at = $2
where message_id = any($1::uuid[]) and state in ('queued', 'retrying', 'failed', 'unknown');

-- name: drop_held
delete from held_answer where message_id = any($1::uuid[]);

-- name: messages_of_identities
-- Also what was said with them as third parties in others' conversations.
select m.id from conversation c join message m on m.conversation_id = c.id where c.identity_id = any($1::uuid[])
union
select m.id from message m where m.aside_identity_id = any($1::uuid[]);

-- name: identity_keys
select id, network, realm, remote_id from identity where customer_id = $1 order by id;

-- name: names_of
select display_name, handle, remote_id from identity where id = any($1::uuid[]);

-- name: forget_identities
-- The row stays, so that conversations keep their shape; nothing in it tells of the person.
update identity set handle = '', display_name = '', profile_url = '', name_terms = null, realm = '',
                    remote_id = 'erased:' || id::text
where id = any($1::uuid[]) returning customer_id;

-- name: customer_value
select value from customer where id = $1 and erased_at is null for no key update;

-- name: set_customer_value
update customer set value = $2, version = version + 1 where id = $1;

-- name: mark_erased
-- Why they counted more or less than usual was said about this person, so it goes with them. Of several who are one person
-- all are erased once no handle of theirs is left.
with erased as (
    update customer c set erased_at = coalesce(c.erased_at, $2), value = 1, version = c.version + 1
    where (c.id = any($1::uuid[]) or c.merged_into = any($1::uuid[])) and not exists (
        select from identity i where i.customer_id = coalesce(c.merged_into, c.id) and i.remote_id not like 'erased:%')
    returning id
)
update audit set body = '{}'
where subject_kind = 'customer' and action = 'customer.valued' and subject_id in (select id::text from erased);

-- name: forget_claims
delete from identity_claim where identity_id = any($1::uuid[]);

-- name: forget_known
-- What colleagues know goes with whom they know it of; of several who are one person, with the one who has no handle left.
with gone as (
    select c.id from customer c
    where (c.id = any($1::uuid[]) or c.merged_into = any($1::uuid[]))
      and not exists (select from identity i where coalesce(i.home_customer_id, i.customer_id) = c.id and i.remote_id not like 'erased:%')
      and (c.merged_into is not null
           or not exists (select from identity i where i.customer_id = c.id and i.remote_id not like 'erased:%'))
), notes as (
    delete from customer_note where customer_id in (select id from gone)
), fields as (
    delete from customer_field where customer_id in (select id from gone)
)
update customer_merge set reason = '' where a in (select id from gone) or b in (select id from gone);

-- name: forget_roots
-- A root's remote id can be a handle in disguise (mail addresses in Message-IDs).
with locked as materialized (
    select id from conversation where identity_id = any($1::uuid[]) order by id for no key update
)
update conversation c set root_remote_id = 'erased:' || c.id::text, links_to = null, url = '', version = version + 1
from locked where c.id = locked.id returning c.id;

-- name: forget_marks
-- What colleagues marked somebody's conversations with, and why they were blocked, was said about this person.
with blocks as (delete from identity_block where identity_id = any($1::uuid[]))
delete from conversation_tag t using conversation c where c.id = t.conversation_id and c.identity_id = any($1::uuid[]);

-- name: set_delivery
update message set delivery = $2, delivery_code = $3, remote_id = coalesce(remote_id, $4),
                   url = case when $5 = '' then url else $5 end, version = version + 1
where id = $1;

-- name: answerable
select i.id as interaction_id, c.id as conversation_id, c.channel_id, i.queue_id, c.access_class, i.state, i.agent_id,
       c.visibility, c.root_remote_id, c.reply_rule, c.reply_until,
       w.remote_id as identity_remote_id, w.realm as identity_realm, w.handle as identity_handle,
       (select f.number from case_file f where f.id = i.case_id) as case_number, coalesce(i.approval, '') as approval
from interaction i join conversation c on c.id = coalesce($2, i.conversation_id) and (c.id = i.conversation_id or c.merge_id = i.merge_id)
join identity w on w.id = c.identity_id
where i.id = $1;

-- name: answerable_locked
select i.id as interaction_id, c.id as conversation_id, c.channel_id, i.queue_id, c.access_class, i.state, i.agent_id,
       c.visibility, c.root_remote_id, c.reply_rule, c.reply_until,
       w.remote_id as identity_remote_id, w.realm as identity_realm, w.handle as identity_handle,
       (select f.number from case_file f where f.id = i.case_id) as case_number, coalesce(i.approval, '') as approval
from interaction i join conversation c on c.id = coalesce($2, i.conversation_id) and (c.id = i.conversation_id or c.merge_id = i.merge_id)
join identity w on w.id = c.identity_id
where i.id = $1
for no key update of i;

-- name: answered_remote_id
-- What is answered: the message that was named, else the customer's newest that still stands; never a third party's.
select m.remote_id from message m
where m.conversation_id = $1 and m.remote_id is not null
  and m.aside_identity_id is null
  and (m.id = $2 or ($2::uuid is null and m.direction = 'in' and m.deleted_at is null))
order by m.said_at desc, m.tie_break desc, m.ingest_key desc limit 1;

-- name: answered_aside
-- What a third party is answered: only what was said with them.
select m.remote_id from message m
where m.conversation_id = $1 and m.remote_id is not null and m.aside_identity_id = $2
  and (m.id = $3 or ($3::uuid is null and m.direction = 'in' and m.deleted_at is null))
order by m.said_at desc, m.tie_break desc, m.ingest_key desc limit 1;

-- name: is_aside
select aside_identity_id is not null from message where id = $1;

-- name: answered
update interaction set first_response_at = coalesce(first_response_at, $2), updated_at = $2, version = version + 1
where id = $1;

-- name: attach
update attachment a set message_id = $1, position = n.position
from unnest($2::uuid[], $3::int[]) as n(id, position)
where a.id = n.id and a.message_id is null;

-- name: unsent_attachments
select id, name, media_type, size_bytes, alt_text from attachment
where id = any($1::uuid[]) and message_id is null and state = 'stored';

-- name: attachments_of
select id, name, media_type, size_bytes, alt_text from attachment
where message_id = $1 and state = 'stored' order by position;

-- name: customer_lines
-- What the customer said, and what has left the house for them; a queued answer shows too, with its state. What is held back or
-- was said with a third party does not.
select m.id, m.remote_id, m.direction, coalesce(u.name, '') as author_name, coalesce(t.text, '') as text, m.said_at,
       m.delivery, m.deleted_at is not null as deleted, m.revision,
       coalesce((
           select jsonb_agg(jsonb_build_object(
               'id', a.id, 'name', a.name, 'media_type', a.media_type, 'size_bytes', a.size_bytes, 'alt_text', a.alt_text
           ) order by a.position)
           from attachment a where a.message_id = m.id and a.state = 'stored'
       ), '[]') as files
from identity i
join conversation c on c.channel_id = $1 and c.root_remote_id = $2 and c.identity_id = i.id
join message m on m.conversation_id = c.id and m.direction in ('in', 'out')
     and m.aside_identity_id is null and m.delivery is distinct from 'held' and m.delivery is distinct from 'withdrawn'
left join message_text t on t.message_id = m.id
left join app_user u on u.id = m.user_id
where i.network = $3 and i.realm = $4 and i.remote_id = $5
  and ($6::uuid is null or (m.said_at, m.tie_break, m.ingest_key) >
       (select a.said_at, a.tie_break, a.ingest_key from message a where a.id = $6))
order by m.said_at, m.tie_break, m.ingest_key
limit $7;

-- name: customer_file
-- Only what stands in the customer's own thread, and of ours only what has left the house.
select a.id
from identity i
join conversation c on c.channel_id = $1 and c.root_remote_id = $2 and c.identity_id = i.id
join message m on m.conversation_id = c.id
    and (m.direction = 'in' or (m.direction = 'out' and m.delivery in ('sent', 'delivered', 'read')))
join attachment a on a.message_id = m.id and a.state = 'stored'
where i.network = $3 and i.realm = $4 and i.remote_id = $5 and a.id = $6;
