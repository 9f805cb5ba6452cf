### Antworten schreiben

composer = Antwort
composer-mode = Was Sie schreiben
mode-public = Öffentlich
mode-private = Privat
mode-note = Notiz
audience-public = Alle auf { $network } können das lesen.
audience-private = Nur { $customer } liest das.
audience-note = Nur Kolleginnen und Kollegen lesen das.
placeholder-answer = Antwort an { $customer }
placeholder-note = Notiz für das Team
send-public = Öffentlich antworten
send-private = Privat antworten
send-note = Notiz speichern
subject = Betreff
subject-reply = Re: { $subject }
bad-address = „{ $address }“ ist keine E-Mail-Adresse.
content-warning-hint = Worum geht es? Der Text erscheint erst nach einem Klick.
attach = Datei anhängen
drop-here = Hier loslassen
uploading = Wird hochgeladen …
pasted-image = Eingefügtes Bild
alt-text = Bildbeschreibung für alle, die das Bild nicht sehen
alt-text-for = Bildbeschreibung für { $name }
alt-text-long = Höchstens { NUMBER($maximum) } Zeichen
remove-file = { $name } entfernen
media-none = { $network } nimmt keine Dateien an.
media-too-many = { $count ->
    [one] Nur eine Datei je Antwort. Diese wurde nicht hochgeladen.
   *[other] Höchstens { $count } Dateien je Antwort. Diese wurde nicht hochgeladen.
}
media-too-large = Zu groß: höchstens { $size }.
media-type = Diese Art Datei nimmt das Netz nicht an: { $type }.
reply-window = Noch { $span } für eine Antwort
reply-over = { $network } nimmt keine Antwort mehr an: Die Frist nach der letzten Nachricht ist vorbei.
reply-no = Auf { $network } kann hier nicht geantwortet werden.
reply-template-only = { $network } nimmt hier nur noch vorbereitete Vorlagen an.
reply-needs-summon = Auf { $network } dürfen wir erst antworten, wenn die Person uns anspricht.
reply-deeplink = Geantwortet wird direkt bei { $network }.
lead-waiting = Übernehmen Sie das Anliegen, um zu antworten.
lead-offered = Wird gerade jemandem angeboten.
lead-closed = Erledigt. Zum Antworten wieder öffnen.
count-chars = { NUMBER($used) } Zeichen
count-graphemes = { NUMBER($used) } Zeichen
count-weighted = { NUMBER($used) } Zeichen
count-utf8 = { NUMBER($used) } Byte
count-utf16 = { NUMBER($used) } Zeichen
count-gsm7 = { NUMBER($used) } SMS-Zeichen
count-chars-of = { NUMBER($used) } von { NUMBER($maximum) } Zeichen
count-graphemes-of = { NUMBER($used) } von { NUMBER($maximum) } Zeichen
count-weighted-of = { NUMBER($used) } von { NUMBER($maximum) } Zeichen
count-utf8-of = { NUMBER($used) } von { NUMBER($maximum) } Byte
count-utf16-of = { NUMBER($used) } von { NUMBER($maximum) } Zeichen
count-gsm7-of = { NUMBER($used) } von { NUMBER($maximum) } SMS-Zeichen
count-over = { NUMBER($over) } zu viel
