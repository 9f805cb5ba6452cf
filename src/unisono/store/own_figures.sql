-- name: handled
-- In time: no deadline of it was told as passed. The first answer counts for whoever gave it.
select i.closed_at, c.medium,
       case when (select m.user_id from message m where m.interaction_id = i.id and m.direction = 'out' and not m.automatic
                  order by m.said_at limit 1) = $1
            then extract(epoch from i.first_response_at - i.waiting_since)::float8 end as response_s,
       not exists (select from event e where e.interaction_id = i.id and e.type = 'interaction.breached') as in_time,
       i.wrap_up_code_id as code_id
from interaction i join channel c on c.id = i.channel_id
where i.holder_id = $1 and i.stage = 'closed' and i.closed_at >= $2
order by i.closed_at desc, i.id desc limit 20000;
