-- Rules: when something happens, if it is like this, then do that. What they name are ids, keys and the house's own texts.
create table rule (
    id uuid primary key,
    name text not null,
    position integer not null,
    trigger text not null,
    after_s integer check (after_s between 60 and 31536000),
    match_all boolean not null default true,
    conditions jsonb not null default '[]',
    actions jsonb not null default '[]',
    stop boolean not null default false,
    enabled boolean not null default false,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    version integer not null default 1
);
create index rule_order on rule (position, id);

-- Once for each rule and occasion, however often that is told. `findings`: which words of the rule were met, never what was said.
create table rule_application (
    id uuid primary key,
    rule_id uuid not null references rule on delete cascade,
    interaction_id uuid not null references interaction on delete cascade,
    conversation_id uuid not null references conversation on delete cascade,
    occasion text not null,
    at timestamptz not null,
    findings jsonb not null default '[]',
    done jsonb not null default '[]',
    error text not null default '',
    unique (rule_id, interaction_id, occasion)
);
create index rule_application_conversation on rule_application (conversation_id, at);
create index rule_application_rule on rule_application (rule_id, at desc);

-- What waited so long and was looked at by a rule of waiting: once is enough.
create table rule_looked (
    rule_id uuid not null references rule on delete cascade,
    interaction_id uuid not null references interaction on delete cascade,
    primary key (rule_id, interaction_id)
);

-- Where those who follow the log stand: the place moves in the transaction that records the effect.
create table follower (
    name text primary key,
    cursor text
);
insert into follower (name) values ('rules');
