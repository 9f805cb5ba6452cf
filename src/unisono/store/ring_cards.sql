-- name: card
-- One row: who calls and all that is known. Each step goes by a key or an index, so it costs the same in a house of any size.
select u.lead, n.id, n.network, n.handle, n.display_name, n.blocked_at is not null as blocked,
       (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'network', a.network, 'handle', a.handle, 'display_name', a.display_name)
                                  order by a.first_seen_at, a.id), '[]')
        from identity a where a.customer_id = u.lead) as handles,
       (select coalesce(jsonb_agg(to_jsonb(x) order by x.at desc nulls last, x.conversation_id desc), '[]') from (
            select c.id as conversation_id, b.network, h.medium,
                   coalesce((select s.subject from message m join message_text s on s.message_id = m.id
                             where m.conversation_id = c.id and s.subject <> '' order by m.said_at limit 1), '') as subject,
                   case when l.deleted_at is null then coalesce(left(t.text, 200), '') else '' end as said,
                   c.last_said_at as at,
                   exists (select from interaction i where i.conversation_id = c.id and i.stage <> 'closed') as open
            from identity b
            join conversation c on c.identity_id = b.id
            join channel h on h.id = c.channel_id
            left join message l on l.id = c.last_message_id
            left join message_text t on t.message_id = l.id
            where b.customer_id = u.lead and c.id <> k.id
              and ($2::int[] is null or c.access_class = any($2)
                   or ($3::uuid is not null and exists (
                       select from interaction w where w.conversation_id = c.id and w.agent_id = $3 and w.stage <> 'closed')))
            order by coalesce(c.last_said_at, '-infinity') desc, c.id desc limit $4
       ) x) as contacts
from conversation k
join identity n on n.id = k.identity_id
join lateral (select coalesce(z.merged_into, z.id) as lead from customer z where z.id = n.customer_id) u on true
where k.id = $1;
