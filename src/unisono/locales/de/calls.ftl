# Was Anrufende hören
call-welcome = Guten Tag.
call-closed = Wir sind gerade nicht erreichbar.
call-not_there = Diese Person ist gerade nicht zu erreichen.
call-menu = Bitte wählen Sie mit einer Taste.
call-position = { $position ->
    [one] Sie sind als Nächstes an der Reihe.
   *[other] Vor Ihnen warten noch { $position } Anrufe, Ihrer mitgezählt.
  } { $minutes ->
    [0] Wir sind so bald wie möglich für Sie da.
    [one] Es dauert voraussichtlich eine Minute.
   *[other] Es dauert voraussichtlich { $minutes } Minuten.
  }
call-call_back_offer = Mit der Taste { $digit } rufen wir Sie zurück; Ihr Platz in der Reihe bleibt.
call-call_back_noted = Wir rufen Sie zurück. Ihr Platz in der Reihe bleibt. Auf Wiederhören.
call-leave_message = Bitte sprechen Sie nach dem Ton. Mit der Rautetaste beenden Sie die Nachricht.
call-message_noted = Danke für Ihre Nachricht. Auf Wiederhören.
call-consent = Dürfen wir dieses Gespräch aufzeichnen? Taste 1 für ja, Taste 2 für nein. Wir sprechen auch ohne Aufzeichnung mit Ihnen.
call-listening = Zur Schulung hört jetzt jemand mit.
call-withheld = Anrufe ohne angezeigte Rufnummer können wir hier leider nicht verbinden.
call-goodbye = Auf Wiederhören.
call-call_back_consent = Sie rufen mich unter dieser Nummer zurück, für dieses eine Anliegen. Meine Nummer und was ich schreibe werden aufbewahrt, bis das erledigt ist und solange das Gesetz es verlangt.
