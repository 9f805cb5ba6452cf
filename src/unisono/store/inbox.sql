-- name: put
-- The unique key decides what is new; no look-up before.
insert into inbox (id, channel_id, ingest_key, body, received_at, expires_at)
select n.id, $1, n.ingest_key, n.body, n.received_at, n.received_at + make_interval(secs => $6)
from unnest($2::uuid[], $3::text[], $4::bytea[], $5::timestamptz[]) as n(id, ingest_key, body, received_at)
on conflict (channel_id, ingest_key) do nothing;

-- name: count
insert into channel_counter as c (channel_id, day, name, n, at)
select $1, $2, k.name, k.n, $5 from unnest($3::text[], $4::bigint[]) as k(name, n) where k.n > 0
on conflict (channel_id, day, name) do update set n = c.n + excluded.n, at = excluded.at;

-- name: cursor
select cursor from channel_cursor where channel_id = $1 and stream = $2;

-- name: set_cursor
insert into channel_cursor (channel_id, stream, cursor, committed_at) values ($1, $2, $3, $4)
on conflict (channel_id, stream) do update set cursor = excluded.cursor, committed_at = excluded.committed_at;

-- name: note_gap
-- One open gap for each stream: it is told once, not at every pull.
insert into channel_gap (id, channel_id, stream, found_at, since)
select $1, $2, $3, $4, (select committed_at from channel_cursor where channel_id = $2 and stream = $3)
where not exists (select from channel_gap where channel_id = $2 and stream = $3 and resolved_at is null)
returning id;

-- name: unfilled_gaps
select id, stream, since, found_at from channel_gap
where channel_id = $1 and resolved_at is null and filled is null and since is not null order by found_at;

-- name: gap_filled
update channel_gap set filled = $2, resolved_at = $3 where id = $1;

-- name: close_gap
update channel_gap set resolved_at = $3 where id = $1 and channel_id = $2 and resolved_at is null returning id;

-- name: new_items
select id, channel_id, ingest_key, body, received_at, attempts, error, state
from inbox where channel_id = $1 and state = 'new' order by id limit $2;

-- name: finish
-- Whoever gets a row back from here may write its effects, in this transaction.
update inbox i set state = 'done', error = '', message_id = n.message_id
from unnest($1::uuid[], $2::uuid[]) as n(id, message_id)
where i.id = n.id and i.state = 'new' returning i.id;

-- name: hold_early
update inbox i set state = 'early', waits_for = n.remote_id
from unnest($1::uuid[], $2::text[]) as n(id, remote_id)
where i.id = n.id;

-- name: wake_early
-- What these items were waiting for has come.
update inbox set state = 'new', waits_for = null
where channel_id = $1 and state = 'early' and waits_for = any($2::text[]);

-- name: quarantine
update inbox set state = 'quarantined', error = $2, attempts = attempts + 1 where id = $1 and state = 'new'
returning channel_id;

-- name: requeue
update inbox set state = 'new', error = '' where id = $1 and state = 'quarantined' and body is not null returning channel_id;

-- name: discard
update inbox set state = 'discarded', body = null where id = $1 and state = 'quarantined' returning channel_id;

-- name: quarantined
select id, channel_id, ingest_key, body, received_at, attempts, error, state
from inbox
where state = 'quarantined' and ($1::uuid[] is null or channel_id = any($1::uuid[])) and ($2::uuid is null or id < $2)
order by id desc limit $3;

-- name: channels_with_new
select distinct channel_id from inbox where state = 'new';

-- name: drop_bodies
update inbox set body = null where id = any($1::uuid[]);

-- name: expire_bodies
-- Raw payloads are kept for a while to be read again; never one that nobody has read yet.
update inbox set body = null where id in (
    select id from inbox
    where body is not null and expires_at < $1 and state in ('done', 'discarded', 'early')
    order by expires_at limit $2 for no key update skip locked
);
