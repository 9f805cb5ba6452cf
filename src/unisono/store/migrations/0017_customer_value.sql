-- How much a customer's enquiries count beside others' in the router's index; 1 is usual. See service/customer_value.py for the bounds.
alter table customer add column value double precision not null default 1 check (value between 0.5 and 4);

-- Few are not usual: what waits is looked up from these, not the other way round.
create index customer_valued on customer (id) where value <> 1;
