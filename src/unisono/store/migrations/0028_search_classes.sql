-- Search filters by access class inside the index. Every message has one term more, '@' and its conversation's class, which no
-- word can be; it follows the conversation, whoever moves that. Older rows get theirs as they are rebuilt (search_version 2).
create function terms_follow_class() returns trigger language plpgsql as $$
begin
    update message_terms t
    set terms = ts_delete(t.terms, '@' || old.access_class) || array_to_tsvector(array['@' || new.access_class])
    from message m where m.conversation_id = new.id and t.said_at = m.said_at and t.message_id = m.id;
    return null;
end $$;
create trigger conversation_class_moved after update of access_class on conversation
    for each row when (old.access_class <> new.access_class) execute function terms_follow_class();

create function terms_follow_conversation() returns trigger language plpgsql as $$
begin
    new.terms := ts_delete(new.terms, '@' || (select access_class from conversation where id = old.conversation_id))
        || array_to_tsvector(array['@' || (select access_class from conversation where id = new.conversation_id)]);
    return new;
end $$;
create trigger message_terms_moved before update of conversation_id on message_terms
    for each row when (old.conversation_id <> new.conversation_id) execute function terms_follow_conversation();

-- A new house has nothing to rebuild.
insert into setting (name, value) select 'search.version', '2'
where not exists (select from message_terms) on conflict (name) do nothing;

-- Without words, what was said last stands first.
create index conversation_said on conversation (last_said_at desc, id desc) where last_message_id is not null;
create index conversation_class_said on conversation (access_class, last_said_at desc, id desc) where last_message_id is not null;
