-- name: add
insert into note_mention (id, message_id, conversation_id, user_id, by_id, at)
select n.id, $2, $3, n.user_id, $5, $6 from unnest($1::uuid[], $4::uuid[]) as n(id, user_id)
on conflict (message_id, user_id) do nothing returning id, user_id;

-- name: views
select id, message_id, conversation_id, user_id, by_id, at, read_at, version from note_mention where id = any($1::uuid[]) order by id;

-- name: of_user
select n.id, n.message_id, n.conversation_id, n.user_id, n.by_id, n.at, n.read_at, n.version
from note_mention n join message m on m.id = n.message_id and m.deleted_at is null
where n.user_id = $1 and ($2::timestamptz is null or (n.at, n.id) < ($2, $3::uuid))
order by n.at desc, n.id desc limit $4;

-- name: unread
select count(*) from note_mention n join message m on m.id = n.message_id and m.deleted_at is null
where n.user_id = $1 and n.read_at is null;

-- name: mark_read
update note_mention set read_at = $3, version = version + 1
where user_id = $1 and read_at is null and ($2::uuid is null or id = $2) returning id;
