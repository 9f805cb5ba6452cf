### Who can be reached, and until when.

presence-title = Availability
presence-text = Everybody in the house sees this beside your name. It ends by itself; since when it holds is seen by nobody.
presence-open = Availability until …
presence-own-now = Now: { $words }
presence-back = I'm back
presence-set = Set
presence-available = Available
presence-away = Away
presence-busy = Busy
presence-dnd = Do not disturb
presence-unknown = Unknown
presence-how-long = For how long
presence-minutes = { $minutes ->
    [15] 15 minutes
    [30] 30 minutes
    [60] 1 hour
    [120] 2 hours
   *[other] 4 hours
  }
presence-until-choice = { $span }, until { $until }
presence-own-time = Until a time of my own
presence-until-when = Until when
presence-why = Why
presence-why-lunch = Lunch
presence-why-break = Short break
presence-why-meeting = Meeting
presence-why-appointment = Appointment
presence-why-training = Training
presence-why-focus = Focus
presence-why-travel = Travelling
presence-why-holiday = Holiday
presence-why-ill = Ill
presence-why-call = Call
presence-why-back-office = Back office
presence-why-out-of-office = Out of office
presence-until = { $words }, until { $until }
presence-and-line = { $words }, { $line }
presence-line-ringing = telephone rings
presence-line-talking = on the phone
presence-beside = { $state }; { $words }
presence-pauses = You get no new offers meanwhile, and are available again afterwards. What you work on stays yours.
presence-calls = Calls on my direct line
presence-calls-text = Holds for a number that is entered as yours. While you are on the phone, "busy" counts.
presence-calls-away = When away
presence-calls-busy = When busy
presence-way-ring = Ring me
presence-way-voicemail = Voicemail
presence-way-deputy = To my deputy
presence-deputy = Deputy
presence-deputy-none = Nobody
presence-rule-kept = Saved.
