### Supervision: who is there, assign, take over, priority

supervision-text = Who is there, whose hands everything is in, and what would happen if.
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
value = Weight of the customer
value-usual = Usual
value-set = Change
value-title = How much does this customer count?
value-text = Holds for all that this customer asks, on every channel. It is one number among several: whoever waits long still gets their turn.

## Whose hands everything is in

supervision-tab-hands = Hands
hands-adds-up = Everything is in exactly one pair of hands: { $open } open = { $queue } in queues + { $agents } with people.
hands-broken = { $count ->
    [one] One enquiry is in a state that cannot be.
   *[other] { $count } enquiries are in a state that cannot be.
}
hands-state = State
hands-count = Number
hands-oldest = Oldest
hands-open = Open
hands-waiting = Waiting
hands-offered = Offered
hands-active = In hand
hands-parked = Parked
hands-wrap-up = Wrap-up
hands-broken-title = Cannot be
hands-broken-text = What can be mended without a doubt is mended within a minute. What stays needs a person.
hands-nobody-title = Nobody can take these
hands-nobody-text = Nobody who works here meets what they need, at the last step of relaxation either. Give somebody the skill, or transfer them.
hands-more = and { $count } more
hands-offered-without-offer = Offered, but no offer is open
hands-offer-without-work = An offer is open for what is not offered
hands-no-capacity-held = In hand without taking up room
hands-hands-closed = In the hands of somebody who no longer works here
hands-hands-gone = In the hands of somebody who has been logged off for a day
hands-two-pairs-of-hands = Waiting and in somebody’s hands at once
hands-wrap-up-left = Wrap-up was left unfinished; take it over to close it
hands-queue-archived = Waiting in an archived queue; transfer it
hands-capacity-without-work = Takes up room without being in hand
hands-consult-over = A consult that is over still takes up room
hands-loan-not-returned = Units lent to what is over
hands-sum-wrong = Room in use is not the sum of what is in hand
hands-nobody-can = Nobody here can take this
