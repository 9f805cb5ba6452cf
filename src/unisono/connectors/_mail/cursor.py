"""Where a folder was read up to."""

from datetime import date

import msgspec
from msgspec import Struct

VERSION = 1


class Cursor(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place in a folder.

    validity: the folder's UIDVALIDITY; with another one, UIDs mean nothing any more (RFC 3501, section 2.3.1.1).
    uid: everything up to here was fetched. modseq: HIGHESTMODSEQ at the last look, None without CONDSTORE (RFC 7162).
    first_day: mails of earlier days were never wanted; None: only what came after `begun`.
    begun: UIDNEXT at the first look; below it `first_day` decides what is fetched, above it everything is.
    todo: UIDs of the last page, to be flagged or moved once it is stored, which this cursor's coming back proves.
    """

    v: int = VERSION
    validity: int
    uid: int
    modseq: int | None = None
    first_day: date | None = None
    begun: int = 1
    todo: tuple[int, ...] = ()

    def text(self) -> str:
        """Return the cursor for the store."""
        fields = msgspec.to_builtins(self, builtin_types=(date,)) | {"v": VERSION}
        return msgspec.json.encode(fields).decode()


def cursor_of(text: str | None) -> Cursor | None:
    """Return the place, None (a safe restart) for what is no cursor of ours."""
    try:
        found = msgspec.json.decode(text or "", type=Cursor)
    except msgspec.DecodeError:
        return None
    return found if found.v == VERSION and found.uid >= 0 and found.validity > 0 and found.begun >= 1 else None
