### Work in progress: queues that people take from, wrap-up time, parking, work that lies

## Set up

queue-progress = How work leaves the queue
queue-mode-push = It is offered
queue-mode-push-hint = Unisono offers what is next to whoever can do it and has room.
queue-mode-pull = People take it
queue-mode-pull-hint = Nothing is offered; everybody chooses from the list.
queue-pulls = people take
queue-pulls-here = To be taken from the list
queue-wrap-up = Time for wrapping up
queue-wrap-up-hint = So long an agent gets nothing new after “Done”; then it is closed by itself. 0: until somebody closes it.
queue-prefer = Preference for who knows them
queue-prefer-hint = Whoever helped the customer last is asked first for so long; then all alike. 0: never.
queue-wrap-up-wrong = At most 1 day.
queue-silence = Take back after
queue-silence-hint = If nothing is done for so long after the customer wrote, it goes to somebody else. Empty: never.
queue-silence-wrong = Between 1 minute and 7 days.
class-parked = Kept while parked
class-parked-hint = So much of its room stays reserved with the agent, for when the customer comes back.
percent = %

## At work

wrap-up-left = Closes by itself in { $span }.
silence-gone = { $customer } was given to others: nothing had been done for a while.

## Decline and hand over

decline-title = Decline the offer
decline-text = It keeps its place and goes to somebody else.
decline-busy = Too much to do
decline-not-my-field = Not my field
decline-language = Language
decline-personal = I know this person
decline-other = Another reason
decline-without = Say nothing
decline-words = In your own words (kept for the audit only)
transfer-skills = Experts of this queue
transfer-level = Level
transfer-level-at-least = { $level } of 5 or higher
reason-handed-over = { $named ->
    [yes] Handed over by { $agent }
   *[no] Handed over by you
}

## Ask a colleague

consult = Ask a colleague
command-consult = Ask a colleague…
command-consult-begin = Help the colleague who asks
command-consult-end = End the question to a colleague
consult-title = Ask a colleague
consult-text = They read the conversation and answer by notes. The enquiry stays yours.
consult-search = Find a person or skill
consult-skills = Whoever can do this
consult-question = Your question
consult-ask = Ask
consult-nobody = Choose whom to ask.
consult-label = { $agent } asks you
consult-helping = You help { $agent }
consult-begin = Help
consult-leave = Not now
consult-open = Open
consult-end = End
consulted-requested = Asked: { $whom }
consulted-open = { $whom } helps
