### Wie Arbeit verteilt wird: Arbeitsklassen, Lockerung, Reserve, und warum wer etwas bekommt

settings-tab-mine = Meine
settings-tab-classes = Arbeitsklassen
named-saved = { $name } ist gespeichert.
refresh = Neu laden
span-unit = Einheit: { $label }
span-days = Tage
span-hours = Stunden
span-minutes = Minuten
span-seconds = Sekunden
field-days = Erlaubt ist 1 Sekunde bis { $days ->
    [one] 1 Tag
   *[other] { $days } Tage
}.
percent-a-minute = % je Minute

## Arbeitsklassen

work-class = Arbeitsklasse
classes-text = Eine Formel für alles, was wartet: Was eine Minute Warten kostet, wie lange die Arbeit dauert, wie lange jemand Geduld hat. Ob Beitrag oder Anruf, zählt dabei nicht, nur diese Zahlen.
classes-none = Noch keine Arbeitsklasse
classes-none-text = Eine Arbeitsklasse sagt, wie viel Warten kostet.
class-add = Arbeitsklasse anlegen
class-edit = Arbeitsklasse „{ $name }“
class-text = Was gerade wartet, wird gleich nach dem Speichern neu geordnet.
class-channels = Kanäle
class-cost = Kosten
class-cost-hint = Was eine Minute Warten kostet, verglichen mit anderen Klassen. 2 zählt doppelt so viel wie 1.
class-handling = Bearbeitung
class-handling-hint = So lange dauert so ein Anliegen im Mittel. Kurzes kommt bei sonst Gleichem zuerst.
class-patience = Geduld
class-patience-hint = So lange wartet jemand im Mittel, bevor er aufgibt. Leer: Niemand gibt auf.
class-decay = Verfall
class-decay-hint = So lange ist eine Antwort im Mittel noch etwas wert. Leer: Sie behält ihren Wert.
class-growth = Anstieg
class-growth-hint = Um so viel dringlicher macht jede Minute Warten. So wartet nichts für immer.
class-cap = Höchste Dringlichkeit
class-cap-hint = So dringlich ist ein Anliegen, wenn die zugesagte Zeit um ist. Am Anfang ist es 1.
class-deferrable = kann warten
class-deferrable-long = Kann warten
class-deferrable-hint = Beginnt nicht, solange eine Reserve frei bleiben soll.
class-fades = verblasst
class-fades-long = Verblasst nach der Frist
class-fades-hint = Ist die zugesagte Zeit um, verliert es an Gewicht, statt oben zu bleiben.
class-interrupts = Darf unterbrechen
class-interrupts-hint = Hat niemand Platz, kommt es auch zu Leuten, deren Hände voll davon sind. Geliehene Einheiten zählen wieder, sobald es vorbei ist. Niemand wird unterbrochen, solange jemand anderes Platz hat.
class-interrupts-names = Unterbricht { $names }
class-parks = Unterbrochenes so lange beiseitelegen
class-parks-hint = Es kommt von selbst wieder, wenn das hier vorbei ist; seine Fristen laufen weiter.
class-keeps-hint = Es bleibt daneben in der Hand.
channel-class-hint = Wie viel Warten auf diesem Kanal kostet.

## Lockerung und Reserve

queue-first-response-hint = Gilt, wenn keine Zusage etwas anderes sagt.
queue-first-response-wrong = Erlaubt ist 1 Minute bis 90 Tage.
queue-offer-hint = Danach geht das Angebot an jemand anderen.
steps = Lockerung
steps-text = Wartet ein Anliegen lange, wird weniger dafür verlangt, oder andere helfen mit. Alle erreichten Stufen gelten zusammen.
steps-count = { $count ->
    [one] 1 Lockerungsstufe
   *[other] { $count } Lockerungsstufen
}
step-add = Stufe anlegen
step-remove = Stufe entfernen
step-remove-number = Stufe { $number } entfernen
step-number = Stufe { $number }
step-after = Nach einer Wartezeit von
step-lower = Fähigkeiten
step-levels = { $count ->
    [0] wie verlangt
    [one] eine Stufe niedriger genügt
   *[other] { $count } Stufen niedriger genügen
}
step-drop = Nicht mehr verlangen
step-queues = Diese helfen mit
step-wrong-when = Erlaubt ist 1 Sekunde bis 30 Tage.
step-wrong-order = Jede Stufe kommt später als die davor.
step-wrong-nothing = Diese Stufe lockert noch nichts. Wählen Sie etwas, oder entfernen Sie sie.
reserve = Freie Reserve
reserve-text = Damit ein Anruf nicht auf einen Stapel Mails trifft: So viele bleiben frei, bevor aufschiebbare Arbeit beginnt.
reserve-agents = Personen
reserve-agents-hint = 0: keine Reserve. Auch 1,5 geht; das gilt dann im Mittel.
reserve-units = Mit mindestens so viel Platz
reserve-units-hint = 60 ist ein ganzer Mensch.
reserve-count = { $count ->
    [one] 1 in Reserve
   *[other] { NUMBER($count) } in Reserve
}

## Wer bekäme das jetzt

command-why = Wer bekäme das jetzt, und warum?
why-short = Wer bekäme das?
why-title = Wer bekäme das jetzt?
why-text = So würde entschieden, wäre dieses Anliegen als nächstes an der Reihe.
why-agent = { $you ->
    [yes] Sie bekämen es.
   *[no] { $agent } bekäme es.
}
why-nobody = Im Augenblick niemand.
why-missing-serving = Niemand arbeitet in dieser Warteschlange.
why-missing-skilled = Niemand in dieser Warteschlange kann, was gebraucht wird.
why-missing-available = Wer es könnte, ist gerade nicht bereit.
why-missing-with-room = Alle, die es könnten, haben schon genug zu tun.
why-missing-reserve = Die freie Reserve bleibt für das, was nicht warten kann.
why-people = Von allen Personen
why-serving = arbeiten für diese Warteschlange
why-skilled = davon können, was gebraucht wird
why-available = davon sind bereit
why-with-room = davon haben Platz
why-weight = So kam die Reihenfolge zustande
why-index = Gewicht
why-index-hint = Das höchste kommt zuerst
why-value = Kunde
why-value-hint = darin enthalten; 1 ist üblich
why-urgency = Dringlichkeit
why-urgency-hint = darin enthalten; 1 ist der Anfang
why-match = Passung
why-match-hint = darin enthalten; 1 passt genau
why-step = Stufe { $number } gilt schon.
why-without-steps = In dieser Warteschlange wird nichts gelockert.
why-no-step = Es gilt noch keine Stufe.
why-next-step = Die nächste folgt in { $span }: { $what }.
why-last-step = Weiter wird nicht gelockert.
why-other-queues = mit Hilfe von { $queues }
