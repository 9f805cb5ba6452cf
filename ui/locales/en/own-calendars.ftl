### One's own calendars as a source of presence.

settings-tab-own-calendars = My calendars
own-calendars-text = Add a calendar of your own, and colleagues see that you are busy while something takes place in it, and until when. It is voluntary. Only you see which calendars they are, and nobody misses anything without them.
own-calendars-none = You have added no calendar
own-calendars-kept = Kept is when you are taken, for three days ahead: not with whom or where, and no history. What you take back is erased at once, address and password included.
own-calendar-state-new = Is being read …
own-calendar-state-ok = Counts for your presence
own-calendar-state-refused = The server refuses name and password. Take it back and add it anew.
own-calendar-state-gone = There is no calendar at this address
own-calendar-state-moved = The server sends us elsewhere. Add the calendar with its new address.
own-calendar-state-unreadable = What lies at this address is no calendar
own-calendar-state-too-large = This calendar is too large
own-calendar-state-unreachable = The server does not answer; it is tried again by itself
own-calendar-state-not-allowed = This address lies in a network that calendars are not read from. Ask your administrator to allow the host.
own-calendar-state-busy = The server asks to come back later; that happens by itself
own-calendar-read-at = last read { $when }
own-calendar-skipped = { $count ->
    [one] one event could not be understood
   *[other] { $count } events could not be understood
}
own-calendar-again = Read now
own-calendar-again-named = Read { $name } now
own-calendar-withdraw = Take back
own-calendar-withdraw-named = Take { $name } back
own-calendar-withdrawn = { $name } is taken back; all about it here is erased.
own-calendar-titles = Keep titles, too: only I see them, in my agenda
own-calendar-add = Add a calendar
own-calendar-kind = What it is
own-calendar-kind-feed = An address that yields the calendar (iCalendar, .ics)
own-calendar-kind-caldav = A CalDAV account (Nextcloud, mailbox.org, iCloud, Radicale …)
own-calendar-url = Address
own-calendar-url-feed = In Google and Outlook it is called the secret or published address; it begins with https:// or webcal://.
own-calendar-url-caldav = Of the server, or of one calendar of it.
own-calendar-login = Name
own-calendar-password = Password
own-calendar-password-hint = Best a password for this purpose alone; it is kept sealed.
own-calendar-name = What you call it
