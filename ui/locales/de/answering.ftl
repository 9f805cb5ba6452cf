### What is said of colleagues who write

writing-answer = { $count ->
    [one] { $names } antwortet gerade
   *[other] { $names } antworten gerade
  }
writing-note = { $count ->
    [one] { $names } schreibt eine Notiz
   *[other] { $names } schreiben eine Notiz
  }
delivery-held = Noch nicht gesendet
delivery-withdrawn = Zurückgeholt

### Wohin eine Antwort geht

to = An
to-also = Auch an andere
reply-all = Allen antworten
mode-whisper = Lieber privat
mode-forward = Dritte
audience-third = Geht nur an Dritte, nie an die Kundin oder den Kunden.
forward = Weiterleiten
answer-third = Der dritten Stelle antworten
command-forward = An Dritte weiterleiten
forward-told = Das geht an die Adresse unten und nicht an die Kundin oder den Kunden. Was zurückkommt, steht hier und ist als Antwort Dritter gekennzeichnet.
forward-to = Weiterleiten an
forward-text = Was Sie der dritten Stelle schreiben
forward-drop = Verwerfen
forward-head =
    ---------- Weitergeleitete Nachricht ----------
    Von: { $from }
    Datum: { $time }
    Betreff: { $subject }
subject-forward = WG: { $subject }
send-third = Weiterleiten
third-party = Dritte
to-third = An Dritte: { $name }
failed-copy = „{ $name }“ konnte nicht angehängt werden

### Textbausteine

canned-answers = Textbausteine
canned-insert = Textbaustein einfügen
canned-language = Sprache des Textes
canned-missing = Hier nicht bekannt: { $names }. Bitte vor dem Senden ergänzen.
canned-none = Zu „/{ $word }“ passt nichts.
canned-none-yet = Es gibt noch keine Textbausteine. Den ersten schreiben Sie unter Einstellungen, Textbausteine.
unfilled = { $names } steht noch im Text. Bitte ergänzen, dann lässt sich die Antwort senden.
canned-add = Textbaustein anlegen
canned-text = Texte, die Sie immer wieder brauchen. Tippen Sie in einer Antwort / und finden Sie einen über sein Kurzwort; Variablen füllen sich von selbst.
canned-key = Kurzwort
canned-key-hint = Was man hinter / tippt
canned-folder = Ordner
canned-scope = Wer ihn nutzt
canned-scope-own = Nur ich
canned-scope-house = Alle
canned-languages = Sprachen
canned-drop = { $name } entfernen
canned-empty = Noch keine Textbausteine
canned-empty-text = Schreiben Sie den ersten: Eine Begrüßung mit dem Namen ist ein guter Anfang.
canned-dialog-text = In einer Sprache oder in mehreren; die der Kundschaft wird genommen, wenn es sie gibt. Hinter einem Strich steht, was gilt, wenn ein Name nicht bekannt ist: { "{" }customer.name|zusammen{ "}" }.
canned-variables = Variablen

### Signaturen

signature = Signatur
signatures = Signaturen
signatures-text = Was unter einer Antwort steht: der eigene Text des Kanals oder der seiner Marke. Unter E-Mails von selbst, sonst wo Sie es sagen. { "{" }agent.name{ "}" } und andere Variablen des Hauses werden ausgefüllt.
signature-of = Signatur von { $name }
signature-own = { $name }: eigene Signatur
signature-as-brand = Wie die Marke
signature-when = { $name } unterschreibt
signature-usual = wie üblich (nur E-Mails)
signature-always = immer
signature-never = nie
save-named = Speichern: { $name }

### Später senden, zurückholen, freigeben

send-ways = Weitere Arten zu senden
send-later = Später senden…
send-later-text = Die Antwort wartet hier und geht von selbst hinaus. Bis dahin lässt sie sich ändern oder absagen.
later-hour = In einer Stunde
later-evening = Heute Abend
later-tomorrow = Morgen früh
later-monday = Montag früh
later-own = Eigener Tag und eigene Uhrzeit
later-stops = Nicht senden, wenn die Kundin oder der Kunde vorher schreibt
schedule = Einplanen
ask-approval = Nach Freigabe im Team senden
undo-send = Senden zurücknehmen
send-now = Jetzt senden
change-time = Zeit ändern
edit-held = Zurückholen und bearbeiten
cancel-held = Absagen
held-grace = { $seconds ->
    [0] Wird gesendet…
    [one] Wird in einer Sekunde gesendet.
   *[other] Wird in { $seconds } Sekunden gesendet.
  }
held-scheduled = Wird am { $time } gesendet.
held-stops = Nicht, wenn die Kundin oder der Kunde vorher schreibt.
held-approval = Wartet auf die Freigabe im Team.
held-then = Danach wird sie am { $time } gesendet.
held-rejected = { $name } hat nicht freigegeben; die Notiz sagt, warum.
held-stopped = Wurde nicht gesendet, weil die Kundin oder der Kunde geschrieben hat.
held-overtaken = Seitdem wurde geschrieben. Passt die Antwort noch?
approve = Freigeben
reject = Ablehnen
reject-why = Was sollte besser werden? Wer sie geschrieben hat, liest es als Notiz.

### Hinweise

nav-notices = Für mich
notices-text = Wo Kolleginnen und Kollegen Sie in Notizen nennen, und Antworten, die auf Ihre Freigabe warten.
notices-none = Nichts wartet auf Sie
notices-none-text = Schreibt jemand in einer Notiz @ und Ihren Namen, steht es hier.
notices-unread = noch nicht gesehen
approvals = Antworten zur Freigabe
mentions = Wo Sie genannt sind
mentions-read-all = Alle als gelesen markieren
mention-new = Neu
mention-read = Als gelesen markieren
colleagues = Kolleginnen und Kollegen

### Das Gespräch

history-range = Wie viel gezeigt wird
this-conversation = Dieses Gespräch
whole-history = Ganzer Verlauf
open-conversation = Gespräch öffnen
context = Worum es geht
context-ours = Wir
context-not-reached = { $network } kann gerade nicht gefragt werden, was darüber steht.
happened = { $count ->
    [one] Ein Ereignis
   *[other] { $count } Ereignisse
  }
happened-nobody = Niemand
happened-other = { $who } hat die Arbeit geändert.
happened-created = Die Anfrage kam in { $queue } an.
happened-changed = Die Kundin oder der Kunde schrieb wieder.
happened-offered = Sie wurde { $whom } angeboten.
happened-given = Sie wurde { $whom } von Hand angeboten.
happened-accepted = { $whom } hat sie angenommen.
happened-returned = Sie ging zurück in { $queue }.
happened-taken = { $who } hat sie genommen.
happened-transferred = { $who } hat sie an { $queue } übergeben.
happened-assigned = { $who } hat sie { $whom } gegeben.
happened-prioritised = { $who } hat geändert, wie dringend sie ist.
happened-parked = Sie wurde geparkt.
happened-unparked = Sie wurde wieder aufgenommen.
happened-finished = { $who } hat das Gespräch beendet.
happened-wrapped-up = Sie wurde abgeschlossen.
happened-reopened = { $who } hat sie wieder geöffnet.
happened-warned = Die Frist rückte näher.
happened-breached = Die Frist verstrich.
happened-consult-asked = { $who } hat jemanden um Rat gefragt.
happened-consult-opened = Jemand begann zu helfen.
happened-consult-ended = Die Rückfrage endete.
media-place = { $place } von { $count }
media-next = Nächste Datei
media-previous = Vorige Datei
media-failed = Diese Datei lässt sich nicht zeigen. Sie können sie herunterladen.
download-file = { $name } herunterladen
uploading-named = { $name } wird übertragen
cancel-file = Übertragung von { $name } abbrechen
canned-name = Name
canned-remove = Entfernen
