"""Mailboxes as folders of files: `address/folder/uid.eml`; what was delivered survives a restart."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

INBOX = "INBOX"
_UNSAFE = re.compile(r"[^a-z0-9.@_+=-]")


class StoredMail(Struct, frozen=True, kw_only=True):
    """A mail in a folder."""

    uid: int
    received_at: datetime
    content: bytes


class Boxes:
    """All mailboxes below a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._watchers: dict[tuple[str, str], set[Callable[[], None]]] = {}
        # Looking for the highest number in a folder of thousands takes longer than storing a mail.
        self._next: dict[Path, int] = {}
        directory.mkdir(parents=True, exist_ok=True)

    def _folder(self, address: str, folder: str) -> Path:
        box = _UNSAFE.sub("_", address.lower())
        return self._directory / box / _UNSAFE.sub("_", folder.lower())

    def addresses(self) -> list[str]:
        """Return the mailboxes that have got a mail."""
        return sorted(path.name for path in self._directory.iterdir() if path.is_dir())

    def validity(self) -> int:
        """Return the UIDVALIDITY: when these mailboxes were made."""
        mark = self._directory / ".validity"
        if not mark.exists():
            mark.write_text(str(int(datetime.now(UTC).timestamp())))
        return int(mark.read_text())

    def add(self, address: str, content: bytes, folder: str = INBOX) -> int:
        """Store a mail and return its UID."""
        place = self._folder(address, folder)
        place.mkdir(parents=True, exist_ok=True)
        uid = self._next.get(place) or self.next_uid(address, folder)
        self._next[place] = uid + 1
        fresh = place / f".{uid}.new"
        fresh.write_bytes(content)
        fresh.rename(place / f"{uid:08d}.eml")
        for watcher in list(self._watchers.get((address.lower(), folder.upper()), ())):
            watcher()
        return uid

    def next_uid(self, address: str, folder: str = INBOX) -> int:
        """Return the UID that the next mail gets."""
        return max(self.uids(address, folder), default=0) + 1

    def uids(self, address: str, folder: str = INBOX) -> list[int]:
        """Return the UIDs of a folder in order."""
        place = self._folder(address, folder)
        return sorted(int(path.stem) for path in place.glob("*.eml")) if place.is_dir() else []

    def mail(self, address: str, uid: int, folder: str = INBOX) -> StoredMail:
        """Return a mail. Raises KeyError."""
        path = self._folder(address, folder) / f"{uid:08d}.eml"
        if not path.exists():
            raise KeyError(uid)
        return StoredMail(uid=uid, received_at=datetime.fromtimestamp(path.stat().st_mtime, UTC), content=path.read_bytes())

    def messages(self, address: str, folder: str = INBOX) -> list[StoredMail]:
        """Return the mails of a folder, oldest first."""
        return [self.mail(address, uid, folder) for uid in self.uids(address, folder)]

    def watch(self, address: str, folder: str, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` whenever something is stored there; returns what ends it."""
        key = (address.lower(), folder.upper())
        self._watchers.setdefault(key, set()).add(watcher)
        return lambda: self._watchers[key].discard(watcher)
