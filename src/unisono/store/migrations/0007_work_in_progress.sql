-- When each desk was last heard of. Who never opened one has no row, and is not judged by silence.
create table desk_seen (
    user_id uuid primary key references app_user on delete cascade,
    at timestamptz not null
);
-- Processes that hold desks' streams. `since`: at work without a pause; silence tells something only while one of them listens.
create table desk_node (
    name text primary key,
    since timestamptz not null,
    at timestamptz not null
);

alter table agent drop constraint agent_state_check;
alter table agent add constraint agent_state_check check (state in ('available', 'busy', 'away', 'wrap_up', 'offline'));

-- Push: the router offers. Pull: people take from the list. Both times null or 0 mean that nothing happens by itself.
alter table queue
    add column mode text not null default 'push' check (mode in ('push', 'pull')),
    add column silence_s integer check (silence_s between 60 and 604800),
    add column wrap_up_s integer not null default 0 check (wrap_up_s between 0 and 86400);

-- The share of its units that parked work keeps, so that there is room when the customer comes back.
alter table work_class add column parked_share double precision not null default 0 check (parked_share between 0 and 1);
update work_class set parked_share = 0.25 where key = 'chat';

-- avoid: who let it lie is not asked first again. held_since: in these hands without a pause. wrap_up_until: capacity is held so long.
alter table interaction
    add column avoid_agent_id uuid,
    add column avoid_until timestamptz,
    add column held_since timestamptz,
    add column wrap_up_until timestamptz;
update interaction set held_since = updated_at where state in ('active', 'wrap_up');
create index interaction_wrap_up on interaction (wrap_up_until) where state = 'wrap_up' and wrap_up_until is not null;
create index interaction_parked on interaction (parked_until) where state = 'parked';

-- Who handed it over, when a colleague was asked to take it.
alter table offer add column given_by uuid references app_user;

-- A colleague is asked beside the conversation; whose work it is stays as it is.
create table consult (
    id uuid primary key,
    interaction_id uuid not null references interaction on delete cascade,
    asked_by uuid not null references app_user,
    agent_id uuid references agent,
    skill text,
    state text not null default 'requested' check (state in ('requested', 'open', 'declined', 'ended')),
    units integer not null check (units between 0 and 6000),
    question_id uuid not null,
    asked_at timestamptz not null,
    opened_at timestamptz,
    ended_at timestamptz,
    ended_by uuid references app_user,
    version integer not null default 1,
    check (agent_id is not null or skill is not null),
    check (state <> 'open' or agent_id is not null)
);
create index consult_of_work on consult (interaction_id) where state in ('requested', 'open');
create index consult_of_agent on consult (agent_id) where state in ('requested', 'open');
create index consult_of_asker on consult (asked_by) where state in ('requested', 'open');
create index consult_of_skill on consult (skill) where state = 'requested' and agent_id is null;

-- A consult holds units as well; each unit of work and each consult has one row at the most.
alter table capacity_hold drop constraint capacity_hold_pkey;
alter table capacity_hold add column consult_id uuid references consult on delete cascade;
create unique index capacity_hold_work on capacity_hold (interaction_id) where consult_id is null;
create unique index capacity_hold_consult on capacity_hold (consult_id) where consult_id is not null;
