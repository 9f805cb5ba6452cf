### Arbeit in Gang: Warteschlangen zum Nehmen, Nacharbeit, Parken, was liegen bleibt

## Einrichten

queue-progress = Wie Anliegen die Warteschlange verlassen
queue-mode-push = Sie werden angeboten
queue-mode-push-hint = Unisono bietet das Nächste an, wem es passt und wer Platz hat.
queue-mode-pull = Man nimmt sie sich
queue-mode-pull-hint = Nichts wird angeboten; alle wählen selbst aus der Liste.
queue-pulls = zum Nehmen
queue-pulls-here = Aus der Liste zu nehmen
queue-wrap-up = Zeit für Nacharbeit
queue-wrap-up-hint = So lange kommt nach „Fertig“ nichts Neues; danach schließt es sich von selbst. 0: bis es jemand schließt.
queue-prefer = Vorzug für Bekannte
queue-prefer-hint = Wer dem Kunden zuletzt half, wird so lange zuerst gefragt; danach alle gleich. 0: nie.
queue-wrap-up-wrong = Erlaubt ist höchstens 1 Tag.
queue-silence = Zurücknehmen nach
queue-silence-hint = Geschieht so lange nichts, seit die Kundschaft schrieb, bekommt es jemand anderes. Leer: nie.
queue-silence-wrong = Erlaubt ist 1 Minute bis 7 Tage.
class-parked = Geparkt bleibt
class-parked-hint = So viel von seinem Platz bleibt reserviert, falls die Kundschaft wiederkommt.
percent = %

## Bei der Arbeit

wrap-up-left = Schließt sich in { $span } von selbst.
silence-gone = { $customer } haben jetzt andere: Es war eine Weile nichts geschehen.

## Ablehnen und weitergeben

decline-title = Angebot ablehnen
decline-text = Das Anliegen behält seinen Platz und geht an jemand anderen.
decline-busy = Zu viel zu tun
decline-not-my-field = Nicht mein Gebiet
decline-language = Sprache
decline-personal = Ich kenne die Person
decline-other = Anderer Grund
decline-without = Nichts sagen
decline-words = In eigenen Worten (nur für das Prüfprotokoll)
transfer-skills = Fachleute dieser Warteschlange
transfer-level = Stufe
transfer-level-at-least = { $level } von 5 oder höher
reason-handed-over = { $named ->
    [yes] Weitergegeben von { $agent }
   *[no] Von Ihnen weitergegeben
}

## Rückfragen

consult = Rückfrage stellen
command-consult = Rückfrage stellen…
command-consult-begin = Bei der Rückfrage mithelfen
command-consult-end = Rückfrage beenden
consult-title = Rückfrage stellen
consult-text = Wer gefragt wird, liest mit und antwortet mit Notizen. Das Anliegen bleibt bei Ihnen.
consult-search = Person oder Fähigkeit suchen
consult-skills = Wer das kann
consult-question = Ihre Frage
consult-ask = Fragen
consult-nobody = Wählen Sie, wen Sie fragen.
consult-label = { $agent } fragt Sie
consult-helping = Sie helfen { $agent }
consult-begin = Mithelfen
consult-leave = Jetzt nicht
consult-open = Ansehen
consult-end = Beenden
consulted-requested = Gefragt: { $whom }
consulted-open = { $whom } hilft mit
