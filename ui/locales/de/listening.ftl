### Zuhören: Monitore, was sie finden, und die Ströme, denen zugehört wird.

nav-listening = Zuhören
listening-text = Was über Sie gesagt wird, wo immer es gesagt wird; was eine Antwort braucht, geht mit einem Klick in die Warteschlange.
listening-mentions = Erwähnungen
monitors = Monitore
monitor = Monitor
sources = Quellen
source = Quelle
action-monitor-manage = Monitore und Quellen verwalten

monitors-text = Ein Monitor ist eine gespeicherte Suche. Er findet, was Kundschaft auf Ihren Kanälen schreibt und was öffentlich gesagt wird, wo Sie zuhören.
monitors-none = Es wird noch nach nichts gehört
monitors-none-text = Speichern Sie, wie man Sie und Ihre Produkte nennt; dann steht hier, was darüber gesagt wird.
monitor-first = Den ersten Monitor anlegen
monitor-add = Monitor anlegen
monitor-any = Alle Monitore
monitor-name = Name
monitor-name-wrong = Geben Sie ihm einen Namen.
monitor-query = Suche nach
monitor-query-wrong = Sagen Sie, wonach gesucht wird.
monitor-query-hint = Zum Beispiel: (acme OR #acme) (kaputt OR stör*) NOT jobs
monitor-who = Wer es sieht
monitor-who-hint = Wer die Arbeit dieses Kanals sehen darf, sieht, was der Monitor findet.
monitor-house = Wer das ganze Haus sieht
monitor-to-work = Was er findet, von selbst in die Warteschlange legen, wo das Netzwerk eine Antwort zulässt
monitor-works = Wird beantwortet
monitor-found = In 7 Tagen gefunden
monitor-show-archived = Archivierte zeigen
monitor-state-paused = Angehalten
monitor-state-archived = Archiviert
monitor-pause = Anhalten
monitor-pause-named = { $name } anhalten
monitor-resume = Fortsetzen
monitor-resume-named = { $name } fortsetzen
monitor-archive = Archivieren
monitor-archive-named = { $name } archivieren
monitor-try = An zuletzt Gefundenem ausprobieren
monitor-tried = { $fit } von { $count } Beiträgen passen.
monitor-help = So schreibt man eine Suche
monitor-help-more = Alles über das Zuhören
monitor-help-words = acme kaputt
monitor-help-words-text = beide Wörter, in beliebiger Reihenfolge
monitor-help-or = acme OR beta
monitor-help-or-text = eines davon; Klammern halten zusammen
monitor-help-phrase = "acme gmbh"
monitor-help-phrase-text = diese Wörter hintereinander
monitor-help-not = NOT jobs
monitor-help-not-text = nicht, wenn das gesagt wird; -jobs heißt dasselbe
monitor-help-near = acme NEAR/5 kaputt
monitor-help-near-text = höchstens fünf Wörter auseinander
monitor-help-star = stör*
monitor-help-star-text = alles, was so beginnt
monitor-help-tag = #acme @acme
monitor-help-tag-text = nur das Schlagwort, nur der Name
monitor-help-field = lang:de network:bluesky has:image
monitor-help-field-text = Sprache, Netzwerk, author:, site:, has:, is:
monitor-help-count = followers:>1000
monitor-help-count-text = die Reichweite, wo sie bekannt ist

mention-state = Welche Erwähnungen
mention-list-new = Noch nicht entschieden
mention-list-work = Wird beantwortet
mention-list-ignored = Übergangen
mention-list-not-ours = Nicht unsere
mention-list-all = Alle
mention-state-asked = Kommt in die Warteschlange
mention-state-work = Wird beantwortet
mention-state-ignored = Übergangen
mention-state-not-ours = Nicht unsere
mention-nobody = Jemand
mention-reach = { $count ->
    [one] { $count } Follower
   *[other] { $count } Follower
}
mention-thread = { $count } in diesem Faden
mention-found-by = { $monitor }: { $words }
mention-open = Öffnen
mention-answer = Antworten
mention-answer-named = { $author } antworten
mention-at-network = Dort ansehen
mention-ignore = Übergehen
mention-ignore-named = { $author } übergehen
mention-not-ours = Nicht unsere
mention-not-ours-named = Nicht unsere: { $author }
mention-again = Zurücknehmen
mention-again-named = Zurücknehmen bei { $author }
mention-more = Weitere Erwähnungen
mentions-none = Hier ist nichts
mentions-none-text = Was Monitore finden, erscheint von selbst. Woraus nichts wird, ist nach 30 Tagen fort.

sources-text = Allen Ihren Kanälen wird ohnehin zugehört. Hier stehen die öffentlichen Ströme: was Fremde sagen, die Ihnen nicht schrieben.
sources-none = Keinem öffentlichen Strom wird zugehört
sources-none-text = Bluesky lässt sich ohne Konto hören, ein Mastodon-Server über Ihres.
source-add = Einen Strom hören
source-add-text = Von dem, was dort gesagt wird, bleibt nur, was ein Monitor findet.
source-network = Netzwerk
source-channel = Über das Konto von
source-channel-none = niemandem: der öffentliche Strom
source-channel-hint = X wird über ein Konto gehört (und kostet dort je Beitrag), ebenso die meisten Mastodon-Server.
source-config-jetstream-url = Jetstream-Server
source-config-url = Adresse des Feeds
source-config-hashtag = Nur dieser Hashtag
source-config-base-url = Adresse des Servers
source-config-face = Netz des Sandkastens
source-name = Name
source-stands = Zustand
source-hears = Hört zu
source-posts = Beiträge gehört
source-found = Gefunden
source-lag = Im Rückstand um
source-lag-s = { $count } s
source-lag-min = { $count } min
source-gaps = Lücken
source-remove = Entfernen
source-remove-named = { $name } entfernen
source-health-unreachable = Nicht erreichbar
source-health-reauth-needed = Anmeldung abgelehnt
source-health-forbidden = Nicht erlaubt
source-health-throttled = Budget verbraucht
source-health-misconfigured = Falsche Einstellungen
source-health-no-power = Bietet keinen Stream
source-health-lanes-silent = NATS antwortet nicht
source-health-lanes-full = NATS ist voll

storms = Stürme
alerts = Alarme
storms-text = Wenn viele zugleich dasselbe sagen, wird ein Fall daraus, der jemandem gehört: Eine Antwort, die eine zweite Person ansah, erreicht jede Person einmal, dort, wo sie fragte.
storms-none = Im Augenblick ist nichts zusammengelegt.
alerts-none = Nichts Ungewöhnliches
alerts-none-text = Findet ein Monitor weit mehr als sonst um diese Zeit und an diesem Tag, steht es hier binnen Minuten.
alerts-standing = { $count ->
    [one] Ein Alarm
   *[other] { $count } Alarme
}
alert-told = { $monitor }: ungewöhnlich viel, { $posts } Beiträge
alert-standing = Dauert an
alert-over = Vorbei
alert-words = { $posts } Beiträge in { $within }; { $usual } wären üblich.
alert-minutes = { $count } Minuten
alert-hours = { $count ->
    [one] einer Stunde
   *[other] { $count } Stunden
}
alert-look = Ansehen
storm-begin = Zu einem Fall zusammenlegen
storm-begin-named = { $monitor } zu einem Fall zusammenlegen
storm-begin-text = Was dieser Monitor seit dem Beginn gefunden hat und was noch kommt, geht in einen Fall, der Ihnen gehört. Noch wird nichts gesendet.
storm-state-open = Noch ohne Antwort
storm-state-approval = Wartet auf eine zweite Person
storm-state-sending = Wird beantwortet
storm-state-ended = Beendet
storm-since = seit { $when }
storm-owner = gehört { $name }
storm-end = Beenden
storm-folded = Zusammengelegt
storm-strangers = Fremde im Anmarsch
storm-answered = Beantwortet
storm-arrived = Bestätigt
storm-along = Fragten zweimal
storm-refused = Von Hand
storm-failed = Gescheitert
storm-waiting = Noch zu beantworten
storm-progress = Wie weit die Antwort ist
storm-text = Die eine Antwort
storm-code = Die Anfragen abschließen als
storm-propose = Einer zweiten Person vorlegen
storm-written = Geschrieben von { $author }
storm-by = Geschrieben von { $author }, freigegeben von { $second }
storm-approve = { $count ->
    [one] Freigeben und an eine Person senden
   *[other] Freigeben und an { $count } senden
}
storm-reject = Zurückgeben
storm-own = Jemand anderes muss sie ansehen.

listening-figures = Zahlen
listening-days = Zeitraum
listening-last-days = Letzte { $count } Tage
listening-export = Als Tabelle (CSV)
listening-posts = Beiträge
listening-reach = Reichweite
listening-share = Anteil
listening-course = Nach Tagen
listening-course-of = { $name } nach Tagen; heute { $last }
listening-words = Oft gesagt
listening-no-language = Sprache unbekannt
