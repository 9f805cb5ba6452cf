-- Each offer writes an entry into every index of the work and of the offers. A queue and a channel are made of classes, so their
-- lists are merged from one walk for each class; whom something is offered to, the work that it is about says.
drop index interaction_queue_state;
drop index interaction_channel_state;
drop index offer_agent;
