### Eigene Konten, von denen Befehle angenommen werden.

settings-tab-accounts = Meine Konten
accounts-text = Verknüpfen Sie ein eigenes Konto, und stellen Sie von unterwegs per Nachricht ein, wie Sie zu erreichen sind. Das ist freiwillig. Nur Sie sehen es; wer es lässt, dem fehlt nichts.
accounts-add = Konto verknüpfen
accounts-code = Ihr Code
accounts-code-text = Schicken Sie diesen Code von dem Konto, das Sie verknüpfen wollen, als private Nachricht. Er gilt einmal, bis { $until }. Geben Sie ihn niemandem: Wer ihn schickt, wird mit Ihnen verknüpft.
accounts-code-copy = Code kopieren
accounts-code-copied = Der Code ist kopiert.
accounts-to = Schicken können Sie ihn an
accounts-no-way = Noch ist kein Netz verbunden, das beweist, wer schreibt (Mastodon, Bluesky, Telegram, Matrix, XMPP, X). Fragen Sie Ihre Verwaltung.
accounts-none = Sie haben kein Konto verknüpft
accounts-since = Verknüpft { $when }
accounts-commands = Private Nachrichten von hier sind Befehle
accounts-public = Auch öffentliche Beiträge von hier dürfen vorschlagen und einstellen, wie ich zu erreichen bin
accounts-unlink = Lösen
accounts-unlink-named = { $name } lösen
accounts-unlinked = { $name } ist gelöst; alles darüber ist hier gelöscht.
accounts-words = Was Sie schreiben können
accounts-word-away = abwesend, eine Dreiviertelstunde, mit Grund
accounts-word-dnd = bitte nicht stören, zwei Stunden
accounts-word-back = wieder da
accounts-word-undo = das Letzte zurücknehmen
accounts-word-take = das nächste Anliegen nehmen
accounts-word-who = wer damit jetzt zu erreichen ist
accounts-word-free = fragt zurück, bevor etwas geschieht
accounts-example-away = /away 45m mittag
accounts-example-free = bin bis 14 Uhr im Termin
accounts-kept = Aufgehoben wird nur, dass eine Nachricht ausgeführt wurde, einen Tag lang; nicht, was darin stand.

# Die Vorführung von 2009

demo-lunch = Mittagspause per Beitrag
demo-done-lunch = Ilka hat gepostet, dass sie in der Mittagspause ist.
demo-direct-call = Ilkas Durchwahl
demo-lunch-phone = Ilkas Telefon
demo-lunch-yes = 1 antworten
demo-lunch-undo = /undo schreiben
demo-lunch-then = Danach: Ilkas Durchwahl anrufen (links). Wer anruft, landet auf dem Anrufbeantworter.
demo-lunch-waits = Das Haus fragt gleich zurück …
