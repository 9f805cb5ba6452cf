-- What each source said last of somebody: its newest word, and its newest quiet one where the source flaps. A newer one replaces
-- it; what is over is dropped. There is no history of presence, here or in the log.
create table presence_word (
    user_id uuid not null references app_user on delete cascade,
    source text not null,
    account text not null default '',
    said_at timestamptz not null,
    value text,
    until timestamptz,
    reason text not null default '',
    quiet_at timestamptz,
    quiet_value text,
    quiet_until timestamptz,
    quiet_reason text not null default '',
    primary key (user_id, source, account)
);
create index presence_word_until on presence_word (until) where until is not null;

-- The merged presence of everybody of whom something is known. changed_by: the transaction that wrote it last, by which the web
-- nodes find what is new to them.
create table presence (
    user_id uuid primary key references app_user on delete cascade,
    value text not null,
    source text,
    until timestamptz,
    reason text not null default '',
    line text not null default 'free',
    next_at timestamptz,
    changed_by xid8 not null default pg_current_xact_id()
);
create index presence_due on presence (next_at) where next_at is not null;
create index presence_changed on presence (changed_by);

-- Where calls for somebody go; who has set nothing has the house's rule.
create table presence_rule (
    user_id uuid primary key references app_user on delete cascade,
    available text not null,
    away text not null,
    busy text not null,
    unknown text not null,
    deputy_id uuid references app_user on delete set null
);

-- An agent whose state at work was set by their presence, as long as nobody has set another one since.
create table presence_hold (
    user_id uuid primary key references agent on delete cascade,
    since timestamptz not null
);

insert into follower (name) values ('presence');
