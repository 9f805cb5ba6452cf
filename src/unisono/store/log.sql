-- name: append
-- One statement for all events of a transaction; the epoch is read here so that no event can miss it.
insert into event (epoch, id, at, type, v, actor_id, access_class, channel_id, conversation_id, interaction_id,
                   queue_id, agent_id, body)
select (select epoch from cluster_epoch), e.*
from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::int[], $5::uuid[], $6::int[], $7::uuid[], $8::uuid[],
            $9::uuid[], $10::uuid[], $11::uuid[], $12::jsonb[]) as e;

-- name: head
-- The last position below every transaction that is still open; what commits later sorts after it.
select (select epoch from cluster_epoch) as epoch, pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin;

-- name: after_without
-- Earlier epochs are complete; of the current one only what no open transaction can still precede. One type is left out, so
-- beyond the last row there may be more of that type: the limit of the snapshot comes along. `pruned`: to tell a reader that
-- its place is no longer in the log. In the order of the log's own columns: no index goes by the number that `xid` becomes here. And
-- of a log in which nearly all is of the type that is left out, the planner is not to think that few rows are left of all.
select s.xmin, s.epoch as now_epoch, s.pruned, e.*
from (select (select epoch from cluster_epoch) as epoch,
             pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin,
             (select value from setting where name = 'log.pruned_to') as pruned) s
left join lateral (
    select epoch, xid::text::bigint as xid, id, at, type, v, actor_id, access_class, channel_id, conversation_id,
           interaction_id, queue_id, agent_id, body
    from event
    where (epoch, xid, id) > ((select $1::int), (select $2::text::xid8), (select $3::uuid)) and type || '' <> $5
      and (epoch < s.epoch or xid < (select pg_snapshot_xmin(pg_current_snapshot())))
    order by event.epoch, event.xid, event.id
    limit (select $4::bigint)
) e on true;

-- name: partition_exists
select to_regclass($1) is not null;

-- name: acquire_lease
-- The token rises only when the holder changes: renewing keeps it, so that a stale holder is told apart.
insert into lease as l (name, holder, expires_at) values ($1, $2, $3::timestamptz + make_interval(secs => $4))
on conflict (name) do update
    set token = case when l.holder = excluded.holder then l.token else l.token + 1 end,
        holder = excluded.holder, expires_at = excluded.expires_at
    where l.holder = excluded.holder or l.expires_at < $3
returning token;

-- name: release_lease
-- Only the holder's own lease; the row and its token stay.
update lease set expires_at = '-infinity' where name = $1 and holder = $2;
