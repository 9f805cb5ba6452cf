-- The sandbox network's database. Times are ISO 8601 in UTC, so they sort as text.
create table if not exists network (generation text not null);

create table if not exists account (
    id integer primary key autoincrement,
    face text not null,
    handle text not null,
    folded text not null,
    name text not null,
    about text not null default '',
    company integer not null default 0,
    token text unique,
    refresh_token text unique,
    token_expires_at text,
    pruned_seq integer not null default 0,
    created_at text not null,
    deleted_at text
);
-- A handle is free again when its account is gone.
create unique index if not exists account_handle on account (face, folded) where deleted_at is null;

create table if not exists item (
    id integer primary key autoincrement,
    face text not null,
    author integer not null,
    text text not null,
    root integer not null,
    parent integer,
    peer integer,
    page integer,
    links_to integer,
    warning text not null default '',
    key text,
    keyed_at text,
    state text not null default 'sent',
    created_at text not null,
    edited_at text,
    revision integer not null default 0,
    deleted_at text
);
create index if not exists item_root on item (root);
create index if not exists item_author on item (author, id);
create index if not exists item_pair on item (author, peer) where peer is not null;
create index if not exists item_public_roots on item (face, id) where peer is null and root = id;
create index if not exists item_key on item (author, key) where key is not null;

create table if not exists member (
    root integer not null,
    account integer not null,
    primary key (root, account)
) without rowid;

create table if not exists media (
    id text primary key,
    face text not null,
    owner integer not null,
    item integer,
    position integer not null default 0,
    name text not null,
    media_type text not null,
    size_bytes integer not null,
    alt text not null,
    bytes blob not null
) without rowid;
create index if not exists media_item on media (item) where item is not null;

create table if not exists entry (
    seq integer primary key autoincrement,
    account integer not null,
    type text not null,
    subject integer not null,
    at text not null,
    why text not null default '',
    revision integer not null default 0,
    state text not null default ''
);
create index if not exists entry_account on entry (account, seq);

create table if not exists told (
    item integer not null,
    account integer not null,
    why text not null,
    primary key (item, account)
) without rowid;

create table if not exists hook (
    account integer primary key,
    url text not null,
    secret text not null
);
