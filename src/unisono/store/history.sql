-- name: write
insert into event (epoch, id, at, type, actor_id, access_class, channel_id, conversation_id, interaction_id, queue_id, agent_id, body)
select (select epoch from cluster_epoch), e.*
from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::uuid[], $5::int[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[],
            $10::uuid[], $11::jsonb[]) as e;

-- name: close
update interaction i set state = 'closed', agent_id = n.agent_id, first_response_at = n.answered_at, closed_at = n.closed_at,
    wrap_up_code_id = n.code_id, created_at = i.waiting_since, updated_at = n.closed_at, version = i.version + 1
from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::uuid[])
    as n(id, agent_id, answered_at, closed_at, code_id)
where i.id = n.id;
