-- Whether an enquiry waits for a storm's answer is asked whenever it is routed.
create index storm_item_interaction on storm_item (interaction_id) where state = 'folded';
