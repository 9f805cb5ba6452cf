-- What waiting costs and how work behaves, per class; the router's formula is the same for all of them.
create table work_class (
    id uuid primary key,
    key text not null unique,
    name jsonb not null,
    cost double precision not null default 1 check (cost > 0),
    handling_s integer not null default 300 check (handling_s between 1 and 86400),
    patience_s integer check (patience_s between 1 and 2592000),
    decay_s integer check (decay_s between 1 and 31536000),
    growth double precision not null default 0.02 check (growth between 0 and 10),
    cap double precision not null default 4 check (cap between 1 and 100),
    fades boolean not null default false,
    "deferrable" boolean not null default false,
    version integer not null default 1
);

insert into work_class (id, key, name, cost, handling_s, patience_s, decay_s, fades, "deferrable") values
    ('019ab000-0000-7000-8000-000000000001', 'call', '{"de": "Anruf", "en": "Call"}', 3, 240, 180, null, false, false),
    ('019ab000-0000-7000-8000-000000000002', 'chat', '{"de": "Chat", "en": "Chat"}', 2, 480, 300, null, false, false),
    ('019ab000-0000-7000-8000-000000000003', 'message', '{"de": "Nachricht", "en": "Message"}', 1, 300, null, null, false, true),
    ('019ab000-0000-7000-8000-000000000004', 'post', '{"de": "Beitrag", "en": "Post"}', 1.5, 240, null, 14400, false, true),
    ('019ab000-0000-7000-8000-000000000005', 'mail', '{"de": "E-Mail", "en": "E-mail"}', 1, 420, null, null, false, true);

alter table channel add column work_class_id uuid references work_class;
update channel c set work_class_id = w.id from work_class w where w.key = c.medium;

-- Relaxation: what is asked less, or of whom else, after how long. Reserve: agents kept idle for what cannot wait.
alter table queue
    add column steps jsonb not null default '[]',
    add column reserve_agents double precision not null default 0 check (reserve_agents between 0 and 1000),
    add column reserve_units integer not null default 60 check (reserve_units between 1 and 6000);
