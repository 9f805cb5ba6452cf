-- Service accounts: users that are programs. They have tokens and no password.
alter table app_user add column service boolean not null default false;

-- A token may be allowed less than whoever it belongs to; null: all of it.
alter table api_token add column actions text[];

-- The audit is sealed in pieces: each hash covers what stands in a piece, and the hash before it. Words that colleagues wrote are
-- left out, because an erasure takes them away.
create table audit_seal (
    number bigint primary key,
    from_id uuid,
    to_id uuid not null,
    entries integer not null,
    sealed_at timestamptz not null,
    previous_hash bytea not null,
    hash bytea not null
);
create index audit_actor on audit (actor_id, id desc);
create index audit_action on audit (action text_pattern_ops, id desc);
