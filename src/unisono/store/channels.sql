-- name: facts
select c.id, c.connector, c.network, c.medium, c.name, c.config, c.queue_id, c.units, c.priority, c.state, c.paused,
       c.version, c.remote_id, c.handle, c.realm, c.caps, c.skills || q.skills as skills, q.first_response_s, q.match_language,
       a.id as access_class
from channel c join queue q on q.id = c.queue_id left join access_class a on a.channel_id = c.id and a.queue_id = c.queue_id
where c.archived_at is null and ($1::uuid is null or c.id = $1) and (not c.paused or $1::uuid is not null)
order by c.id;

-- name: access_class
select id from access_class where channel_id = $1 and queue_id = $2;

-- name: add_access_class
insert into access_class (channel_id, queue_id) values ($1, $2) on conflict do nothing;

-- name: record_health
-- Tells whether the state changed; what the account is called is kept from the last time that it was known.
with before as (select id, state from channel where id = $1 for no key update)
update channel c set state = $2, state_what = $3, state_until = $9,
    state_since = case when c.state <> $2 then $8 else c.state_since end,
    last_ok_at = case when $2 = 'ok' then $8 else c.last_ok_at end,
    trouble = case when $2 in ('ok', 'paused') then c.trouble else $3 end,
    trouble_at = case when $2 in ('ok', 'paused') then c.trouble_at else $8 end,
    remote_id = coalesce($4, c.remote_id),
    handle = case when $5 <> '' then $5 else c.handle end,
    realm = case when $6 <> '' then $6 else c.realm end,
    caps = coalesce($7, c.caps),
    version = case when c.state <> $2 or c.state_what <> $3 then c.version + 1 else c.version end
from before where c.id = before.id
returning before.state <> $2 as changed;

-- name: of_account
select id from channel where connector = $1 and remote_id = $2 and archived_at is null order by id;

-- name: recall
select value from channel_memory where channel_id = $1 and key = $2 and (expires_at is null or expires_at > $3);

-- name: remember
insert into channel_memory (channel_id, key, value, expires_at) values ($1, $2, $3, $4)
on conflict (channel_id, key) do update set value = excluded.value, expires_at = excluded.expires_at;

-- name: forget
delete from channel_memory where channel_id = $1 and key = $2;

-- name: attachments_to_fetch
select id, ref, message_id from attachment
where channel_id = $1 and state = 'pending' and ref is not null and attempts < 5 order by id limit $2;

-- name: attachment_fetched
update attachment set state = 'stored', size_bytes = $2, sha256 = $3, ref = null where id = $1 and state = 'pending'
returning message_id;

-- name: attachment_failed
update attachment set attempts = attempts + 1, state = case when $2 or attempts >= 4 then 'refused' else state end
where id = $1 and state = 'pending' returning message_id;

-- name: bump_message
update message set version = version + 1 where id = $1;
