-- name: set_timer
-- One timer for each (kind, subject): setting it again moves it.
insert into timer (id, kind, subject, due_at, body) values ($1, $2, $3, $4, $5)
on conflict (kind, subject) do update set due_at = excluded.due_at, body = excluded.body;

-- name: cancel_timer
delete from timer where kind = $1 and subject = $2;

-- name: take_due
-- Deleted in the transaction that does the work, so that a crash brings it back.
delete from timer where id in (
    select id from timer where due_at <= $1 and kind = any($2::text[])
    order by due_at, id limit $3 for no key update skip locked
) returning id, kind, subject, due_at, body;

-- name: next_due
select min(due_at) from timer;
