### Recordings of talks and messages that were left: when they go, and who hears them

recording-deleted = Is deleted on { $date }.
recording-deleted-closed = Is deleted on { $date }, or later: once the enquiry is closed.
recording-held = Is not deleted: what must stay keeps it.
recording-no-end = The house has set no time after which it is deleted.
recording-not-yours = not for you to hear
recording-who-hears = What was said on the phone is heard by who answers customers here and by who supervises. Ask an administrator if you need it.
