### Tags, spam and blocked people, saved views, filters, bulk work, search

reason-spam = Marked as spam
reason-blocked = From somebody who is blocked
reason-not-spam = Is no spam after all
