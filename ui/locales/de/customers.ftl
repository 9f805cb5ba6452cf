### Kundschaft: wer wer ist, und was das Haus von ihnen weiß.

nav-customers = Kundschaft
customers-text = Alle, die je geschrieben haben, mit allen ihren Namen in den Netzwerken. Was Sie hier sehen, dürfen Sie auch in den Gesprächen sehen.
customers-find = Name, Kürzel, oder was in einem Feld steht
customers-none = Noch niemand hat geschrieben
customers-none-text = Wer auf irgendeinem Kanal schreibt, steht hier von selbst.
customers-none-found = So heißt niemand
customers-none-found-text = Suchen Sie einen Teil des Namens, ein Kürzel ohne @ oder den Wert eines Feldes.
customers-back = Die ganze Kundschaft
customer-since = Bekannt seit { $when }
customer-never = Hat nie geschrieben
customer-talks = Gespräche auf allen Kanälen
customer-no-cases = In keinem Fall.
customer-notes = Notizen zur Person
customer-notes-none = Noch keine Notizen. Sie bleiben im Haus.
customer-note-drop = Notiz wegnehmen: { $text }
customer-facts = Was sich zählen lässt
customer-messages = Nachrichten von ihr
customer-languages = Sprachen
customer-last = Zuletzt gehört
customer-hours = Schreibt meist zwischen { $hour } und { $next } Uhr
customer-fields = Felder
customer-fields-none = Das Haus hat noch keine eigenen Felder.
customer-fields-edit = Ausfüllen
custom-fields-set-up = Einrichten
customer-whole = Ganze Person zeigen
customer-maybe = { $count ->
    [one] Vielleicht dieselbe wie { $count } andere
   *[other] Vielleicht dieselbe wie { $count } andere
 }
customer-merged = { $count ->
    [one] Aus zweien zusammengelegt
   *[other] { $count } Zusammenlegungen
 }
customer-writes = { $count ->
    [one] Eine Nachricht, auf { $languages }
   *[other] { $count } Nachrichten, auf { $languages }
 }
command-customer = Ganze Person zeigen
merges = Als eine Person erkannt
merge-by = { $who }, { $when }
merge-score = { $score } %
merge-undo = Rückgängig machen
merge-undone = Rückgängig gemacht. Alles ist, wo es war.
suggestions = Vielleicht dieselbe Person
merge-with = Dieselbe Person
merge-with-named = { $name } ist dieselbe Person
merge-choose = Mit jemand anderem zusammenlegen…
merge-title = Eine Person
merge-text = Gespräche, Fälle, Notizen und Felder erscheinen zusammen. Wohin eine Antwort geht, ändert sich nicht. Es lässt sich jederzeit rückgängig machen.
merge-find = Wer ist es?
merge-reason-hint = Er wird aufbewahrt, mit wer entschied und wann.
apart = Nicht dieselbe
apart-named = { $name } ist nicht dieselbe Person
verdict-weak = Schwacher Hinweis, { $score } %
verdict-likely = Wahrscheinlich, { $score } %
verdict-certain = Sicher, { $score } %
evidence-same-mail = Beide sind unter { $detail } zu erreichen, das ist bewiesen
evidence-same-phone = Beide sind unter { $detail } zu erreichen, das ist bewiesen
evidence-same-login = Beide haben sich mit demselben Konto angemeldet: { $detail }
evidence-mutual-link = Jedes Profil verweist auf das andere ({ $detail })
evidence-domain-proof = Die eine heißt wie die Domain { $detail }, die andere hat bewiesen, dass sie ihr gehört
evidence-judgement = Jemand aus dem Team sagt es
evidence-statement = Schrieb es selbst: { $detail }
evidence-link = Ein Profil verweist auf das andere ({ $detail })
evidence-same-handle = Beide heißen @{ $detail }
evidence-same-name = Beide tragen den Namen { $detail }
evidence-short-same-mail = dieselbe Adresse
evidence-short-same-phone = dieselbe Nummer
evidence-short-same-login = dieselbe Anmeldung
evidence-short-mutual-link = Verweise in beide Richtungen
evidence-short-domain-proof = Domain
evidence-short-judgement = Urteil aus dem Team
evidence-short-statement = eigene Aussage
evidence-short-link = Verweis in eine Richtung
evidence-short-same-handle = gleiches Kürzel
evidence-short-same-name = gleicher Name
claim-add = Hinzufügen…
claim-add-named = Hinzufügen, was zu { $handle } gehört
claim-title = Was zu { $handle } gehört
claim-text = Schreiben Sie auf, was die Person als ihres nennt. Es ist eine Aussage, kein Beweis, und hilft zu finden, wer dieselbe ist.
claim-kind = Was
claim-kind-mail = E-Mail-Adresse
claim-kind-phone = Nummer mit ihrem Land
claim-kind-link = Seite
claim-mail = E-Mail { $value }
claim-phone = Nummer { $value }
claim-link = Seite { $value }
claim-login = Anmeldung { $value }
claim-proved = bewiesen
claim-said = gesagt
claim-drop = Zurücknehmen
claim-drop-named = { $value } zurücknehmen
settings-tab-custom-fields = Felder der Kundschaft
custom-fields-text = Was das Haus von seiner Kundschaft führt, neben dem, was sie schreibt: eine Vertragsnummer, eine Filiale, ein Datum. Jedes wird beim Ausfüllen geprüft und in der Suche gefunden.
custom-field-kind = Art
custom-field-text = Text
custom-field-number = Zahl
custom-field-date = Datum
custom-field-choice = Auswahl
custom-field-link = Verweis
custom-field-choices = Möglichkeiten
custom-field-choices-hint = Eine je Zeile. Deutsch und Englisch getrennt: Gold | Gold
custom-field-add = Feld hinzufügen
custom-fields-none = Noch keine Felder
custom-fields-none-text = Das erste könnte eine Kundennummer sein: Fügen Sie es oben hinzu, dann lässt es sich bei allen ausfüllen.
