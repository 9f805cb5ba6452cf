-- The writing aid: what was asked of the language model and what it cost. Not by whom, nor about whom: that stands in the audit.
create table aid_ask (
    id uuid primary key,
    task text not null,
    asked_at timestamptz not null,
    tokens bigint not null,
    outcome text not null default ''
);
create index aid_ask_asked on aid_ask (asked_at);

-- What this person writes is never given to a model.
alter table identity add column no_aid boolean not null default false;
