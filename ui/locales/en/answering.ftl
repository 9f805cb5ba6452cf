### What is said of colleagues who write

writing-answer = { $count ->
    [one] { $names } is answering
   *[other] { $names } are answering
  }
writing-note = { $count ->
    [one] { $names } is writing a note
   *[other] { $names } are writing a note
  }
delivery-held = Not sent yet
delivery-withdrawn = Taken back

### Who an answer goes to

to = To
to-also = Others as well
reply-all = Reply to all
mode-whisper = Privately instead
mode-forward = Third party
audience-third = Goes to the third party only, never to the customer.
forward = Forward
answer-third = Answer the third party
command-forward = Forward to a third party
forward-told = This goes to the address below and not to the customer. What comes back stands here, marked as a third party’s.
forward-to = Forward to
forward-text = What you write to the third party
forward-drop = Discard
forward-head =
    ---------- Forwarded message ----------
    From: { $from }
    Date: { $time }
    Subject: { $subject }
subject-forward = Fwd: { $subject }
send-third = Forward
third-party = Third party
to-third = To third party: { $name }
failed-copy = “{ $name }” could not be attached

### Canned answers

canned-answers = Canned answers
canned-insert = Insert a canned answer
canned-language = Language of the text
canned-missing = Not known here: { $names }. Fill it in before you send.
canned-none = Nothing fits “/{ $word }”.
canned-none-yet = There are no canned answers yet. Settings, Canned answers is where to write the first one.
unfilled = { $names } still stands in the text. Fill it in, then it can be sent.
canned-add = Add canned answer
canned-text = Texts that you use again and again. Type / in an answer to find one by its short word; variables are filled in by themselves.
canned-key = Short word
canned-key-hint = What one types behind /
canned-folder = Folder
canned-scope = Who uses it
canned-scope-own = Only me
canned-scope-house = Everybody
canned-languages = Languages
canned-drop = Remove { $name }
canned-empty = No canned answers yet
canned-empty-text = Write the first one: a greeting with the customer’s name is a good beginning.
canned-dialog-text = In one language or in several; the customer’s is taken when there is one. Behind a bar stands what is said when a name is not known: { "{" }customer.name|there{ "}" }.
canned-variables = Variables

### Signatures

signature = Signature
signatures = Signatures
signatures-text = What stands below an answer: the channel’s own text, or its brand’s. Below mails by itself; elsewhere where you say so. { "{" }agent.name{ "}" } and other variables of the house are filled in.
signature-of = Signature of { $name }
signature-own = { $name }: its own signature
signature-as-brand = As the brand
signature-when = { $name } signs
signature-usual = as usual (mails only)
signature-always = always
signature-never = never
save-named = Save: { $name }

### Sending later, taking back, approval

send-ways = More ways to send
send-later = Send later…
send-later-text = The answer waits here and goes out by itself. Until then you can change or cancel it.
later-hour = In an hour
later-evening = This evening
later-tomorrow = Tomorrow morning
later-monday = Monday morning
later-own = Date and time of your own
later-stops = Do not send it if the customer writes before
schedule = Schedule
ask-approval = Send after a colleague’s approval
undo-send = Undo sending
send-now = Send now
change-time = Change the time
edit-held = Take back and edit
cancel-held = Cancel it
held-grace = { $seconds ->
    [0] Is being sent…
    [one] Is sent in one second.
   *[other] Is sent in { $seconds } seconds.
  }
held-scheduled = Is sent on { $time }.
held-stops = Not if the customer writes before.
held-approval = Waits for a colleague’s approval.
held-then = Then it is sent on { $time }.
held-rejected = { $name } did not approve it; the note says why.
held-stopped = Was not sent, because the customer has written.
held-overtaken = The customer has written since. Does it still fit?
approve = Approve
reject = Reject
reject-why = What should be better? The author reads it as a note.

### Notices

nav-notices = For me
notices-text = Where colleagues name you in notes, and answers that wait for your approval.
notices-none = Nothing waits for you
notices-none-text = When a colleague writes @ and your name in a note, it stands here.
notices-unread = not seen yet
approvals = Answers to approve
mentions = Mentions of you
mentions-read-all = Mark all as read
mention-new = New
mention-read = Mark as read
colleagues = Colleagues

### The conversation

history-range = How much is shown
this-conversation = This conversation
whole-history = Whole history
open-conversation = Open conversation
context = What this is about
context-ours = We
context-not-reached = { $network } cannot be asked just now for what stands above.
happened = { $count ->
    [one] One event
   *[other] { $count } events
  }
happened-nobody = Nobody
happened-other = { $who } changed the work.
happened-created = The enquiry came into { $queue }.
happened-changed = The customer wrote again.
happened-offered = It was offered to { $whom }.
happened-given = It was offered to { $whom } by hand.
happened-accepted = { $whom } accepted it.
happened-returned = It went back into { $queue }.
happened-taken = { $who } took it.
happened-transferred = { $who } handed it over to { $queue }.
happened-assigned = { $who } gave it to { $whom }.
happened-prioritised = { $who } changed how urgent it is.
happened-parked = It was parked.
happened-unparked = It was taken up again.
happened-finished = { $who } finished the talk.
happened-wrapped-up = It was closed.
happened-reopened = { $who } opened it again.
happened-warned = The deadline came near.
happened-breached = The deadline passed.
happened-consult-asked = { $who } asked a colleague.
happened-consult-opened = A colleague began to help.
happened-consult-ended = Asking a colleague ended.
media-place = { $place } of { $count }
media-next = Next file
media-previous = Previous file
media-failed = This file cannot be shown. You can download it.
download-file = Download { $name }
uploading-named = { $name } is being sent
cancel-file = Stop sending { $name }
canned-name = Name
canned-remove = Remove
