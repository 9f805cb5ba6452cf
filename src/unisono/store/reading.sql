-- name: work
-- The row of the work list; what follows (filters, order, limit) is put together from fixed parts.
select i.id, i.version, i.conversation_id, i.channel_id, i.queue_id, i.state, i.agent_id, i.case_id,
       (select f.number from case_file f where f.id = i.case_id) as case_number, i.previous_id,
       i.skills, i.language, i.units, i.priority, i.waiting_since, nullif(i.due_at, 'infinity') as due_at,
       i.due_kind, i.due_state, i.first_response_at, i.parked_until, i.wrap_up_until, i.reason, i.created_at, i.updated_at, i.closed_at, i.wrap_up_code_id, i.spam,
       i.access_class,
       c.visibility, c.root_remote_id, c.links_to, c.url, c.reply_rule, c.reply_until, c.reply_reason, c.last_said_at,
       c.last_inbound_at, c.merge_id, c.version as c_version,
       n.id as n_id, n.customer_id, n.network, n.realm, n.remote_id, n.handle, n.display_name, n.profile_url,
       n.blocked_at is not null as blocked,
       array(select g.tag_id from conversation_tag g where g.conversation_id = c.id order by g.tag_id) as tags,
       h.medium, l.id as l_id, l.direction as l_direction, l.said_at as l_said_at, l.automatic as l_automatic,
       l.deleted_at is not null as l_deleted, left(t.text, 200) as l_text, coalesce(left(t.subject, 200), '') as subject
from interaction i
join conversation c on c.id = i.conversation_id
join identity n on n.id = c.identity_id
join channel h on h.id = i.channel_id
left join message l on l.id = c.last_message_id
left join message_text t on t.message_id = l.id

-- name: place_of
select access_class, agent_id from interaction where id = $1;

-- name: places_of
select id, access_class, agent_id from interaction where id = any($1::uuid[]);

-- name: conversations
select c.id as conversation_id, c.channel_id, c.access_class,
       c.visibility, c.root_remote_id, c.links_to, c.url, c.reply_rule, c.reply_until, c.reply_reason, c.last_said_at,
       c.last_inbound_at, c.merge_id, c.version as c_version,
       n.id as n_id, n.customer_id, n.network, n.realm, n.remote_id, n.handle, n.display_name, n.profile_url,
       n.blocked_at is not null as blocked,
       array(select g.tag_id from conversation_tag g where g.conversation_id = c.id order by g.tag_id) as tags,
       h.medium, l.id as l_id, l.direction as l_direction, l.said_at as l_said_at, l.automatic as l_automatic,
       l.deleted_at is not null as l_deleted, left(t.text, 200) as l_text,
       coalesce((select s.subject from message m join message_text s on s.message_id = m.id
                 where m.conversation_id = c.id and s.subject <> '' order by m.said_at limit 1), '') as subject,
       (select i.agent_id from interaction i where (i.conversation_id = c.id or i.merge_id = c.merge_id) and i.stage <> 'closed' limit 1) as agent_id
from conversation c
join identity n on n.id = c.identity_id
join channel h on h.id = c.channel_id
left join message l on l.id = c.last_message_id
left join message_text t on t.message_id = l.id

-- name: interactions
select i.id, i.version, i.conversation_id, i.channel_id, i.queue_id, i.state, i.agent_id, i.case_id,
       (select f.number from case_file f where f.id = i.case_id) as case_number, i.previous_id,
       i.skills, i.language, i.units, i.priority, i.waiting_since, nullif(i.due_at, 'infinity') as due_at,
       i.due_kind, i.due_state, i.first_response_at, i.parked_until, i.wrap_up_until, i.reason, i.created_at, i.updated_at, i.closed_at, i.wrap_up_code_id, i.spam
from interaction i where i.conversation_id = any($1::uuid[]) order by i.created_at, i.id;

-- name: messages
select m.id, m.conversation_id, m.interaction_id, m.channel_id, m.direction, m.visibility, m.said_at, m.received_at,
       m.language, m.url, m.automatic, m.delivery, m.delivery_code, m.edited_at, m.deleted_at, m.hidden, m.liked, m.revision,
       m.parent_remote_id as parent_id, m.tie_break, m.ingest_key, m.version,
       coalesce(t.subject, '') as subject, coalesce(t.text, '') as text, t.html, coalesce(t.details, '{}') as details,
       coalesce(o.error, '') as delivery_error,
       m.aside_identity_id, coalesce(x.display_name, '') as x_name, coalesce(x.handle, '') as x_handle,
       k.state as k_state, k.send_at as k_send_at, k.stops as k_stops, k.decided_by as k_decided_by,
       m.identity_id, m.user_id, coalesce(n.display_name, '') as n_name, coalesce(n.handle, '') as n_handle,
       coalesce(u.name, '') as u_name,
       (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'media_type', a.media_type,
            'size_bytes', a.size_bytes, 'alt_text', a.alt_text, 'content_id', a.content_id, 'state', a.state)
            order by a.position), '[]') from attachment a where a.message_id = m.id) as attachments
from message m
left join message_text t on t.message_id = m.id
left join identity n on n.id = m.identity_id
left join app_user u on u.id = m.user_id
left join outbox o on o.message_id = m.id
left join identity x on x.id = m.aside_identity_id
left join held_answer k on k.message_id = m.id

-- name: customers
select c.id, c.erased_at is not null as erased, c.value, c.merged_into, c.version,
       (select coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'network', i.network, 'realm', i.realm,
            'remote_id', i.remote_id, 'handle', i.handle, 'display_name', i.display_name,
            'profile_url', i.profile_url, 'blocked', i.blocked_at is not null) order by i.first_seen_at, i.id), '[]')
        from identity i where i.customer_id = c.id) as identities
from customer c where c.id = any((select $1::uuid[])::uuid[]);

-- name: known_above
-- What we said ourselves where the conversation hangs; what others said there is theirs, and is not shown from here.
select m.remote_id, coalesce(u.name, '') as author, '' as handle, t.text, m.said_at, m.url, true as own
from conversation c
join message m on m.channel_id = c.channel_id and m.remote_id = c.root_remote_id and m.direction = 'out'
     and m.conversation_id <> c.id and m.visibility = 'public' and m.deleted_at is null
join message_text t on t.message_id = m.id
left join app_user u on u.id = m.user_id
where c.id = $1 and c.visibility = 'public'
order by m.said_at limit $2;

-- name: first_remote_id
select remote_id from message
where conversation_id = $1 and direction = 'in' and deleted_at is null and remote_id is not null
order by said_at, tie_break, ingest_key limit 1;

-- name: events_of
-- By the units of work, of which a conversation has few; the log has an index on them.
select e.id, e.at, e.type, e.actor_id, e.agent_id, e.queue_id, e.interaction_id,
       coalesce(e.body - array['offer_id', 'message_id', 'consult_id', 'previous_id', 'code_id'], '{}') as facts
from event e
where e.interaction_id in (select i.id from interaction i where i.conversation_id = $1)
  and e.type like 'interaction.%' and e.type <> 'interaction.due_changed'
order by e.at desc, e.id desc limit $2;

-- name: customer_places
select c.access_class, (select i.agent_id from interaction i where (i.conversation_id = c.id or i.merge_id = c.merge_id) and i.stage <> 'closed' limit 1)
from identity n join conversation c on c.identity_id = n.id where n.customer_id = $1;

-- name: offers
select id, interaction_id, agent_id, state, created_at, expires_at, reason, given_by from offer where id = any((select $1::uuid[])::uuid[]);

-- name: offers_of
-- By the work that they are offered: what is open is offered to whoever it is written to.
select o.id, o.interaction_id, o.agent_id, o.state, o.created_at, o.expires_at, o.reason, o.given_by
from in_hands w join interaction i on i.id = w.id join offer o on o.interaction_id = i.id and o.state = 'open'
where w.agent_id = $1 and i.state = 'offered' order by o.created_at, o.id;

-- name: agents
-- The day only: since when somebody is in their state is told under a permit alone (service/live_people.py). What follows (who,
-- order) is put together from fixed parts.
select a.user_id, u.name, a.state, a.reason, date_trunc('day', a.since at time zone 'UTC') at time zone 'UTC' as since, a.capacity, a.used, a.version,
       (select coalesce(jsonb_agg(jsonb_build_object('skill_id', s.skill_id, 'level', s.level) order by s.skill_id), '[]')
        from agent_skill s where s.user_id = a.user_id) as skills,
       array(select q.queue_id from queue_member q where q.user_id = a.user_id order by q.queue_id) as queue_ids
from agent a join app_user u on u.id = a.user_id
where u.disabled_at is null;

-- name: counts
select i.queue_id, i.channel_id, i.state, count(*) as n, count(*) filter (where i.agent_id = $1) as mine
from interaction i
where i.stage <> 'closed' and ($2::int[] is null or i.access_class = any($2::int[]) or i.agent_id = $3)
group by 1, 2, 3;

-- name: places
select c.id, c.access_class,
       (select i.agent_id from interaction i where (i.conversation_id = c.id or i.merge_id = c.merge_id) and i.stage <> 'closed' limit 1) as agent_id
from conversation c where c.id = any((select $1::uuid[])::uuid[]);

-- name: work_of_conversations
-- Closed work too: it shows the newest message as well, also when that was deleted.
-- Of merged ones the work of all: who shows one shows them together.
select id from interaction where conversation_id = any((select $1::uuid[])::uuid[])
union
select i.id from conversation c join interaction i on i.merge_id = c.merge_id and i.stage <> 'closed' where c.id = any((select $1::uuid[])::uuid[]);

-- name: work_of_customers
-- A merge says of each conversation anew whose it is.
select i.id from identity n join conversation c on c.identity_id = n.id join interaction i on i.conversation_id = c.id
where n.customer_id = any($1::uuid[]);

-- name: of_identities
-- What a desk may hold of them: the newest.
select c.id from unnest($1::uuid[]) k(id) cross join lateral (
    select id from conversation where identity_id = k.id order by last_said_at desc limit 200) c;

-- name: standing
select i.id, i.access_class, i.queue_id, i.channel_id, i.state, i.agent_id, c.medium,
       array(select distinct n->>'skill' from jsonb_array_elements(i.skills) n order by 1) as skills, i.waiting_since
from interaction i join channel c on c.id = i.channel_id where i.stage <> 'closed';

-- name: attachment_place
select a.name, a.media_type, c.access_class,
       coalesce((select i.agent_id from interaction i where i.conversation_id = c.id and i.stage <> 'closed'), a.uploaded_by)
           as agent_id
from attachment a left join message m on m.id = a.message_id left join conversation c on c.id = m.conversation_id
where a.id = $1 and a.state = 'stored';
