# Was der Server Menschen sagt: Überschriften und Einzelheiten von Antworten auf Anfragen, die nicht ausgeführt wurden.

title-not_found = Nicht gefunden
title-forbidden = Nicht erlaubt
title-conflict = Inzwischen geändert
title-invalid = Nicht ausführbar
title-unavailable = Im Moment nicht verfügbar
title-unauthenticated = Nicht angemeldet
title-throttled = Zu viele Versuche
title-too_large = Zu groß
title-gone = Nicht mehr da
title-method_not_allowed = Hier nicht möglich
title-internal = Etwas ist schiefgegangen
title-media_type = Falsche Art von Inhalt

generic-not_found = Das gibt es nicht, oder Sie dürfen es nicht sehen.
generic-forbidden = Keine Ihrer Rollen erlaubt das hier.
generic-conflict = Jemand war schneller, oder der Stand lässt das nicht zu. Bitte neu laden und neu entscheiden.
generic-invalid = Die Anfrage lässt sich so nicht ausführen. Es wurde nichts geändert.
generic-invalid-field = „{ $field }“ passt nicht: { $reason }. Es wurde nichts geändert.
generic-unavailable = Ein benötigter Teil antwortet nicht. Es wurde nichts geändert; später kann dieselbe Anfrage gelingen.
generic-unauthenticated = Bitte melden Sie sich an, oder senden Sie einen gültigen API-Schlüssel.
generic-throttled = Zu viele Versuche. Bitte versuchen Sie es später noch einmal.
generic-too_large = Die Anfrage hat mehr als { $limit } Bytes. Es wurde nichts gespeichert; bitte senden Sie weniger.
generic-gone = Das ist nicht mehr da.
generic-method_not_allowed = Diese Adresse nimmt keine { $method }-Anfragen an.
generic-internal = Der Server hat einen Fehler gemacht. Nennen Sie der Administration bitte die Nummer { $trace }.
generic-media_type = Diese Adresse nimmt { $expected } an.
generic-csrf = Die Seite ist veraltet. Bitte laden Sie sie neu und versuchen Sie es noch einmal; gesendet wurde nichts.
generic-malformed = Der Inhalt der Anfrage lässt sich nicht lesen: { $reason }.
generic-path = Unter dieser Adresse gibt es nichts.

desk-missing-title = Die Oberfläche ist nicht gebaut
desk-missing-text = Der Server läuft, aber in dieser Installation fehlen die Seiten der Oberfläche.
desk-missing-what-next = In einer Kopie des Repositorys „make ui“ ausführen und neu laden. Ein Wheel bringt die Oberfläche schon mit.
