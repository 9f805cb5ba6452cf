-- name: lock
-- In the order of the ids; who has no row yet is locked by their account.
select id from app_user where id = any($1::uuid[]) and disabled_at is null order by id for no key update;

-- name: words
select user_id, source, account, said_at, value, until, reason, quiet_at, quiet_value, quiet_until, quiet_reason
from presence_word where user_id = any($1::uuid[]);

-- name: word_for
select user_id, source, account, said_at, value, until, reason, quiet_at, quiet_value, quiet_until, quiet_reason
from presence_word where user_id = $1 and source = $2 and account = $3;

-- name: put_words
insert into presence_word (user_id, source, account, said_at, value, until, reason, quiet_at, quiet_value, quiet_until, quiet_reason)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::timestamptz[], $7::text[],
                     $8::timestamptz[], $9::text[], $10::timestamptz[], $11::text[])
on conflict (user_id, source, account) do update set
    said_at = excluded.said_at, value = excluded.value, until = excluded.until, reason = excluded.reason,
    quiet_at = excluded.quiet_at, quiet_value = excluded.quiet_value, quiet_until = excluded.quiet_until,
    quiet_reason = excluded.quiet_reason;

-- name: forget_words
delete from presence_word where user_id = $1 and source = $2 and ($3::text is null or account = $3);

-- name: drop_over
-- A word that ran out says nothing any more. It stays for an hour: an older one that comes late must not pass for new.
delete from presence_word where (user_id, source, account) in (
    select user_id, source, account from presence_word where until < $1::timestamptz - interval '1 hour' limit $2);

-- name: at_work
-- The state at work, unless presence itself set it; and whether it did.
select a.user_id, a.state, a.reason, a.since, h.user_id is not null and h.since = a.since and a.state in ('away', 'busy') as held
from agent a left join presence_hold h on h.user_id = a.user_id where a.user_id = any($1::uuid[]);

-- name: on_the_phone
-- Whose leg there is in a call that goes on: as its agent, or called into it.
select l.value ->> 'user_id' as user_id, c.stage from call c, jsonb_each(c.state -> 'intent' -> 'legs') l
where c.ended_at is null and l.value ->> 'user_id' = any($1::text[]) and l.value ->> 'purpose' <> 'listener';

-- name: in_calls
-- Everybody whom the calls that go on, or that have just ended, may have made busy.
select (l.value ->> 'user_id')::uuid as user_id from call c, jsonb_each(c.state -> 'intent' -> 'legs') l
where c.ended_at is null and l.value ->> 'user_id' is not null
union select user_id from presence where line <> 'free';

-- name: merged
select user_id, value, source, until, reason, line, next_at from presence where user_id = any($1::uuid[]);

-- name: everybody
select p.user_id, p.value, p.source, p.until, p.reason, p.line, p.next_at from presence p;

-- name: place
-- What commits later was written by this transaction or one behind it.
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

-- name: changed_since
select user_id, value, source, until, reason, line, next_at from presence where changed_by >= $1::text::xid8;

-- name: put
insert into presence (user_id, value, source, until, reason, line, next_at)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::timestamptz[])
on conflict (user_id) do update set value = excluded.value, source = excluded.source, until = excluded.until,
    reason = excluded.reason, line = excluded.line, next_at = excluded.next_at, changed_by = pg_current_xact_id();

-- name: due
select user_id from presence where next_at <= $1 order by next_at limit $2;

-- name: next_due
select min(next_at) from presence;

-- name: unlike_work
-- Agents whose presence asks them away while they are available; and who were set away by a presence that is over.
select a.user_id from agent a join presence p on p.user_id = a.user_id
where a.state = 'available' and p.source = any($1::text[]) and p.value in ('away', 'busy', 'dnd')
union
select h.user_id from presence_hold h left join presence p on p.user_id = h.user_id
where p.source is null or not (p.source = any($1::text[]) and p.value in ('away', 'busy', 'dnd'));

-- name: hold
insert into presence_hold (user_id, since) select user_id, since from agent where user_id = $1
on conflict (user_id) do update set since = excluded.since;

-- name: let_go
-- Yields whether the state at work is still the one that presence set.
with gone as (delete from presence_hold where user_id = $1 returning since)
select coalesce((select a.since = gone.since and a.state in ('away', 'busy') from gone join agent a on a.user_id = $1), false);

-- name: rule
select available, away, busy, unknown, deputy_id from presence_rule where user_id = $1;

-- name: put_rule
insert into presence_rule (user_id, available, away, busy, unknown, deputy_id) values ($1, $2, $3, $4, $5, $6)
on conflict (user_id) do update set available = excluded.available, away = excluded.away, busy = excluded.busy,
    unknown = excluded.unknown, deputy_id = excluded.deputy_id;

-- name: active
-- When somebody's session was last used, within a day, and when their desk was last heard of.
select s.user_id, max(s.last_seen_at) as used_at, max(d.at) as desk_at
from session s left join desk_seen d on d.user_id = s.user_id
where s.last_seen_at > $1::timestamptz - interval '1 day' and s.expires_at > $1 group by s.user_id;

-- name: words_of_source
select user_id, source, account, said_at, value, until, reason, quiet_at, quiet_value, quiet_until, quiet_reason
from presence_word where source = $1 and value is not null;

-- name: disabled
select p.user_id from presence p join app_user u on u.id = p.user_id where u.disabled_at is not null;

-- name: forget
with words as (delete from presence_word where user_id = any($1::uuid[]))
delete from presence where user_id = any($1::uuid[]);
