### How work is distributed: classes of work, relaxation, reserve, and why who gets what

settings-tab-mine = Mine
settings-tab-classes = Classes of work
named-saved = { $name } is saved.
refresh = Refresh
span-unit = Unit: { $label }
span-days = days
span-hours = hours
span-minutes = minutes
span-seconds = seconds
field-days = Between 1 second and { $days ->
    [one] 1 day
   *[other] { $days } days
}.
percent-a-minute = % a minute

## Classes of work

work-class = Class of work
classes-text = One formula for all that waits: what a minute of waiting costs, how long the work takes, how long people are patient. Whether it is a post or a call does not count, only these numbers do.
classes-none = No class of work yet
classes-none-text = A class of work says what waiting costs.
class-add = New class of work
class-edit = Class of work “{ $name }”
class-text = What waits now is put in order anew as soon as you save.
class-channels = Channels
class-cost = Cost
class-cost-hint = What a minute of waiting costs, beside other classes. 2 counts twice as much as 1.
class-handling = Handling
class-handling-hint = How long such an enquiry takes on average. Short work comes first when all else is equal.
class-patience = Patience
class-patience-hint = How long people wait on average before they give up. Empty: nobody gives up.
class-decay = Decay
class-decay-hint = How long an answer is worth something on average. Empty: it keeps its worth.
class-growth = Growth
class-growth-hint = How much more urgent each minute of waiting makes it. So nothing waits for ever.
class-cap = Highest urgency
class-cap-hint = How urgent an enquiry is when the promised time is over. It begins with 1.
class-deferrable = can wait
class-deferrable-long = Can wait
class-deferrable-hint = Does not start while a reserve is to stay free.
class-fades = fades
class-fades-long = Fades after the deadline
class-fades-hint = When the promised time is over it loses weight instead of staying on top.
class-interrupts = May interrupt
class-interrupts-hint = If nobody has room, it also comes to people whose hands are full of this. The units that it borrows count again when it is over. Nobody is interrupted while somebody else has room.
class-interrupts-names = Interrupts { $names }
class-parks = Set aside meanwhile what is interrupted
class-parks-hint = It comes back by itself when this is over; its deadlines run on.
class-keeps-hint = It stays in hand beside this.
channel-class-hint = What waiting on this channel costs.

## Relaxation and reserve

queue-first-response-hint = Holds unless a service level says otherwise.
queue-first-response-wrong = Between 1 minute and 90 days.
queue-offer-hint = After that the offer goes to somebody else.
steps = Relaxation
steps-text = When an enquiry has waited long, less is asked of who takes it, or others help. Steps that are reached add up.
steps-count = { $count ->
    [one] 1 step of relaxation
   *[other] { $count } steps of relaxation
}
step-add = Add a step
step-remove = Remove step
step-remove-number = Remove step { $number }
step-number = Step { $number }
step-after = After a wait of
step-lower = Skills
step-levels = { $count ->
    [0] as asked
    [one] one level lower suffices
   *[other] { $count } levels lower suffice
}
step-drop = No longer ask for
step-queues = These help
step-wrong-when = Between 1 second and 30 days.
step-wrong-order = Each step comes later than the one before.
step-wrong-nothing = This step relaxes nothing yet. Choose something, or remove it.
reserve = Idle reserve
reserve-text = So that a call does not meet a pile of mails: so many stay free before work that can wait is started.
reserve-agents = People
reserve-agents-hint = 0: no reserve. 1.5 works too; it then holds on average.
reserve-units = With at least this much room
reserve-units-hint = 60 is a whole person.
reserve-count = { $count ->
    [one] 1 in reserve
   *[other] { NUMBER($count) } in reserve
}

## Who would get this now

command-why = Who would get this now, and why?
why-short = Who would get this?
why-title = Who would get this now?
why-text = How it would be decided if this enquiry were the next.
why-agent = { $you ->
    [yes] You would get it.
   *[no] { $agent } would get it.
}
why-nobody = Nobody at the moment.
why-missing-serving = Nobody works in this queue.
why-missing-skilled = Nobody in this queue has the skills it needs.
why-missing-available = Those who could take it are not available.
why-missing-with-room = All who could take it have enough to do.
why-missing-reserve = The idle reserve is kept for what cannot wait.
why-people = Of all people
why-serving = work for this queue
why-skilled = of these have the skills
why-available = of these are available
why-with-room = of these have room
why-weight = How the order came about
why-index = Weight
why-index-hint = the highest comes first
why-value = Customer
why-value-hint = part of it; 1 is usual
why-urgency = Urgency
why-urgency-hint = part of it; begins with 1
why-match = Match
why-match-hint = part of it; 1 fits exactly
why-step = Step { $number } holds already.
why-without-steps = Nothing is relaxed in this queue.
why-no-step = No step holds yet.
why-next-step = The next comes in { $span }: { $what }.
why-last-step = Nothing more will be relaxed.
why-other-queues = with help from { $queues }
