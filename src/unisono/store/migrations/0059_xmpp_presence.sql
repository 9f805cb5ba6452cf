-- Whose presence at their own XMPP account counts here, by their own choice, and what became of asking for it; who is shown to
-- colleagues there, likewise, and who sees them. What is taken back is gone. No presence stands here.
create table xmpp_followed (
    account_id uuid primary key references linked_account on delete cascade,
    asked text
);
create table xmpp_shown (
    user_id uuid primary key references app_user on delete cascade
);
create table xmpp_contact (
    user_id uuid not null references xmpp_shown on delete cascade,
    account_id uuid not null references linked_account on delete cascade,
    primary key (user_id, account_id)
);
create index xmpp_contact_account on xmpp_contact (account_id);
