### What was reported to networks, and its evidence.

comment-report = Report to the network
comment-report-text = Those who run the network read the reason. What was said is kept sealed as it is now, with its files; only the archive’s own role opens it.
comment-reported = Reported. The evidence is kept.
settings-tab-evidence = Evidence
evidence-text = What was reported to networks, as it was then. Nobody reads it but here, and whoever opens it gives a reason that is written down.
evidence-none = Nothing was reported
evidence-none-text = Where a network takes reports, a flag stands at each comment; what is reported with it is kept here.
evidence-number = Number
evidence-who = Reported by
evidence-when = When
evidence-until = Kept until
evidence-open = Open
evidence-open-named = Open evidence { $number }
evidence-reason-text = Say why, in at least ten characters. It is written down with your name.
evidence-reason-short = At least ten characters
evidence-author = Author
evidence-said = Said
evidence-where = Where
evidence-too-large = { $name } was too large to keep
