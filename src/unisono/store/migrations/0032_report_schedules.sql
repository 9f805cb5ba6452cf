-- Reports that go out by mail at a local time; each run is kept, so that one sees what went out and what did not.
create table report_schedule (
    id uuid primary key,
    name text not null,
    question jsonb not null,
    form text not null check (form in ('csv', 'xlsx', 'pdf')),
    locale text not null,
    timing jsonb not null,
    recipients text[] not null,
    channel_id uuid references channel,
    owner_id uuid not null references app_user,
    paused boolean not null default false,
    next_at timestamptz not null,
    created_at timestamptz not null
);
create index report_schedule_due on report_schedule (next_at) where not paused;

create table report_run (
    id uuid primary key,
    schedule_id uuid not null references report_schedule on delete cascade,
    due_at timestamptz not null,
    first date not null,
    last date not null,
    state text not null check (state in ('making', 'sending', 'sent', 'retrying', 'failed', 'unknown')),
    attempts integer not null default 0,
    next_at timestamptz,
    problem text not null default '',
    at timestamptz not null,
    unique (schedule_id, due_at)
);
create index report_run_open on report_run (next_at) where state in ('making', 'retrying', 'sending');
create index report_run_of on report_run (schedule_id, due_at desc);
