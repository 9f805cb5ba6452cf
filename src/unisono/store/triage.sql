-- name: keep
insert into triage_score (item_id, mention_id, language, said, trained, alarms, demoted, sampled, judged_at)
select t.item_id, t.mention_id, nullif(t.language, ''), t.said, string_to_array(t.trained, ' '), string_to_array(t.alarms, ' '),
       t.demoted, t.sampled, $9
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::text[], $6::text[], $7::boolean[], $8::boolean[])
     as t(item_id, mention_id, language, said, trained, alarms, demoted, sampled)
order by t.item_id
on conflict (item_id) do update
set language = excluded.language, said = excluded.said, trained = excluded.trained, alarms = excluded.alarms,
    judged_at = excluded.judged_at;

-- name: scores
select item_id, language, said, trained, alarms, demoted, sampled from triage_score where item_id = any($1::uuid[]);

-- name: restore
update triage_score set demoted = false where item_id = $1 and demoted returning item_id;

-- name: forget_scores
delete from triage_score where item_id = any($1::uuid[]);

-- name: forget_labels
delete from triage_label where item_id = any($1::uuid[]);

-- name: items
-- Customers' texts alone: never what agents wrote, nor what a machine did, nor a text that is gone.
select m.id as item_id, null::uuid as mention_id, m.conversation_id, array[v.access_class] as access_classes, c.network, m.language,
       concat_ws(E'\n', nullif(x.subject, ''), x.text) as text, m.said_at,
       (select n.followers from mention n where n.message_id = m.id limit 1) as reach,
       (select count(*)::int from (
            select from message o where o.conversation_id = m.conversation_id and o.direction = 'in' and o.id <> m.id
              and o.said_at <= m.said_at and o.said_at > m.said_at - interval '1 day' limit 20) t) as repeated,
       case when i.stage <> 'closed' and isfinite(i.due_at) then i.due_at end as due_at,
       case when i.stage <> 'closed' and isfinite(i.due_at) then extract(epoch from i.due_at - i.waiting_since)::float8 end as promised_s
from message m
join message_text x on x.message_id = m.id
join conversation v on v.id = m.conversation_id
join channel c on c.id = m.channel_id
left join interaction i on i.id = m.interaction_id
where m.id = any($1::uuid[]) and m.direction = 'in' and m.deleted_at is null and not m.automatic and x.text <> ''
union all
select n.id, n.id, null, (
           select array_agg(a.id) from mention_monitor q join monitor r on r.id = q.monitor_id
           left join channel c on c.id = r.channel_id
           left join access_class a on a.channel_id = c.id and a.queue_id = c.queue_id
           where q.mention_id = n.id),
       n.network, n.language, n.text, n.said_at, n.followers, 0, null, null
from mention n
where n.id = any($1::uuid[]) and n.message_id is null and n.text <> '';

-- name: items_of_conversation
select id from message where conversation_id = $1 and direction = 'in' and deleted_at is null and not automatic
order by said_at desc, tie_break desc, ingest_key desc limit $2;

-- name: items_of_mentions
select id, coalesce(message_id, id) as item_id from mention where id = any($1::uuid[]);

-- name: unlabelled
select s.item_id
from triage_score s
left join message m on s.mention_id is null and m.id = s.item_id
left join conversation v on v.id = m.conversation_id
where not exists (select from triage_label l where l.item_id = s.item_id and l.head = $1)
  and ($2 = '' or s.language = $2)
  and ($3::int[] is null or v.access_class = any($3) or exists (
      select from mention_monitor q join monitor r on r.id = q.monitor_id
      join channel c on c.id = r.channel_id
      join access_class a on a.channel_id = c.id and a.queue_id = c.queue_id
      where q.mention_id = s.mention_id and a.id = any($3)))
order by s.item_id desc limit $4;

-- name: put_label
insert into triage_label (item_id, mention_id, head, label, source, decided_by, decided_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (item_id, head) do update
set label = excluded.label, source = excluded.source, decided_by = excluded.decided_by, decided_at = excluded.decided_at
where excluded.source in ('page', 'correction') or triage_label.source in ('decision', 'wrap_up');

-- name: drop_label
delete from triage_label where item_id = $1 and head = $2 and source = any($3::text[]) returning item_id;

-- name: label_work
-- The customer's first text of this unit of work that still stands.
insert into triage_label (item_id, head, label, source, decided_by, decided_at)
select m.id, $2, $3, 'wrap_up', $4, $5
from (
    select m.id from message m
    where m.interaction_id = $1 and m.direction = 'in' and m.deleted_at is null and not m.automatic
    order by m.said_at, m.tie_break, m.ingest_key limit 1
) m
join message_text x on x.message_id = m.id and x.text <> ''
on conflict (item_id, head) do update
set label = excluded.label, source = excluded.source, decided_by = excluded.decided_by, decided_at = excluded.decided_at
where triage_label.source in ('decision', 'wrap_up');

-- name: was_answered
select exists (select from message where interaction_id = $1 and direction = 'out' and user_id is not null and deleted_at is null);

-- name: labels
select item_id, head, label, source, decided_at from triage_label where item_id = any($1::uuid[]) order by item_id, head;

-- name: label_counts
select l.head, coalesce(s.language, '') as language, l.label, count(*)::int as count
from triage_label l join triage_score s on s.item_id = l.item_id
group by 1, 2, 3 order by 1, 2, 3;

-- name: lessons
-- What a mention that was taken up, or came by a channel after all, said stands with its message.
select coalesce(nullif(n.text, ''), nullif(concat_ws(E'\n', nullif(x.subject, ''), x.text), '')) as text, l.label,
       coalesce(g.conversation_id::text, nullif(n.root_id, ''), l.item_id::text) as group,
       coalesce(g.said_at, n.said_at) as said_at, l.decided_at
from (
    select l.* from triage_label l join triage_score s on s.item_id = l.item_id
    where l.head = $1 and coalesce(s.language, '') = any($2::text[])
    order by l.decided_at desc, l.item_id desc limit $3
) l
left join mention n on n.id = l.mention_id
left join message g on g.id = case when l.mention_id is null then l.item_id else coalesce(n.message_id, (
    select w.id from message w where w.channel_id = n.work_channel_id and w.remote_id = n.work_remote_id limit 1)) end
   and g.deleted_at is null and g.direction = 'in'
left join message_text x on x.message_id = g.id
where coalesce(nullif(n.text, ''), nullif(x.text, '')) is not null
order by l.decided_at, l.item_id;

-- name: tones
-- What somebody said of a text outweighs what it was judged to be.
select q.monitor_id, to_char(n.said_at at time zone $3::text, 'YYYY-MM-DD') as day, coalesce(l.label, t.label) as tone, count(*)::int as posts
from mention_monitor q
join mention n on n.id = q.mention_id
join triage_score s on s.item_id = coalesce(n.message_id, n.id)
left join triage_label l on l.item_id = s.item_id and l.head = 'sentiment'
cross join lateral (
    select e.key as label from jsonb_each_text(s.said -> 'sentiment') e order by e.value::float8 desc, e.key limit 1) t
where q.monitor_id = any($1::uuid[]) and n.said_at >= $2
group by 1, 2, 3;

-- name: heads
select id, name, language, number, state, labels, own, f1, accuracy, texts, live_f1, commonest_f1, threshold, gate_counted, gate_lost,
       gate_demoted, fitted_at, promoted_at, strength, bias, weights is not null as usable
from triage_head order by name, language, number desc;

-- name: live
select id from triage_head where state = 'live' order by id;

-- name: weights
select weights from triage_head where id = $1;

-- name: next_number
select coalesce(max(number), 0)::int + 1 from triage_head where name = $1 and language = $2;

-- name: step_down
update triage_head set state = 'kept' where name = $1 and language = $2 and state = 'live';

-- name: add_head
insert into triage_head (id, name, language, number, state, labels, weights, bias, strength, own, f1, accuracy, texts, live_f1,
                         commonest_f1, threshold, gate_counted, gate_lost, gate_demoted, fitted_at, promoted_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
        case when $5 = 'live' then $20::timestamptz end);

-- name: let_go
-- Three older versions can be gone back to, of others only the figures stay, those not for ever.
update triage_head set weights = null where name = $1 and language = $2 and state = 'kept' and weights is not null and id not in (
    select id from triage_head where name = $1 and language = $2 and state = 'kept' and weights is not null order by number desc limit 3);

-- name: let_go_figures
delete from triage_head where name = $1 and language = $2 and number <= $3 - 50 and state <> 'live';

-- name: usable
select name, language from triage_head where id = $1 and state = 'kept' and weights is not null for update;

-- name: promote
update triage_head set state = 'live', promoted_at = $2 where id = $1;

-- name: lock_runs
select pg_advisory_xact_lock(hashtext('triage_run'));

-- name: ask_run
insert into triage_run (id, asked_by, asked_at)
select $1, $2, $3 where not exists (select from triage_run where ended_at is null) returning id;

-- name: next_run
update triage_run set began_at = $1 where id = (
    select id from triage_run where ended_at is null order by asked_at limit 1 for update skip locked)
returning id, asked_at, began_at, ended_at, outcome;

-- name: end_run
update triage_run set ended_at = $2, outcome = $3 where id = $1;

-- name: runs
select id, asked_at, began_at, ended_at, outcome from triage_run order by asked_at desc limit $1;

-- name: newest_label
select max(decided_at) from triage_label;

-- name: review_count
select count(*) from (
    select from triage_score s join mention n on n.id = s.mention_id
    where s.demoted and n.state = 'new' and ($1::int[] is null or exists (
        select from mention_monitor q join monitor r on r.id = q.monitor_id
        join channel c on c.id = r.channel_id
        join access_class a on a.channel_id = c.id and a.queue_id = c.queue_id
        where q.mention_id = n.id and a.id = any($1)))
    limit 10000
) t;
