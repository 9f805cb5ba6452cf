-- name: followed
select f.account_id, a.user_id, u.login_key, a.remote_id as address, f.asked from xmpp_followed f
join linked_account a on a.id = f.account_id join app_user u on u.id = a.user_id and u.disabled_at is null;

-- name: note
update xmpp_followed set asked = $2 where account_id = $1;

-- name: own_account
select id from linked_account where id = $1 and user_id = $2 and network = 'xmpp';

-- name: follow
insert into xmpp_followed (account_id) values ($1) on conflict do nothing;

-- name: unfollow
delete from xmpp_followed where account_id = $1;

-- name: show
insert into xmpp_shown (user_id) values ($1) on conflict do nothing;

-- name: hide
delete from xmpp_shown where user_id = $1;

-- name: is_shown
select exists (select from xmpp_shown where user_id = $1);

-- name: person
select u.id from app_user u join xmpp_shown s on s.user_id = u.id where u.login_key = $1 and u.disabled_at is null;

-- name: owner
select a.id, a.user_id from linked_account a join app_user u on u.id = a.user_id and u.disabled_at is null
where a.network = 'xmpp' and a.remote_id = $1;

-- name: admit
insert into xmpp_contact (user_id, account_id) values ($1, $2) on conflict do nothing;

-- name: dismiss
delete from xmpp_contact c using linked_account a
where c.user_id = $1 and a.id = c.account_id and a.network = 'xmpp' and a.remote_id = $2;

-- name: contacts
select c.user_id, a.remote_id as address, u.login_key from xmpp_contact c
join linked_account a on a.id = c.account_id join app_user o on o.id = a.user_id and o.disabled_at is null
join app_user u on u.id = c.user_id and u.disabled_at is null;
