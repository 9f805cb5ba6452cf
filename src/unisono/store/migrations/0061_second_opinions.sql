-- Second opinions of triage: what a model from a folder says of texts that were judged already. It goes with what ours said.
create table triage_opinion (
    item_id uuid primary key references triage_score on delete cascade,
    model text not null,
    said jsonb not null
);

-- done_to: everything that was judged until then has its opinion.
create table triage_second (
    model text primary key,
    done_to timestamptz not null
);

-- How a model does on labels of the house, beside what ours said when the text came. proven: not worse, on enough of them.
create table triage_second_head (
    model text not null,
    head text not null,
    language text not null,
    state text not null check (state in ('trial', 'proven')),
    texts integer not null,
    f1 double precision not null,
    own_f1 double precision not null,
    measured_at timestamptz not null,
    primary key (model, head, language)
);
create index triage_score_judged on triage_score (judged_at);
