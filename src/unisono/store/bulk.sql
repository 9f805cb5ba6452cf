-- name: begin
insert into bulk_work (id, user_id, verb, args, total, at, undo_until) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (id) do nothing returning id;

-- name: begin_items
insert into bulk_item (bulk_id, position, interaction_id)
select $1, n.position, n.id from unnest($2::uuid[]) with ordinality as n(id, position);

-- name: get
select id, user_id, verb, args, total, at, undo_until, undone_at from bulk_work where id = $1;

-- name: get_locked
select id, user_id, verb, args, total, at, undo_until, undone_at from bulk_work where id = $1 for no key update;

-- name: counts
select outcome, count(*) as n from bulk_item where bulk_id = $1 group by outcome;

-- name: steps
select position, interaction_id, before, after_version from bulk_item
where bulk_id = $1 and outcome = $2 order by position limit $3;

-- name: claim
update bulk_item set outcome = $4 where bulk_id = $1 and position = $2 and outcome = $3 returning position;

-- name: standing
select i.state, i.agent_id, i.queue_id, i.priority, i.parked_until, i.wrap_up_until, i.skills, i.reason, i.spam, i.closed_at, i.version,
       $2::uuid is not null and exists (
           select from conversation_tag g where g.conversation_id = i.conversation_id and g.tag_id = $2) as tagged
from interaction i where i.id = $1 for no key update of i;

-- name: keep
update bulk_item set before = $3, code = $4, after_version = (select i.version from interaction i where i.id = bulk_item.interaction_id)
where bulk_id = $1 and position = $2;

-- name: settle
update bulk_item set outcome = $3, code = $4 where bulk_id = $1 and position = $2;

-- name: items
select position, interaction_id, outcome, code from bulk_item
where bulk_id = $1 and ($2::text is null or outcome = $2) and position > $3 order by position limit $4;

-- name: undone
update bulk_work set undone_at = coalesce(undone_at, $2) where id = $1;

-- name: take_back_wrap_up
delete from wrap_up where interaction_id = $1;
