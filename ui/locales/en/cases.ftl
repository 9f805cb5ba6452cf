### Cases: what belongs together over channels.

nav-cases = Cases
cases-text = What belongs together over channels: a fault, a complaint, an incident. People call a case by its number.
case-number = #{ $number }
case-state = State
case-state-open = Open
case-state-waiting = Waiting
case-state-solved = Solved
case-waiting-hint = Waiting for somebody outside
case-unsolved = Not solved
case-all = All
case-find = Number or words of the title
case-owner = Owner
case-owner-none = Nobody
case-owner-anybody = Anybody’s
case-owner-me = Mine
case-only-late = Overdue only
case-due = Due
case-late = Overdue
case-priority = Priority
case-priority--2 = Lowest
case-priority--1 = Low
case-priority-0 = Usual
case-priority-1 = High
case-priority-2 = Highest
case-title = Title
case-title-hint = What colleagues will look for: “Delivery late, order 4711”
case-title-missing = Without a title: those whose case it was are erased
case-title-change = Change title
case-items-open = { $count } open
case-items-title = Enquiries, in the order in which they began
case-items-none = Nothing is in this case any more. Open an enquiry and choose “Add to a case”.
case-items-hidden = { $count ->
    [one] One more enquiry is on a channel that you may not see.
   *[other] { $count } more enquiries are on channels that you may not see.
 }
case-take-out = Take out of the case
case-take-out-named = Take { $customer } out of the case
case-members = Follow it too
case-members-none = Nobody yet
case-member-add = Add a colleague
case-member-remove = { $name } no longer follows it
case-notes = Notes
case-notes-none = No notes yet. They stay in the house.
case-note = Note for colleagues
case-note-add = Write the note
case-created = Opened { $when } by { $who }
case-solved-at = Solved { $when }
case-solve = Solve
case-solve-title = Solve #{ $number }
case-solve-none = Nothing of it is open.
case-solve-mine = { $count ->
    [one] One enquiry of it is open in your hands.
   *[other] { $count } enquiries of it are open in your hands.
 }
case-solve-others = { $count ->
    [one] One more waits or is with a colleague; it stays open.
   *[other] { $count } more wait or are with colleagues; they stay open.
 }
case-solve-close = Close mine as well
case-solve-keep = Solve only the case
case-solve-code = What was it about?
case-reopen = Open again
case-open-title = Open a case
case-open-text = The enquiry gets a number. Further enquiries can be added from any channel; answers by mail carry it in their subject.
case-open-action = Open the case
case-opened = Case #{ $number } is open.
case-add-title = Add to a case
case-add-text = Choose the case that this enquiry belongs to.
case-add-suggested = Named in the subject
case-add-of-customer = Of this customer
case-add-none = No case is found. Type its number or a word of its title.
case-added = Now in case #{ $number }.
cases-none = No cases yet
cases-none-text = Open an enquiry and press M: it gets a number, and what comes on other channels can be added to it.
cases-none-filtered = No case is like this
cases-none-filtered-text = Take a filter away, or look among the solved ones.
command-case-open = Open a case…
command-case-add = Add to a case…
command-case-show = Show case #{ $number }
case-back = All cases
case-found = Case #{ $number }
