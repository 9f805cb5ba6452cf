### Leitung: wer da ist, zuweisen, abnehmen, Vorrang

supervision-text = Wer da ist, und wer noch Platz hat.
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
