### Die eigenen Zahlen, die sonst niemand lesen kann.

own-figures = Meine Zahlen
own-figures-text = Das sehen nur Sie. Verglichen wird mit Ihren eigenen früheren Wochen, nie mit anderen im Team.
own-figures-none = Noch nichts bearbeitet
own-figures-none-text = Was Sie abschließen, steht hier nach Tag und Woche, nur für Sie.
own-figures-today = Heute
own-figures-week = Diese Woche
own-figures-weeks = Woche für Woche
own-figures-from = Woche ab
own-figures-handled = Bearbeitet
own-figures-bar = Verglichen mit Ihren anderen Wochen
own-figures-response = Die Hälfte beantwortet innerhalb von
own-figures-within = Keine Frist verpasst
own-figures-codes = Worum es diese Woche ging
own-figures-code-gone = Ein Grund, den es nicht mehr gibt
