-- Who asks to be called back says when, and agrees to words that are kept as they were: neither name nor number stands here.
create table consent_text (
    version text primary key,
    language text not null,
    text text not null,
    first_at timestamptz not null
);
create table call_back_wish (
    channel_id uuid not null references channel,
    remote_id text not null,
    asked_at timestamptz not null,
    starts_at timestamptz,
    ends_at timestamptz,
    how text not null check (how in ('page', 'key')),
    consent text not null references consent_text,
    interaction_id uuid references interaction on delete cascade,
    primary key (channel_id, remote_id)
);
create index call_back_wish_interaction on call_back_wish (interaction_id) where interaction_id is not null;

-- Work may be parked that nobody has had yet: a call-back that is wished for later.
alter table interaction drop constraint interaction_check;
alter table interaction add constraint interaction_check check (state in ('waiting', 'parked', 'closed') or agent_id is not null);
