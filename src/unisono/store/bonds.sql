-- name: talks
select c.id, i.customer_id, c.access_class, c.merge_id
from conversation c join identity i on i.id = c.identity_id where c.id = any($1::uuid[]) order by c.id;

-- name: lock_talks
select id from conversation where id = any($1::uuid[]) order by id for no key update;

-- name: merged_with
select c.id from conversation c
where c.id = any($1::uuid[])
   or c.merge_id in (select k.merge_id from conversation k where k.id = any($1::uuid[]) and k.merge_id is not null)
order by c.id;

-- name: open_work
select id from interaction where conversation_id = any($1::uuid[]) and stage <> 'closed' order by id;

-- name: bond
select id, kind, a, b, ended_at is null as standing, closed_work from conversation_bond where id = $1;

-- name: merges_of
select id, kind, a, b, true as standing, closed_work from conversation_bond
where kind = 'merge' and ended_at is null and (a = any($1::uuid[]) or b = any($1::uuid[])) order by made_at, id;

-- name: add
insert into conversation_bond (id, kind, a, b, made_by, made_at, closed_work) values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing returning id;

-- name: end
update conversation_bond set ended_by = $2, ended_at = $3 where id = $1;

-- name: group_work
-- Closed work as well: it may wait again when a merge is undone.
update interaction i set merge_id = n.merge_id
from unnest($1::uuid[], $2::uuid[]) as n(id, merge_id)
where i.conversation_id = n.id and i.merge_id is distinct from n.merge_id;

-- name: group
update conversation c set merge_id = n.merge_id, version = c.version + 1
from unnest($1::uuid[], $2::uuid[]) as n(id, merge_id) where c.id = n.id;

-- name: views
select id, kind, a, b, made_by, made_at from conversation_bond
where ended_at is null and (a = any($1::uuid[]) or b = any($1::uuid[])) order by made_at, id;

-- name: across
select b.id, b.kind, b.a, b.b, true as standing, b.closed_work
from identity i join conversation c on c.identity_id = i.id
join conversation_bond b on (b.a = c.id or b.b = c.id) and b.kind = 'merge' and b.ended_at is null
join conversation x on x.id = b.a join identity xi on xi.id = x.identity_id
join conversation y on y.id = b.b join identity yi on yi.id = y.identity_id
where i.customer_id = any($1::uuid[]) and xi.customer_id <> yi.customer_id
group by b.id order by b.id;

-- name: split_off
insert into conversation (id, channel_id, visibility, root_remote_id, identity_id, access_class, links_to, url, reply_rule,
                          reply_until, reply_reason, created_at, part)
select $2, c.channel_id, c.visibility, c.root_remote_id, c.identity_id, c.access_class, c.links_to, c.url, c.reply_rule,
       c.reply_until, c.reply_reason, $3,
       (select max(part) + 1 from conversation o where o.channel_id = c.channel_id and o.visibility = c.visibility
            and o.root_remote_id = c.root_remote_id and o.identity_id = c.identity_id)
from conversation c where c.id = $1;

-- name: split_messages
update message m set conversation_id = $2, version = m.version + 1
from message p
where p.id = $3 and p.conversation_id = $1 and m.conversation_id = $1
  and (m.said_at, m.tie_break, m.ingest_key) >= (p.said_at, p.tie_break, p.ingest_key)
returning m.id;

-- name: split_terms
update message_terms set conversation_id = $1 where message_id = any($2::uuid[]);

-- name: split_outbox
update outbox set conversation_id = $1 where message_id = any($2::uuid[]);

-- name: recount
update conversation c set last_message_id = l.id, last_said_at = l.said_at, last_inbound_at = l.inbound, version = c.version + 1
from (select k.id as conversation,
             (select m.id from message m where m.conversation_id = k.id order by m.said_at desc, m.tie_break desc, m.ingest_key desc limit 1) as id,
             (select max(m.said_at) from message m where m.conversation_id = k.id) as said_at,
             (select max(m.said_at) from message m where m.conversation_id = k.id and m.direction = 'in') as inbound
      from unnest($1::uuid[]) as k(id)) l
where c.id = l.conversation;
