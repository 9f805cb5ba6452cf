### Schlagwörter, Spam und Gesperrte, gespeicherte Ansichten, Filter, Sammelaktionen, Suche

reason-spam = Als Spam markiert
reason-blocked = Von jemandem, der gesperrt ist
reason-not-spam = Doch kein Spam

## Die Arbeitsliste

view-spam = Spam
empty-spam-title = Kein Spam
empty-spam-text = Was als Spam markiert ist und was Gesperrte schreiben, wird hier aufbewahrt. Weggeworfen wird nichts.
saved-views = Weitere Ansichten
view-of = von { $name }
view-first = zuerst
view-figure = in dieser Ansicht
view-save = Als Ansicht speichern …
view-change = Ansicht „{ $name }“ ändern …
view-save-text = Behält die Filter und die Reihenfolge, die die Liste jetzt hat.
view-name = Name
view-name-wrong = Eine Ansicht braucht einen Namen.
view-scope = Für wen
view-scope-self = Nur für mich
view-scope-team = Team { $name }
view-scope-queue = Alle in { $name }
view-scope-organisation = Alle
view-make-first = Mit dieser Ansicht beginnen
view-not-first = Nicht mehr mit dieser Ansicht beginnen
view-up = Nach oben
view-drop = Ansicht „{ $name }“ löschen
filters = Filter
filters-set = { $count ->
    [one] Filter, einer gesetzt
   *[other] Filter, { $count } gesetzt
}
filters-clear = Filter leeren
filter-any = beliebig
filter-drop = Filter { $what } entfernen
filter-tag = Schlagwort
filter-network = Netzwerk
filter-class = Arbeitsklasse
filter-skill = Fähigkeit
filter-language = Sprache
filter-state = Zustand
filter-customer = Ein Kunde
filter-customer-find = Name oder Konto
filter-agent = Bei wem
filter-agent-me = Bei mir
filter-agent-none = Bei niemandem
filter-due = Frist
filter-due-over = Überfällig
filter-due-soon = Fällig binnen einer Stunde
sort = Reihenfolge
sort-due = Nach Frist
sort-router = Wie die Verteilung
sort-oldest = Am längsten Wartende zuerst
sort-newest = Neueste zuerst
pick = Auswählen (x)
command-pick = Diese Zeile auswählen
command-pick-range = Bis zu dieser Zeile auswählen
command-pick-all = Alles Gezeigte auswählen
command-spam = Als Spam markieren
command-not-spam = Kein Spam
command-block = Diese Person sperren
command-unblock = Wieder zulassen
command-tags = Schlagwörter

## Vieles auf einmal

bulk-bar = Mit der Auswahl arbeiten
bulk-picked = { $count ->
    [one] Eine ausgewählt
   *[other] { $count } ausgewählt
}
bulk-whole = Alles in dieser Liste
bulk-pick-whole = Alles in dieser Liste
bulk-pick-all = Alles Gezeigte
bulk-clear = Auswahl aufheben
bulk-tag = Schlagwort geben
bulk-untag = Schlagwort nehmen
bulk-take = Übernehmen
bulk-transfer = Weitergeben
bulk-park = Parken
bulk-priority = Priorität
bulk-close = Abschließen
bulk-spam = Spam
bulk-not-spam = Kein Spam
bulk-choose = Bitte wählen
bulk-code = Worum ging es?
bulk-until = Bis
bulk-4-hours = In vier Stunden
bulk-24-hours = In einem Tag
bulk-dialog-text = Jede wird für sich bearbeitet; was bei einer nicht geht, wird gesagt. Zehn Minuten lang lässt sich alles rückgängig machen.
bulk-undo = Rückgängig
bulk-progress = { $done } von { $total } …
bulk-done-tag = { $count ->
    [one] Eine verschlagwortet.
   *[other] { $count } verschlagwortet.
}
bulk-done-untag = { $count ->
    [one] Einer das Schlagwort genommen.
   *[other] { $count } das Schlagwort genommen.
}
bulk-done-take = { $count ->
    [one] Eine ist jetzt bei Ihnen.
   *[other] { $count } sind jetzt bei Ihnen.
}
bulk-done-transfer = { $count ->
    [one] Eine weitergegeben.
   *[other] { $count } weitergegeben.
}
bulk-done-park = { $count ->
    [one] Eine geparkt.
   *[other] { $count } geparkt.
}
bulk-done-priority = { $count ->
    [one] Priorität von einer gesetzt.
   *[other] Priorität von { $count } gesetzt.
}
bulk-done-close = { $count ->
    [one] Eine abgeschlossen.
   *[other] { $count } abgeschlossen.
}
bulk-done-spam = { $count ->
    [one] Eine als Spam markiert.
   *[other] { $count } als Spam markiert.
}
bulk-done-not-spam = { $count ->
    [one] Eine wartet wieder.
   *[other] { $count } warten wieder.
}
bulk-skipped = { $count ->
    [one] Eine blieb, wie sie ist.
   *[other] { $count } blieben, wie sie sind.
}
bulk-undone = { $kept ->
    [0] { $count ->
        [one] Rückgängig gemacht: eine steht wie zuvor.
       *[other] Rückgängig gemacht: { $count } stehen wie zuvor.
    }
   *[other] Rückgängig gemacht: { $count } stehen wie zuvor; { $kept } wurden seither geändert und bleiben so.
}
bulk-which = Welche, und warum?
bulk-why-no-capacity = kein Platz mehr
bulk-why-not-yours = liegt bei jemand anderem
bulk-why-state = ihr Zustand lässt es nicht zu
bulk-why-not-found = nicht mehr da oder für Sie nicht zu sehen
bulk-why-forbidden = hier nicht erlaubt
bulk-why-changed-since = seither geändert
bulk-why-open-again = es wurde seither wieder geschrieben
bulk-why-no-agent = das kann nur, wer Anfragen bearbeitet
bulk-why-other = ging nicht

## Schlagwörter

tag = Schlagwort
tags = Schlagwörter
tags-text = Womit Unterhaltungen gekennzeichnet sind: in Listen, Filtern und in der Suche. Ein stillgelegtes Schlagwort bleibt an den Unterhaltungen, die es tragen.
tags-free = Alle, die antworten, dürfen beim Verschlagworten neue Schlagwörter anlegen
tags-empty = Noch keine Schlagwörter
tags-empty-text = Ein Schlagwort sagt mit einem Wort, was keine Liste sagt: „VIP“, „Presse“, „Rückruf“.
tags-dialog-text = Mit den Pfeiltasten und der Eingabetaste wählen.
tags-none = Es gibt noch kein Schlagwort. Schreiben Sie seinen Namen, um eins anzulegen.
tags-none-manage = Es gibt noch kein Schlagwort. Schreiben Sie seinen Namen, um eins anzulegen; Farben wählt man in den Einstellungen.
tag-add = Neues Schlagwort
tag-new = Neues Schlagwort „{ $name }“
tag-search = Schlagwort suchen oder anlegen
tag-name = Name
tag-name-wrong = Ein Schlagwort braucht einen Namen.
tag-colour = Farbe
tag-description = Beschreibung
tag-used = Unterhaltungen
tag-many = über 1000
tag-archived = stillgelegt
tag-archive = { $name } stilllegen
tag-archive-short = Stilllegen
tag-bring-back = { $name } zurückholen
tag-bring-back-short = Zurückholen
tag-drop = Schlagwort { $name } entfernen
colour-slate = Grau
colour-red = Rot
colour-orange = Orange
colour-yellow = Gelb
colour-green = Grün
colour-teal = Petrol
colour-blue = Blau
colour-violet = Violett
colour-pink = Rosa

## Gesperrte

blocked-people = Gesperrte
blocked-text = Was sie schreiben, steht in der Spam-Liste, unverteilt und gezählt; weggeworfen wird nichts.
blocked-see-spam = Spam zeigen
blocked-none = Niemand ist gesperrt
blocked-none-text = Wer nur stört, wird in der Unterhaltung gesperrt, unter „Weitere Aktionen“.
blocked-why = Warum
blocked-by = Von
blocked-until = Bis
blocked-items = Kam seither
block-title = { $name } sperren?
block-text = Was von nun an kommt, geht in die Spam-Liste, ohne eine Anfrage zu werden. Weggeworfen wird nichts, und es lässt sich jederzeit zurücknehmen.
block-for = Wie lange
block-day = Einen Tag
block-week = Eine Woche
block-month = Einen Monat
block-ever = Bis es zurückgenommen wird
block-spam-too = Auch diese Anfrage als Spam markieren
blocked-done = { $name } ist gesperrt.
unblock-title = { $name } wieder zulassen?
unblock-text = Was von nun an kommt, wird wieder eine Anfrage. Was in der Spam-Liste steht, bleibt dort.
unblock-named = { $name } wieder zulassen
unblocked = { $name } ist wieder zugelassen.

## Suche

search-filters = Filter
search-name-network = netz
search-name-channel = kanal
search-name-queue = warteschlange
search-name-from = von
search-name-tag = schlagwort
search-name-state = status
search-name-agent = bei
search-name-case = vorgang
search-name-before = vor
search-name-after = seit
search-name-has = hat
search-hint-network = in welchem Netzwerk
search-hint-channel = über welchen Kanal
search-hint-queue = in welcher Warteschlange
search-hint-from = Name der Kundin oder des Kunden
search-hint-tag = trägt ein Schlagwort
search-hint-state = offen, wartend, erledigt, Spam …
search-hint-agent = bei wem es liegt
search-hint-case = Nummer eines Falls
search-hint-before = vor einem Tag
search-hint-after = seit einem Tag
search-hint-has = mit Anhang
search-today = seit Mitternacht
search-days = { $days } Tage zurück
search-unknown = So heißt nichts: { $what }. Wählen Sie aus dem, was beim Tippen angeboten wird.
search-searched-to = Durchgesehen bis zurück zum { $when }.
search-older = Ältere durchsuchen
search-none-yet = Bisher nichts gefunden
search-begin-filters = Oder grenzen Sie ein: von:Müller, schlagwort:Presse, seit:7d, hat:attachment. Die Filter werden beim Tippen angeboten.
