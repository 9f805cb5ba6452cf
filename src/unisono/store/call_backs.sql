-- name: consent_text
insert into consent_text (version, language, text, first_at) values ($1, $2, $3, $4) on conflict do nothing;

-- name: wish
insert into call_back_wish (channel_id, remote_id, asked_at, starts_at, ends_at, how, consent, interaction_id)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing;

-- name: arrived
-- Wishes whose messages have come in, with the work that they are now.
update call_back_wish w set interaction_id = m.interaction_id
from message m
where w.channel_id = $1 and w.remote_id = any($2::text[]) and w.interaction_id is null
  and m.channel_id = w.channel_id and m.remote_id = w.remote_id and m.interaction_id is not null
returning w.interaction_id, w.remote_id, w.starts_at, w.ends_at;

-- name: views
select w.interaction_id, w.asked_at, w.starts_at, w.ends_at, w.how, w.consent, c.text as consent_text, c.language as consent_language
from call_back_wish w join consent_text c on c.version = w.consent join interaction i on i.id = w.interaction_id
where i.conversation_id = $1 order by w.asked_at desc limit 50;

-- name: busy_with
-- A wish and its message come apart for as long as the inbox takes: so often a line was asked within the hour.
select count(*) from call_back_wish where channel_id = $1 and asked_at > $2 and how = 'page';
