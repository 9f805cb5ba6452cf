### Words that occur everywhere

claim = Every channel, one voice.
skip = Skip to content
loading = Loading…
again = Try again
close = Close
cancel = Cancel
show = Show
hide = Hide
someone = somebody
you = You
public = Public
private = Private
nothing-found = Nothing found.
messages-region = Notices
language = Language
theme = Colours
theme-system = Like the system
theme-light = Light
theme-dark = Dark
people-count = { $count ->
    [one] 1 person
   *[other] { $count } people
}

## Networks

network-email = E-mail
network-webchat = Web chat
network-mastodon = Mastodon
network-sandbox = Sandbox
network-x = X
network-facebook = Facebook
network-messenger = Messenger
network-instagram = Instagram
network-whatsapp = WhatsApp
network-bluesky = Bluesky
network-linkedin = LinkedIn
network-xing = XING
network-telegram = Telegram
network-matrix = Matrix
network-xmpp = XMPP
network-rss = RSS

## Navigation

nav-label = Sections
nav-work = Work
nav-search = Search
nav-channels = Channels
nav-people = Team
nav-supervision = Supervision
nav-repair = Repair
nav-settings = Settings
nav-demo = Demonstration
not-allowed-title = That is not allowed here
not-found-title = There is no such page
not-found-text = The address may be old, or not copied in full.

## Signing in

login-title = Sign in
login-name = User name
login-password = Password
login-action = Sign in
login-busy = One moment…
login-refused = Name or password is wrong. Please check both.
login-setup-needed = Nobody is set up here yet. Open the set-up link that Unisono printed when it first started.
log-out = Sign out
expired-title = Please sign in again
expired-text = Your session has ended. What you have written is kept.
setup-title = Welcome to Unisono
setup-text = Create the first person, who may set up everything; others come afterwards.
setup-your-name = Your name
setup-password = Password
setup-password-hint = At least 10 characters. A whole sentence is good.
setup-password-again = Password again
setup-password-differs = The two passwords differ.
setup-action = Set up and sign in
password-link-title = Your password
password-link-text = Welcome, { $name }. You sign in as “{ $login }”; choose a password for it.
password-link-action = Set password and sign in
setup-link-bad = This link is not valid
setup-link-bad-text = A set-up link works once, and for a short time only.

## Me

me-menu = { $name }: { $state }. Open menu
me-state = Status
me-capacity = Load { $used } of { $capacity }
agent-available = Available
agent-wrap-up = Wrap-up
agent-busy = Busy
agent-away = Away
agent-offline = Offline
away-title = Not available
away-text = You get no new offers for now. What you are working on stays yours.
away-break = Short break
away-lunch = Lunch
away-meeting = Meeting
away-training = Training
away-back-office = Back office
away-missed-offers = Did not accept offers
away-lost = Connection lost
away-without = Without a reason
agent-state-why = { $state }: { $why }

## Connection

lost-title = No connection.
lost-text = Your drafts are kept. Answers go out as soon as the connection is back.

## Failures

error-unreachable = The server does not answer. Nothing is lost; please try again in a moment.
error-unknown = Unexpected failure ({ $code }). As far as we know nothing was changed.
problem-not-found = It no longer exists, or you may not see it.
problem-forbidden = You may not do that. Ask whoever grants permissions in your company.
problem-conflict = Somebody was faster. We have loaded how it stands now.
problem-invalid = One of the entries is not right.
problem-unavailable = That is not possible at the moment. Please try again soon.
problem-unauthenticated = Please sign in again.
problem-throttled = Too many attempts. Please wait a moment.
problem-too-large = That is too large.
problem-gone = It has been deleted.
failed-load = That could not be loaded
failed-start = Unisono cannot be reached
failed-verb = That did not work
failed-accept = The offer could not be accepted
failed-decline = The offer could not be declined
failed-agent-state = Your status was not changed
failed-keep = The setting holds here, but was not saved

## Search

search-text = In all that was said, on every channel. Umlauts, word forms and capitals make no difference.
search-label = Words, names, numbers
search-found = { $count ->
    [0] Nothing found
    [one] 1 hit
   *[other] { $more ->
        [yes] More than { $count } hits
       *[no] { $count } hits
    }
}
search-more = More hits
search-none = Nothing found for “{ $query }”
search-none-text = Try a shorter word or a name.
search-begin = What are you looking for?
search-begin-text = Two letters are enough. The search follows while you type.
