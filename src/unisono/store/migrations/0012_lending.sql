-- What is interrupted lends units to what interrupts it, and counts the fewer meanwhile: `units` are those that count, so that
-- their sum stays what the agent uses. Both together are what the work takes by itself.
alter table capacity_hold
    add column lent integer not null default 0 check (lent >= 0),
    add constraint capacity_hold_lent_to_check check ((lent > 0) = (lent_to is not null));

-- For whose sake it was set aside; it is taken up again when that is over.
alter table interaction add column interrupted_by uuid;
create index interaction_interrupted on interaction (interrupted_by) where state = 'parked' and interrupted_by is not null;
