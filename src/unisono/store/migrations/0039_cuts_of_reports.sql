-- Which values of a cut (channel, code, language, skills) stand together in an atom of figures about people, so that figures cut in
-- different ways cannot be held against each other until few people are left. Kinds and atoms: see store/report_rows.py.
create table report_held (
    moment text not null,
    kind text not null check (kind in ('d', 'w', 'p')),
    queue_id uuid not null,
    begins date not null,
    way text not null,
    value text not null,
    primary key (moment, way, begins, kind, queue_id, value)
);

-- Days of which the sums are newer than that: until they are judged, all that is cut stands together. A new mark with each change.
create table report_unjudged (
    day date primary key,
    mark uuid not null
);
insert into report_unjudged (day, mark) select distinct day, '00000000-0000-0000-0000-000000000000'::uuid from report_cell;

-- For groups of how many it was judged.
alter table report_fold add column judged_least integer;
