### Supervision: who is there, assign, take over, priority

supervision-text = Who is there, and who has room.
supervision-tab-people = Who is there
supervision-since = For
supervision-free = Free
supervision-room = { $free } of { $capacity }
supervision-nobody = Nobody works here
supervision-figures = This tells who can take work. There are no figures about the performance of single people.
assign = Assign
assign-title = Assign to whom?
assign-text = It is theirs at once, without an offer. Nobody is ever assigned more than they have room for.
assign-search = Find a person
assign-nobody = Please choose a person.
assign-no-room = no room
assign-done = { $agent } has this enquiry now.
priority = Priority
priority-title = Set priority
priority-text = Higher comes before all that has less; below that the formula decides.
priority-urgent = Urgent
priority-raised = Raised
priority-usual = Usual
priority-low = Low
priority-hint = −100 to 100; 0 is usual.
priority-reason = Why?
priority-reason-hint = Is kept with your name.
priority-reason-wrong = Please say why.
