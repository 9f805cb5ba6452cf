-- An offer moved an enquiry in seven indexes, and its acceptance in all of them again. What indexes keep is the stage of work, in
-- which an offered enquiry still waits, and who holds it, which nobody does before they accept: both stay as they are when it is
-- offered, so the row is changed in its own page and no index is written. State and agent say what is so, as before.
alter table interaction
    add column stage text not null generated always as (case when state = 'offered' then 'waiting' else state end) stored,
    add column holder_id uuid generated always as (case when state = 'offered' then null else agent_id end) stored,
    set (fillfactor = 85);

drop index interaction_one_open, interaction_one_open_of_merged, interaction_state, interaction_class_state, interaction_agent,
    interaction_since, interaction_closed, interaction_class_closed, interaction_agent_closed, interaction_agent_spam,
    interaction_parked, interaction_interrupted, interaction_wrap_up;
create unique index interaction_one_open on interaction (conversation_id) where stage <> 'closed';
create unique index interaction_one_open_of_merged on interaction (merge_id) where stage <> 'closed' and merge_id is not null;
create index interaction_state on interaction (stage, due_at, id) where stage <> 'closed';
create index interaction_class_state on interaction (access_class, stage, due_at, id) where stage <> 'closed';
create index interaction_agent on interaction (holder_id, due_at, id) where stage <> 'closed' and holder_id is not null;
create index interaction_since on interaction (waiting_since, id) where stage <> 'closed';
create index interaction_closed on interaction (closed_at desc, id desc) where stage = 'closed';
create index interaction_class_closed on interaction (access_class, closed_at desc, id desc) where stage = 'closed';
create index interaction_agent_closed on interaction (holder_id, closed_at desc, id desc) where stage = 'closed';
create index interaction_agent_spam on interaction (holder_id, closed_at desc, id desc) where spam;
create index interaction_parked on interaction (parked_until) where stage = 'parked';
create index interaction_interrupted on interaction (interrupted_by) where stage = 'parked' and interrupted_by is not null;
create index interaction_wrap_up on interaction (wrap_up_until) where stage = 'wrap_up' and wrap_up_until is not null;

-- What somebody has in hand, what is offered to them included: that is found by the capacity that it holds.
create view in_hands as
select holder_id as agent_id, id from interaction where stage <> 'closed' and holder_id is not null
union all
select h.agent_id, i.id from capacity_hold h join interaction i on i.id = h.interaction_id
where h.consult_id is null and i.stage = 'waiting' and i.state = 'offered' and i.agent_id = h.agent_id;
