-- Looking at single people (figures of each, live view, listening in) needs two who agree; who looked is kept for whom it was.
create table people_permit (
    id uuid primary key,
    kind text not null check (kind in ('figures', 'live_view', 'listening_in')),
    agent_id uuid references app_user,
    reason text not null,
    asked_by uuid not null references app_user,
    asked_at timestamptz not null,
    until timestamptz not null,
    agreed_by uuid references app_user,
    agreed_at timestamptz,
    ended_by uuid references app_user,
    ended_at timestamptz,
    check (agreed_by is distinct from asked_by or agreed_by is null),
    check ((agreed_by is null) = (agreed_at is null)),
    check ((ended_by is null) = (ended_at is null))
);
create index people_permit_open on people_permit (until) where ended_at is null;

create table people_look (
    id uuid primary key,
    agent_id uuid not null references app_user,
    looked_by uuid not null references app_user,
    permit_id uuid not null references people_permit,
    kind text not null,
    what text not null,
    at timestamptz not null,
    last_at timestamptz not null,
    times integer not null default 1
);
create index people_look_of on people_look (agent_id, id desc);
create index people_look_old on people_look (last_at);
