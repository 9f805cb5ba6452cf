-- name: lately
-- From the index of when posts were said; most monitors found nothing in the longest window and are not looked at.
with found as (
    select q.monitor_id, n.said_at from mention n join mention_monitor q on q.mention_id = n.id
    where n.said_at > $1::timestamptz - make_interval(secs => (select max(w) from unnest($2::int[]) w)) and n.said_at <= $1
), by_window as (
    select f.monitor_id, u.place, count(*) filter (where f.said_at > $1 - make_interval(secs => u.window_s)) as posts
    from found f cross join unnest($2::int[]) with ordinality u(window_s, place) group by 1, 2
), counted as (
    select monitor_id, array_agg(posts order by place) as counts, max(posts) as all_of_them from by_window group by 1
)
select m.id as monitor_id, a.id as access_class, m.created_at, coalesce(c.counts, array_fill(0::bigint, array[cardinality($2::int[])])) as counts,
       l.id as alert_id
from monitor m
left join counted c on c.monitor_id = m.id
left join monitor_alert l on l.monitor_id = m.id and l.ended_at is null
left join channel h on h.id = m.channel_id
left join access_class a on a.channel_id = h.id and a.queue_id = h.queue_id
where m.state = 'on' and (c.all_of_them >= $3 or l.id is not null)
order by m.id;

-- name: hour_counts
select hour at time zone $3 as hour, sum(posts) as posts from monitor_tally where monitor_id = $1 and hour >= $2 group by 1;

-- name: tell
insert into monitor_alert (id, monitor_id, began_at, window_s, posts, most, usual) values ($1, $2, $3, $4, $5, $5, $6)
on conflict do nothing returning id;

-- name: end_alert
update monitor_alert set ended_at = $2 where id = $1 and ended_at is null returning id;

-- name: grown
update monitor_alert set most = greatest(most, $2) where id = $1;

-- name: alert_window
select window_s from monitor_alert where id = $1;

-- name: alerts
select l.id, l.monitor_id, m.name as monitor, l.began_at, l.ended_at, l.window_s, l.posts, l.most, l.usual,
       (select s.id from storm s where s.monitor_id = l.monitor_id and s.state <> 'ended') as storm_id
from monitor_alert l join monitor m on m.id = l.monitor_id
left join channel h on h.id = m.channel_id
left join access_class a on a.channel_id = h.id and a.queue_id = h.queue_id
where $1::int[] is null or a.id = any($1)
order by l.began_at desc, l.id desc limit $2;

-- name: alert_since
select began_at - make_interval(secs => window_s) from monitor_alert where monitor_id = $1 and ended_at is null;

-- name: open_storm
insert into storm (id, monitor_id, case_id, since, created_by, created_at, classes) values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing returning id;

-- name: facts
select s.id, s.monitor_id, s.case_id, f.access_class, s.since, s.classes, s.state, s.text, s.code_id, s.written_by
from storm s join case_file f on f.id = s.case_id where ($1::uuid is null or s.id = $1) and ($2::text[] is null or s.state = any($2))
order by s.id;

-- name: lock_storm
select id from storm where id = $1 for update;

-- name: views
select s.id, s.monitor_id, m.name as monitor, f.number as case_number, f.title, s.since, s.state, s.text, s.code_id, s.written_by,
       s.approved_by, f.owner_id, s.ended_at, s.version, n.*,
       (select count(*) from mention t join mention_monitor q on q.mention_id = t.id
        where q.monitor_id = s.monitor_id and t.state = 'asked' and t.said_at >= s.since) as strangers
from storm s join monitor m on m.id = s.monitor_id join case_file f on f.id = s.case_id
cross join lateral (
    select count(*) as folded, count(*) filter (where i.state = 'folded' and w.case_id = s.case_id and w.stage <> 'closed') as waiting,
           count(*) filter (where i.state = 'answered') as answered,
           count(*) filter (where i.state = 'answered' and g.delivery in ('sent', 'delivered', 'read')) as arrived,
           count(*) filter (where i.state = 'along') as along, count(*) filter (where i.state = 'refused') as refused,
           count(*) filter (where i.state = 'answered' and g.delivery in ('failed', 'dead')) as failed
    from storm_item i join interaction w on w.id = i.interaction_id left join message g on g.id = i.message_id
    where i.storm_id = s.id
) n
where $1::int[] is null or f.access_class = any($1)
order by s.ended_at is null desc, s.created_at desc, s.id desc limit $2;

-- name: networks
select i.storm_id, c.network, count(*) as items from storm_item i join interaction w on w.id = i.interaction_id
join channel c on c.id = w.channel_id where i.storm_id = any($1::uuid[]) group by 1, 2;

-- name: to_fold
select w.id, w.access_class from (
    select g.conversation_id from mention_monitor q join mention n on n.id = q.mention_id join message g on g.id = n.message_id
    where q.monitor_id = $2 and n.said_at >= $3
    union
    select g.conversation_id from mention_monitor q join mention n on n.id = q.mention_id
    join message g on g.channel_id = n.work_channel_id and g.remote_id = n.work_remote_id
    where q.monitor_id = $2 and n.said_at >= $3
    union
    -- What stands in a public thread of which something is in the storm.
    select o.id from storm_item k join interaction f on f.id = k.interaction_id join conversation v on v.id = f.conversation_id
    join conversation o on o.channel_id = v.channel_id and o.root_remote_id = v.root_remote_id and o.visibility = v.visibility
    where k.storm_id = $1 and v.visibility = 'public'
) t join interaction w on w.conversation_id = t.conversation_id
where w.stage <> 'closed' and w.case_id is null and w.waiting_since >= $3 - interval '1 hour'
  and ($5::int[] is null or w.access_class = any($5))
  and not exists (select from storm_item i where i.storm_id = $1 and i.interaction_id = w.id)
order by w.created_at, w.id limit $4;

-- name: texts
-- What is in the storm, and what waits beside it: the first thing that was said in each.
select i.interaction_id as id, x.text from storm_item i join lateral (
    select t.text from message m join message_text t on t.message_id = m.id
    where m.interaction_id = i.interaction_id and m.direction = 'in' order by m.said_at, m.id limit 1
) x on true where i.storm_id = $1 order by i.interaction_id desc limit $2;

-- name: beside
select w.id, x.text from interaction w join lateral (
    select t.text from message m join message_text t on t.message_id = m.id
    where m.interaction_id = w.id and m.direction = 'in' order by m.said_at, m.id limit 1
) x on true
where w.stage <> 'closed' and w.case_id is null and w.waiting_since >= $2 and ($3::int[] is null or w.access_class = any($3))
  and not exists (select from storm_item i where i.storm_id = $1 and i.interaction_id = w.id)
order by w.waiting_since desc, w.id limit $4;

-- name: usual
-- How enquiries began before it, among the last twenty thousand; what was in a storm itself is not usual.
select x.text from (select id, waiting_since, access_class from interaction order by id desc limit 20000) w join lateral (
    select t.text from message m join message_text t on t.message_id = m.id
    where m.interaction_id = w.id and m.direction = 'in' order by m.said_at, m.id limit 1
) x on true
where w.waiting_since < $1::timestamptz - interval '1 hour' and ($2::int[] is null or w.access_class = any($2))
  and not exists (select from storm_item i where i.interaction_id = w.id)
order by w.id desc limit $3;

-- name: fold
insert into storm_item (storm_id, interaction_id, customer_id)
select $1, w.id, d.customer_id from interaction w join conversation v on v.id = w.conversation_id join identity d on d.id = v.identity_id
where w.id = any($2::uuid[]) on conflict do nothing;

-- name: folded
-- Why it is offered to nobody, for whoever looks at it.
update interaction set reason = '{"code": "folded"}', version = version + 1, updated_at = $2 where id = any($1::uuid[]) and state = 'waiting';

-- name: set_free
-- What still waits for the answer of a storm, for agents again. Locked in the order of all verbs: before the storm.
with mine as materialized (
    select w.id from storm_item k join storm s on s.id = k.storm_id join interaction w on w.id = k.interaction_id
    where k.storm_id = $1 and k.state = 'folded' and w.case_id = s.case_id and w.state = 'waiting'
    order by w.id for no key update of w
)
update interaction w set reason = '{"code": "unfolded"}', version = w.version + 1, updated_at = $2 from mine where w.id = mine.id
returning w.id, w.conversation_id, w.channel_id, w.access_class, w.queue_id, w.state, w.agent_id, w.units, w.priority, w.skills,
          w.version, w.closed_at;

-- name: ask_for
with few as (
    select n.id from mention n join mention_monitor q on q.mention_id = n.id
    left join message g on g.id = n.message_id left join conversation v on v.id = g.conversation_id
    where q.monitor_id = $1 and n.said_at >= $2 and n.state = 'new'
      -- A stranger's post, or one that came by a channel of ours without being said to us.
      and (n.message_id is null and n.network = any($3::text[])
           or g.interaction_id is null and g.deleted_at is null and not g.automatic and v.visibility = 'public'
              and exists (select from channel c where c.id = g.channel_id and c.archived_at is null)
              and (v.reply_rule = 'yes' or v.reply_rule = 'until' and v.reply_until > $5)
              and not exists (select from interaction w where w.conversation_id = v.id and w.stage <> 'closed'))
    order by n.id limit $4
), asked as (update mention n set state = 'asked', version = n.version + 1 from few where n.id = few.id returning n.id)
select count(*) from asked;

-- name: write
update storm set text = $2, code_id = $3, written_by = $4, approved_by = null, state = 'approval', version = version + 1 where id = $1;

-- name: set_state
update storm set state = $2, approved_by = coalesce($3, approved_by), ended_at = case when $2 = 'ended' then $4::timestamptz end,
                 version = version + 1
where id = $1;

-- name: to_answer
select i.interaction_id, i.customer_id from storm_item i join storm s on s.id = i.storm_id join interaction w on w.id = i.interaction_id
where i.storm_id = $1 and i.state = 'folded' and w.case_id = s.case_id order by i.interaction_id limit $2;

-- name: answered_before
select exists (select from storm_item where storm_id = $1 and customer_id = $2 and state = 'answered');

-- name: settle
update storm_item set state = $3, message_id = $4, code = $5 where storm_id = $1 and interaction_id = $2;
