### Erreichbarkeit vom eigenen und im eigenen XMPP-Programm.

accounts-presence = Wo ich dort bin, zählt auch hier
accounts-presence-new = Ihr Programm wird gefragt
accounts-presence-asked = Ihr Programm fragt Sie, ob wir Sie sehen dürfen; sagen Sie dort ja
accounts-presence-granted = Ihre Erreichbarkeit dort zählt
accounts-presence-refused = Ihr Programm hat nein gesagt. Nehmen Sie das Häkchen weg und setzen Sie es neu, um noch einmal gefragt zu werden.
accounts-shown = In den XMPP-Programmen der anderen
accounts-shown-choice = Wer ein XMPP-Konto verknüpft hat, darf dort sehen, wie ich zu erreichen bin
accounts-shown-text = Sie werden als Kontakt hinzugefügt. Ihre Adresse dort:
