-- name: of
select a.id, a.user_id, a.network, a.realm, a.remote_id, a.label, a.commands, a.public_posts, a.linked_at, u.locale
from linked_account a join app_user u on u.id = a.user_id where a.user_id = $1 order by a.linked_at, a.id;

-- name: known
select a.id, a.user_id, a.network, a.realm, a.remote_id, a.label, a.commands, a.public_posts, a.linked_at, u.locale
from unnest($1::text[], $2::text[], $3::text[]) as n(network, realm, remote_id)
join linked_account a on (a.network, a.realm, a.remote_id) = (n.network, n.realm, n.remote_id)
join app_user u on u.id = a.user_id and u.disabled_at is null;

-- name: put_code
with old as (delete from link_code where user_id = $2)
insert into link_code (code_hash, user_id, expires_at) values ($1, $2, $3);

-- name: use_code
delete from link_code c using app_user u
where c.code_hash = $1 and c.expires_at > $2 and u.id = c.user_id and u.disabled_at is null returning c.user_id;

-- name: link
-- An account that somebody else linked stays theirs.
insert into linked_account as a (id, user_id, network, realm, remote_id, label, linked_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (network, realm, remote_id) do update set label = excluded.label where a.user_id = excluded.user_id
returning id;

-- name: unlink
delete from linked_account where id = $1 and user_id = $2 returning id;

-- name: claim
insert into message_command (account_id, event_id, at) values ($1, $2, $3) on conflict do nothing returning event_id;

-- name: carried
select m.event_id from message_command m join linked_account a on a.id = m.account_id
where m.event_id = any($2::text[]) and a.network = $1;

-- name: recent
select count(*) from message_command where account_id = $1 and at > $2;

-- name: propose
insert into command_proposal (account_id, proposal, expires_at) values ($1, $2, $3)
on conflict (account_id) do update set proposal = excluded.proposal, expires_at = excluded.expires_at;

-- name: take_proposal
delete from command_proposal where account_id = $1 returning case when expires_at > $2 then proposal end;

-- name: keep_before
insert into presence_undo (user_id, value, until, reason, expires_at) values ($1, $2, $3, $4, $5)
on conflict (user_id) do update set value = excluded.value, until = excluded.until, reason = excluded.reason,
    expires_at = excluded.expires_at;

-- name: take_before
delete from presence_undo where user_id = $1 returning value, until, reason, expires_at;

-- name: add_reply
insert into command_reply (id, channel_id, account_id, place, text, created_at, next_at) values ($1, $2, $3, $4, $5, $6, $6);

-- name: replies_due
select exists (select from command_reply where channel_id = $1 and next_at <= $2);

-- name: claim_replies
with due as (
    select id from command_reply where next_at <= $1 and channel_id = $4 order by next_at limit $2 for no key update skip locked)
update command_reply r set attempts = r.attempts + 1, next_at = $1::timestamptz + make_interval(secs => $3)
from due where r.id = due.id returning r.id, r.channel_id, r.account_id, r.place, r.text, r.created_at, r.attempts;

-- name: settle_reply
update command_reply set remote_id = coalesce($2, remote_id), next_at = $3, text = case when $3::timestamptz is null then null else text end
where id = $1;

-- name: is_reply
select exists (select from command_reply where channel_id = $1 and (remote_id = $2 or id::text = $3 or text = $4));

-- name: forget_old
with accounts as (delete from linked_account a using app_user u where u.id = a.user_id and u.disabled_at is not null),
     codes as (delete from link_code where expires_at < $1),
     proposals as (delete from command_proposal where expires_at < $1),
     undos as (delete from presence_undo where expires_at < $1),
     replies as (delete from command_reply where created_at < $1::timestamptz - interval '1 day')
delete from message_command where at < $1::timestamptz - interval '1 day';

-- name: next_waiting
select i.id from interaction i join queue_member m on m.queue_id = i.queue_id
where m.user_id = $1 and i.stage = 'waiting' and i.state <> 'offered'
order by i.priority desc, coalesce(i.due_at, 'infinity'), i.waiting_since, i.id limit 5;

-- name: in_case
select i.id from interaction i join case_file c on c.id = i.case_id
where c.number = $1 and i.stage = 'waiting' and i.state <> 'offered' order by i.waiting_since, i.id limit 5;

-- name: skilled
-- A word is a skill's key, without the `lang-` before a language's, or stands in its name in some language.
select u.id as user_id, u.name, a.state from agent a join app_user u on u.id = a.user_id and u.disabled_at is null
where not exists (
    select from unnest($1::text[]) as w(word) where not exists (
        select from agent_skill k join skill s on s.id = k.skill_id
        where k.user_id = a.user_id
          and (lower(s.key) in (w.word, 'lang-' || w.word)
               or exists (select from jsonb_each_text(s.name) n where strpos(lower(n.value), w.word) > 0))))
order by u.name_key, u.id limit 200;
