-- name: of
select id, user_id, kind, name, with_titles, state, added_at, read_at, covers_until, attempts, skipped, mark
from own_calendar where user_id = $1 order by added_at, id;

-- name: add
insert into own_calendar (id, user_id, kind, name, with_titles, state, added_at, next_at) values ($1, $2, $3, $4, $5, 'new', $6, $6);

-- name: forget_titles
update own_calendar_time set title = '' where calendar_id = $1 and title <> '';

-- name: read_whole
-- What was kept before holds no titles: everything is asked for once more.
update own_calendar set mark = null, next_at = $2 where id = $1;

-- name: remove
with secrets as (
    delete from secret s using own_calendar c
    where c.id = $1 and c.user_id = $2 and s.owner_kind = 'own_calendar' and s.owner_id = c.id)
delete from own_calendar where id = $1 and user_id = $2 returning id;

-- name: ask_again
update own_calendar set next_at = case when looked_at is null or looked_at < $3 then $4 else next_at end
where id = $1 and user_id = $2 returning id;

-- name: claim
with due as (
    select c.id from own_calendar c join app_user u on u.id = c.user_id and u.disabled_at is null
    where c.next_at <= $1 order by c.next_at limit $2 for no key update of c skip locked)
update own_calendar c set next_at = $1::timestamptz + make_interval(secs => $3), looked_at = $1
from due where c.id = due.id
returning c.id, c.user_id, c.kind, c.name, c.with_titles, c.state, c.added_at, c.read_at, c.covers_until, c.attempts, c.skipped, c.mark;

-- name: settle
-- A calendar that was withdrawn while it was read stays gone. Whether titles are wanted is asked here, where nothing comes between.
update own_calendar set state = $2, attempts = $3, next_at = $4, mark = coalesce($5, mark), covers_until = coalesce($6, covers_until),
    skipped = $7, read_at = case when $8 then $9::timestamptz else read_at end, turn_at = $9
where id = $1 returning with_titles;

-- name: clear_times
delete from own_calendar_time where calendar_id = $1;

-- name: put_times
insert into own_calendar_time (calendar_id, begins_at, ends_at, says, whole_day, title)
select $1, * from unnest($2::timestamptz[], $3::timestamptz[], $4::text[], $5::boolean[], $6::text[]);

-- name: turning
select id, user_id, kind, name, with_titles, state, added_at, read_at, covers_until, attempts, skipped, mark
from own_calendar where turn_at <= $1 order by turn_at limit $2 for no key update skip locked;

-- name: times
select calendar_id, begins_at, ends_at, says, whole_day, title from own_calendar_time
where calendar_id = any($1::uuid[]) and ends_at > $2 order by begins_at, ends_at;

-- name: turned
update own_calendar set turn_at = $2 where id = $1;

-- name: drop_over
delete from own_calendar_time where ends_at <= $1;

-- name: forget_disabled
with gone as (
    delete from own_calendar c using app_user u where u.id = c.user_id and u.disabled_at is not null returning c.id)
delete from secret s using gone where s.owner_kind = 'own_calendar' and s.owner_id = gone.id;
