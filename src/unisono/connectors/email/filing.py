"""What is done in a mailbox besides reading it: marks, moves, copies of answers, looking something up. All of it blocking."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from imapclient.imapclient import SENT

from unisono.connectors._mail.imap import open_folder
from unisono.connectors._mail.large import Ref, undone
from unisono.connectors._mail.settings import Settings

_MAX_FOUND: Final = 20


def settle(client: IMAPClient, settings: Settings, validity: int, uids: Sequence[int]) -> None:
    """Mark mails as read, or move them, as the settings say; only in the folder that they were fetched from.

    For people who look at the same mailbox; whether it works changes nothing for us.
    """
    facts = open_folder(client, settings.folder, "folder", readonly=False)
    if int(facts.get(b"UIDVALIDITY") or 1) != validity:
        return
    present = client.search(["UID", ",".join(map(str, uids))])
    if not present:
        return
    if settings.after == "seen":
        client.add_flags(present, [b"\\Seen"], silent=True)
    elif settings.after == "move" and settings.done_folder:
        _move(client, present, settings.done_folder)


def _move(client: IMAPClient, uids: Sequence[int], folder: str) -> None:
    if client.has_capability("MOVE"):
        client.move(uids, folder)
        return
    client.copy(uids, folder)
    client.add_flags(uids, [b"\\Deleted"], silent=True)
    # A plain EXPUNGE would also remove what others have marked; without UIDPLUS the mark has to do (RFC 4315).
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(uids)


def sent_folder(client: IMAPClient, settings: Settings) -> str | None:
    """Return the folder of sent mail: the one that was set, else the one that the server marks as such (RFC 6154)."""
    if settings.sent_folder:
        return settings.sent_folder
    for flags, _, name in client.list_folders():
        if SENT in flags:
            return str(name)
    return None


def keep_copy(client: IMAPClient, folder: str, content: bytes) -> None:
    """Put a copy of a sent mail into a folder."""
    client.append(folder, content, flags=[b"\\Seen"])


def holds(client: IMAPClient, folder: str, setting: str, header: str, message_id: str, since: date) -> bool:
    """Tell whether a folder holds a mail whose header names this Message-ID.

    since: the server's day from which on it can have come in; without it servers read every mail of a large folder.
    """
    open_folder(client, folder, setting)
    return bool(client.search(["SINCE", since, "HEADER", header, message_id]))


def fetch_part(client: IMAPClient, settings: Settings, ref: Ref, max_bytes: int) -> bytes | None:
    """Return a file that stayed at the server; None when its mail is no longer to be found, or it is larger than that."""
    for folder in dict.fromkeys(name for name in (ref.folder, settings.done_folder) if name):
        try:
            facts = open_folder(client, folder, "folder")
            same = folder == ref.folder and int(facts.get(b"UIDVALIDITY") or 1) == ref.validity
            found = client.search(["UID", str(ref.uid)]) if same else []
            if not found and ref.message_id:
                found = client.search(["HEADER", "Message-ID", ref.message_id])[:_MAX_FOUND]
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            continue
        if found:
            # Base64 makes three bytes four, and line ends come on top.
            bound = max_bytes * 3 // 2 + 1_000
            data = client.fetch([found[0]], [f"BODY.PEEK[{ref.section}]<0.{bound}>"]).get(found[0], {})
            content = next((v for k, v in data.items() if k.startswith(b"BODY[") and isinstance(v, bytes)), None)
            if content is not None and len(content) < bound:
                plain = undone(content, ref.encoding)
                return plain if len(plain) <= max_bytes else None
    return None
