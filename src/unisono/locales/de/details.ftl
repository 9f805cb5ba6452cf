# Einzelheiten der Fehler auf Deutsch; auf Englisch stehen sie dort, wo der Fehler gemeldet wird. { $text } ist dieser Satz.

# An der Arbeit
detail-offer_ended = Dieses Angebot ist vorbei; die Anfrage steht wieder an ihrem Platz in der Warteschlange.
detail-state = Der Stand dieser Anfrage lässt das nicht mehr zu. Bitte neu laden und neu entscheiden.
detail-not_yours = Diese Anfrage hat jetzt jemand anderes aus dem Team. Gesendet wurde nichts.
detail-not_active = Beantworten lässt sich nur eine Anfrage, die Sie angenommen haben. Der Entwurf wurde nicht gesendet.
detail-no_capacity = Dafür ist keine Kapazität frei. Bitte schließen oder parken Sie erst etwas, oder wählen Sie eine Warteschlange.
detail-no_agent = Mindestens eine Person nimmt keine Anfragen an. Es wurde nichts geändert.
detail-agent_full = Es ist kein Platz: { $needed } Einheiten werden gebraucht, { $free } sind frei. Es wurde nichts geändert; bitte erst etwas schließen, parken oder übergeben lassen, die Kapazität erhöhen oder jemand anderen wählen.
detail-agent_offline = Diese Person ist abgemeldet. Es wurde nichts geändert; bitte jemand anderen oder eine Warteschlange wählen.
detail-agent_without_right = Diese Person darf an Anfragen dieser Warteschlange und dieses Kanals nicht arbeiten. Es wurde nichts geändert; sie braucht zuerst das Recht dazu.
detail-channel_archived = Dieser Kanal ist archiviert; darüber lässt sich nichts mehr senden. Der Entwurf wurde nicht gesendet.
detail-channel_paused = Dieser Kanal ruht gerade. Bitte später noch einmal versuchen.
detail-visibility = Der Gesprächsfaden hat eine andere Sichtbarkeit als die Antwort. Gesendet wurde nichts; bitte prüfen und neu senden.
detail-cannot_reply = Das Netzwerk lässt hier keine Antwort zu.
detail-window_closed = Das Netzwerk nimmt hier keine Antworten mehr an, die Frist ist vorbei. Der Entwurf ist noch da.
detail-empty = Das ist leer.
detail-too_long = Der Text ist länger, als hier erlaubt ist. Gesendet wurde nichts.
detail-sent = Dieser Anhang wurde schon gesendet.
detail-added = Das wurde schon hinzugefügt.
detail-already_done = Das wurde schon ausgeführt, das Ergebnis ging bei einem Absturz verloren. Doppelt geschah nichts: bitte neu laden.
detail-key_reused = Dieser Idempotency-Key gehört zu einer anderen Anfrage. Es wurde nichts ausgeführt.
detail-bad_idempotency_key = Idempotency-Key muss eine UUIDv7 sein, für jeden Befehl eine eigene.
detail-bad_place = „after“ ist keine Stelle in dieser Liste; bitte ohne „after“ neu beginnen.
detail-query_long = Eine Suche hat höchstens 300 Zeichen.
detail-no_topic = Ein Thema des Ereignisstroms gibt es nicht.
detail-many_topics = So viele Themen trägt ein Ereignisstrom nicht.
detail-not_one_of = Der Wert im Feld „{ $field }“ ist nicht vorgesehen.

# Übergeben und fragen
detail-no_expert = Niemand sonst in dieser Warteschlange hat diese Fähigkeit auf dieser Stufe. Es wurde nichts geändert; bitte eine andere Warteschlange oder eine niedrigere Stufe wählen.
detail-nobody_to_ask = Niemand, der gerade da ist, hat diese Fähigkeit und darf diese Anfrage lesen. Es wurde nichts geändert; bitte eine Person oder eine andere Fähigkeit wählen.
detail-oneself = Sich selbst zu fragen hilft wenig; bitte jemand anderen wählen.
detail-asked_already = Das wird schon gefragt.
detail-asked_of_many = Gefragt sind alle, die es können; lassen Sie es einfach stehen.
detail-consult_ended = Jemand anderes hilft schon, oder es wird nicht mehr gefragt.
detail-consult_open = Sie helfen schon mit; bitte beenden Sie das stattdessen.
detail-pull = Aus dieser Warteschlange wird nichts angeboten: Man nimmt sich etwas aus der Liste.

# Öffentliches: verbergen, löschen, privat antworten
detail-reason_missing = Verbergen, Zeigen und Löschen brauchen einen Grund; er wird festgehalten.
detail-cannot_moderate = Das geht hier nicht: Das Netzwerk lässt es nicht zu, oder es ist nichts Öffentliches von Kundinnen und Kunden, das noch steht.
detail-network_refuses = Das Netzwerk lehnt das ab: { $said }
detail-reauth_needed = Das Netzwerk nimmt den Zugang dieses Kanals nicht mehr an: { $said } Es wurde nichts geändert.
detail-try_again = Ob es geschehen ist, ist nicht sicher ({ $said }). Bitte noch einmal; zweimal ist einmal.
detail-budget_spent = Das Budget „{ $bucket }“ dieses Kanals ist verbraucht. Es ist nichts geschehen; bitte später noch einmal.
detail-no_comment = Privat beantworten lässt sich nur ein öffentlicher Beitrag von Kundinnen und Kunden in diesem Verlauf.
detail-no_private_reply = Dieses Netzwerk lässt von hier keine private Antwort zu.
detail-private_reply_used = Dieser Beitrag wurde schon privat beantwortet; das Netzwerk nimmt keine zweite Antwort, bevor zurückgeschrieben wird.

# Vorlagen und Wert
detail-no_template = Diese Vorlage kennt das Netzwerk nicht, oder es sendet sie gerade nicht. Gesendet wurde nichts.
detail-template_parameter = Eine Angabe zu dieser Vorlage fehlt, oder sie gehört nicht dazu. Gesendet wurde nichts.
detail-no_templates = Das Netzwerk gibt seine Vorlagen gerade nicht heraus. Es wurde nichts geändert; bitte später noch einmal.
detail-bad_step = Der Wert geht in Schritten von { $step }.
detail-erased = Diese Person wurde gelöscht; über sie wird nichts aufbewahrt.

# Anmelden und Menschen
detail-bad_login = Anmeldename und Passwort passen nicht zusammen.
detail-throttled = Zu viele vergebliche Anmeldungen; der nächste Versuch ist in { $retry_after_s } Sekunden möglich.
detail-link_gone = Dieser Link wurde benutzt, ist abgelaufen oder hat nie gegolten. Bitte lassen Sie sich einen neuen geben.
detail-link_purpose = Dieser Link ist für etwas anderes.
detail-set_up = Das Haus ist schon eingerichtet. Bitte melden Sie sich an.
detail-disabled = Dieser Mensch ist gesperrt.
detail-password_short = Ein Passwort hat mindestens { $minimum } Zeichen.
detail-password_long = Ein Passwort hat höchstens { $maximum } Zeichen.
detail-password_weak = Dieses Passwort ist zu leicht zu erraten.
detail-old_password = Das alte Passwort stimmt nicht. Es wurde nichts geändert.
detail-login_taken = Diesen Anmeldenamen gibt es schon.
detail-bad_login_name = Ein Anmeldename hat 2 bis 200 Zeichen und keine Leerzeichen.
detail-bad_name = Ein Name hat 1 bis 200 Zeichen.
detail-bad_email = Das ist keine E-Mail-Adresse.
detail-last_administrator = Sonst verwaltet niemand das Haus. Es wurde nichts geändert; geben Sie zuerst jemand anderem die Rolle.
detail-no_role = Diese Rolle gibt es nicht.
detail-bad_scope = Diesen Bereich gibt es nicht.
detail-grants_more = Diese Rolle erlaubt mehr, als Sie selbst dürfen.
detail-past = Der Zeitpunkt muss in der Zukunft liegen.

# Einrichten
detail-no_channel = Diesen Kanal gibt es nicht, oder er ist archiviert.
detail-no_queue = Diese Warteschlange gibt es nicht, oder sie ist archiviert.
detail-no_skill = Eine Fähigkeit gibt es nicht, oder sie steht doppelt da.
detail-no_setting = Diese Einstellung gibt es nicht.
detail-bad_setting = Dieser Wert passt nicht zur Einstellung „{ $field }“.
detail-secret_again = „{ $setting }“ führt zu einem anderen Rechner; „{ $field }“ wird nicht dorthin mitgenommen. Es wurde nichts gesendet und nichts gespeichert; bitte geben Sie es neu ein.
detail-setting_missing = Die Einstellung „{ $field }“ fehlt.
detail-no_connector = Dieser Konnektor ist nicht installiert.
detail-no_case = Diesen Prüffall gibt es nicht.
detail-other_connector = Ein Kanal behält seinen Konnektor; bitte legen Sie einen neuen Kanal an.
detail-check_failed = Das Netzwerk arbeitet mit diesen Einstellungen nicht: { $text } Es wurde nichts gespeichert.
detail-same_account = Dieses Konto ist schon mit einem anderen Kanal verbunden. Es wurde nichts gespeichert.
detail-queue_in_use = In dieser Warteschlange ist noch Arbeit, oder ein Kanal führt zu ihr.
detail-key_taken = Diesen Schlüssel gibt es schon.
detail-bad_key = Ein Schlüssel hat bis zu 60 kleine Buchstaben und Ziffern, dazwischen einzelne Punkte, Unter- und Bindestriche.
detail-bad_names = Ein Name hat je 1 bis 200 Zeichen auf Deutsch (de) und auf Englisch (en).
detail-bad_zone = Das ist keine Zeitzone wie Europe/Berlin.
detail-bad_steps = Höchstens { $limit } Lockerungsstufen, jede später als die davor.
detail-no_class = Eine Arbeitsklasse unterbricht andere, die es gibt, nicht sich selbst. Es wurde nichts geändert.
detail-deferrable_interrupts = Was warten kann, unterbricht nichts. Es wurde nichts geändert; bitte eines von beiden zurücknehmen.
detail-no_oauth = Dieses Netzwerk wird nicht im Browser verbunden.
detail-no_work_class = Diese Arbeitsklasse gibt es nicht.
detail-out_of_range = Der Wert liegt zwischen { $low } und { $high }.

# Simulation
detail-plan_empty = Ein Plan braucht mindestens eine Art von Anfragen und eine Person.
detail-plan_length = Die Einlaufzeit muss kürzer sein als das Ganze, und es braucht mindestens einen Durchgang.
detail-plan_day = Tage schwanken um 0 bis 3, und Warteplätze gibt es nicht weniger als keine.
detail-plan_names = Zwei Arten von Anfragen heißen gleich.
detail-plan_source = { $name }: bitte entweder eine Rate angeben oder einen Vorrat.
detail-plan_rates = { $name }: Raten sind nicht negativ, und Abschnitte dauern länger als 0 Minuten.
detail-plan_times = { $name }: Zeiten und ihre Streuung liegen über 0, ein Anteil von Nullen unter 1.
detail-plan_class = { $name }: Kosten und Fristen liegen über 0; Zuwachs und Antwortzeit sind nicht negativ.
detail-plan_target = { $name }: ein Ziel ist ein Anteil zwischen 0 und 1.
detail-plan_places = { $name }: Sie braucht mindestens eine Einheit, und Warteplätze, die der Plan hat.
detail-plan_staff = Weniger als niemand geht nicht; Abschnitte dauern länger als 0 Minuten, und jede Person hat eine Einheit.
detail-plan_reserve = Eine Reserve ist nicht weniger als niemand, und sie besteht aus Leuten mit einer freien Einheit.
detail-plan_no_target = Keine Art von Anfragen hat ein Ziel: bitte sagen, welcher Anteil rechtzeitig beantwortet werden soll.
detail-plan_unreachable = Mit keiner Zahl dieser Leute ist das zu erreichen. Vielleicht hat niemand die Fähigkeit, oder die Zeit ist zu kurz.
detail-plan_too_large = { $what }: { $number } ist mehr, als hier simuliert werden kann ({ $most }). Bitte weniger davon, oder „unisono simulate“.
detail-plan_too_long = Das dauert zu lange. Geändert wurde nichts; bitte weniger Minuten, Durchgänge oder Anfragen, oder „unisono simulate“.
detail-simulations_busy = Es laufen schon andere Simulationen; bitte gleich noch einmal.
detail-simulation_failed = Die Simulation ist abgebrochen; geändert wurde nichts. Mehr steht im Protokoll.
detail-simulation_ended = Niemand wartet mehr auf die Antwort; die Simulation wurde beendet.

# Dateien, Schlüssel, Archiv
detail-too_large = Das hat mehr als { $limit } Bytes, mehr wird hier nicht angenommen. Es wurde nichts gespeichert.
detail-no_file = Das Formular enthält keine Datei.
detail-many_files = Eine Anfrage trägt eine Datei.
detail-file_gone = Der Inhalt dieses Anhangs ist nicht mehr da.
detail-disk_full = Die Platte für Anhänge ist voll. Es wurde nichts gespeichert; bitte Platz schaffen und noch einmal versuchen.
detail-disk_failed = Das Verzeichnis für Anhänge lässt sich nicht benutzen. Es wurde nichts gespeichert.
detail-key_missing = Ein Schlüssel für gespeicherte Geheimnisse fehlt. Verloren ist nichts: bitte den Schlüssel zurücklegen oder das Geheimnis neu eingeben.
detail-secret_damaged = Ein gespeichertes Geheimnis wurde verändert; bitte neu eingeben.
detail-hook_denied = Die Anfrage beweist nicht, dass sie vom Netzwerk kommt. Es wurde nichts gespeichert.
detail-chain_broken = Die Kette des versiegelten Archivs ist unterbrochen: ein Eintrag wurde verändert oder entfernt.

# Datenbank
detail-busy = Jemand hat im selben Augenblick dasselbe geändert. Es wurde nichts geändert; bitte die Anfrage wiederholen.
detail-schema_newer = Die Datenbank gehört zu einer neueren Fassung des Programms.
detail-schema_changed = Eine schon ausgeführte Migration wurde verändert.

# Vorführung
detail-no_post = Es gibt noch keinen Beitrag, auf den das passt. Bitte warten Sie, bis die Vorführung etwas gespielt hat.
detail-demo_failed = Die Vorführung konnte das nicht ausführen. Es wurde nichts geändert.

# Zusagen
detail-bad_hours = Diese Zeiten lassen sich nicht speichern: { $text } Es wurde nichts geändert.
detail-many_holidays = Ein Kalender fasst { $limit } Feiertage und Schließungen. Es wurde nichts geändert.
detail-bad_feed = Diese iCalendar-Datei lässt sich nicht übernehmen: { $text } Die Feiertage sind, wie sie waren.
detail-calendar_in_use = Eine Zusage zählt nach diesem Kalender; geben Sie ihr zuerst einen anderen.
detail-no_calendar = Diesen Kalender gibt es nicht, oder er ist archiviert. Es wurde nichts geändert.
detail-bad_targets = Eine Zusage hat je ein Ziel für erste Antwort, weitere Antwort und Lösung, mindestens eines. Es wurde nichts geändert.
detail-bad_target = Diese Ziele lassen sich nicht speichern: { $text } Es wurde nichts geändert.
detail-service_level_in_use = Eine Warteschlange sagt das zu; geben Sie ihr zuerst eine andere Zusage.
detail-no_service_level = Diese Zusage gibt es nicht, oder sie ist archiviert. Es wurde nichts geändert.
detail-bad_choice = Eine Arbeitsklasse gibt es nicht, oder sie steht doppelt da. Es wurde nichts geändert.
detail-works_council = Einzelne Menschen werden nicht gezeigt: Der Betriebsrats-Modus gilt, und dem hat niemand zugestimmt. Eine Erlaubnis wird unter Einstellungen, Zahlen über Menschen, beantragt.
detail-same_person = Es braucht zwei: Dem, was Sie beantragt haben, muss jemand anderes zustimmen.
detail-permit_answered = Das ist schon beantwortet oder beendet. Es wurde nichts geändert.
detail-bad_reason = Der Grund hat 10 bis 500 Zeichen: Wer angesehen wird, liest ihn.
detail-bad_days = Eine Erlaubnis gilt 1 bis 366 Tage.
detail-bad_rule = So lässt sich diese Regel nicht speichern: { $text } Es wurde nichts geändert.
detail-no_actions = Eine Regel muss etwas tun. Fügen Sie hinzu, was geschehen soll.
detail-bad_condition = Diese Bedingung lässt sich nicht vergleichen, oder sie nennt etwas, das es nicht gibt. Es wurde nichts geändert.
detail-no_values = Eine Bedingung braucht mindestens einen Wert zum Vergleichen.
detail-bad_action = Diese Aktion nennt etwas, das es nicht gibt oder das stillgelegt ist. Es wurde nichts geändert.
detail-rules_changed = Die Regeln sind inzwischen andere. Es wurde nichts verschoben; laden Sie sie neu.
detail-gone = Dieses Anliegen gibt es nicht mehr.
detail-automatic_sender = Das hat eine Maschine geschrieben; ihr antwortet keine Maschine.
detail-said_lately = In diesem Gespräch ging innerhalb eines Tages schon etwas von selbst hinaus.
detail-in_hands = Jemand hat dieses Anliegen in Arbeit; es bleibt dort.
detail-no_code = Dieser Abschlusscode ist stillgelegt; das Anliegen bleibt offen.
detail-in_a_case = Diese Anfrage liegt schon in Fall #{ $number }. Nehmen Sie sie zuerst dort heraus; es wurde nichts geändert.
detail-no_user = Jemanden davon gibt es nicht, oder er kann sich nicht mehr anmelden. Es wurde nichts geändert.
detail-many_members = Ein Fall hat höchstens { $limit } Mitverfolgende.
detail-alarm_first = Der Alarm kommt nach der Warnung.
detail-screen_name = Benennen Sie den Bildschirm, mit höchstens 60 Zeichen.
detail-wall_link_ended = Dieser Link für einen Bildschirm ist beendet oder abgelaufen. Unter Leitung, Anzeigetafel gibt es einen neuen.
detail-bad_url = Ein Webhook braucht eine ganze Adresse, die mit https:// beginnt, ohne Passwort. Es wurde nichts geändert.
detail-no_event = Ein Ereignis gibt es nicht; die Seite „Ereignisse“ der Dokumentation zählt alle auf. Es wurde nichts geändert.
detail-too_many = Davon gibt es schon so viele, wie möglich sind. Entfernen Sie, was niemand mehr braucht.
detail-switched_off = Das ist abgeschaltet; schalten Sie es ein, um es zu versuchen.
detail-role_in_use = { $count } Personen haben diese Rolle. Es wurde nichts geändert; geben Sie ihnen zuerst eine andere.
detail-built_in_role = Diese Rolle gehört zum Haus und folgt seiner Version; legen Sie eine eigene an.
detail-no_action = Etwas davon gibt es nicht zu erlauben, oder es ist nichts gewählt. Es wurde nichts geändert.
detail-service_account = Das ist ein Dienstkonto: Es hat Zugangstoken und kein Passwort.
detail-bad_span = Die Zeit endet, bevor sie beginnt.
detail-limited_token = Dieses Zugangstoken darf weniger als das Konto, dem es gehört; der Ereignisstrom braucht eines, das alles darf.
detail-one_person = Das ist schon eine Person; es wurde nichts geändert.
detail-bad_claim = Das ist keine Adresse, keine Nummer (mit ihrem Land, +49…) und keine Seite.
detail-no_field = Dieses Feld gibt es nicht, oder es ist archiviert.
detail-enough_fields = Es gibt { $limit } Felder; archivieren Sie zuerst eines.
detail-bad_choices = Eine Auswahl hat 1 bis 100 Möglichkeiten, jede mit eigenem Schlüssel und Namen.
detail-unfit_number = Hier gehört eine Zahl hin. Es wurde nichts geändert.
detail-unfit_date = Hier gehört ein Datum wie 2026-11-28 hin. Es wurde nichts geändert.
detail-unfit_choice = Das ist keine der Möglichkeiten. Es wurde nichts geändert.
detail-unfit_link = Hier gehört eine Adresse hin, die mit https:// beginnt. Es wurde nichts geändert.
detail-bad_period = Der Zeitraum passt nicht: Der letzte Tag liegt nicht vor dem ersten, und es sind höchstens 400 Tage.
detail-filter_full = Ein Filter nimmt höchstens 100 Werte.
detail-no_filter = Danach lässt sich dieser Bericht nicht eingrenzen.
detail-too_narrow = Sprache, Abschlussgrund, Fähigkeit und Kanal lassen sich nicht verbinden: Was übrig bliebe, wären zu wenige Menschen. Wählen Sie eines davon; Warteschlange und Zeit gehen immer dazu.
detail-small_group = Hinter diesen Anliegen stehen zu wenige Menschen, deshalb werden sie nicht einzeln gezeigt. Wählen Sie einen längeren Zeitraum oder eine größere Gruppe.
detail-no_column = Dahinter stehen hier keine Anliegen.
detail-bulk_limit = Auf einmal gehen höchstens { $limit }. Grenzen Sie die Liste ein und machen Sie den Rest danach.
detail-name_taken = So heißt schon ein anderes Schlagwort.
detail-no_scope = Nennen Sie das Team oder die Warteschlange, mit der Sie die Ansicht teilen; sonst keine.
detail-no_tag = Dieses Schlagwort gibt es nicht, oder es ist stillgelegt.
detail-tag_archived = Ein stillgelegtes Schlagwort heißt so; wer Schlagwörter verwaltet, kann es zurückholen.
detail-too_late = Die Zeit zum Rückgängigmachen ist um. Es wurde nichts geändert.
detail-undone = Das wurde rückgängig gemacht; beginnen Sie es neu, wenn es doch gewollt ist.

# Around an answer
detail-send_at_zone = Der Zeitpunkt braucht eine Zeitzone, etwa 2026-11-30T09:00:00Z.
detail-send_at_past = Dieser Zeitpunkt ist vorbei. Der Entwurf blieb erhalten; wählen Sie einen späteren.
detail-send_at_far = Eine Antwort lässt sich bis zu einem Jahr im Voraus planen. Der Entwurf blieb erhalten.
detail-answer_on_its_way = Die Antwort ist schon unterwegs. Nichts wurde geändert.
detail-own_answer = Niemand gibt die eigene Antwort frei; bitten Sie jemanden, der das darf.
detail-why_rejected = Sagen Sie, warum, damit die Antwort verbessert werden kann. Nichts wurde geändert.
detail-unknown_variable = { $name } ist keine Variable; es gibt { $known }. Eine geschweifte Klammer selbst schreibt man doppelt.
detail-cannot_read = { $name } darf dieses Gespräch nicht lesen und kann hier nicht genannt werden. Nichts wurde gespeichert.
detail-many_mentions = So viele Personen nennt eine Notiz nicht.
detail-no_language = Das ist keine Sprache wie de oder en.
detail-no_forward = In diesem Netz lässt sich nichts an andere weitergeben.
detail-bad_address = An diese Adresse kann nicht geschrieben werden. Nichts wurde gesendet.
detail-is_customer = Das ist die Kundin oder der Kunde; antworten Sie ihnen. Nichts wurde gesendet.
detail-taken = Das ist dort schon vergeben; wählen Sie etwas anderes.
detail-held_approval = Die Antwort wartet auf eine Freigabe. Nichts wurde geändert.
detail-held_rejected = Die Antwort wurde nicht freigegeben; holen Sie sie zurück und verbessern Sie sie. Nichts wurde geändert.
detail-held_grace = Die Antwort geht gleich hinaus; holen Sie sie erst zurück. Nichts wurde geändert.
detail-held_scheduled = Die Antwort ist freigegeben und hat ihre Zeit. Nichts wurde geändert.
detail-held_stopped = Die Antwort wurde angehalten, weil die Kundin oder der Kunde geschrieben hat. Nichts wurde geändert.
detail-log_off_self = Das meldet andere ab. Den eigenen Status setzen Sie im Menü unten links.
detail-logged_off = Diese Person ist schon abgemeldet.
detail-not_editable = Diese Antwort lässt sich nicht ändern, nur noch einmal senden oder aufgeben.

detail-bad_push_key = Das ist kein Schlüssel eines Browsers. Es wurde nichts gespeichert.
detail-push_service = { $host } ist kein Push-Dienst, der hier bekannt ist. Ein eigener lässt sich in den Einstellungen eintragen.
detail-many_devices = Mehr Geräte gehen nicht. Entfernen Sie zuerst eines.
detail-push_kind = Davon wird nicht benachrichtigt. Es wurde nichts geändert.
detail-files_busy = Gerade werden andere Dateien gemacht; bitte gleich noch einmal.
detail-file_failed = Die Datei ließ sich nicht machen. Es wurde nichts geändert; das Protokoll sagt mehr.
detail-not_by_mail = Zahlen über einzelne Menschen gehen nicht mit der Post hinaus: Niemand sähe, wer sie ansieht.
detail-bad_time = Die Uhrzeit oder der Tag passt nicht. Monatliche Berichte gehen am 1. bis 28. hinaus.
detail-bad_recipients = Bitte 1 bis 20 E-Mail-Adressen.
detail-different_people = Das sind Gespräche mit verschiedenen Personen; legen Sie zuerst die Personen zusammen.
detail-merged_already = Das ist schon eins; es wurde nichts geändert.
detail-linked_already = Das ist schon verbunden; es wurde nichts geändert.
detail-other_hands = Am anderen Gespräch arbeitet jemand aus dem Team. Lassen Sie es zuerst fertigstellen oder übergeben; es wurde nichts geändert.
detail-same_conversation = Wählen Sie ein anderes Gespräch als dieses.
detail-not_here = Diese Nachricht steht nicht in diesem Gespräch.
detail-first_message = Vor der ersten Nachricht gibt es nichts abzutrennen.
detail-no_step = Diesen Schritt gibt es nicht, oder er zeigt sich von selbst.
detail-bad_retention = Eine Regel gilt für einen Kanal, für eine Arbeitsklasse oder fürs Haus, und jede steht nur einmal da. Es wurde nichts geändert.
detail-no_compiler = Das Übersetzen ist nicht gelungen. Das Zuhören geht ohne den übersetzten Teil weiter.
detail-query_open = Diese Suche sagt nur, was nicht vorkommen darf, oder fragt allein nach einer Zahl. Nennen Sie ein Wort oder ein Feld.
detail-cannot_answer = Keiner Ihrer Kanäle kann in diesem Netzwerk antworten. Öffnen Sie den Beitrag dort.
detail-heard_already = Diesem Strom wird schon zugehört.
detail-is_work = Das wird schon beantwortet; entscheiden Sie im Gespräch.
detail-needs_channel = Dieses Netzwerk wird über ein Konto gehört: Wählen Sie den Kanal.
detail-network_silent = Das Netzwerk antwortet gerade nicht. Die Erwähnung bleibt; versuchen Sie es gleich noch einmal.
detail-no_stream = Dieses Netzwerk hat keinen öffentlichen Strom, den Unisono hören kann.
detail-post_gone = Der Beitrag wurde dort gelöscht; er ist auch hier fort.
detail-unknown_setting = Das gehört nicht zu dieser Quelle. Es wurde nichts gespeichert.
detail-bad_source_address = Die Adresse muss mit https:// oder wss:// beginnen.

# Am Telefon
detail-no_phone = Anrufe im Browser sind in dieser Installation abgeschaltet.
detail-ring_over = Dieser Anruf klingelt nicht mehr; er ging an jemand anderen oder wurde beendet.
detail-no_call = Dieser Anruf ist vorbei oder nicht Ihrer.
detail-bad_key = Ein Telefon hat die Tasten 0 bis 9, * und #.
detail-bad_mode = Eine Aufnahme läuft (on) oder ist angehalten (pause).
detail-bad_word = Das ist keine Beschreibung einer Verbindung.
detail-bad_piece = Das ist kein Stück einer Aufnahme.
detail-not_recording = Jetzt wird nichts aufgenommen; das Gesendete wurde verworfen.
detail-pieces_missing = Einige Stücke der Aufnahme sind nicht angekommen; bitte noch einmal senden.
detail-no_line = Unter dieser Adresse gibt es keine Leitung.
detail-nothing_to_fold = Es gibt keine offene Anfrage, die dieser Monitor fand. Es wurde nichts zusammengelegt.
detail-storm_stands = Zu diesem Monitor läuft schon ein Sturm; was kommt, wird weiter hineingelegt.
detail-storm_sending = Diese Antwort ist schon unterwegs.
detail-nothing_to_decide = Keine Antwort wartet auf eine zweite Person.
