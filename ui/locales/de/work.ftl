### Arbeitsliste, Angebote, Unterhaltung

work-list = Arbeitsliste
views = Ansichten
view-mine = Meine
view-waiting = Wartend
view-open = Offen
view-parked = Geparkt
view-closed = Erledigt
filter-queue = Warteschlange
filter-channel = Kanal
all-queues = Alle Warteschlangen
all-channels = Alle Kanäle
be-available = Sie bekommen gerade keine Angebote.
be-available-action = Bereit melden
empty-mine-title = Gerade liegt nichts bei Ihnen
empty-mine-text = Nehmen Sie ein Angebot an oder holen Sie sich etwas unter „Wartend“.
empty-waiting-title = Niemand wartet
empty-waiting-text = Alle haben eine Antwort oder sind in guten Händen.
empty-open-title = Alles erledigt
empty-open-text = Es gibt keine offenen Anliegen.
empty-parked-title = Nichts geparkt
empty-parked-text = Was Sie parken, kommt zur gewählten Zeit von selbst zurück.
empty-closed-title = Noch nichts abgeschlossen
empty-closed-text = Hier steht, was erledigt ist, das Neueste zuerst.
empty-filtered = Vielleicht steht unter einem anderen Filter etwas.
waits = wartet
we-said = Von uns:
snippet-deleted = Vom Verfasser gelöscht
snippet-none = Noch keine Nachricht
customer-unknown = Unbekannt
customer = Kunde
due-over = Überfällig seit { $span }
due-soon = Fällig in { $span }
due-calm = Noch { $span }
due-answered = Beantwortet
waiting-for = Wartet { $span }

## Warum jemand vorn steht

reason-new = Neu
reason-longest-waiting = Ist an der Reihe
reason-skilled = Braucht { $skill }
reason-given-up = Ohne { $skill }
reason-step = Lockerungsstufe { $number }
reason-deleted-at-source = An der Quelle gelöscht
reason-last-agent = { $named ->
    [yes] Hat zuletzt mit { $agent } gesprochen
   *[no] Hat zuletzt mit Ihnen gesprochen
}
reason-transferred = { $named ->
    [yes] Weitergegeben von { $agent }
   *[no] Weitergegeben
}
reason-taken-by-hand = Von Hand genommen
reason-assigned = Zugewiesen
reason-taken-over = Von der Leitung übernommen
value-words = Kunde zählt × { $value }
priority-words = Vorrang { $priority }
reason-reopened = Wieder geöffnet
reason-folded = Wartet auf die eine Antwort an alle
reason-unfolded = Nicht mehr bei den vielen, wieder einzeln
reason-found = Beim Zuhören gefunden
reason-unmerged = Wieder ein eigenes Gespräch
reason-customer-wrote = Kundschaft hat geschrieben
reason-wrap-up-over = Zeit für Nacharbeit war um
reason-interrupted = Beiseitegelegt für etwas, das nicht warten kann
reason-interruption-over = Wieder aufgenommen
reason-borrowed = Unterbricht andere Arbeit
reason-abandoned = Hat aufgelegt, bevor jemand da war
reason-call-back = Wartet auf einen Rückruf
reason-called-out = Von hier angerufen
reason-returned = { $why ->
    [declined] Zurück: abgelehnt
    [expired] Zurück: nicht angenommen
    [logged_off] Zurück: niemand mehr da
    [lost] Zurück: Verbindung verloren
    [wished_time] Zurück: die gewünschte Zeit
    [parked_time_over] Zurück: Parkzeit vorbei
    [silence] Zurück: blieb liegen
    [rule] Zurück: eine Regel
    [storm] Zurück: mit vielen anderen beantwortet
    [customer_wrote] Zurück: Kundschaft hat geschrieben
    [interrupted] Zurück: wurde unterbrochen
    [mended] Zurück: war in niemandes Händen
    [transferred] Zurück: weitergegeben
    [caller_gone] Zurück: es wurde aufgelegt
    [line_lost] Zurück: das Telefon ging verloren
    [phone_normal] Zurück: am Telefon aufgelegt
    [phone_busy] Zurück: Telefon besetzt
    [phone_no_answer] Zurück: Telefon nicht abgenommen
    [phone_refused] Zurück: am Telefon abgelehnt
    [phone_cancelled] Zurück: Klingeln abgebrochen
    [phone_unreachable] Zurück: Telefon nicht erreichbar
    [phone_full] Zurück: keine Leitung frei
    [phone_forbidden] Zurück: dieses Telefon darf nicht gerufen werden
    [phone_lost] Zurück: das Telefon ging verloren
    [phone_transferred] Zurück: am Telefon umgeleitet
    [phone_failed] Zurück: die Leitung fiel aus
   *[other] Zurück in der Schlange
}
reason-this-skill = das

## Zustände

state-waiting = Wartet
state-offered = Wird gerade angeboten
state-active = { $mine ->
    [yes] Bei Ihnen
   *[no] Bei { $agent }
}
state-parked = { $mine ->
    [yes] Von Ihnen geparkt
   *[no] Geparkt ({ $agent })
}
state-wrap-up = { $mine ->
    [yes] Nacharbeit
   *[no] Nacharbeit ({ $agent })
}
state-closed = Erledigt

## Angebote

offers = Angebote für Sie
offer-ended = Das Angebot gilt nicht mehr.
offer-label = Angebot: { $customer }, { $network }
accept = Annehmen
decline = Ablehnen

## Unterhaltung

conversation = Unterhaltung
transcript = Verlauf
nothing-chosen-title = Wählen Sie ein Anliegen
nothing-chosen-text = Links stehen alle Kanäle in einer Liste. J und K gehen darin ab und auf, Enter antwortet.
back-to-list = Zur Liste
more-actions = Weitere Aktionen
take = Übernehmen
finish = Fertig
reopen = Wieder öffnen
unpark = Weitermachen
park = Parken
transfer = Weitergeben
open-at-network = Im Netz ansehen
viewers = { $count ->
    [one] { $names } sieht das auch gerade an
   *[other] { $names } sehen das auch gerade an
}
older = Ältere Nachrichten
new-messages = { $count ->
    [one] 1 neue Nachricht
   *[other] { $count } neue Nachrichten
}
heard = Neue Nachricht von { $customer }: { $text }
typing = { $name } schreibt …
note = Interne Notiz
automatic = Automatische Antwort
deleted = Gelöscht
deleted-by-author = Vom Verfasser gelöscht
edited = Bearbeitet um { $time }
content-warning = Inhaltswarnung
show-whole = Ganz zeigen ({ NUMBER($count) } Zeichen)
quoted-history = Zitierten Verlauf zeigen
show-html = Als gestaltete Mail zeigen
show-text = Als Text zeigen
remote-images = { $count ->
    [one] 1 Bild aus dem Netz wird nicht geladen
   *[other] { $count } Bilder aus dem Netz werden nicht geladen
}
html-mail = E-Mail: { $subject }
image-without-text = Bild { $name }, ohne Beschreibung
attachment-pending = wird geholt
attachment-refused = abgelehnt
attachment-gone = nicht mehr da
with-attachments = { $count ->
    [one] mit 1 Anhang
   *[other] mit { $count } Anhängen
}

## Zustellung

delivery-queued = Wird gesendet
delivery-sending = Wird gesendet
delivery-sent = Gesendet
delivery-delivered = Zugestellt
delivery-read = Gelesen
delivery-failed = Nicht gesendet
delivery-retrying = Neuer Versuch folgt
delivery-unknown = Unklar, ob es angekommen ist
delivery-dead = Nicht zustellbar
pending-waiting = Wartet auf die Verbindung
pending-refused = Nicht gesendet.
retry = Noch einmal senden
retry-not-arrived = Ist nicht angekommen: noch einmal senden
discard = Verwerfen

## Kunde

identities = Bekannt als
blocked = gesperrt
open-profile = Profil bei { $network } öffnen
history = Andere Unterhaltungen
history-none = Noch keine auf anderen Kanälen.
handling = Bearbeitung
customer-erased = Gelöschte Person
erase-customer = Person löschen …

## Nacharbeit

wrap-up-question = Worum ging es?
wrap-up-note = Notiz für die Nächsten (freiwillig)
wrap-up-action = Abschließen
wrap-up-no-codes = Es sind noch keine Abschlussgründe eingerichtet.
comment-deeds = Beim Netz tun
comment-hide = Kommentar verbergen
comment-unhide = Kommentar wieder zeigen
comment-delete = Kommentar löschen
comment-delete-text = Er wird beim Netz und hier endgültig gelöscht. Der Grund wird festgehalten.
comment-reason-text = Der Grund wird festgehalten.
comment-hidden = verborgen
like = Gefällt mir
reason = Grund
private-reply = Privat antworten
private-reply-text = Das liest nur { $customer }. Es wird nie in den öffentlichen Verlauf gesendet.
private-reply-sent = Privat an { $customer } gesendet.
linked-private = Geht privat weiter
linked-public = Begann öffentlich
