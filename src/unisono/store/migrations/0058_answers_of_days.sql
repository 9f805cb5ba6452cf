-- How long customers waited for a first answer, as one number for each day, queue and channel instead of a row for each interval:
-- four weeks of them are read for the parity view. The number is that of `report_piece.hist`: eight digits to an interval.
create table tally_wait (
    day date not null,
    queue_id uuid not null references queue on delete cascade,
    channel_id uuid not null references channel on delete cascade,
    hist numeric not null,
    primary key (day, queue_id, channel_id)
);
insert into tally_wait (day, queue_id, channel_id, hist)
select day, queue_id, channel_id, sum(n * ('1e' || 8 * bin)::numeric) from tally_answer group by 1, 2, 3;
drop table tally_answer;
