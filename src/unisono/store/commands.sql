-- name: claim
-- The unique key decides; a claim under way elsewhere is waited for.
insert into command (key, actor_id, verb, digest, result, at) values ($1, $2, $3, $4, 'null', $5)
on conflict (key) do nothing returning key;

-- name: find
select actor_id, verb, digest, result from command where key = $1;

-- name: record
update command set result = $2 where key = $1;
