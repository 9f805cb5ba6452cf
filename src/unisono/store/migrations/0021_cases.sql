-- A case groups enquiries over channels. Its words (title, notes) stand here alone and go when those whose case it was are erased.
alter table case_file drop constraint case_file_state_check;
update case_file set state = 'solved' where state = 'closed';
alter table case_file add constraint case_file_state_check check (state in ('open', 'waiting', 'solved'));
alter table case_file rename column closed_at to solved_at;
alter table case_file
    add column access_class integer references access_class,
    add column priority smallint not null default 0 check (priority between -2 and 2),
    add column due_at timestamptz,
    add column created_by uuid references app_user,
    add column changed_at timestamptz not null default now();
-- Nobody could make a case before this.
delete from case_file where access_class is null;
alter table case_file alter column access_class set not null;
create index case_file_state on case_file (state, number desc);
create index case_file_owner on case_file (owner_id, number desc) where owner_id is not null;
create index case_file_class on case_file (access_class, number desc);

create table case_member (
    case_id uuid not null references case_file on delete cascade,
    user_id uuid not null references app_user on delete cascade,
    primary key (case_id, user_id)
);
create index case_member_user on case_member (user_id);

create table case_note (
    id uuid primary key,
    case_id uuid not null references case_file on delete cascade,
    user_id uuid not null references app_user,
    text text not null,
    at timestamptz not null
);
create index case_note_case on case_note (case_id, at, id);

create index interaction_case on interaction (case_id, created_at, id) where case_id is not null;
