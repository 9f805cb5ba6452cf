-- name: add
insert into case_file (id, title, access_class, owner_id, created_by, priority, due_at, created_at, changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $8) returning number;

-- name: facts
select f.id, f.number, f.access_class, f.state,
       array(select m.user_id from case_member m where m.case_id = f.id) || array_remove(array[f.owner_id], null) as people
from case_file f where f.id = $1;

-- name: facts_locked
select f.id, f.number, f.access_class, f.state,
       array(select m.user_id from case_member m where m.case_id = f.id) || array_remove(array[f.owner_id], null) as people
from case_file f where f.id = $1 for no key update of f;

-- name: numbered
select f.id, f.number, f.access_class, f.state,
       array(select m.user_id from case_member m where m.case_id = f.id) || array_remove(array[f.owner_id], null) as people
from case_file f where f.number = $1;

-- name: touch
update case_file set version = version + 1, changed_at = $2 where id = $1;

-- name: drop_members
delete from case_member where case_id = $1 and user_id <> all($2::uuid[]);

-- name: add_members
insert into case_member (case_id, user_id) select $1, u from unnest($2::uuid[]) as u on conflict do nothing;

-- name: add_note
insert into case_note (id, case_id, user_id, text, at) values ($1, $2, $3, $4, $5) on conflict do nothing returning id;

-- name: put
with before as (select id, case_id from interaction where id = $1 for no key update),
put as (
    update interaction i set case_id = $2, version = i.version + 1, updated_at = $3,
                             reason = case when i.reason ->> 'code' = 'folded' then '{"code": "unfolded"}' else i.reason end
    from before where i.id = before.id and before.case_id is distinct from $2
)
select case_id from before;

-- name: put_if_free
update interaction set case_id = $2, version = version + 1, updated_at = $3 where id = $1 and case_id is null returning id;

-- name: open_work
select id from interaction where case_id = $1 and stage <> 'closed' order by created_at, id;

-- name: work_of
select id, access_class, agent_id from interaction where case_id = $1 order by created_at, id;

-- name: named
-- A number in a subject is anybody's to write: only a customer of the case gets in by it.
select k.conversation_id, f.id
from unnest($1::uuid[], $2::bigint[]) as k(conversation_id, number)
join case_file f on f.number = k.number
join conversation c on c.id = k.conversation_id
join identity n on n.id = c.identity_id
where exists (
    select from interaction i join conversation o on o.id = i.conversation_id join identity p on p.id = o.identity_id
    where i.case_id = f.id and p.customer_id = n.customer_id
);

-- name: customer_wrote
update case_file set state = 'open', solved_at = null, version = version + 1, changed_at = $2
where state <> 'open' and id in (select case_id from interaction where id = any($1::uuid[]))
returning id, access_class;

-- name: row
select f.id, f.number, f.title, f.state, f.priority, f.owner_id, f.due_at, f.created_by, f.created_at, f.changed_at, f.solved_at,
       f.version, f.access_class,
       array(select m.user_id from case_member m where m.case_id = f.id order by m.user_id) as member_ids
from case_file f

-- name: counts
select case_id, count(*) as items, count(*) filter (where stage <> 'closed') as open
from interaction where case_id = any($1::uuid[]) group by 1;

-- name: notes
select id, user_id, text, at from case_note where case_id = $1 order by at, id;

-- name: concerned
-- Cases of these identities, and whether anybody else has a part in them.
select f.id, f.access_class, f.title, not exists (
    select from interaction o join conversation oc on oc.id = o.conversation_id
    where o.case_id = f.id and oc.identity_id <> all($1::uuid[])
) as alone
from case_file f
where exists (select from interaction i join conversation c on c.id = i.conversation_id
              where i.case_id = f.id and c.identity_id = any($1::uuid[]))
order by f.id for no key update of f;

-- name: blank_title
update case_file set title = '' where id = $1;

-- name: drop_notes
delete from case_note where case_id = $1;

-- name: drop_note
delete from case_note where id = $1;

-- name: of_customer
-- Which cases a customer has a part in.
select distinct i.case_id from identity n join conversation c on c.identity_id = n.id join interaction i on i.conversation_id = c.id
where n.customer_id = $1 and i.case_id is not null;
