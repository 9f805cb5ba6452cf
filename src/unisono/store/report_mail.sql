-- name: add
insert into report_schedule (id, name, question, form, locale, timing, recipients, channel_id, owner_id, paused, next_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (id) do nothing;

-- name: change
update report_schedule set name = $2, question = $3, form = $4, locale = $5, timing = $6, recipients = $7, channel_id = $8,
    owner_id = $9, paused = $10, next_at = $11 where id = $1;

-- name: remove
delete from report_schedule where id = $1;

-- name: schedule
select s.id, s.name, s.question, s.form, s.locale, s.timing, s.recipients, s.channel_id, s.owner_id, s.paused, s.next_at,
       u.name as owner_name
from report_schedule s join app_user u on u.id = s.owner_id where s.id = $1;

-- name: schedule_locked
select s.id, s.name, s.question, s.form, s.locale, s.timing, s.recipients, s.channel_id, s.owner_id, s.paused, s.next_at,
       u.name as owner_name
from report_schedule s join app_user u on u.id = s.owner_id where s.id = $1 for no key update of s;

-- name: schedules
select s.id, s.name, s.question, s.form, s.locale, s.timing, s.recipients, s.channel_id, s.owner_id, s.paused, s.next_at,
       u.name as owner_name
from report_schedule s join app_user u on u.id = s.owner_id order by s.name, s.id;

-- name: take_due
select s.id, s.name, s.question, s.form, s.locale, s.timing, s.recipients, s.channel_id, s.owner_id, s.paused, s.next_at,
       u.name as owner_name
from report_schedule s join app_user u on u.id = s.owner_id
where not s.paused and s.next_at <= $1 order by s.next_at limit 1 for no key update of s skip locked;

-- name: move
update report_schedule set next_at = $2 where id = $1;

-- name: begin
insert into report_run (id, schedule_id, due_at, first, last, state, next_at, at) values ($1, $2, $3, $4, $5, 'making', $6, $6)
on conflict (schedule_id, due_at) do nothing returning id;

-- name: take_run
-- The lease outlives the making of a file; a node that ends meanwhile leaves it to another.
update report_run set next_at = $1::timestamptz + make_interval(secs => $2), attempts = attempts + 1, at = $1
where id = (select id from report_run where state in ('making', 'retrying') and next_at <= $1 order by due_at limit 1
            for no key update skip locked)
returning id, schedule_id, due_at, first, last, state, attempts, problem, at;

-- name: mark
update report_run set state = $2, problem = $3, at = $4, next_at = $5 where id = $1;

-- name: unclear
with gone as (
    update report_run set state = 'unknown', at = $1 where state = 'sending' and next_at <= $1 returning 1
) select count(*) from gone;

-- name: runs
select r.id, r.schedule_id, r.due_at, r.first, r.last, r.state, r.attempts, r.problem, r.at
from unnest($1::uuid[]) n(id) cross join lateral (
    select * from report_run r where r.schedule_id = n.id order by r.due_at desc limit $2) r
order by r.due_at desc;
