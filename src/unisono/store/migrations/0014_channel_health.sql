-- When a channel last had something new, and what last went wrong with it, also after it works again.
alter table channel_counter add column at timestamptz;
alter table channel add column trouble_at timestamptz, add column trouble text not null default '';
