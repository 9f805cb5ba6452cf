### Zusagen: Geschäftszeiten, Fristen, Uhren

settings-tab-calendars = Geschäftszeiten
settings-tab-service-levels = Zusagen
calendar = Kalender
calendars-text = Wann gearbeitet wird. Fristen können nach diesen Zeiten zählen; nachts und an Feiertagen stehen sie dann still.
calendars-none = Noch kein Kalender
calendars-none-text = Ohne Kalender zählen Fristen rund um die Uhr.
calendar-add = Kalender anlegen
calendar-text = Fristen, die nach diesem Kalender zählen, werden nach dem Speichern neu gerechnet.
calendar-week = Woche
calendar-week-hint = Endet eine Zeit, bevor sie beginnt, endet sie am nächsten Tag. 00:00 bis 24:00 ist der ganze Tag.
calendar-always-closed = nie geöffnet
calendar-closed = geschlossen
calendar-opens = { $what }: von
calendar-closes = { $what }: bis
calendar-add-hours = { $what }: Zeit hinzufügen
calendar-drop-hours = { $what }: Zeit entfernen
calendar-like-monday = Dienstag bis Freitag wie Montag
calendar-holidays = Feiertage
calendar-holidays-hint = An diesen Tagen gelten statt der Woche nur die Zeiten, die hier stehen; ohne Zeiten ist geschlossen.
calendar-date = Datum
calendar-new-day = Neuer Tag
calendar-add-day = Tag hinzufügen
calendar-drop-day = { $what } entfernen
calendar-ics = Aus .ics-Datei übernehmen
calendar-ics-hint = Ersetzt sofort alle Feiertage und Schließungen.
calendar-ics-later = Nach dem ersten Speichern lässt sich auch eine .ics-Datei übernehmen.
calendar-closures = Schließungen
calendar-closures-hint = Einmalig geschlossen, nach der Uhr des Kalenders, was auch immer die Woche sagt.
calendar-closure-begins = Geschlossen von
calendar-closure-ends = Geschlossen bis
calendar-add-closure = Schließung hinzufügen
calendar-drop-closure = Schließung { $number } entfernen
calendar-wrong-zone = Diese Zeitzone gibt es nicht. Ein Beispiel: Europe/Berlin.
calendar-wrong-hours = Zeiten schreibt man wie 09:00, mit Beginn und Ende.
calendar-wrong-date = Ein Tag hat noch kein Datum.
calendar-wrong-twice = Ein Tag steht doppelt da.
calendar-wrong-closure = Eine Schließung braucht Beginn und ein späteres Ende.

## Zusagen

level = Zusage
levels-text = Was Sie versprechen: bis wann geantwortet und gelöst wird, wann gewarnt wird und wann eine Uhr stillsteht.
levels-none = Noch keine Zusage
levels-none-text = Ohne Zusage gilt die erste Antwort, die in der Warteschlange steht.
level-add = Zusage anlegen
level-text = Laufende Fristen werden nach dem Speichern neu gerechnet.
level-targets = Fristen
level-used-by = Gilt in
level-unused = noch nirgends
level-target = { $kind } in { $span }, { $calendar }
level-within = In
level-counts = Gezählt wird
level-always = rund um die Uhr
level-by = nach { $calendar }
level-shares = Warnen bei Prozent der Zeit
level-shares-hint = Zum Beispiel 50; 80.
level-before = Warnen so viele Minuten vorher
level-before-hint = Zum Beispiel 30; 10.
level-pauses = Steht still, solange wir auf die Person warten
level-first-response-hint = Vom Eingang bis zur ersten Antwort.
level-next-response-hint = Von jeder weiteren Nachricht bis zur Antwort darauf.
level-resolution-hint = Vom Eingang bis zum Abschluss.
level-window = Antwortfenster des Netzes: warnen so viele Minuten vorher
level-window-hint = Manche Netze nehmen Antworten nur eine Zeit lang an.
level-reopen = Weiterzählen, wenn wieder geöffnet binnen
level-reopen-hint = Danach beginnen die Uhren neu.
level-wrong-none = Bitte wählen Sie mindestens eine Frist.
level-wrong-span = Erlaubt ist bis 365 Tage.
level-wrong-shares = Bitte Zahlen zwischen 0 und 100, getrennt durch Strichpunkte.
level-wrong-before = Bitte Minuten, kürzer als die Frist, getrennt durch Strichpunkte.
level-wrong-numbers = Bitte Minuten ab 1, getrennt durch Strichpunkte.
queue-levels-text = Was hier versprochen ist: für alles, oder für eine Arbeitsklasse anders.
queue-levels-none = Noch ist keine Zusage angelegt (Einstellungen).
queue-levels-wrong = Für jede Arbeitsklasse gilt nur eine Zusage.
queue-level-all = Für alles
queue-level-class = Zusage { $number }: wofür
queue-level-level = Zusage { $number }
queue-level-drop = Zusage { $number } entfernen
queue-level-add = Zusage hinzufügen
queue-opens = öffnet { $at }
queue-closed = geschlossen

## Uhren

clock-first-response = Erste Antwort
clock-next-response = Antwort
clock-resolution = Lösung
clock-left = { $kind }: noch { $span }
clock-over = { $kind }: überfällig seit { $span }
clock-closed = { $kind }: noch { $span }, gerade geschlossen
clock-paused = { $kind }: angehalten, noch { $span }
clock-paused-over = { $kind }: angehalten, { $span } überzogen
clock-paused-full = { $words }. Die Uhr steht, solange wir auf die Person warten.
clock-late = { $kind }: zu spät
clock-kept = { $kind }: eingehalten
clock-full = { $kind }: fällig { $at }, zugesagt in { $target }.{ $counts ->
    [yes] { "" }
   *[no] { " " }Gerade zählt die Zeit nicht.
}
