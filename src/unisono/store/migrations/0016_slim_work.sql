-- Each step that work takes writes an entry into every index of it: of each pair the index by state stays, and what is open in
-- all states is merged from one walk for each. What nobody has in hand is in nobody's list.
drop index interaction_open;
drop index interaction_queue;
drop index interaction_channel;
drop index interaction_class;
drop index interaction_agent;
create index interaction_agent on interaction (agent_id, due_at, id) where state <> 'closed' and agent_id is not null;
