### One's own figures, which nobody else can read.

own-figures = My figures
own-figures-text = Only you see this. It is compared with your own earlier weeks, never with colleagues.
own-figures-none = Nothing handled yet
own-figures-none-text = What you close shows here, by day and week, for you alone.
own-figures-today = Today
own-figures-week = This week
own-figures-weeks = Week by week
own-figures-from = Week from
own-figures-handled = Handled
own-figures-bar = Compared with your other weeks
own-figures-response = Half were answered within
own-figures-within = No deadline missed
own-figures-codes = What it was about this week
own-figures-code-gone = A code that is gone
