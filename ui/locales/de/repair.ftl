### Reparatur

repair-text = Was Unisono nicht lesen oder nicht zustellen konnte. Es ist nichts verloren; hier entscheidet ein Mensch.
quarantine = Quarantäne
quarantine-text = Angekommen, aber nicht lesbar. Nach einer Korrektur oder einem Update lässt es sich noch einmal versuchen.
quarantine-none = Nichts in Quarantäne
quarantine-none-text = Alles, was ankam, konnte gelesen werden.
quarantine-preview = Inhalt als reiner Text
quarantine-discard = Endgültig verwerfen?
quarantine-discard-text = Der Inhalt wird gelöscht und nicht wieder abgeholt.
dead-letters = Nicht zugestellt
dead-text = Antworten, die das Netz nicht angenommen hat, oder bei denen unklar ist, ob sie ankamen.
dead-none = Alles zugestellt
dead-none-text = Keine Antwort ist liegen geblieben.
