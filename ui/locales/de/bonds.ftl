### Gespräche, die zusammengehören: zusammengelegt, verbunden, geteilt.

command-bonds = Mit einem anderen Gespräch zusammenlegen oder verbinden…
command-split = Gespräch teilen…
bonds-together = Gespräche, die als eines erscheinen
bonds-answer-in = Antworten gehen an
bonds-linked-with = Verbunden: { $title } ({ $channel })
bonds-title = Was zusammengehört
bonds-text = Zusammengelegt erscheinen Gespräche einer Person in einer Ansicht mit einer offenen Anfrage. Jede Antwort geht dorthin, wo ihr Faden ist; nichts Privates gerät ins Öffentliche. Beides lässt sich rückgängig machen.
bonds-standing = Gehört jetzt zusammen
bonds-others = Zur Auswahl
bonds-find = In allen Gesprächen suchen
bonds-none = Diese Person hat kein anderes Gespräch. Suchen Sie eines zum Verbinden, oder legen Sie zuerst die Personen zusammen.
bonds-none-found = Nichts gefunden. Suchen Sie einen Namen oder ein Wort.
bond-merge = Zusammengelegt
bond-link = Verbunden
bond-undo-merge = Rückgängig
bond-undo-link = Lösen
bond-merge-action = Zusammenlegen
bond-link-action = Verbinden
bond-merge-named = Mit { $name } zusammenlegen
bond-link-named = Mit { $name } verbinden
split-title = Gespräch teilen
split-text = Eine Nachricht und alles danach werden ein eigenes Gespräch. Beim Netzwerk bleibt es derselbe Faden: Antworten gehen dorthin, und was danach kommt, gehört zum neueren Teil.
split-from = Ab welcher Nachricht?
split-none = Hier steht nur eine Nachricht.
split-action = Teilen
