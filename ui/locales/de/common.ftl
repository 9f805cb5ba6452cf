### Wörter, die überall vorkommen

claim = Alle Kanäle, eine Stimme.
skip = Zum Inhalt springen
loading = Wird geladen …
again = Noch einmal versuchen
close = Schließen
cancel = Abbrechen
show = Zeigen
hide = Verbergen
someone = jemand
you = Sie
public = Öffentlich
private = Privat
nothing-found = Nichts gefunden.
messages-region = Meldungen
language = Sprache
theme = Farben
theme-system = Wie das System
theme-light = Hell
theme-dark = Dunkel
people-count = { $count ->
    [one] 1 Person
   *[other] { $count } Personen
}

## Netze

network-email = E-Mail
network-webchat = Web-Chat
network-mastodon = Mastodon
network-sandbox = Sandkasten
network-x = X
network-facebook = Facebook
network-messenger = Messenger
network-instagram = Instagram
network-whatsapp = WhatsApp
network-bluesky = Bluesky
network-linkedin = LinkedIn
network-xing = XING
network-telegram = Telegram
network-matrix = Matrix
network-xmpp = XMPP
network-rss = RSS

## Navigation

nav-label = Bereiche
nav-work = Arbeit
nav-search = Suche
nav-channels = Kanäle
nav-people = Team
nav-supervision = Leitung
nav-repair = Reparatur
nav-settings = Einstellungen
nav-demo = Vorführung
not-allowed-title = Das ist hier nicht erlaubt
not-found-title = Diese Seite gibt es nicht
not-found-text = Die Adresse ist vielleicht alt oder nicht ganz abgeschrieben.

## Anmelden

login-title = Anmelden
login-name = Anmeldename
login-password = Passwort
login-action = Anmelden
login-busy = Einen Moment …
login-refused = Name oder Passwort stimmt nicht. Bitte prüfen Sie beides.
login-setup-needed = Hier ist noch niemand eingerichtet. Öffnen Sie den Einrichtungs-Link, den Unisono beim ersten Start ausgegeben hat.
log-out = Abmelden
expired-title = Bitte melden Sie sich noch einmal an
expired-text = Ihre Sitzung ist abgelaufen. Was Sie geschrieben haben, bleibt erhalten.
setup-title = Willkommen bei Unisono
setup-text = Legen Sie die erste Person an. Sie darf alles einrichten; weitere Personen kommen danach.
setup-your-name = Ihr Name
setup-password = Passwort
setup-password-hint = Mindestens 10 Zeichen. Ein ganzer Satz ist gut.
setup-password-again = Passwort noch einmal
setup-password-differs = Die beiden Passwörter sind verschieden.
setup-action = Einrichten und anmelden
password-link-title = Ihr Passwort
password-link-text = Willkommen, { $name }. Sie melden sich als „{ $login }“ an; wählen Sie dafür ein Passwort.
password-link-action = Passwort setzen und anmelden
setup-link-bad = Dieser Link gilt nicht
setup-link-bad-text = Ein Einrichtungs-Link gilt einmal und nur kurze Zeit.

## Ich

me-menu = { $name }: { $state }. Menü öffnen
me-state = Status
me-capacity = Auslastung { $used } von { $capacity }
agent-available = Bereit
agent-wrap-up = Nacharbeit
agent-busy = Beschäftigt
agent-away = Pause
agent-offline = Nicht da
away-title = Nicht erreichbar
away-text = Solange bekommen Sie keine neuen Angebote. Was Sie bearbeiten, behalten Sie.
away-break = Kurze Pause
away-lunch = Mittag
away-meeting = Besprechung
away-training = Schulung
away-back-office = Büroarbeit
away-missed-offers = Angebote nicht angenommen
away-lost = Verbindung verloren
away-without = Ohne Angabe
agent-state-why = { $state }: { $why }

## Verbindung

lost-title = Keine Verbindung.
lost-text = Ihre Entwürfe bleiben erhalten. Antworten gehen hinaus, sobald die Verbindung wieder da ist.

## Fehler

error-unreachable = Der Server antwortet nicht. Es ist nichts verloren; bitte versuchen Sie es gleich noch einmal.
error-unknown = Unerwarteter Fehler ({ $code }). Es wurde nichts geändert, soweit wir wissen.
problem-not-found = Das gibt es nicht mehr, oder Sie dürfen es nicht sehen.
problem-forbidden = Das dürfen Sie nicht. Fragen Sie, wer bei Ihnen die Rechte vergibt.
problem-conflict = Jemand war schneller. Wir haben den neuen Stand geladen.
problem-invalid = Eine Angabe stimmt nicht.
problem-unavailable = Das geht im Augenblick nicht. Bitte versuchen Sie es gleich noch einmal.
problem-unauthenticated = Bitte melden Sie sich noch einmal an.
problem-throttled = Zu viele Versuche. Bitte warten Sie einen Moment.
problem-too-large = Das ist zu groß.
problem-gone = Das wurde gelöscht.
failed-load = Das konnte nicht geladen werden
failed-start = Unisono ist nicht erreichbar
failed-verb = Das hat nicht geklappt
failed-accept = Das Angebot konnte nicht angenommen werden
failed-decline = Das Angebot konnte nicht abgelehnt werden
failed-agent-state = Ihr Status wurde nicht geändert
failed-keep = Die Einstellung gilt hier, wurde aber nicht gespeichert

## Suche

search-text = In allem, was gesagt wurde, auf allen Kanälen. Umlaute, Wortformen und Groß- oder Kleinschreibung spielen keine Rolle.
search-label = Wörter, Namen, Nummern
search-found = { $count ->
    [0] Nichts gefunden
    [one] 1 Treffer
   *[other] { $more ->
        [yes] Mehr als { $count } Treffer
       *[no] { $count } Treffer
    }
}
search-more = Weitere Treffer
search-none = Nichts gefunden zu „{ $query }“
search-none-text = Versuchen Sie ein kürzeres Wort oder einen Namen.
search-begin = Was suchen Sie?
search-begin-text = Zwei Buchstaben genügen. Gesucht wird, während Sie schreiben.
