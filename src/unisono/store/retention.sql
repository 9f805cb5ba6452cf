-- name: rules
select what, channel_id, work_class_id, days from retention_rule order by what, channel_id nulls first, work_class_id nulls first;

-- name: clear_rules
delete from retention_rule;

-- name: put_rules
insert into retention_rule (id, what, channel_id, work_class_id, days)
select n.* from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::int[]) as n;

-- name: due_texts
-- The text's row goes with its erasure, so the oldest that are left come first. Of two rules that of the channel is nearer.
with rule as (select * from jsonb_to_recordset($1) as r(channel_id uuid, work_class_id uuid, days int))
select t.message_id
from message_text t
join message m on m.id = t.message_id
join channel h on h.id = m.channel_id
join conversation c on c.id = m.conversation_id
join identity y on y.id = c.identity_id
join customer k on k.id = y.customer_id
cross join lateral (select days from rule r
                    where r.channel_id = h.id or r.work_class_id = h.work_class_id or (r.channel_id is null and r.work_class_id is null)
                    order by r.channel_id is null, r.work_class_id is null limit 1) kept
where m.said_at < $2::timestamptz - make_interval(days => kept.days)
  and t.legal_hold is null and c.legal_hold is null and k.legal_hold is null
  and not exists (select from customer o where o.id = y.home_customer_id and o.legal_hold is not null)
  and not exists (select from interaction i where i.conversation_id = c.id and i.stage <> 'closed')
  and not exists (select from interaction i join case_file f on f.id = i.case_id
                  where i.conversation_id = c.id and f.legal_hold is not null)
order by t.message_id limit $3;

-- name: due_files
-- A rule for recordings or voicemails comes before the one for files of all kinds; of these the nearest holds. $4: of one kind alone.
with rule as (select * from jsonb_to_recordset($1) as r(what text, channel_id uuid, work_class_id uuid, days int))
select a.id, a.message_id, f.kind, v.call_id, kept.days
from attachment a
left join call_recording v on v.attachment_id = a.id
cross join lateral (select case v.kind when 'call' then 'recordings' when 'voicemail' then 'voicemails' else 'attachments' end as kind) f
join message m on m.id = a.message_id
join channel h on h.id = m.channel_id
join conversation c on c.id = m.conversation_id
join identity y on y.id = c.identity_id
join customer k on k.id = y.customer_id
cross join lateral (select days from rule r
                    where r.what in (f.kind, 'attachments') and (r.channel_id = h.id or r.work_class_id = h.work_class_id
                          or (r.channel_id is null and r.work_class_id is null))
                    order by r.what <> f.kind, r.channel_id is null, r.work_class_id is null limit 1) kept
where a.state = 'stored' and ($4::text is null or f.kind = $4) and m.said_at < $2::timestamptz - make_interval(days => kept.days)
  and c.legal_hold is null and k.legal_hold is null
  and not exists (select from customer o where o.id = y.home_customer_id and o.legal_hold is not null)
  and not exists (select from interaction i where i.conversation_id = c.id and i.stage <> 'closed')
  and not exists (select from interaction i join case_file f on f.id = i.case_id
                  where i.conversation_id = c.id and f.legal_hold is not null)
order by a.created_at limit $3;

-- name: attachments_gone
update attachment set state = 'gone', ref = null where id = any($1::uuid[]);

-- name: due_raw
-- Never one that nobody has read yet.
with rule as (select * from jsonb_to_recordset($1) as r(channel_id uuid, work_class_id uuid, days int))
select x.id
from inbox x
join channel h on h.id = x.channel_id
cross join lateral (select days from rule r
                    where r.channel_id = h.id or r.work_class_id = h.work_class_id or (r.channel_id is null and r.work_class_id is null)
                    order by r.channel_id is null, r.work_class_id is null limit 1) kept
where x.body is not null and x.state in ('done', 'discarded', 'early')
  and x.received_at < $2::timestamptz - make_interval(days => kept.days)
order by x.id limit $3;

-- name: raw_gone
update inbox set body = null where id = any($1::uuid[]);

-- name: due_quarantine
with rule as (select * from jsonb_to_recordset($1) as r(channel_id uuid, work_class_id uuid, days int))
select x.id
from inbox x
join channel h on h.id = x.channel_id
cross join lateral (select days from rule r
                    where r.channel_id = h.id or r.work_class_id = h.work_class_id or (r.channel_id is null and r.work_class_id is null)
                    order by r.channel_id is null, r.work_class_id is null limit 1) kept
where x.state = 'quarantined' and x.received_at < $2::timestamptz - make_interval(days => kept.days)
order by x.id limit $3;

-- name: due_audit
select id from audit where at < $2::timestamptz - make_interval(days => ($1::jsonb -> 0 ->> 'days')::int) order by id limit $3;

-- name: last_old_seal
-- A piece goes as a whole: its youngest entry is old enough.
select s.number, s.to_id from audit_seal s join audit a on a.id = s.to_id
where a.at < $2::timestamptz - make_interval(days => $1) order by s.number desc limit 1;

-- name: drop_audit
delete from audit where id <= $1;

-- name: drop_seals
delete from audit_seal where number <= $1;

-- name: holds
select 'customer' as kind, id, legal_hold as ground, null::bigint as number from customer where legal_hold is not null
union all select 'conversation', id, legal_hold, null from conversation where legal_hold is not null
union all select 'case', id, legal_hold, number from case_file where legal_hold is not null
order by kind, id;

-- name: hold_conversation
update conversation set legal_hold = $2 where id = $1 returning id;

-- name: hold_case
update case_file set legal_hold = $2 where id = $1 returning id;

-- name: hold_customer
update customer set legal_hold = $2, version = version + 1 where id = $1 and erased_at is null returning id;

-- name: case_of_number
select id from case_file where number = $1;

-- name: recording_goes
-- When a recording goes by the rules of `due_files` and `due_texts`, whichever comes first, and what holds it back meanwhile.
select v.kind, v.duration_s, m.said_at + make_interval(days => least(f.days, case when x.message_id is not null then t.days end)) as goes_at,
       (x.legal_hold is not null or c.legal_hold is not null or k.legal_hold is not null
        or exists (select from customer o where o.id = y.home_customer_id and o.legal_hold is not null)
        or exists (select from interaction i join case_file z on z.id = i.case_id where i.conversation_id = c.id and z.legal_hold is not null)
       ) as is_held,
       exists (select from interaction i where i.conversation_id = c.id and i.stage <> 'closed') as is_open
from call_recording v
join attachment a on a.id = v.attachment_id
join message m on m.id = a.message_id
join channel h on h.id = m.channel_id
join conversation c on c.id = m.conversation_id
join identity y on y.id = c.identity_id
join customer k on k.id = y.customer_id
left join message_text x on x.message_id = m.id
left join lateral (select days from retention_rule r
                   where r.what in (case v.kind when 'call' then 'recordings' else 'voicemails' end, 'attachments')
                     and (r.channel_id = h.id or r.work_class_id = h.work_class_id or (r.channel_id is null and r.work_class_id is null))
                   order by r.what = 'attachments', r.channel_id is null, r.work_class_id is null limit 1) f on true
left join lateral (select days from retention_rule r
                   where r.what = 'texts'
                     and (r.channel_id = h.id or r.work_class_id = h.work_class_id or (r.channel_id is null and r.work_class_id is null))
                   order by r.channel_id is null, r.work_class_id is null limit 1) t on true
where a.id = $1 and a.state = 'stored';
