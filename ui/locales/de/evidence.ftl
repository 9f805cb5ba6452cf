### Was Netzwerken gemeldet wurde, und die Belege dafür.

comment-report = Dem Netzwerk melden
comment-report-text = Die Betreiber des Netzwerks lesen den Grund. Was gesagt wurde, wird versiegelt aufbewahrt, wie es jetzt ist, mit seinen Dateien; nur die Rolle des Archivs öffnet es.
comment-reported = Gemeldet. Der Beleg ist aufbewahrt.
settings-tab-evidence = Belege
evidence-text = Was Netzwerken gemeldet wurde, wie es damals war. Niemand liest es außer hier, und wer es öffnet, nennt einen Grund, der festgehalten wird.
evidence-none = Es wurde nichts gemeldet
evidence-none-text = Wo ein Netzwerk Meldungen annimmt, steht an jedem Kommentar eine Fahne; was damit gemeldet wird, bleibt hier aufbewahrt.
evidence-number = Nummer
evidence-who = Gemeldet von
evidence-when = Wann
evidence-until = Aufbewahrt bis
evidence-open = Öffnen
evidence-open-named = Beleg { $number } öffnen
evidence-reason-text = Nennen Sie den Grund mit mindestens zehn Zeichen. Er wird mit Ihrem Namen festgehalten.
evidence-reason-short = Mindestens zehn Zeichen
evidence-author = Von
evidence-said = Gesagt
evidence-where = Wo
evidence-too-large = { $name } war zu groß zum Aufbewahren
