-- Rules may say what class of work an enquiry is, whose answers to it wait for a second person, and name a colleague by themselves.
alter table interaction
    add column work_class_id uuid references work_class,
    add column approval text check (approval in ('everybody', 'newcomers'));
alter table note_mention alter column by_id drop not null;

-- How many follow whoever wrote, where the network tells; a number, renewed with each message, erased with the identity.
alter table identity add column followers bigint check (followers >= 0);
