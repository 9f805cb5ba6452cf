### Own accounts from which commands are taken.

settings-tab-accounts = My accounts
accounts-text = Link an account of your own and set by message, from anywhere, how you can be reached. It is voluntary. Only you see it, and nobody misses anything without it.
accounts-add = Link an account
accounts-code = Your code
accounts-code-text = Send this code as a private message from the account that you want to link. It is good once, until { $until }. Give it to nobody: whoever sends it is linked with you.
accounts-code-copy = Copy the code
accounts-code-copied = The code was copied.
accounts-to = You can send it to
accounts-no-way = No network is connected yet that proves who writes (Mastodon, Bluesky, Telegram, Matrix, XMPP, X). Ask your administrator.
accounts-none = You have linked no account
accounts-since = Linked { $when }
accounts-commands = Private messages from here are commands
accounts-public = Public posts from here may propose and set how I can be reached, too
accounts-unlink = Unlink
accounts-unlink-named = Unlink { $name }
accounts-unlinked = { $name } is unlinked; all about it here is erased.
accounts-words = What you can write
accounts-word-away = away for three quarters of an hour, with a reason
accounts-word-dnd = do not disturb, for two hours
accounts-word-back = back again
accounts-word-undo = take the last one back
accounts-word-take = take the next enquiry
accounts-word-who = who can be reached now with these skills
accounts-word-free = asks back before anything happens
accounts-example-away = /away 45m lunch
accounts-example-free = in a meeting until 2
accounts-kept = All that is kept is that a message was carried out, for a day; not what it said.

# The demonstration of 2009

demo-lunch = At lunch, by a post
demo-done-lunch = Ilka has posted that she is at lunch.
demo-direct-call = Ilka's direct line
demo-lunch-phone = Ilka's phone
demo-lunch-yes = Reply 1
demo-lunch-undo = Write /undo
demo-lunch-then = Then call Ilka's direct line (on the left): whoever calls is sent to voicemail.
demo-lunch-waits = The house is about to ask …
