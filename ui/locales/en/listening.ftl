### Listening: monitors, what they find, and the streams that are heard.

nav-listening = Listening
listening-text = What is said about you, wherever it is said; what needs an answer goes into the queue with one click.
listening-mentions = Mentions
monitors = Monitors
monitor = Monitor
sources = Sources
source = Source
action-monitor-manage = Manage monitors and sources

monitors-text = A monitor is a saved search. It finds what customers write on your channels, and what is said in public wherever you listen.
monitors-none = Nothing is listened for yet
monitors-none-text = Save what people call you and your products, and you will see here what is said about them.
monitor-first = Make the first monitor
monitor-add = Add a monitor
monitor-any = All monitors
monitor-name = Name
monitor-name-wrong = Give it a name.
monitor-query = Search for
monitor-query-wrong = Say what to search for.
monitor-query-hint = For example: (acme OR #acme) (broken OR outage*) NOT jobs
monitor-who = Who sees it
monitor-who-hint = Whoever may see this channel’s work sees what the monitor finds.
monitor-house = Who sees the whole house
monitor-to-work = Put what it finds into the queue by itself, where the network lets you answer
monitor-works = Answered
monitor-found = Found in 7 days
monitor-show-archived = Show archived ones
monitor-state-paused = Paused
monitor-state-archived = Archived
monitor-pause = Pause
monitor-pause-named = Pause { $name }
monitor-resume = Resume
monitor-resume-named = Resume { $name }
monitor-archive = Archive
monitor-archive-named = Archive { $name }
monitor-try = Try it on what was found lately
monitor-tried = { $fit } of { $count } posts fit.
monitor-help = How to write a search
monitor-help-more = All about listening
monitor-help-words = acme broken
monitor-help-words-text = both words, in any order
monitor-help-or = acme OR beta
monitor-help-or-text = one of them; brackets hold together
monitor-help-phrase = "acme ltd"
monitor-help-phrase-text = these words, one after the other
monitor-help-not = NOT jobs
monitor-help-not-text = not if this is said; -jobs is the same
monitor-help-near = acme NEAR/5 broken
monitor-help-near-text = at most five words apart
monitor-help-star = outage*
monitor-help-star-text = whatever begins like this
monitor-help-tag = #acme @acme
monitor-help-tag-text = only the tag, only the name
monitor-help-field = lang:en network:bluesky has:image
monitor-help-field-text = language, network, author:, site:, has:, is:
monitor-help-count = followers:>1000
monitor-help-count-text = the author’s reach, where it is known

mention-state = Which mentions
mention-list-new = Not decided yet
mention-list-work = Being answered
mention-list-ignored = Ignored
mention-list-not-ours = Not ours
mention-list-all = All
mention-state-asked = Goes into the queue
mention-state-work = Being answered
mention-state-ignored = Ignored
mention-state-not-ours = Not ours
mention-nobody = Somebody
mention-reach = { $count ->
    [one] { $count } follower
   *[other] { $count } followers
}
mention-thread = { $count } in this thread
mention-found-by = { $monitor }: { $words }
mention-open = Open
mention-answer = Answer
mention-answer-named = Answer { $author }
mention-at-network = See there
mention-ignore = Ignore
mention-ignore-named = Ignore { $author }
mention-not-ours = Not ours
mention-not-ours-named = Not ours: { $author }
mention-again = Undo
mention-again-named = Undo for { $author }
mention-more = More mentions
mentions-none = Nothing here
mentions-none-text = What monitors find appears by itself. What nothing comes of is gone after 30 days.

sources-text = All your channels are listened to anyway. Here stand the public streams: what strangers say who did not write to you.
sources-none = No public stream is heard
sources-none-text = Bluesky can be heard without an account, a Mastodon server through yours.
source-add = Hear a stream
source-add-text = Of what is said there only that is kept which a monitor finds.
source-network = Network
source-channel = Through the account of
source-channel-none = nobody: the public stream
source-channel-hint = X is heard through an account (and charges for each post), and so are most Mastodon servers.
source-config-jetstream-url = Jetstream server
source-config-url = Address of the feed
source-config-hashtag = Only this hashtag
source-config-base-url = Server’s address
source-config-face = Network of the sandbox
source-name = Name
source-stands = State
source-hears = Hears
source-posts = Posts heard
source-found = Found
source-lag = Behind by
source-lag-s = { $count } s
source-lag-min = { $count } min
source-gaps = Gaps
source-remove = Remove
source-remove-named = Remove { $name }
source-health-unreachable = Cannot be reached
source-health-reauth-needed = Log-in refused
source-health-forbidden = Not allowed
source-health-throttled = Budget used up
source-health-misconfigured = Wrong settings
source-health-no-power = Has no stream
source-health-lanes-silent = NATS does not answer
source-health-lanes-full = NATS is full

storms = Storms
alerts = Alerts
storms-text = When many say the same at once, it becomes one case with one owner: one answer, looked at by a second person, reaches each author once, where they asked.
storms-none = Nothing is folded at the moment.
alerts-none = Nothing out of the ordinary
alerts-none-text = When a monitor finds far more than it usually does at this time of day and week, it is told here within minutes.
alerts-standing = { $count ->
    [one] One alert
   *[other] { $count } alerts
}
alert-told = { $monitor }: unusually much, { $posts } posts
alert-standing = Standing
alert-over = Over
alert-words = { $posts } posts within { $within }; { $usual } would be usual.
alert-minutes = { $count } minutes
alert-hours = { $count ->
    [one] one hour
   *[other] { $count } hours
}
alert-look = Look at them
storm-begin = Fold into one case
storm-begin-named = Fold { $monitor } into one case
storm-begin-text = What this monitor has found since it began, and what comes later, goes into one case that you own. Nothing is sent yet.
storm-state-open = No answer yet
storm-state-approval = Waits for a second person
storm-state-sending = Is being answered
storm-state-ended = Ended
storm-since = since { $when }
storm-owner = owned by { $name }
storm-end = End it
storm-folded = Folded
storm-strangers = Strangers to come
storm-answered = Answered
storm-arrived = Confirmed
storm-along = Asked twice
storm-refused = By hand
storm-failed = Failed
storm-waiting = Still to answer
storm-progress = How far the answer has come
storm-text = The one answer
storm-code = Close the enquiries as
storm-propose = Propose to a second person
storm-written = Written by { $author }
storm-by = Written by { $author }, approved by { $second }
storm-approve = { $count ->
    [one] Approve and send to one
   *[other] Approve and send to { $count }
}
storm-reject = Give it back
storm-own = Somebody else has to look at it.

listening-figures = Figures
listening-days = Time
listening-last-days = Last { $count } days
listening-export = As a table (CSV)
listening-posts = Posts
listening-reach = Reach
listening-share = Share of voice
listening-course = By day
listening-course-of = { $name } by day; { $last } today
listening-words = Often said
listening-no-language = language unknown
