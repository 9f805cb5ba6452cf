### Fälle: was über Kanäle hinweg zusammengehört.

nav-cases = Fälle
cases-text = Was über Kanäle hinweg zusammengehört: eine Störung, eine Beschwerde, ein Vorfall. Einen Fall nennt man bei seiner Nummer.
case-number = #{ $number }
case-state = Stand
case-state-open = Offen
case-state-waiting = Wartet
case-state-solved = Gelöst
case-waiting-hint = Wartet auf jemanden außerhalb
case-unsolved = Nicht gelöst
case-all = Alle
case-find = Nummer oder Wörter des Titels
case-owner = Zuständig
case-owner-none = Niemand
case-owner-anybody = Bei allen
case-owner-me = Meine
case-only-late = Nur überfällige
case-due = Fällig
case-late = Überfällig
case-priority = Dringlichkeit
case-priority--2 = Sehr niedrig
case-priority--1 = Niedrig
case-priority-0 = Üblich
case-priority-1 = Hoch
case-priority-2 = Sehr hoch
case-title = Titel
case-title-hint = Wonach andere suchen werden: „Lieferung verspätet, Bestellung 4711“
case-title-missing = Ohne Titel: Wessen Fall es war, ist gelöscht
case-title-change = Titel ändern
case-items-open = { $count } offen
case-items-title = Anfragen in der Reihenfolge, in der sie begannen
case-items-none = In diesem Fall liegt nichts mehr. Öffnen Sie eine Anfrage und wählen Sie „Zu einem Fall legen“.
case-items-hidden = { $count ->
    [one] Eine weitere Anfrage liegt in einem Kanal, den Sie nicht sehen dürfen.
   *[other] { $count } weitere Anfragen liegen in Kanälen, die Sie nicht sehen dürfen.
 }
case-take-out = Aus dem Fall nehmen
case-take-out-named = { $customer } aus dem Fall nehmen
case-members = Verfolgen ihn auch
case-members-none = Noch niemand
case-member-add = Jemanden hinzunehmen
case-member-remove = { $name } verfolgt ihn nicht mehr
case-notes = Notizen
case-notes-none = Noch keine Notizen. Sie bleiben im Haus.
case-note = Notiz für Kolleginnen und Kollegen
case-note-add = Notiz schreiben
case-created = Eröffnet { $when } von { $who }
case-solved-at = Gelöst { $when }
case-solve = Lösen
case-solve-title = #{ $number } lösen
case-solve-none = Davon ist nichts offen.
case-solve-mine = { $count ->
    [one] Eine Anfrage davon ist offen in Ihren Händen.
   *[other] { $count } Anfragen davon sind offen in Ihren Händen.
 }
case-solve-others = { $count ->
    [one] Eine weitere wartet oder liegt bei jemand anderem; sie bleibt offen.
   *[other] { $count } weitere warten oder liegen bei anderen; sie bleiben offen.
 }
case-solve-close = Meine auch schließen
case-solve-keep = Nur den Fall lösen
case-solve-code = Worum ging es?
case-reopen = Wieder öffnen
case-open-title = Fall eröffnen
case-open-text = Die Anfrage bekommt eine Nummer. Weitere Anfragen lassen sich aus jedem Kanal dazulegen; Antworten per Mail tragen sie im Betreff.
case-open-action = Fall eröffnen
case-opened = Fall #{ $number } ist eröffnet.
case-add-title = Zu einem Fall legen
case-add-text = Wählen Sie den Fall, zu dem diese Anfrage gehört.
case-add-suggested = Im Betreff genannt
case-add-of-customer = Von dieser Person
case-add-none = Kein Fall gefunden. Geben Sie seine Nummer oder ein Wort des Titels ein.
case-added = Liegt jetzt in Fall #{ $number }.
cases-none = Noch keine Fälle
cases-none-text = Öffnen Sie eine Anfrage und drücken Sie M: Sie bekommt eine Nummer, und was auf anderen Kanälen kommt, lässt sich dazulegen.
cases-none-filtered = So ein Fall ist nicht dabei
cases-none-filtered-text = Nehmen Sie einen Filter weg oder sehen Sie bei den gelösten nach.
command-case-open = Fall eröffnen…
command-case-add = Zu einem Fall legen…
command-case-show = Fall #{ $number } zeigen
case-back = Alle Fälle
case-found = Fall #{ $number }
