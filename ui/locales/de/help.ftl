### The help

nav-help = Hilfe
help-here = Hilfe zu dieser Seite (neues Fenster)
help-pages = Seiten der Hilfe
help-english = Die Seiten sind auf Englisch.
help-none = Diese Seite der Hilfe gibt es nicht.
help-group-tutorial = Einstieg
help-group-how-to = Anleitungen
help-group-explanation = Hintergrund
