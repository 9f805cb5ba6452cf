-- The lists of somebody who sees few classes, and closed work of a queue or channel, are merged from one walk for each class.
create index interaction_class on interaction (access_class, due_at, id) where state <> 'closed';
create index interaction_class_state on interaction (access_class, state, due_at, id) where state <> 'closed';
create index interaction_class_closed on interaction (access_class, closed_at desc, id desc) where state = 'closed';
