-- name: begin_missing
insert into budget_meter (scope, bucket, per, channel_id, started_at, changed_at)
select k.scope, k.bucket, k.per, $4, $5, $5 from unnest($1::text[], $2::text[], $3::text[]) as k(scope, bucket, per)
order by k.scope, k.bucket, k.per on conflict do nothing;

-- name: locked
-- In one order, so that two that need the same meters wait for each other instead of both.
select m.scope, m.bucket, m.per, m.started_at, m.slots, m.aligned, m.told, m.spent_until, m.spent_for
from budget_meter m join unnest($1::text[], $2::text[], $3::text[]) as k(scope, bucket, per) using (scope, bucket, per)
order by m.scope, m.bucket, m.per for no key update of m;

-- name: of
select m.scope, m.bucket, m.per, m.started_at, m.slots, m.aligned, m.told, m.spent_until, m.spent_for
from budget_meter m join unnest($1::text[], $2::text[], $3::text[]) as k(scope, bucket, per) using (scope, bucket, per);

-- name: put
update budget_meter set started_at = $4, slots = $5, aligned = $6, told = $7, spent_until = $8, spent_for = $9, changed_at = $10
where scope = $1 and bucket = $2 and per = $3;
