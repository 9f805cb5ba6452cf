-- name: add
insert into attachment (id, uploaded_by, channel_id, name, media_type, size_bytes, sha256, alt_text, state, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing returning id;

-- name: stored
update attachment set channel_id = $2, media_type = $3, size_bytes = $4, sha256 = $5, alt_text = $6, state = 'stored'
where id = $1;

-- name: find
select id, uploaded_by, message_id, channel_id, name, media_type, size_bytes, sha256, alt_text, state
from attachment where id = $1;

-- name: find_locked
select id, uploaded_by, message_id, channel_id, name, media_type, size_bytes, sha256, alt_text, state
from attachment where id = $1 for no key update;

-- name: describe
update attachment set alt_text = $2 where id = $1;

-- name: remove
delete from attachment where id = $1;
