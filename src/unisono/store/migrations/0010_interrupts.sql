-- What may interrupt what: work of a class may be offered to somebody whose hands are full of work of these classes. The units
-- that it borrows stand as lent; they count again when it is over.
alter table work_class
    add column interrupts uuid[] not null default '{}',
    add column parks_interrupted boolean not null default false;
update work_class c set interrupts = (select array_agg(w.id order by w.key) from work_class w where w.key in ('mail', 'post'))
where c.key = 'call';
alter table capacity_hold add column lent_to uuid;
create index capacity_hold_lent on capacity_hold (lent_to) where lent_to is not null;

-- The router offers thousands of enquiries a second. What says nothing new costs it most: agents are never deleted and are
-- locked by the statement that names them, and all that waits is found by its state.
alter table offer drop constraint offer_agent_id_fkey;
alter table capacity_hold drop constraint capacity_hold_agent_id_fkey;
drop index offer_interaction;
create index offer_passed on offer (interaction_id) where state in ('declined', 'expired');
drop index interaction_routable;
