### Conversations that belong together: merged, linked, split.

command-bonds = Merge or link with another conversation…
command-split = Split the conversation…
bonds-together = Conversations that show as one
bonds-answer-in = Answers go to
bonds-linked-with = Linked: { $title } ({ $channel })
bonds-title = What belongs together
bonds-text = Merged, conversations of one person show in one view with one open enquiry. Each answer goes where its thread is; nothing private gets into public. Both can be undone.
bonds-standing = Belongs together now
bonds-others = To choose from
bonds-find = Search in all conversations
bonds-none = This person has no other conversation. Search for one to link it, or merge the people first.
bonds-none-found = Nothing is found. Search for a name or a word.
bond-merge = Merged
bond-link = Linked
bond-undo-merge = Undo
bond-undo-link = Take away
bond-merge-action = Merge
bond-link-action = Link
bond-merge-named = Merge with { $name }
bond-link-named = Link with { $name }
split-title = Split the conversation
split-text = A message and all after it become a conversation of their own. It stays the same thread at the network: answers go there, and what comes next belongs to the newer part.
split-from = From which message on?
split-none = There is only one message here.
split-action = Split
