-- name: is_reported
select exists (select from reported_item where message_id = $1);

-- name: add
insert into reported_item (message_id, number, user_id, at) values ($1, $2, $3, $4) on conflict do nothing;

-- name: page
select r.number, r.message_id, r.user_id, r.at, s.retain_until
from reported_item r join sealed_item s on s.number = r.number
where $1::bigint is null or r.number < $1 order by r.number desc limit $2;
