-- Conversations of one person are shown and worked on as one (merge), or point to each other (link). Each stays the thread that it
-- is: nothing is moved together, so where an answer goes does not change and undoing leaves what was.
create table conversation_bond (
    id uuid primary key,
    kind text not null check (kind in ('merge', 'link')),
    a uuid not null references conversation on delete cascade,
    b uuid not null references conversation on delete cascade,
    made_by uuid not null references app_user,
    made_at timestamptz not null,
    closed_work uuid,
    ended_by uuid references app_user,
    ended_at timestamptz,
    check (a <> b)
);
create index conversation_bond_a on conversation_bond (a) where ended_at is null;
create index conversation_bond_b on conversation_bond (b) where ended_at is null;
create unique index conversation_bond_once on conversation_bond (kind, least(a, b), greatest(a, b)) where ended_at is null;

-- Who is merged shares an id; at most one unit of work of them all is open.
alter table conversation add column merge_id uuid;
create index conversation_merge on conversation (merge_id) where merge_id is not null;
alter table interaction add column merge_id uuid;
create unique index interaction_one_open_of_merged on interaction (merge_id) where state <> 'closed' and merge_id is not null;

-- What began anew in a thread is another part of it, with the thread's own root: answers go where they always went.
alter table conversation add column part smallint not null default 0;
alter table conversation drop constraint conversation_channel_id_visibility_root_remote_id_identity__key;
alter table conversation add constraint conversation_thread unique (channel_id, visibility, root_remote_id, identity_id, part);
