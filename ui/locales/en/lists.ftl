### Tags, spam and blocked people, saved views, filters, bulk work, search

reason-spam = Marked as spam
reason-blocked = From somebody who is blocked
reason-not-spam = Is no spam after all

## The list of work

view-spam = Spam
empty-spam-title = No spam
empty-spam-text = What is marked as spam, and what blocked people write, is kept here. Nothing is thrown away.
saved-views = More views
view-of = by { $name }
view-first = first
view-figure = in this view
view-save = Save as a view …
view-change = Change view “{ $name }” …
view-save-text = Keeps the filters and the order that the list has now.
view-name = Name
view-name-wrong = A view needs a name.
view-scope = For whom
view-scope-self = Only me
view-scope-team = Team { $name }
view-scope-queue = Everybody in { $name }
view-scope-organisation = Everybody
view-make-first = Begin with this view
view-not-first = No longer begin with this view
view-up = Move up
view-drop = Delete view “{ $name }”
filters = Filters
filters-set = { $count ->
    [one] Filters, one set
   *[other] Filters, { $count } set
}
filters-clear = Clear filters
filter-any = any
filter-drop = Remove filter { $what }
filter-tag = Tag
filter-network = Network
filter-class = Class of work
filter-skill = Skill
filter-language = Language
filter-state = State
filter-customer = One customer
filter-customer-find = Name or handle
filter-agent = With whom
filter-agent-me = Me
filter-agent-none = Nobody
filter-due = Deadline
filter-due-over = Overdue
filter-due-soon = Due within an hour
sort = Order
sort-due = By deadline
sort-router = As the router has it
sort-oldest = Longest waiting first
sort-newest = Newest first
pick = Select (x)
command-pick = Select this row
command-pick-range = Select up to this row
command-pick-all = Select all that is shown
command-spam = Mark as spam
command-not-spam = Not spam
command-block = Block this person
command-unblock = Let in again
command-tags = Tags

## Work on many

bulk-bar = Work on what is selected
bulk-picked = { $count ->
    [one] One selected
   *[other] { $count } selected
}
bulk-whole = Everything in this list
bulk-pick-whole = Everything in this list
bulk-pick-all = All shown
bulk-clear = Clear selection
bulk-tag = Add tag
bulk-untag = Remove tag
bulk-take = Take
bulk-transfer = Hand over
bulk-park = Park
bulk-priority = Priority
bulk-close = Close
bulk-spam = Spam
bulk-not-spam = Not spam
bulk-choose = Please choose
bulk-code = What was it about?
bulk-until = Until
bulk-4-hours = In four hours
bulk-24-hours = In a day
bulk-dialog-text = Each is done for itself; what cannot be done to one is told. For ten minutes all of it can be undone.
bulk-undo = Undo
bulk-progress = { $done } of { $total } …
bulk-done-tag = { $count ->
    [one] One tagged.
   *[other] { $count } tagged.
}
bulk-done-untag = { $count ->
    [one] Tag removed from one.
   *[other] Tag removed from { $count }.
}
bulk-done-take = { $count ->
    [one] One is yours now.
   *[other] { $count } are yours now.
}
bulk-done-transfer = { $count ->
    [one] One handed over.
   *[other] { $count } handed over.
}
bulk-done-park = { $count ->
    [one] One parked.
   *[other] { $count } parked.
}
bulk-done-priority = { $count ->
    [one] Priority of one set.
   *[other] Priority of { $count } set.
}
bulk-done-close = { $count ->
    [one] One closed.
   *[other] { $count } closed.
}
bulk-done-spam = { $count ->
    [one] One marked as spam.
   *[other] { $count } marked as spam.
}
bulk-done-not-spam = { $count ->
    [one] One waits again.
   *[other] { $count } wait again.
}
bulk-skipped = { $count ->
    [one] One was left as it is.
   *[other] { $count } were left as they are.
}
bulk-undone = { $kept ->
    [0] { $count ->
        [one] Undone: one stands as before.
       *[other] Undone: { $count } stand as before.
    }
   *[other] Undone: { $count } stand as before; { $kept } were changed since and stay as they are.
}
bulk-which = Which, and why?
bulk-why-no-capacity = no room left
bulk-why-not-yours = a colleague has it
bulk-why-state = its state does not allow it
bulk-why-not-found = no longer there, or not yours to see
bulk-why-forbidden = not allowed here
bulk-why-changed-since = changed since
bulk-why-open-again = the customer has written again since
bulk-why-no-agent = only agents can
bulk-why-other = could not be done

## Tags

tag = Tag
tags = Tags
tags-text = What conversations are marked with, in lists, filters and search. An archived tag stays on the conversations that bear it.
tags-free = Everybody who answers may add new tags while tagging
tags-empty = No tags yet
tags-empty-text = A tag says in a word what a list cannot: “VIP”, “press”, “recall”.
tags-dialog-text = Choose with the arrow keys and Enter.
tags-none = There is no tag yet. Write its name to add one.
tags-none-manage = There is no tag yet. Write its name to add one; colours are chosen in the settings.
tag-add = New tag
tag-new = New tag “{ $name }”
tag-search = Find or add a tag
tag-name = Name
tag-name-wrong = A tag needs a name.
tag-colour = Colour
tag-description = Description
tag-used = Conversations
tag-many = over 1,000
tag-archived = archived
tag-archive = Archive { $name }
tag-archive-short = Archive
tag-bring-back = Bring { $name } back
tag-bring-back-short = Bring back
tag-drop = Remove tag { $name }
colour-slate = Grey
colour-red = Red
colour-orange = Orange
colour-yellow = Yellow
colour-green = Green
colour-teal = Teal
colour-blue = Blue
colour-violet = Violet
colour-pink = Pink

## Blocked people

blocked-people = Blocked people
blocked-text = What they write is kept in the list of spam, unrouted and counted; nothing is thrown away.
blocked-see-spam = Show spam
blocked-none = Nobody is blocked
blocked-none-text = Somebody who only disturbs is blocked in their conversation, under “More actions”.
blocked-why = Why
blocked-by = By
blocked-until = Until
blocked-items = Came since
block-title = Block { $name }?
block-text = What they write from now on goes to the list of spam, without an enquiry. Nothing is thrown away, and it can be taken back at any time.
block-for = For how long
block-day = A day
block-week = A week
block-month = A month
block-ever = Until it is taken back
block-spam-too = Mark this enquiry as spam too
blocked-done = { $name } is blocked.
unblock-title = Let { $name } in again?
unblock-text = What they write from now on becomes an enquiry again. What is in the list of spam stays there.
unblock-named = Let { $name } in again
unblocked = { $name } is let in again.

## Search

search-filters = Filters
search-name-network = network
search-name-channel = channel
search-name-queue = queue
search-name-from = from
search-name-tag = tag
search-name-state = state
search-name-agent = agent
search-name-case = case
search-name-before = before
search-name-after = after
search-name-has = has
search-hint-network = on which network
search-hint-channel = by which channel
search-hint-queue = in which queue
search-hint-from = the customer’s name
search-hint-tag = bears a tag
search-hint-state = open, waiting, closed, spam …
search-hint-agent = with whom it is
search-hint-case = number of a case
search-hint-before = before a day
search-hint-after = since a day
search-hint-has = with an attachment
search-today = since midnight
search-days = { $days } days back
search-unknown = Nothing has this name: { $what }. Choose from what is offered while you type.
search-searched-to = Looked through back to { $when }.
search-older = Search older
search-none-yet = Nothing found so far
search-begin-filters = Or narrow it: from:Miller, tag:press, after:7d, has:attachment. The filters are offered while you type.
