### Aufnahmen von Gesprächen und hinterlassene Nachrichten: wann sie gehen und wer sie hört

recording-deleted = Wird am { $date } gelöscht.
recording-deleted-closed = Wird am { $date } gelöscht, oder später: sobald der Vorgang abgeschlossen ist.
recording-held = Wird nicht gelöscht: Es steht unter dem, was bleiben muss.
recording-no-end = Das Haus hat keine Frist gesetzt, nach der es gelöscht wird.
recording-not-yours = nicht für Sie zu hören
recording-who-hears = Was am Telefon gesagt wurde, hören die, die hier Kunden antworten, und die Aufsicht. Wenn Sie es brauchen, fragen Sie die Verwaltung.
