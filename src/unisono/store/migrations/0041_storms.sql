-- Spikes that were told, and storms: one case, one answer, each author once.
create table monitor_alert (
    id uuid primary key,
    monitor_id uuid not null references monitor on delete cascade,
    began_at timestamptz not null,
    ended_at timestamptz,
    window_s integer not null,
    posts integer not null,
    most integer not null,
    usual double precision not null
);
create unique index monitor_alert_open on monitor_alert (monitor_id) where ended_at is null;
create index monitor_alert_began on monitor_alert (began_at desc, id desc);

-- What a monitor found since an instant folds into one case, until the storm ends. `text` is the one answer.
create table storm (
    id uuid primary key,
    monitor_id uuid not null references monitor on delete cascade,
    case_id uuid not null references case_file on delete cascade,
    since timestamptz not null,
    -- What whoever began it may supervise, null for everything: nothing else is folded.
    classes integer[],
    state text not null default 'open' check (state in ('open', 'approval', 'sending', 'ended')),
    text text not null default '',
    code_id uuid references wrap_up_code,
    written_by uuid references app_user on delete set null,
    approved_by uuid references app_user on delete set null,
    created_by uuid references app_user on delete set null,
    created_at timestamptz not null,
    ended_at timestamptz,
    version integer not null default 1
);
create unique index storm_open on storm (monitor_id) where state <> 'ended';
create table storm_item (
    storm_id uuid not null references storm on delete cascade,
    interaction_id uuid not null references interaction on delete cascade,
    customer_id uuid not null,
    state text not null default 'folded' check (state in ('folded', 'answered', 'along', 'refused', 'closed')),
    message_id uuid,
    code text not null default '',
    primary key (storm_id, interaction_id)
);
-- Each author is answered once, whoever sends.
create unique index storm_item_once on storm_item (storm_id, customer_id) where state = 'answered';
create index storm_item_state on storm_item (storm_id, state);
