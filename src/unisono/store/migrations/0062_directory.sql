-- Who works in the organisation, as its own directory tells it, and where that directory is.
create table directory_source (
    single boolean primary key default true check (single),
    url text not null,
    start_tls boolean not null,
    bind_dn text not null,
    base text not null,
    filter text not null,
    region text not null,
    every_s integer not null,
    changed_at timestamptz not null,
    next_at timestamptz not null,
    read_at timestamptz,
    problem text not null default '',
    problem_at timestamptz
);

create table directory_person (
    id uuid primary key,
    remote_id text not null unique,
    name text not null,
    name_key text not null,
    email text not null,
    title text not null,
    department text not null,
    place text not null,
    phones jsonb not null,
    -- All by which somebody is found, folded as search folds words.
    words text not null,
    user_id uuid references app_user on delete set null,
    changed_at timestamptz not null
);
create index directory_person_name on directory_person (name_key, id);
create index directory_person_user on directory_person (user_id);
