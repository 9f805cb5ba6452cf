-- What was reported to a network, with where its evidence stands in the sealed archive. Ids only.
create table reported_item (
    message_id uuid primary key,
    number bigint not null references sealed_item,
    user_id uuid not null references app_user,
    at timestamptz not null
);
create index reported_item_number on reported_item (number desc);
