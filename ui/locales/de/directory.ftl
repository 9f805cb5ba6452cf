### Das Verzeichnis der Organisation.

nav-directory = Verzeichnis
directory-text = Wer hier arbeitet, ob jemand jetzt erreichbar ist, und unter welchen Nummern.
directory-find = Name, Abteilung, Ort oder Nummer
directory-call = { $name } anrufen: { $number }
directory-write = { $name } schreiben
directory-none-found = Niemand gefunden
directory-none-found-text = Versuchen Sie den Anfang eines Namens, eine Abteilung oder eine Durchwahl.
directory-connect = Die Personen kommen aus dem eigenen Verzeichnis Ihrer Organisation:

settings-tab-directory = Verzeichnis
directory-source-text = Unisono liest aus Ihrem LDAP-Verzeichnis oder Active Directory, wer bei Ihnen arbeitet: Name, Mailadresse, Funktion, Abteilung, Ort und dienstliche Nummern. Es schreibt nichts hinein, und private Nummern liest es nicht.
directory-people = { $people ->
    [one] { $people } Person
   *[other] { $people } Personen
  }
directory-read-at = Gelesen { $when }
directory-read-never = Noch nicht gelesen
directory-problem = Es konnte nicht gelesen werden; alle bleiben, die bekannt waren.
directory-problem-directory-unreachable = Der Server antwortet nicht.
directory-problem-directory-insecure = Es kommt keine Verbindung mit TLS und einem Zertifikat zustande, dem dieser Rechner für diesen Namen traut.
directory-problem-directory-refused = Der Server nimmt dieses Konto nicht an oder zeigt ihm niemanden.
directory-problem-directory-bad-base = Der Server kennt diese Basis nicht.
directory-problem-directory-bad-filter = Der Server versteht den Filter nicht.
directory-problem-directory-too-large = Es sind mehr Personen, als gelesen werden können.
directory-problem-directory-limited = Der Server zeigt diesem Konto nur einen Teil der Personen.
directory-problem-directory-shrunk = Mehr als die Hälfte der Personen wäre fort. Wenn das stimmt, bestätigen Sie es.
directory-problem-directory-no-library = Der Teil, der Verzeichnisse liest, ist nicht installiert (unisono[ldap]).
directory-now = Jetzt lesen
directory-believe = Sie sind wirklich fort
directory-drop = Verzeichnis vergessen
directory-url = Server
directory-url-hint = ldaps://ldap.example.com, oder ldap:// mit StartTLS
directory-url-wrong = Beginnen Sie mit ldaps:// oder ldap:// und nennen Sie den Server
directory-start-tls = StartTLS
directory-base = Basis
directory-base-hint = Wo Ihre Leute stehen, zum Beispiel ou=people,dc=example,dc=com
directory-bind = Konto, das liest
directory-bind-hint = Sein ganzer Name im Verzeichnis (DN), in Active Directory auch name@domäne
directory-password = Sein Passwort
directory-password-kept = Ein Passwort ist hinterlegt. Leer lassen, um es zu behalten.
directory-filter = Filter
directory-filter-hint = Wer gelesen wird (RFC 4515). Leer: Personen mit Mailadresse oder Nummer
directory-every = Neu lesen alle so viele Stunden
directory-save = Speichern und lesen
directory-try = Prüfen
directory-tried = { $people ->
    [one] { $people } Person: { $names }
   *[other] { $people } Personen, darunter { $names }
  }
directory-tried-none = Der Server antwortet, zeigt aber niemanden. Prüfen Sie Basis, Filter und die Rechte des Kontos.
directory-saved = Das Verzeichnis ist eingerichtet.
directory-read = { $people } Personen; { $changed } neu oder geändert, { $gone } fort.
directory-dropped = Das Verzeichnis ist mit allen Personen darin vergessen.

# In the audit

audit-directory-set = richtete das Verzeichnis der Organisation ein
audit-directory-dropped = vergaß das Verzeichnis der Organisation
