"""The next page of a folder: bounded in mails and bytes, however many hundred thousand mails lie there."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from msgspec import Struct

from unisono.connectors._mail.cursor import Cursor
from unisono.connectors._mail.imap import Broken, open_folder
from unisono.connectors._mail.large import MAX_TEXT_BYTES, Ref, Section, sections_of
from unisono.connectors._mail.mime import parse_head, raw_header
from unisono.connectors._mail.raw import CutFile, CutText, message_id_in

FIRST_WINDOW: Final = 1_000
# So many UIDs of ten digits fit into a line of 1 MB, at which imaplib gives up.
MAX_FOUND: Final = 80_000
MAX_SEARCHES: Final = 200
PAGE_BYTES: Final = 8_000_000
MAX_HEAD_BYTES: Final = 500_000
_MAX_TEXTS: Final = 20
_LAST_UID: Final = 2**32 - 1


class Letter(Struct, frozen=True, kw_only=True):
    """A mail as the server has it; with `texts`, `content` is its header alone. problem: why there is no more of it."""

    uid: int
    content: bytes
    at: datetime | None
    size: int
    texts: tuple[CutText, ...] | None = None
    files: tuple[CutFile, ...] = ()
    problem: str = ""


class Wanted(Struct, frozen=True, kw_only=True):
    """What a pull asks for.

    first_day: where a folder begins that was never read; None: from now on.
    hopeless: a UID at which the connection broke again and again; its body is not asked for.
    """

    folder: str
    setting: str
    limit: int
    max_mail_bytes: int
    first_day: date | None
    today: date
    hopeless: int | None = None


class Batch(Struct, frozen=True, kw_only=True):
    """One page and where the next begins. began_anew: the old place meant nothing any more."""

    letters: list[Letter]
    cursor: Cursor
    more: bool
    began_anew: bool = False


def next_page(client: IMAPClient, known: Cursor | None, wanted: Wanted) -> Batch:
    """Return what comes after `known`. Raises ImapFailed and the library's errors; Broken when one mail breaks the line."""
    facts = open_folder(client, wanted.folder, wanted.setting)
    validity = int(facts.get(b"UIDVALIDITY") or 1)
    modseq = _number(facts.get(b"HIGHESTMODSEQ"))
    following = _following_uid(client, facts, known, modseq)
    place = known
    if place is None or place.validity != validity or place.uid >= following:
        place = _beginning(known, validity, following, wanted)
    crowded = int(facts.get(b"EXISTS") or 0) > MAX_FOUND
    uids, looked_up_to = _find(client, place, following, wanted.limit, MAX_FOUND if crowded else _LAST_UID)
    letters, left_at = _fetch(client, uids, validity, wanted)
    reached = looked_up_to if left_at is None else left_at - 1
    return Batch(
        letters=letters, began_anew=known is not None and place is not known, more=reached < following - 1,
        cursor=Cursor(
            validity=validity, uid=reached, modseq=modseq, first_day=place.first_day,
            begun=place.begun, todo=tuple(letter.uid for letter in letters),
        ),
    )  # fmt: skip


def _following_uid(client: IMAPClient, facts: dict[bytes, Any], known: Cursor | None, modseq: int | None) -> int:
    """The UID that the next mail gets. A server that does not say is asked for the last one, unless nothing changed."""
    said = _number(facts.get(b"UIDNEXT"))
    if said:
        return said
    if known is not None and modseq is not None and known.modseq == modseq:
        return known.uid + 1
    last = client.search(["UID", "*"]) if int(facts.get(b"EXISTS") or 0) else []
    return max(last, default=0) + 1


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _beginning(known: Cursor | None, validity: int, following: int, wanted: Wanted) -> Cursor:
    """A place to start; or to start anew when the folder was made anew, from the day that was wanted at first.

    What a second reading brings that is in the inbox already is known there by its key.
    """
    day = (known.first_day if known else None) or wanted.first_day
    from_now = known is None and wanted.first_day is None
    return Cursor(
        validity=validity, uid=following - 1 if from_now else 0, first_day=day or wanted.today - timedelta(days=1),
        begun=following,
    )  # fmt: skip


def _find(client: IMAPClient, place: Cursor, following: int, limit: int, widest: int) -> tuple[list[int], int]:
    """Return the next UIDs, and up to where was looked.

    UIDs have gaps, sometimes of millions, and one answer may not hold all of a large folder: so windows are looked at, each
    four times as wide as the one before until something is found. `widest`: what an answer can hold if all of it is found.
    """
    low, width = place.uid + 1, FIRST_WINDOW
    for _ in range(MAX_SEARCHES):
        if low >= following:
            return [], max(place.uid, following - 1)
        high = min(low + width - 1, following - 1, _LAST_UID)
        criteria: list[Any] = ["UID", f"{low}:{high}"]
        if low < place.begun and place.first_day is not None:
            high = min(high, place.begun - 1)
            criteria = ["UID", f"{low}:{high}", "SINCE", place.first_day]
        found = sorted(uid for uid in client.search(criteria) if low <= uid <= high)
        if found:
            return (found, high) if len(found) <= limit else (found[:limit], found[limit - 1])
        low, width = high + 1, min(width * 4, widest)
    return [], low - 1


def _fetch(
    client: IMAPClient, uids: Sequence[int], validity: int, wanted: Wanted
) -> tuple[list[Letter], int | None]:  # fmt: skip
    """Return the mails with these UIDs, without those that were removed meanwhile, and the UID at which it was enough bytes."""
    if not uids:
        return [], None
    sizes = client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
    known = {uid: (int(data.get(b"RFC822.SIZE") or 0), data.get(b"INTERNALDATE")) for uid, data in sizes.items()}
    letters: list[Letter] = []
    small: list[int] = []
    room = PAGE_BYTES
    left_at: int | None = None
    for uid in uids:
        if uid not in known:
            continue
        size, _ = known[uid]
        large = size > wanted.max_mail_bytes or uid == wanted.hopeless
        if (letters or small) and (room <= 0 or (size > room and not large)):
            left_at = uid
            break
        if large:
            letters += _whole(client, small, known, validity, wanted)
            letters.append(_cut(client, uid, known, validity, wanted))
            small = []
            room -= MAX_TEXT_BYTES
        else:
            small.append(uid)
            room -= size
    return letters + _whole(client, small, known, validity, wanted), left_at


_Known = dict[int, tuple[int, Any]]


def _whole(client: IMAPClient, uids: list[int], known: _Known, validity: int, wanted: Wanted) -> list[Letter]:
    """Fetch mails whole, in one go; when the server refuses that, one by one, so that one bad mail holds up no other."""
    if not uids:
        return []
    # Servers are known to be wrong about sizes, so the bound is asked for as well.
    item = f"BODY.PEEK[]<0.{wanted.max_mail_bytes + 1}>"
    try:
        bodies = {uid: _body(data) for uid, data in client.fetch(uids, [item]).items()}
    except (IMAPClientAbortError, OSError, EOFError) as error:
        if len(uids) == 1:
            raise Broken(uids[0]) from error
        raise
    except (IMAPClientError, ValueError, RecursionError):
        if len(uids) == 1:
            return [_cut(client, uids[0], known, validity, wanted)]
        return [letter for uid in uids for letter in _whole(client, [uid], known, validity, wanted)]
    letters: list[Letter] = []
    for uid in uids:
        if uid not in bodies:
            continue
        content = bodies[uid]
        size, at = known[uid]
        if content is not None and len(content) <= wanted.max_mail_bytes:
            letters.append(Letter(uid=uid, content=content, at=_aware(at), size=size))
        else:
            letters.append(_cut(client, uid, known, validity, wanted))
    return letters


def _cut(client: IMAPClient, uid: int, known: _Known, validity: int, wanted: Wanted) -> Letter:
    """Fetch a mail's header and texts, and where its files lie. Of one that the server cannot show, only that it is there."""
    size, at = known[uid]
    head = b""
    try:
        head = _body(client.fetch([uid], [f"BODY.PEEK[HEADER]<0.{MAX_HEAD_BYTES}>"]).get(uid, {})) or b""
        if uid == wanted.hopeless:
            what = "The mail server breaks the connection whenever this mail is fetched. Look at it in the mailbox."
            return Letter(uid=uid, content=head, at=_aware(at), size=size, problem=what)
        texts, files = _parts(client, uid, head, validity, wanted)
    except (IMAPClientAbortError, OSError, EOFError) as error:
        raise Broken(uid) from error
    except (IMAPClientError, ValueError, RecursionError) as error:
        what = f"The mail server does not hand this mail out ({type(error).__name__}). Look at it in the mailbox."
        return Letter(uid=uid, content=head, at=_aware(at), size=size, problem=what)
    return Letter(uid=uid, content=head, at=_aware(at), size=size, texts=tuple(texts), files=tuple(files))


def _parts(
    client: IMAPClient, uid: int, head: bytes, validity: int, wanted: Wanted
) -> tuple[list[CutText], list[CutFile]]:  # fmt: skip
    sections = sections_of(client.fetch([uid], ["BODYSTRUCTURE"]).get(uid, {}).get(b"BODYSTRUCTURE"))
    message_id = message_id_in(raw_header(parse_head(head), "Message-ID"))
    texts: list[CutText] = []
    files: list[CutFile] = []
    for section in sections:
        if section.shown and len(texts) < _MAX_TEXTS:
            texts.append(_text_part(client, uid, section))
            continue
        ref = Ref(
            folder=wanted.folder, validity=validity, uid=uid, section=section.number, encoding=section.encoding,
            message_id=message_id,
        )  # fmt: skip
        files.append(
            CutFile(
                name=section.name, media_type=section.media_type, size=section.size, ref=ref.text(),
                content_id=section.content_id,
            )
        )  # fmt: skip
    return texts, files


def _text_part(client: IMAPClient, uid: int, section: Section) -> CutText:
    content = _body(client.fetch([uid], [f"BODY.PEEK[{section.number}]<0.{MAX_TEXT_BYTES}>"]).get(uid, {})) or b""
    return CutText(
        media_type=section.media_type, charset=section.charset, encoding=section.encoding, content=content,
        size=max(section.size, len(content)), flowed=section.flowed,
    )  # fmt: skip


def _body(data: dict[bytes, Any]) -> bytes | None:
    return next((value for key, value in data.items() if key.startswith(b"BODY[") and isinstance(value, bytes)), None)


def _aware(at: Any) -> datetime | None:
    return at if isinstance(at, datetime) and at.tzinfo is not None else None
