### List of work, offers, conversation

work-list = List of work
views = Views
view-mine = Mine
view-waiting = Waiting
view-open = Open
view-parked = Parked
view-closed = Closed
filter-queue = Queue
filter-channel = Channel
all-queues = All queues
all-channels = All channels
be-available = You are getting no offers now.
be-available-action = Become available
empty-mine-title = Nothing is with you right now
empty-mine-text = Accept an offer, or take something from “Waiting”.
empty-waiting-title = Nobody is waiting
empty-waiting-text = Everybody has an answer or is in good hands.
empty-open-title = All done
empty-open-text = There are no open enquiries.
empty-parked-title = Nothing parked
empty-parked-text = What you park comes back by itself at the time you choose.
empty-closed-title = Nothing closed yet
empty-closed-text = What is done stands here, the latest first.
empty-filtered = There may be something under another filter.
waits = waiting
we-said = By us:
snippet-deleted = Deleted by its author
snippet-none = No message yet
customer-unknown = Unknown
customer = Customer
due-over = Overdue by { $span }
due-soon = Due in { $span }
due-calm = { $span } left
due-answered = Answered
waiting-for = Waiting { $span }

## Why somebody is first

reason-new = New
reason-longest-waiting = Next in turn
reason-skilled = Needs { $skill }
reason-given-up = Without { $skill }
reason-step = Step { $number } of relaxation
reason-deleted-at-source = Deleted at the source
reason-last-agent = { $named ->
    [yes] Last spoke with { $agent }
   *[no] Last spoke with you
}
reason-transferred = { $named ->
    [yes] Transferred by { $agent }
   *[no] Transferred
}
reason-taken-by-hand = Taken by hand
reason-assigned = Assigned
reason-taken-over = Taken over by a supervisor
value-words = Customer counts × { $value }
priority-words = Priority { $priority }
reason-reopened = Reopened
reason-folded = Waits for the one answer to everybody
reason-unfolded = No longer with the many: on its own again
reason-found = Found by listening
reason-unmerged = A conversation of its own again
reason-customer-wrote = The customer wrote
reason-wrap-up-over = Wrap-up time was over
reason-interrupted = Set aside for something that cannot wait
reason-interruption-over = Taken up again
reason-borrowed = Interrupts other work
reason-abandoned = Hung up before anybody was there
reason-call-back = Waits to be called back
reason-called-out = Called from here
reason-returned = { $why ->
    [declined] Back: declined
    [expired] Back: not accepted
    [logged_off] Back: nobody left
    [lost] Back: connection lost
    [wished_time] Back: the time they wished
    [parked_time_over] Back: parked time over
    [silence] Back: nothing was done for it
    [rule] Back: a rule
    [storm] Back: answered with many others
    [customer_wrote] Back: the customer wrote
    [interrupted] Back: was interrupted
    [mended] Back: was in nobody’s hands
    [transferred] Back: transferred
    [caller_gone] Back: the caller hung up
    [line_lost] Back: the phone was lost
    [phone_normal] Back: hung up at the phone
    [phone_busy] Back: phone busy
    [phone_no_answer] Back: phone not answered
    [phone_refused] Back: declined at the phone
    [phone_cancelled] Back: ringing stopped
    [phone_unreachable] Back: phone out of reach
    [phone_full] Back: no line was free
    [phone_forbidden] Back: this phone may not be rung
    [phone_lost] Back: the phone was lost
    [phone_transferred] Back: sent on at the phone
    [phone_failed] Back: the line failed
   *[other] Back in the queue
}
reason-this-skill = this

## States

state-waiting = Waiting
state-offered = Being offered
state-active = { $mine ->
    [yes] With you
   *[no] With { $agent }
}
state-parked = { $mine ->
    [yes] Parked by you
   *[no] Parked ({ $agent })
}
state-wrap-up = { $mine ->
    [yes] Wrap-up
   *[no] Wrap-up ({ $agent })
}
state-closed = Closed

## Offers

offers = Offers for you
offer-ended = The offer no longer stands.
offer-label = Offer: { $customer }, { $network }
accept = Accept
decline = Decline

## Conversation

conversation = Conversation
transcript = Transcript
nothing-chosen-title = Choose an enquiry
nothing-chosen-text = All channels stand in one list on the left. J and K walk down and up, Enter answers.
back-to-list = Back to the list
more-actions = More actions
take = Take
finish = Done
reopen = Reopen
unpark = Continue
park = Park
transfer = Transfer
open-at-network = View at the network
viewers = { $count ->
    [one] { $names } is looking at this too
   *[other] { $names } are looking at this too
}
older = Older messages
new-messages = { $count ->
    [one] 1 new message
   *[other] { $count } new messages
}
heard = New message from { $customer }: { $text }
typing = { $name } is writing…
note = Internal note
automatic = Automatic reply
deleted = Deleted
deleted-by-author = Deleted by its author
edited = Edited at { $time }
content-warning = Content warning
show-whole = Show all of it ({ NUMBER($count) } characters)
quoted-history = Show quoted history
show-html = Show as formatted mail
show-text = Show as text
remote-images = { $count ->
    [one] 1 image from the web is not loaded
   *[other] { $count } images from the web are not loaded
}
html-mail = E-mail: { $subject }
image-without-text = Image { $name }, without description
attachment-pending = being fetched
attachment-refused = refused
attachment-gone = no longer there
with-attachments = { $count ->
    [one] with 1 attachment
   *[other] with { $count } attachments
}

## Delivery

delivery-queued = Sending
delivery-sending = Sending
delivery-sent = Sent
delivery-delivered = Delivered
delivery-read = Read
delivery-failed = Not sent
delivery-retrying = Will be tried again
delivery-unknown = Not known whether it arrived
delivery-dead = Could not be delivered
pending-waiting = Waiting for the connection
pending-refused = Not sent.
retry = Send again
retry-not-arrived = It did not arrive: send again
discard = Discard

## Customer

identities = Known as
blocked = blocked
open-profile = Open profile at { $network }
history = Other conversations
history-none = None on other channels yet.
handling = Handling
customer-erased = Erased person
erase-customer = Erase person…

## Wrap-up

wrap-up-question = What was it about?
wrap-up-note = Note for whoever is next (optional)
wrap-up-action = Close
wrap-up-no-codes = No wrap-up codes are set up yet.
comment-deeds = Done at the network
comment-hide = Hide the comment
comment-unhide = Show the comment again
comment-delete = Delete the comment
comment-delete-text = It is deleted at the network and here, for good. The reason is written down.
comment-reason-text = The reason is written down.
comment-hidden = hidden
like = Like
reason = Reason
private-reply = Answer in private
private-reply-text = Only { $customer } will read this. It is never sent to the public thread.
private-reply-sent = Sent to { $customer } in private.
linked-private = Goes on in private
linked-public = Began in public
