-- Failed log-ins, counted for each (login, address), each login and each address. The keys are keyed hashes: who tried
-- from where cannot be read back.
create table log_in_attempt (
    key bytea primary key,
    failures integer not null default 0,
    since timestamptz not null,
    blocked_until timestamptz
);
create index log_in_attempt_since on log_in_attempt (since);

-- Name lists are paged by (name_key, id).
create index app_user_names on app_user (name_key, id);
create index one_time_link_expiry on one_time_link (expires_at);
create index session_expiry on session (expires_at);
