### Die Schreibhilfe: ein Sprachmodell nach Wahl des Hauses entwirft, übersetzt und fasst zusammen.

aid = Schreibhilfe
settings-tab-aid = Schreibhilfe
aid-draft = Entwurf vorschlagen
aid-drafting = Entwirft …
aid-draft-mark = Entwurf einer Maschine. Bitte prüfen und ändern: Gesendet wird nur, was Sie senden, und es bleibt als Entwurf der Schreibhilfe gekennzeichnet.
aid-drafted = Aus Entwurf
aid-by = Von einer Maschine geschrieben ({ $model }), bitte prüfen
aid-translate = Übersetzen
aid-translating = Übersetzt …
aid-sum-up = Zusammenfassen
aid-summing = Fasst zusammen …
aid-exclude = Nichts von dieser Person an das Sprachmodell geben
aid-excluded = Von dieser Person bekommt das Sprachmodell nichts.
aid-failed = Die Schreibhilfe konnte nicht helfen
aid-text = Ein Sprachmodell Ihrer Wahl entwirft Antworten, übersetzt Nachrichten und fasst Gespräche zusammen, in der Cloud oder auf einem eigenen Rechner. Ohne Adresse ist die Schreibhilfe aus.
aid-on = An: { $model } bei { $host }
aid-off = Aus
aid-used = In 24 Stunden { $asks ->
    [one] eine Frage
   *[other] { NUMBER($asks) } Fragen
}, { NUMBER($tokens) } von { NUMBER($most) } Token
aid-address = Adresse
aid-address-hint = Spricht OpenAIs Chat Completions, zum Beispiel https://api.example.com/v1 oder ein eigenes vLLM, llama.cpp oder Ollama.
aid-model = Name des Modells
aid-key = Schlüssel
aid-key-hint = Wird versiegelt aufbewahrt und nie wieder gezeigt. Ein eigenes Modell braucht oft keinen.
aid-key-set = Ein Schlüssel ist gespeichert. Ein neuer ersetzt ihn.
aid-key-drop = Schlüssel entfernen
aid-tokens = Token in 24 Stunden
aid-tokens-hint = Ist das verbraucht, schreibt man ohne die Schreibhilfe.
aid-asks = Fragen in einer Minute
aid-wait = Wartezeit
aid-seconds = Sekunden
aid-saved = Schreibhilfe gespeichert
aid-check = Modell prüfen
aid-checking = Prüft …
aid-answered = Das Modell antwortet: { $answer }
aid-promise-masked = Namen, Adressen, Nummern, Konten und Links werden vor dem Senden durch Decknamen ersetzt und in der Antwort wieder eingesetzt.
aid-promise-data = Was Kunden schreiben, geht als Daten hinaus, nie als Anweisung; interne Notizen bleiben im Haus.
aid-promise-person = Gesendet wird nur, was ein Mensch sendet. Wer eine Freigabe braucht, braucht sie weiter.
aid-promise-audit = Jede Frage steht im Protokoll, ohne ihren Text.
aid-promise-exclude = Wer nicht will, wird beim Kunden ausgenommen: im Gespräch, neben dem Verlauf.
audit-aid-draft = Entwurf der Schreibhilfe für das Gespräch { $subject }
audit-aid-translate = Übersetzung der Schreibhilfe aus dem Gespräch { $subject }
audit-aid-summarise = Zusammenfassung der Schreibhilfe für das Gespräch { $subject }
audit-aid-key-set = Schlüssel der Schreibhilfe gespeichert
audit-aid-key-removed = Schlüssel der Schreibhilfe entfernt
audit-customer-aid-excluded = Kunde { $subject } von der Schreibhilfe ausgenommen
audit-customer-aid-allowed = Kunde { $subject } wieder für die Schreibhilfe freigegeben
audit-fact-model = Modell
audit-fact-masked = verdeckte Angaben
audit-fact-outcome = Ausgang
audit-fact-tokens = Token
