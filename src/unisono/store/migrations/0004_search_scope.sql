-- Search within few conversations begins with the conversations, not with the words.
create index conversation_class on conversation (access_class, id);
