"""The networks' accounts: joining, access tokens and their renewal, leaving."""

import re
import secrets
import sqlite3
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from unisono.testing.sandbox.faces import FACES, Face
from unisono.testing.sandbox.live import Live
from unisono.testing.sandbox.model import Account, Refused
from unisono.testing.sandbox.store import Store
from unisono.testing.sandbox.telling import Telling

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ł": "l"})


def folded_handle(text: str) -> str:
    """Return a handle in the one form in which handles are compared; empty when nothing of it can stand in one."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_UMLAUTS))
    return re.sub(r"[^a-z0-9]+", "_", "".join(c for c in plain if not unicodedata.combining(c))).strip("_")[:30]


class Accounts:
    """Faces and who is on them.

    faces: the networks; path: SQLite file, or `:memory:`; now: the networks' clock.
    """

    def __init__(
        self, faces: Sequence[Face] = FACES, path: str = ":memory:", now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.store = Store(path)
        self.live = Live()
        self.telling = Telling(self.store, self.live, now)
        self.now = now
        self._faces = {face.key: face for face in faces}

    def close(self) -> None:
        """End streams and close the database."""
        self.live.close()
        self.store.close()

    # -- faces -------------------------------------------------------------------------------------------------------

    @property
    def faces(self) -> tuple[Face, ...]:
        """The networks as they are now."""
        return tuple(self._faces.values())

    def face(self, key: str) -> Face:
        """Return a network. Raises Refused (404)."""
        if key not in self._faces:
            raise Refused(404, "no_face", f"There is no network {key!r} here; there are {', '.join(self._faces)}.")
        return self._faces[key]

    def configure(self, key: str, **changes: Any) -> Face:
        """Change rules of a network (fields of `Face`) while it runs. Raises Refused for a rule that does not exist."""
        try:
            self._faces[key] = msgspec.structs.replace(self.face(key), **changes)
        except TypeError as error:
            raise Refused(422, "no_rule", f"This network cannot be configured so: {error}.") from error
        return self._faces[key]

    def together(self) -> AbstractContextManager[None]:
        """All that is done within the block stands or falls together; thousands of posts are quicker so."""
        return self.store.transaction()

    # -- accounts ----------------------------------------------------------------------------------------------------

    def join(self, face: str, name: str, handle: str = "", *, company: bool = False, about: str = "") -> Account:
        """Return a new account. Without a handle one is made of the name. Raises Refused when the handle is taken."""
        rules = self.face(face)
        name = " ".join(name.split())[:60]
        wanted = folded_handle(handle or name)
        if not name or not wanted:
            raise Refused(422, "no_name", "An account needs a name with letters or digits.")
        token = refresh = expires_at = None
        if company:
            token, refresh, expires_at = self._fresh_tokens(rules)
        for attempt in range(1 if handle else 50):
            tried = wanted if attempt == 0 else f"{wanted[:27]}_{attempt + 1}"
            try:
                account_id = self.store.add_account(
                    face, tried, tried, name, about[:300], company, token, refresh, expires_at, self.now()
                )
            except sqlite3.IntegrityError:
                continue
            return self.account(account_id)
        raise Refused(409, "taken", f"@{wanted} is taken on {rules.name}. Choose another handle.")

    def account(self, account_id: int) -> Account:
        """Return a living account. Raises Refused (404)."""
        found = self.store.account(account_id)
        if found is None or found.deleted_at is not None:
            raise Refused(404, "no_account", "This account does not exist, or no longer.")
        return found

    def by_handle(self, face: str, handle: str) -> Account:
        """Return who has a handle. Raises Refused (404)."""
        found = self.store.account_by_handle(face, folded_handle(handle.lstrip("@")))
        if found is None:
            raise Refused(404, "no_account", f"Nobody is called {handle} on {self.face(face).name}.")
        return found

    def holder(self, token: str) -> Account:
        """Return whose access token it is. Raises Refused (401)."""
        found = self.store.account_by_token(token)
        if found is None:
            raise Refused(401, "bad_token", "This access token is not known. It may have been renewed or taken back.")
        if found.token_expires_at is not None and found.token_expires_at <= self.now():
            raise Refused(401, "expired_token", "This access token has expired. Renew it with the refresh token.")
        return found

    def renew(self, refresh_token: str) -> Account:
        """Exchange a refresh token for new tokens; the old ones end. Raises Refused (401)."""
        found = self.store.account_by_refresh_token(refresh_token)
        if found is None:
            raise Refused(401, "bad_refresh_token", "This refresh token is not known, or was used before.")
        return self.authorise(found.id)

    def authorise(self, account_id: int) -> Account:
        """Give an account new tokens; those it had end."""
        self.store.set_tokens(account_id, *self._fresh_tokens(self.face(self.account(account_id).face)))
        return self.account(account_id)

    def revoke(self, account_id: int, *, refresh: bool = True) -> None:
        """End an account's access token, and its refresh token as well unless `refresh` is False."""
        account = self.account(account_id)
        self.store.set_tokens(account_id, secrets.token_urlsafe(24), None if refresh else account.refresh_token, None)

    def _fresh_tokens(self, face: Face) -> tuple[str, str, datetime | None]:
        expires_at = self.now() + timedelta(seconds=face.token_life_s) if face.token_life_s is not None else None
        return secrets.token_urlsafe(24), secrets.token_urlsafe(24), expires_at

    def leave(self, account_id: int) -> None:
        """Delete an account and all that it said; whoever was told of it is told of that."""
        account = self.account(account_id)
        with self.together():
            items = self.store.items_where("author = ? and deleted_at is null", (account_id,))
            told = self.store.told_of([item.id for item in items]) - {account_id}
            self.store.remove_items([item.id for item in items], self.now())
            self.store.remove_account(account_id, self.now())
            self.telling.left(account_id, told)
        self.live.tell(f"public:{account.face}", {"type": "left", "account": str(account_id)})
