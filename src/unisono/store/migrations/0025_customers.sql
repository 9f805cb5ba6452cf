-- One person behind several handles, with merges that can be undone: a merge is an edge between customers as they came. Where an
-- identity came from stays written (home_customer_id, null: never moved), so that taking the edge away puts it back.
alter table customer add column merged_into uuid references customer;
create index customer_merged on customer (merged_into) where merged_into is not null;
alter table identity add column home_customer_id uuid references customer;
create index identity_home on identity (home_customer_id) where home_customer_id is not null;

create index identity_profile on identity (profile_url) where profile_url <> '';

create table customer_merge (
    id uuid primary key,
    a uuid not null references customer on delete cascade,
    b uuid not null references customer on delete cascade,
    score double precision not null,
    evidence text[] not null default '{}',
    reason text not null,
    merged_by uuid not null references app_user,
    merged_at timestamptz not null,
    unmerged_by uuid references app_user,
    unmerged_at timestamptz,
    check (a <> b)
);
create index customer_merge_a on customer_merge (a);
create index customer_merge_b on customer_merge (b);
create unique index customer_merge_once on customer_merge (least(a, b), greatest(a, b)) where unmerged_at is null;

-- Two customers of whom somebody said that they are not one person; not suggested again.
create table customer_apart (
    a uuid not null references customer on delete cascade,
    b uuid not null references customer on delete cascade,
    said_by uuid not null references app_user,
    said_at timestamptz not null,
    primary key (a, b),
    check (a < b)
);

-- What belongs to a handle besides what the network calls it: an address, a number, a page, a log-in.
create table identity_claim (
    identity_id uuid not null references identity on delete cascade,
    kind text not null check (kind in ('mail', 'phone', 'link', 'login')),
    value text not null,
    proved boolean not null,
    source text not null check (source in ('network', 'customer', 'colleague', 'login')),
    user_id uuid references app_user,
    at timestamptz not null,
    primary key (identity_id, kind, value)
);
create index identity_claim_value on identity_claim (kind, value);

create table customer_note (
    id uuid primary key,
    customer_id uuid not null references customer on delete cascade,
    user_id uuid not null references app_user,
    text text not null,
    at timestamptz not null
);
create index customer_note_customer on customer_note (customer_id, at, id);

create table custom_field (
    id uuid primary key,
    key text not null unique,
    name jsonb not null,
    kind text not null check (kind in ('text', 'number', 'date', 'choice', 'link')),
    choices jsonb not null default '[]',
    position integer not null default 0,
    version integer not null default 1,
    archived_at timestamptz
);

create table customer_field (
    customer_id uuid not null references customer on delete cascade,
    field_id uuid not null references custom_field on delete cascade,
    value text not null,
    terms tsvector not null,
    changed_by uuid not null references app_user,
    changed_at timestamptz not null,
    primary key (customer_id, field_id)
);
create index customer_field_terms on customer_field using gin (terms);
