"""IMAP, blocking; the protocol runs it in threads, one connection at a time."""

import ssl
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError
from msgspec import Struct

from unisono.contract import Health
from unisono.domain.words import ChannelState

TIMEOUT_S = 30.0
IDLE_S = 25 * 60
_IDLE_SLICE_S = 20.0


class Place(Struct, frozen=True, kw_only=True):
    """How to reach a mailbox. `secret`: the password, or an access token when `oauth`."""

    host: str
    port: int
    security: str
    login: str
    secret: str
    oauth: bool
    folder: str


class Letter(Struct, frozen=True, kw_only=True):
    """A mail as the server has it. `cut`: it was larger than the bound and only its beginning was fetched."""

    uid: int
    content: bytes
    cut: bool = False


class Batch(Struct, frozen=True, kw_only=True):
    """One page of a folder."""

    validity: int
    letters: list[Letter]
    last_uid: int
    more: bool


class ImapFailed(Exception):
    """The mailbox cannot be read; `health` says why, for a person."""

    def __init__(self, health: Health) -> None:
        super().__init__(health.what)
        self.health = health


def failure(error: Exception, place: Place) -> ImapFailed:
    """Return what an error of the library or the socket means."""
    if isinstance(error, ImapFailed):
        return error
    if isinstance(error, LoginError):
        what = f"{place.host} refuses the log-in of {place.login}. Check name and password, or renew the authorisation."
        return ImapFailed(Health(state=ChannelState.REAUTH_NEEDED, what=what, field="password"))
    if isinstance(error, ssl.SSLError):
        what = f"{place.host}:{place.port} does not speak TLS as expected ({error.reason or 'error'}). Check port and encryption."
        return ImapFailed(Health(state=ChannelState.MISCONFIGURED, what=what, field="imap_security"))
    if isinstance(error, IMAPClientError) and "SELECT" in str(error).upper():
        what = f"The folder {place.folder} does not exist or may not be opened."
        return ImapFailed(Health(state=ChannelState.MISCONFIGURED, what=what, field="folder"))
    what = f"{place.host}:{place.port} cannot be reached ({type(error).__name__}). Check the server's name and port."
    return ImapFailed(Health(state=ChannelState.UNREACHABLE, what=what, field="imap_host"))


def connect(place: Place) -> IMAPClient:
    """Return a logged-in connection. Raises ImapFailed."""
    try:
        client = IMAPClient(
            place.host, place.port, ssl=place.security == "tls", timeout=TIMEOUT_S,
            ssl_context=ssl.create_default_context() if place.security != "none" else None,
        )  # fmt: skip
    except (OSError, IMAPClientError) as error:
        raise failure(error, place) from error
    try:
        if place.security == "starttls":
            client.starttls(ssl.create_default_context())
        if place.oauth:
            client.oauth2_login(place.login, place.secret)
        else:
            client.login(place.login, place.secret)
    except (OSError, IMAPClientError) as error:
        _leave(client)
        raise failure(error, place) from error
    return client


def _leave(client: IMAPClient) -> None:
    try:
        client.logout()
    except (OSError, IMAPClientError):
        client.shutdown()


def within(place: Place, work: Callable[[IMAPClient, dict[bytes, Any]], Any], *, readonly: bool = True) -> Any:
    """Open the folder, do the work, leave. Raises ImapFailed."""
    client = connect(place)
    try:
        facts = client.select_folder(place.folder, readonly=readonly)
        return work(client, facts)
    except (OSError, IMAPClientError) as error:
        raise failure(error, place) from error
    finally:
        _leave(client)


def fetch(place: Place, validity: int | None, last_uid: int, since: datetime, limit: int, max_bytes: int) -> Batch:
    """Return the next mails after a UID, at most `limit` and about 20 MB; another UIDVALIDITY starts at `since`."""

    def work(client: IMAPClient, facts: dict[bytes, Any]) -> Batch:
        now_validity = int(facts[b"UIDVALIDITY"])
        next_uid = int(facts.get(b"UIDNEXT") or 0)
        if now_validity == validity and next_uid and last_uid >= next_uid:
            fresh, start = True, 0
        else:
            fresh, start = now_validity != validity, last_uid
        if fresh:
            uids = sorted(client.search(["SINCE", (since - timedelta(days=1)).date()]))
        else:
            uids = sorted(u for u in client.search(["UID", f"{start + 1}:*"]) if u > start)
        page = uids[:limit]
        letters = _letters(client, page, max_bytes)
        reached = letters[-1].uid if letters else (max(next_uid - 1, 0) if fresh else start)
        if len(letters) == len(page) and page:
            reached = page[-1]
        return Batch(validity=now_validity, letters=letters, last_uid=reached, more=bool(uids) and reached < uids[-1])

    result: Batch = within(place, work)
    return result


def _letters(client: IMAPClient, uids: list[int], max_bytes: int) -> list[Letter]:
    if not uids:
        return []
    sizes = {uid: int(data[b"RFC822.SIZE"]) for uid, data in client.fetch(uids, ["RFC822.SIZE"]).items()}
    letters: list[Letter] = []
    room = 20_000_000
    for uid in uids:
        size = sizes.get(uid)
        if size is None:
            continue
        if letters and size > room:
            break
        item = "BODY.PEEK[]" if size <= max_bytes else f"BODY.PEEK[]<0.{max_bytes}>"
        data = client.fetch([uid], [item]).get(uid, {})
        content = next((value for key, value in data.items() if key.startswith(b"BODY[]")), None)
        if isinstance(content, bytes):
            letters.append(Letter(uid=uid, content=content, cut=size > max_bytes))
            room -= len(content)
    return letters


def wait_for_news(place: Place, stop: Callable[[], bool]) -> bool:
    """Wait by IDLE until the folder changes; False when told to stop or when it is time to begin anew."""

    def work(client: IMAPClient, _facts: dict[bytes, Any]) -> bool:
        waited = 0.0
        if not client.has_capability("IDLE"):
            while not stop() and waited < IDLE_S:
                if client.noop()[1]:
                    return True
                time.sleep(_IDLE_SLICE_S)
                waited += _IDLE_SLICE_S
            return False
        client.idle()
        try:
            while not stop() and waited < IDLE_S:
                news = client.idle_check(timeout=1.0)
                if any(len(item) > 1 and item[1] in (b"EXISTS", b"RECENT", b"EXPUNGE") for item in news):
                    return True
                waited += 1.0
        finally:
            client.idle_done()
        return False

    return bool(within(place, work))


def find_message(place: Place, folder: str, message_id: str) -> bool | None:
    """Tell whether a folder holds a mail with this Message-ID; None when the folder cannot be looked into."""
    try:
        found: list[int] = within(
            msgspec.structs.replace(place, folder=folder), lambda client, _: client.search(["HEADER", "Message-ID", message_id])
        )
    except ImapFailed:
        return None
    return bool(found)


def keep_copy(place: Place, folder: str, content: bytes) -> None:
    """Put a copy of a sent mail into a folder. Raises ImapFailed."""
    client = connect(place)
    try:
        client.append(folder, content, flags=[b"\\Seen"])
    except (OSError, IMAPClientError) as error:
        raise failure(error, place) from error
    finally:
        _leave(client)
