-- Whoever declined an enquiry is asked last; that is looked up for each that waits.
create index offer_interaction on offer (interaction_id);
