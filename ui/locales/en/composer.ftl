### Writing answers

composer = Answer
composer-mode = What you are writing
mode-public = Public
mode-private = Private
mode-note = Note
audience-public = Everybody on { $network } can read this.
audience-private = Only { $customer } reads this.
audience-note = Only colleagues read this.
placeholder-answer = Answer to { $customer }
placeholder-note = Note for the team
send-public = Answer publicly
send-private = Answer privately
send-note = Save note
subject = Subject
subject-reply = Re: { $subject }
bad-address = “{ $address }” is no e-mail address.
content-warning-hint = What is it about? The text shows only after a click.
attach = Attach a file
drop-here = Drop here
uploading = Uploading…
pasted-image = Pasted image
alt-text = Description for people who cannot see the image
alt-text-for = Description of { $name }
alt-text-long = At most { NUMBER($maximum) } characters
remove-file = Remove { $name }
media-none = { $network } takes no files.
media-too-many = { $count ->
    [one] Only one file an answer. This one was not uploaded.
   *[other] At most { $count } files an answer. This one was not uploaded.
}
media-too-large = Too large: at most { $size }.
media-type = The network does not take this kind of file: { $type }.
reply-window = { $span } left to answer
reply-over = { $network } takes no more answers: the time after the last message is over.
reply-no = On { $network } it is not possible to answer here.
reply-template-only = { $network } takes only prepared templates here.
reply-needs-summon = On { $network } we may answer only once the person addresses us.
reply-deeplink = The answer is given at { $network } itself.
lead-waiting = Take the enquiry to answer it.
lead-offered = Being offered to somebody.
lead-closed = Closed. Reopen to answer.
count-chars = { NUMBER($used) } characters
count-graphemes = { NUMBER($used) } characters
count-weighted = { NUMBER($used) } characters
count-utf8 = { NUMBER($used) } bytes
count-utf16 = { NUMBER($used) } characters
count-gsm7 = { NUMBER($used) } SMS characters
count-chars-of = { NUMBER($used) } of { NUMBER($maximum) } characters
count-graphemes-of = { NUMBER($used) } of { NUMBER($maximum) } characters
count-weighted-of = { NUMBER($used) } of { NUMBER($maximum) } characters
count-utf8-of = { NUMBER($used) } of { NUMBER($maximum) } bytes
count-utf16-of = { NUMBER($used) } of { NUMBER($maximum) } characters
count-gsm7-of = { NUMBER($used) } of { NUMBER($maximum) } SMS characters
count-over = { NUMBER($over) } too many
