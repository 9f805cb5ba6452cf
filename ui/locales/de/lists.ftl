### Schlagwörter, Spam und Gesperrte, gespeicherte Ansichten, Filter, Sammelaktionen, Suche

reason-spam = Als Spam markiert
reason-blocked = Von jemandem, der gesperrt ist
reason-not-spam = Doch kein Spam
