-- Whose queues are these? Asked of somebody whenever their room changes; the key begins with the queue.
create index queue_member_user on queue_member (user_id);
