### Eigene Kalender als Quelle der Erreichbarkeit.

settings-tab-own-calendars = Meine Kalender
own-calendars-text = Fügen Sie einen eigenen Kalender hinzu, und Kolleginnen und Kollegen sehen, dass Sie beschäftigt sind, solange darin etwas stattfindet, und bis wann. Das ist freiwillig. Nur Sie sehen, welche Kalender es sind; wer es lässt, dem fehlt nichts.
own-calendars-none = Sie haben keinen Kalender hinzugefügt
own-calendars-kept = Aufgehoben wird, wann Sie vergeben sind, für drei Tage im Voraus: nicht mit wem oder wo, und nichts Vergangenes. Was Sie zurücknehmen, ist sofort gelöscht, samt Adresse und Passwort.
own-calendar-state-new = Wird gelesen …
own-calendar-state-ok = Zählt für Ihre Erreichbarkeit
own-calendar-state-refused = Der Server weist Name und Passwort ab. Nehmen Sie den Kalender zurück und fügen Sie ihn neu hinzu.
own-calendar-state-gone = Unter dieser Adresse gibt es keinen Kalender
own-calendar-state-moved = Der Server schickt uns anderswohin. Fügen Sie den Kalender mit seiner neuen Adresse hinzu.
own-calendar-state-unreadable = Was unter dieser Adresse liegt, ist kein Kalender
own-calendar-state-too-large = Dieser Kalender ist zu groß
own-calendar-state-unreachable = Der Server antwortet nicht; es wird von selbst wieder versucht
own-calendar-state-not-allowed = Diese Adresse liegt in einem Netz, aus dem keine Kalender gelesen werden. Ihre Verwaltung kann den Rechner zulassen.
own-calendar-state-busy = Der Server bittet, später wiederzukommen; das geschieht von selbst
own-calendar-read-at = zuletzt gelesen { $when }
own-calendar-skipped = { $count ->
    [one] ein Termin war nicht zu verstehen
   *[other] { $count } Termine waren nicht zu verstehen
}
own-calendar-again = Jetzt lesen
own-calendar-again-named = { $name } jetzt lesen
own-calendar-withdraw = Zurücknehmen
own-calendar-withdraw-named = { $name } zurücknehmen
own-calendar-withdrawn = { $name } ist zurückgenommen; alles darüber ist hier gelöscht.
own-calendar-titles = Auch Titel aufheben: Nur ich sehe sie, in meiner Tagesübersicht
own-calendar-add = Kalender hinzufügen
own-calendar-kind = Was es ist
own-calendar-kind-feed = Eine Adresse, die den Kalender liefert (iCalendar, .ics)
own-calendar-kind-caldav = Ein CalDAV-Konto (Nextcloud, mailbox.org, iCloud, Radicale …)
own-calendar-url = Adresse
own-calendar-url-feed = Bei Google und Outlook heißt sie geheime oder veröffentlichte Adresse; sie beginnt mit https:// oder webcal://.
own-calendar-url-caldav = Die des Servers, oder die eines seiner Kalender.
own-calendar-login = Name
own-calendar-password = Passwort
own-calendar-password-hint = Am besten ein Passwort nur für diesen Zweck; es wird versiegelt aufgehoben.
own-calendar-name = Wie Sie ihn nennen
