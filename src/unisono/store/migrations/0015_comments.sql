-- What we did to a customer's item at its network, and which public item an answer is the private reply to.
alter table message add column hidden boolean not null default false, add column liked boolean not null default false;
alter table outbox add column private_reply_to text;
create index outbox_private_reply on outbox (channel_id, private_reply_to) where private_reply_to is not null;
