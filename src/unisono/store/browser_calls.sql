-- name: add
insert into browser_call (call_id, token, board, created_at) values ($1, $2, $3, $4) on conflict do nothing returning call_id;

-- name: by_token
select call_id, board from browser_call where token = $1;

-- name: lock
select board from browser_call where call_id = $1 for no key update;

-- name: board
select board from browser_call where call_id = $1;

-- name: put
-- With what the house is to be told, in one go: whoever rings waits for it.
with told as (insert into browser_event (call_id, event) select $1, unnest($6::bytea[]))
update browser_call set board = $2, users = $3, look_at = $4, ended_at = $5 where call_id = $1;

-- name: live
select board from browser_call where ended_at is null order by created_at;

-- name: count
select count(*) from browser_call where ended_at is null;

-- name: of_user
select call_id, board from browser_call where users @> array[$1::uuid] and ended_at is null order by created_at;

-- name: due
select call_id from browser_call where look_at <= $1;

-- name: say
insert into browser_word (call_id, from_leg, to_leg, word) values ($1, $2, $3, $4)
on conflict (call_id, from_leg, to_leg) do update set word = excluded.word;

-- name: words
select from_leg, word from browser_word where call_id = $1 and to_leg = $2;

-- name: seen
insert into browser_end (call_id, leg_id, seen_at) values ($1, $2, $3)
on conflict (call_id, leg_id) do update set seen_at = excluded.seen_at;

-- name: silent_leg
select call_id, leg_id from browser_end join browser_call using (call_id) where ended_at is null and leg_id = $1 and seen_at < $2;

-- name: silent_others
select call_id, leg_id from browser_end join browser_call using (call_id) where ended_at is null and leg_id <> 'caller' and seen_at < $1;

-- name: untold
select number, event from browser_event order by number limit $1;

-- name: told
delete from browser_event where number = any($1::bigint[]);

-- name: add_sound
insert into browser_sound (recording_id, call_id, n, file_id, size_bytes, at) values ($1, $2, $3, $4, $5, $6)
on conflict (recording_id, n) do nothing returning n;

-- name: sound
select n, file_id, size_bytes from browser_sound where recording_id = $1 order by n;

-- name: drop_sound
delete from browser_sound where recording_id = $1 and n >= $2 returning file_id;

-- name: forgotten_sound
select distinct recording_id from browser_sound where at < $1 and not exists (
    select from browser_call where browser_call.call_id = browser_sound.call_id and ended_at is null
);

-- name: clean
delete from browser_call where ended_at < $1 and not exists (
    select from browser_event where browser_event.call_id = browser_call.call_id
) and look_at is null;
