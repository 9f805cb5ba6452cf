### Promises: business hours, deadlines, clocks

settings-tab-calendars = Business hours
settings-tab-service-levels = Service levels
calendar = Calendar
calendars-text = When work is done. Deadlines can count by these hours; at night and on holidays they then stand still.
calendars-none = No calendar yet
calendars-none-text = Without a calendar deadlines count around the clock.
calendar-add = New calendar
calendar-text = Deadlines that count by this calendar are computed anew when you save.
calendar-week = Week
calendar-week-hint = What ends before it begins ends on the next day. 00:00 to 24:00 is the whole day.
calendar-always-closed = never open
calendar-closed = closed
calendar-opens = { $what }: from
calendar-closes = { $what }: until
calendar-add-hours = { $what }: add hours
calendar-drop-hours = { $what }: remove hours
calendar-like-monday = Tuesday to Friday like Monday
calendar-holidays = Holidays
calendar-holidays-hint = On these days only the hours given here hold, not those of the week; without hours it is closed.
calendar-date = Date
calendar-new-day = New day
calendar-add-day = Add a day
calendar-drop-day = Remove { $what }
calendar-ics = Take over from an .ics file
calendar-ics-hint = Replaces all holidays and closures at once.
calendar-ics-later = Once it is saved, an .ics file can be taken over too.
calendar-closures = Closures
calendar-closures-hint = Closed once, by the calendar’s clock, whatever the week says.
calendar-closure-begins = Closed from
calendar-closure-ends = Closed until
calendar-add-closure = Add a closure
calendar-drop-closure = Remove closure { $number }
calendar-wrong-zone = There is no such time zone. An example: Europe/Berlin.
calendar-wrong-hours = Write times like 09:00, with a beginning and an end.
calendar-wrong-date = A day has no date yet.
calendar-wrong-twice = A day is there twice.
calendar-wrong-closure = A closure needs a beginning and a later end.

## Service levels

level = Service level
levels-text = What you promise: by when enquiries are answered and resolved, when to warn, and when a clock stands still.
levels-none = No service level yet
levels-none-text = Without one, the first answer set in the queue holds.
level-add = New service level
level-text = Running deadlines are computed anew when you save.
level-targets = Deadlines
level-used-by = Holds in
level-unused = nowhere yet
level-target = { $kind } within { $span }, { $calendar }
level-within = Within
level-counts = Counted
level-always = around the clock
level-by = by { $calendar }
level-shares = Warn at percent of the time
level-shares-hint = For example 50; 80.
level-before = Warn so many minutes before
level-before-hint = For example 30; 10.
level-pauses = Stands still while we wait for the customer
level-first-response-hint = From the enquiry to the first answer.
level-next-response-hint = From each further message to the answer to it.
level-resolution-hint = From the enquiry to its end.
level-window = The network’s reply window: warn so many minutes before
level-window-hint = Some networks take answers for a limited time only.
level-reopen = Goes on counting when reopened within
level-reopen-hint = After that the clocks begin anew.
level-wrong-none = Please choose at least one deadline.
level-wrong-span = Up to 365 days.
level-wrong-shares = Please give numbers between 0 and 100, with semicolons between them.
level-wrong-before = Please give minutes, fewer than the deadline has, with semicolons between them.
level-wrong-numbers = Please give minutes from 1 on, with semicolons between them.
queue-levels-text = What is promised here: for everything, or differently for a class of work.
queue-levels-none = There is no service level yet (Settings).
queue-levels-wrong = Each class of work has one service level.
queue-level-all = For everything
queue-level-class = Service level { $number }: for what
queue-level-level = Service level { $number }
queue-level-drop = Remove service level { $number }
queue-level-add = Add a service level
queue-opens = opens { $at }
queue-closed = closed

## Clocks

clock-first-response = First answer
clock-next-response = Answer
clock-resolution = Resolution
clock-left = { $kind }: { $span } left
clock-over = { $kind }: overdue for { $span }
clock-closed = { $kind }: { $span } left, closed now
clock-paused = { $kind }: paused, { $span } left
clock-paused-over = { $kind }: paused, { $span } over
clock-paused-full = { $words }. The clock stands while we wait for the customer.
clock-late = { $kind }: too late
clock-kept = { $kind }: kept
clock-full = { $kind }: due { $at }, promised within { $target }.{ $counts ->
    [yes] { "" }
   *[no] { " " }The time does not count now.
}
