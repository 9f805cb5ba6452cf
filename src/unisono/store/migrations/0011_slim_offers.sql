-- An offer and its hold are written by the statement that moves the interaction, which also locks the agent; neither is ever
-- deleted. To look each of them up once more took a quarter of the time of a group of offers.
alter table interaction drop constraint interaction_agent_id_fkey;
alter table offer drop constraint offer_interaction_id_fkey;
alter table capacity_hold drop constraint capacity_hold_interaction_id_fkey;
