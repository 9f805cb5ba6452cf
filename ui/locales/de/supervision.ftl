### Leitung: wer da ist, zuweisen, abnehmen, Vorrang

supervision-text = Wer da ist, in wessen Händen alles liegt, und was wäre, wenn.
supervision-tab-people = Wer da ist
supervision-since = Seit
supervision-free = Frei
supervision-room = { $free } von { $capacity }
supervision-nobody = Niemand arbeitet hier
supervision-figures = Hier steht, wer Arbeit annehmen kann. Leistungszahlen einzelner Personen gibt es nicht.
assign = Zuweisen
assign-title = Wem zuweisen?
assign-text = Das Anliegen liegt sofort dort, ohne Angebot. Mehr, als jemand tragen kann, wird nie zugewiesen.
assign-search = Person suchen
assign-nobody = Bitte wählen Sie eine Person.
assign-no-room = kein Platz
assign-done = { $agent } hat das Anliegen jetzt.
priority = Vorrang
priority-title = Vorrang setzen
priority-text = Höheres kommt vor allem, was weniger hat; darunter entscheidet die Formel.
priority-urgent = Dringend
priority-raised = Erhöht
priority-usual = Üblich
priority-low = Niedrig
priority-hint = −100 bis 100; üblich ist 0.
priority-reason = Warum?
priority-reason-hint = Wird mit Ihrem Namen festgehalten.
priority-reason-wrong = Bitte sagen Sie, warum.
value = Gewicht des Kunden
value-usual = Üblich
value-set = Ändern
value-title = Wie viel zählt dieser Kunde?
value-text = Gilt für alles, was dieser Kunde fragt, auf jedem Kanal. Es ist eine Zahl unter mehreren: Wer lange wartet, kommt trotzdem an die Reihe.

## In wessen Händen alles ist

supervision-tab-hands = Hände
hands-adds-up = Alles ist in genau einem Paar Hände: { $open } offen = { $queue } in Schlangen + { $agents } bei Menschen.
hands-broken = { $count ->
    [one] Ein Anliegen ist in einem Zustand, den es nicht geben kann.
   *[other] { $count } Anliegen sind in einem Zustand, den es nicht geben kann.
}
hands-state = Zustand
hands-count = Anzahl
hands-oldest = Ältestes
hands-open = Offen
hands-waiting = Wartet
hands-offered = Angeboten
hands-active = In der Hand
hands-parked = Geparkt
hands-wrap-up = Nachbearbeitung
hands-broken-title = Kann nicht sein
hands-broken-text = Was sich ohne Zweifel richten lässt, ist binnen einer Minute gerichtet. Was bleibt, braucht einen Menschen.
hands-nobody-title = Das kann niemand annehmen
hands-nobody-text = Niemand, der hier arbeitet, bringt mit, was es braucht, auch nicht auf der letzten Lockerungsstufe. Geben Sie jemandem die Fähigkeit, oder geben Sie es weiter.
hands-more = und { $count } weitere
hands-offered-without-offer = Angeboten, doch kein Angebot ist offen
hands-offer-without-work = Ein Angebot ist offen für etwas, das nicht angeboten ist
hands-no-capacity-held = In der Hand, ohne Platz zu belegen
hands-hands-closed = In den Händen von jemandem, der nicht mehr hier arbeitet
hands-hands-gone = In den Händen von jemandem, der seit einem Tag abgemeldet ist
hands-two-pairs-of-hands = Wartet und ist zugleich in jemandes Händen
hands-wrap-up-left = Nachbearbeitung blieb liegen; zum Abschließen übernehmen
hands-queue-archived = Wartet in einer archivierten Schlange; bitte weitergeben
hands-capacity-without-work = Belegt Platz, ohne in der Hand zu sein
hands-consult-over = Eine beendete Rückfrage belegt noch Platz
hands-loan-not-returned = Einheiten sind an etwas verliehen, das vorbei ist
hands-sum-wrong = Belegter Platz ist nicht die Summe dessen, was in der Hand ist
hands-nobody-can = Das kann hier niemand annehmen
