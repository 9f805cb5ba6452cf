-- Triage: what texts of customers were judged to be, what people said of them, and the heads that learned from that.
-- item_id: a message, or a mention that came by no channel of ours. Nothing here repeats a word of a text.
create table triage_score (
    item_id uuid primary key,
    mention_id uuid references mention on delete cascade,
    language text,
    said jsonb not null,
    trained text[] not null,
    alarms text[] not null,
    demoted boolean not null default false,
    -- Of what is demoted some is shown as if it were not: its labels tell what the gate loses.
    sampled boolean not null default false,
    judged_at timestamptz not null
);
create index triage_score_mention on triage_score (mention_id) where mention_id is not null;
create index triage_score_demoted on triage_score (item_id) where demoted;

-- What somebody decided, about the customer's text alone. decided_by: for the audit; no figure is made of it.
create table triage_label (
    item_id uuid not null,
    mention_id uuid references mention on delete cascade,
    head text not null,
    label text not null,
    source text not null check (source in ('page', 'correction', 'decision', 'wrap_up')),
    decided_by uuid references app_user on delete set null,
    decided_at timestamptz not null,
    primary key (item_id, head)
);
create index triage_label_mention on triage_label (mention_id) where mention_id is not null;
create index triage_label_decided on triage_label (head, decided_at desc);

-- A learning of all heads. outcome: a word, empty while it goes on.
create table triage_run (
    id uuid primary key,
    asked_by uuid references app_user on delete set null,
    asked_at timestamptz not null,
    began_at timestamptz,
    ended_at timestamptz,
    outcome text not null default ''
);
create index triage_run_waits on triage_run (asked_at) where ended_at is null;

-- Versions of heads. weights: half precision, row by row, deflated; null for what was refused and what is too old to go back to.
-- f1, accuracy: on `texts` labels that it had not seen; live_f1: of the one in use then, on the same; commonest_f1: of always
-- saying the commonest answer.
create table triage_head (
    id uuid primary key,
    name text not null,
    language text not null,
    number integer not null,
    state text not null check (state in ('live', 'kept', 'refused')),
    labels text[] not null,
    weights bytea,
    bias real[] not null,
    strength double precision not null,
    own integer not null,
    f1 double precision not null,
    accuracy double precision not null,
    texts integer not null,
    live_f1 double precision,
    commonest_f1 double precision not null,
    threshold double precision not null default 0,
    gate_counted integer not null default 0,
    gate_lost double precision not null default 0,
    gate_demoted double precision not null default 0,
    fitted_at timestamptz not null,
    promoted_at timestamptz,
    unique (name, language, number)
);
create unique index triage_head_live on triage_head (name, language) where state = 'live';
