-- What a person needs to know an entry of the do-not-call list again: the country and the last two digits, never the number.
alter table do_not_call add column shown text not null default '';
alter table do_not_call add column why text not null default 'asked' check (why in ('asked', 'complaint', 'register'));
create index do_not_call_newest on do_not_call (at desc, number_hash);
