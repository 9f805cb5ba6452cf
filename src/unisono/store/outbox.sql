-- name: add
insert into outbox (id, message_id, channel_id, conversation_id, in_reply_to, next_at, created_at, private_reply_to)
values ($1, $2, $3, $4, $5, $6, $6, $7)
on conflict (message_id) do nothing;

-- name: claim
-- A lane is a conversation: only its oldest open row is due, so answers keep their order. A row whose worker died is
-- claimed again when its lease is over, as unknown: it may have been sent.
with due as (
    select o.id from outbox o
    where o.channel_id = $1 and o.next_at <= $2
      and (o.state in ('queued', 'retrying', 'unknown') or (o.state = 'sending' and o.lease_until < $2))
      and not exists (
          select from outbox e
          where e.conversation_id = o.conversation_id and e.id < o.id
            and e.state in ('queued', 'retrying', 'unknown', 'sending'))
    order by o.next_at, o.id limit $5
    for no key update skip locked
)
update outbox o set state = 'sending', worker = $3, lease_until = $2 + make_interval(secs => $4)
from due, outbox before
where o.id = due.id and before.id = o.id
returning o.id, case when before.state = 'sending' then 'unknown' else before.state end as was;

-- name: renew
update outbox set lease_until = $3::timestamptz + make_interval(secs => $4)
where id = $1 and worker = $2 and state = 'sending';

-- name: items
select o.id, o.message_id, o.channel_id, o.conversation_id, o.state, o.attempts, o.not_sent, o.in_reply_to, o.created_at,
       o.private_reply_to, m.aside_identity_id,
       c.visibility, c.root_remote_id, c.links_to, c.reply_rule, c.reply_until,
       i.remote_id as identity_remote_id, i.realm as identity_realm, i.handle as identity_handle,
       i.display_name as identity_name,
       coalesce(t.text, '') as text, t.html, coalesce(t.subject, '') as subject, coalesce(t.details, '{}') as details
from outbox o
join conversation c on c.id = o.conversation_id
join message m on m.id = o.message_id
join identity i on i.id = coalesce(m.aside_identity_id, c.identity_id)
left join message_text t on t.message_id = o.message_id
where o.id = any($1::uuid[])
order by o.id;

-- name: item_of_message
select o.id from outbox o where o.message_id = $1;

-- name: settle
-- Only the worker that still holds the lease may say what came of it.
update outbox set state = $3::text, next_at = coalesce($4, next_at), error_code = $5, error = $6,
    remote_id = coalesce($7, remote_id), attempts = attempts + $8, not_sent = coalesce($9, not_sent),
    lease_until = null, worker = '',
    done_at = case when $3 in ('sent', 'delivered', 'read', 'failed', 'dead') then $10::timestamptz else null end
where id = $1 and worker = $2 and state = 'sending'
returning message_id, channel_id;

-- name: settle_by_message
update outbox set state = $2, remote_id = coalesce($3, remote_id), error_code = $4, error = $5, lease_until = null,
    worker = '', done_at = $6
where message_id = $1 and state <> $2
returning id;

-- name: state_of_message
select state from outbox where message_id = $1 for no key update;

-- name: add_parts
insert into outbox_part (channel_id, remote_id, message_id)
select $1, r, $3 from unnest($2::text[]) as r on conflict do nothing;

-- name: defer_lane
update outbox set next_at = greatest(next_at, $2)
where channel_id = $1 and state in ('queued', 'retrying', 'unknown');

-- name: waits_for
select exists (select from outbox where channel_id = $1 and error_code = $2 and state = 'retrying');

-- name: resume_lane
update outbox set next_at = $3
where channel_id = $1 and state in ('queued', 'retrying', 'unknown') and next_at > $3
  and exists (select from outbox w where w.channel_id = $1 and w.error_code = $2 and w.state = 'retrying');

-- name: next_due
select min(case when state = 'sending' then lease_until else next_at end)
from outbox where state in ('queued', 'retrying', 'unknown', 'sending');

-- name: due_channels
select distinct channel_id from outbox
where (state in ('queued', 'retrying', 'unknown') and next_at <= $1) or (state = 'sending' and lease_until < $1);

-- name: open_in_thread
select o.message_id, o.conversation_id, t.text
from outbox o join message_text t on t.message_id = o.message_id join message m on m.id = o.message_id
where o.conversation_id = any($1::uuid[]) and o.state in ('sending', 'unknown', 'retrying') and m.remote_id is null
order by o.id;

-- name: revive
update outbox set state = $2, next_at = $3, not_sent = 0, attempts = 0, error = '', error_code = '', done_at = null
where message_id = $1 and state in ('dead', 'failed') returning id;

-- name: give_up
update outbox set state = 'dead', error_code = 'given_up', done_at = $2
where message_id = $1 and state in ('failed', 'dead', 'unknown', 'retrying', 'queued') returning id;

-- name: references
select remote_id from (
    select remote_id, said_at, tie_break, ingest_key from message
    where conversation_id = $1 and remote_id is not null and aside_identity_id is not distinct from $3
    order by said_at desc, tie_break desc, ingest_key desc limit $2
) newest order by said_at, tie_break, ingest_key;

-- name: absorb_echo
-- Our own post came back before its sending was recorded: the copy goes, ours takes its id and its raw item.
with gone as (
    delete from message where channel_id = $1 and remote_id = $2 and id <> $3 and direction = 'out' returning id
)
update inbox set message_id = $3 where message_id in (select id from gone);
