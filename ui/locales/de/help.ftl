### The help

nav-help = Hilfe
help-here = Hilfe zu dieser Seite (neues Fenster)
help-pages = Seiten der Hilfe
help-none = Diese Seite der Hilfe gibt es nicht.
help-group-tutorial = Einstieg
help-group-how-to = Anleitungen
help-group-explanation = Hintergrund
help-other-language = Diese Seite gibt es bisher nur auf { $language }.
