### Wer zu erreichen ist, und bis wann.

presence-title = Erreichbarkeit
presence-text = Das sehen alle im Haus neben Ihrem Namen. Es endet von selbst; seit wann es gilt, sieht niemand.
presence-open = Erreichbarkeit bis …
presence-own-now = Jetzt: { $words }
presence-back = Bin wieder da
presence-set = Eintragen
presence-available = Erreichbar
presence-away = Abwesend
presence-busy = Beschäftigt
presence-dnd = Bitte nicht stören
presence-unknown = Unbekannt
presence-how-long = Wie lange
presence-minutes = { $minutes ->
    [15] 15 Minuten
    [30] 30 Minuten
    [60] 1 Stunde
    [120] 2 Stunden
   *[other] 4 Stunden
  }
presence-until-choice = { $span }, bis { $until }
presence-own-time = Bis zu einer eigenen Zeit
presence-until-when = Bis wann
presence-why = Warum
presence-why-lunch = Mittag
presence-why-break = Kurze Pause
presence-why-meeting = Besprechung
presence-why-appointment = Termin
presence-why-training = Schulung
presence-why-focus = Ungestört arbeiten
presence-why-travel = Unterwegs
presence-why-holiday = Urlaub
presence-why-ill = Krank
presence-why-call = Gespräch
presence-why-back-office = Büroarbeit
presence-why-out-of-office = Nicht im Haus
presence-until = { $words }, bis { $until }
presence-and-line = { $words }, { $line }
presence-line-ringing = Telefon klingelt
presence-line-talking = am Telefon
presence-beside = { $state }; { $words }
presence-pauses = Solange bekommen Sie keine neuen Angebote; danach sind Sie wieder bereit. Was Sie bearbeiten, behalten Sie.
presence-calls = Anrufe auf meiner Durchwahl
presence-calls-text = Gilt für eine Rufnummer, die auf Sie eingetragen ist. Während eines Gesprächs gilt „beschäftigt“.
presence-calls-away = Wenn abwesend
presence-calls-busy = Wenn beschäftigt
presence-way-ring = Bei mir klingeln
presence-way-voicemail = Anrufbeantworter
presence-way-deputy = Zur Vertretung
presence-deputy = Vertretung
presence-deputy-none = Niemand
presence-rule-kept = Gespeichert.
