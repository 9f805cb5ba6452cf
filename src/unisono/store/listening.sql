-- name: monitors
-- The class of a channel's own work; a channel that nobody has looked at yet has none, and is then seen by the whole house only.
select m.id, m.name, m.query, m.channel_id, m.state, m.to_work, m.created_at, m.version,
       (select coalesce(sum(t.posts), 0) from monitor_tally t where t.monitor_id = m.id and t.hour > $2) as found
from monitor m
left join channel c on c.id = m.channel_id
left join access_class a on a.channel_id = c.id and a.queue_id = c.queue_id
where $1::int[] is null or a.id = any($1)
order by m.name_key;

-- name: changed_monitors
select m.id, m.query, m.state, m.to_work, m.version, m.changed_at, a.id as access_class
from monitor m
left join channel c on c.id = m.channel_id
left join access_class a on a.channel_id = c.id and a.queue_id = c.queue_id
where ($1::timestamptz is null or m.changed_at >= $1) and ($2::uuid is null or m.id = $2)
order by m.changed_at, m.id;

-- name: add_monitor
insert into monitor (id, name, name_key, query, channel_id, to_work, created_by, created_at, changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $8) on conflict do nothing returning id;

-- name: by_key
select id from monitor where name_key = $1;

-- name: change_monitor
update monitor set name = coalesce($2, name), name_key = coalesce($3, name_key), query = coalesce($4, query),
                   channel_id = case when $5 then $6 else channel_id end, state = coalesce($7, state),
                   to_work = coalesce($8, to_work), changed_at = $9, version = version + 1
where id = $1;

-- name: sources
select id, connector, channel_id, name, config, state, posts, found, newest_at, heard_at, gaps, gap_at, health, version
from listening_source order by created_at, id;

-- name: source
select id, connector, channel_id, config, state, place, version from listening_source where id = $1;

-- name: working_sources
-- A channel that was archived or paused hears nothing either.
select s.id, s.connector, s.channel_id, s.config, s.state, s.place, s.version
from listening_source s left join channel c on c.id = s.channel_id
where s.state = 'on' and (s.channel_id is null or (c.archived_at is null and not c.paused))
order by s.id;

-- name: add_source
insert into listening_source (id, connector, channel_id, name, config, created_at) values ($1, $2, $3, $4, $5, $6)
on conflict do nothing;

-- name: set_source
update listening_source set state = $2, health = '', version = version + 1 where id = $1 returning id;

-- name: drop_source
delete from listening_source where id = $1 returning id;

-- name: heard
update listening_source
set place = coalesce(nullif($2, ''), place), newest_at = greatest(newest_at, $3), heard_at = $4, posts = posts + $5,
    found = found + $6, gaps = gaps + $7::int, gap_at = case when $7::int > 0 then $4 else gap_at end
where id = $1;

-- name: lane_done
insert into listening_lane (lane, stream, done) values ($1, $2, $3)
on conflict (lane) do update set stream = excluded.stream, done = excluded.done
where listening_lane.stream <> excluded.stream or listening_lane.done < excluded.done
returning lane;

-- name: source_health
update listening_source set health = $2, health_at = $3 where id = $1 and health <> $2 returning id;

-- name: said_here
-- Ids that are unique within a realm alone are told with it.
select m.id as message_id, c.network, m.channel_id, case when i.realm = '' then '' else i.realm || '/' end as realm, m.remote_id,
       i.remote_id as author_id, i.handle, m.said_at,
       x.text, x.subject, m.url, m.language, v.root_remote_id as root_id, m.parent_remote_id as parent_id, m.visibility, c.medium,
       m.interaction_id is null and m.visibility = 'public'
       and (v.reply_rule = 'yes' or v.reply_rule = 'until' and v.reply_until > $2)
       and not exists (select from interaction w where w.conversation_id = v.id and w.stage <> 'closed') as can_become_work
from message m
join message_text x on x.message_id = m.id
join channel c on c.id = m.channel_id
join conversation v on v.id = m.conversation_id
join identity i on i.id = m.identity_id
where m.id = any($1::uuid[]) and m.direction = 'in' and m.deleted_at is null and not m.automatic;

-- name: add_mention
-- A post that is known stays as it is; whoever comes to ask for it finds it again by its network's id. What a stream brought
-- first and a channel then brings as well is a message of ours from then on, and its text stands there alone.
insert into mention (id, network, remote_id, source_id, message_id, author_id, author, text, url, language, root_id, parent_id,
                     followers, said_at, heard_at, expires_at, state)
select t.id, t.network, t.remote_id, t.source_id, t.message_id, t.author_id, t.author, t.text, t.url, t.language, t.root_id,
       t.parent_id, t.followers, t.said_at, $17, t.expires_at, t.state
from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[], $11::text[], $12::text[], $13::bigint[], $14::timestamptz[], $15::timestamptz[], $16::text[])
     as t(id, network, remote_id, source_id, message_id, author_id, author, text, url, language, root_id, parent_id, followers,
          said_at, expires_at, state)
order by t.network, t.remote_id
on conflict (network, remote_id) do update
set message_id = excluded.message_id, text = '', author = '', version = mention.version + 1,
    state = case when mention.state = 'asked' and excluded.state = 'new' then 'new' else mention.state end
where mention.message_id is null and mention.work_channel_id is null and excluded.message_id is not null;

-- name: known
select id, network, remote_id from mention
where (network, remote_id) in (select * from unnest($1::text[], $2::text[]));

-- name: add_reasons
insert into mention_monitor (mention_id, monitor_id, words)
select t.mention_id, t.monitor_id, string_to_array(t.words, ' ')
from unnest($1::uuid[], $2::uuid[], $3::text[]) as t(mention_id, monitor_id, words)
join monitor m on m.id = t.monitor_id
order by 2, 1
on conflict do nothing returning mention_id, monitor_id;

-- name: tally
insert into monitor_tally (monitor_id, hour, network, language, posts, reach)
select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::int[], $6::bigint[])
order by 1, 2, 3, 4
on conflict (monitor_id, hour, network, language) do update
set posts = monitor_tally.posts + excluded.posts, reach = monitor_tally.reach + excluded.reach;

-- name: page
-- Newest first from the index of when they were said; whose monitors found them says who sees them.
select n.id, n.said_at
from mention n
where ($1::timestamptz is null or (n.said_at, n.id) < ($1, $2))
  and (cardinality($3::text[]) = 0 or n.state = any($3))
  and ($4 = '' or n.network = $4) and ($5 = '' or n.language = $5) and ($6 = '' or n.root_id = $6)
  and exists (
      select from mention_monitor r join monitor m on m.id = r.monitor_id
      left join channel c on c.id = m.channel_id
      left join access_class a on a.channel_id = c.id and a.queue_id = c.queue_id
      where r.mention_id = n.id and ($7::uuid is null or r.monitor_id = $7) and ($8::int[] is null or a.id = any($8))
  )
  and ($8::int[] is null or n.message_id is null or exists (
      select from message g join conversation v on v.id = g.conversation_id where g.id = n.message_id and v.access_class = any($8)
  ))
  and ($10::boolean is null or $10 = exists (
      select from triage_score s where s.item_id = coalesce(n.message_id, n.id) and s.demoted and not ($10 is false and s.sampled)
  ))
order by n.said_at desc, n.id desc
limit $9;

-- name: views
select n.id, n.network, coalesce(nullif(i.handle, ''), n.author) as author, coalesce(x.text, n.text) as text, n.url, n.language,
       n.root_id, n.followers, n.said_at, n.heard_at, n.expires_at, n.state, n.decided_by, g.conversation_id, n.version,
       g.interaction_id is not null
       or exists (select from interaction w where w.conversation_id = g.conversation_id and w.stage <> 'closed') as enquiry,
       (select count(*) from (select from mention o where o.network = n.network and o.root_id = n.root_id limit 100) t) as thread,
       r.monitor_ids, r.words
from mention n
left join lateral (
    select g.id, g.conversation_id, g.identity_id, g.interaction_id from message g where g.id = n.message_id
    union all
    select g.id, g.conversation_id, g.identity_id, g.interaction_id from message g
    where n.message_id is null and g.channel_id = n.work_channel_id and g.remote_id = n.work_remote_id
    limit 1
) g on true
left join message_text x on x.message_id = g.id
left join identity i on i.id = g.identity_id
join lateral (
    select array_agg(q.monitor_id order by m.name_key) as monitor_ids, array_agg(array_to_string(q.words, ' ') order by m.name_key) as words
    from mention_monitor q join monitor m on m.id = q.monitor_id
    left join channel c on c.id = m.channel_id
    left join access_class a on a.channel_id = c.id and a.queue_id = c.queue_id
    where q.mention_id = n.id and ($2::int[] is null or a.id = any($2))
) r on r.monitor_ids is not null
left join conversation v on v.id = g.conversation_id
where n.id = any($1::uuid[]) and ($2::int[] is null or v.id is null or v.access_class = any($2))
order by n.said_at desc, n.id desc;

-- name: mention
select n.id, n.network, n.remote_id, n.url, s.channel_id as source_channel_id, n.message_id, n.work_channel_id, n.state, n.version,
       g.conversation_id, g.access_class as conversation_class,
       g.interaction_id is not null
       or exists (select from interaction w where w.conversation_id = g.conversation_id and w.stage <> 'closed') as enquiry,
       (select array_agg(a.id) from mention_monitor q join monitor m on m.id = q.monitor_id
        left join channel c on c.id = m.channel_id
        left join access_class a on a.channel_id = c.id and a.queue_id = c.queue_id
        where q.mention_id = n.id) as access_classes
from mention n left join listening_source s on s.id = n.source_id
left join lateral (
    select g.conversation_id, g.interaction_id, v.access_class from message g join conversation v on v.id = g.conversation_id
    where g.id = n.message_id or (g.channel_id = n.work_channel_id and g.remote_id = n.work_remote_id) limit 1
) g on true
where n.id = $1;

-- name: lock_mention
select id from mention where id = $1 for update;

-- name: asked
select id from mention where state = 'asked' order by id limit $1;

-- name: decide
update mention set state = $2, decided_by = $3, decided_at = $5, work_channel_id = coalesce($4, work_channel_id), work_remote_id = coalesce($6, work_remote_id),
                   text = case when $4::uuid is null then text else '' end,
                   author = case when $4::uuid is null then author else '' end, version = version + 1
where id = $1;

-- name: said_in
update message set interaction_id = $2, version = version + 1 where id = $1 and interaction_id is null;

-- name: forget_posts
with gone as (delete from mention where network = $1 and remote_id = any($2::text[]) returning id) select count(*) from gone;

-- name: forget_messages
with gone as (
    delete from mention n using message g
    where g.id = any($1::uuid[])
      and (n.message_id = g.id or (n.work_channel_id = g.channel_id and n.work_remote_id = g.remote_id)) returning n.id
) select count(*) from gone;

-- name: forget_authors
with gone as (
    delete from mention where (network, author_id) in (select * from unnest($1::text[], $2::text[])) returning id
) select count(*) from gone;

-- name: expire
with due as (
    select id from mention where expires_at <= $1 and state <> 'work' order by expires_at limit $2 for update skip locked
), gone as (delete from mention n using due where n.id = due.id returning n.id)
select count(*) from gone;

-- name: hours
select monitor_id, hour, network, language, posts, reach from monitor_tally
where monitor_id = any($1::uuid[]) and hour >= $2 order by hour, monitor_id, network, language;

-- name: texts_since
select coalesce(x.text, n.text) as text
from mention_monitor q join mention n on n.id = q.mention_id
left join message_text x on x.message_id = n.message_id
where q.monitor_id = $1 and n.said_at >= $2 and coalesce(x.text, n.text) <> ''
order by n.said_at desc limit $3;
