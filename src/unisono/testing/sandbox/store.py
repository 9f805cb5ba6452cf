"""The sandbox network's SQLite database: rows in and out, nothing decided."""

import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from unisono.testing.sandbox.model import Account, Entry, Item, Picture

_T = TypeVar("_T")
_SCHEMA = Path(__file__).with_name("schema.sql")
_ITEM = (
    "id, face, author, text, root, parent, peer, page, links_to, warning, key, keyed_at, state, created_at, edited_at, "
    "revision, deleted_at"
)
_ACCOUNT = "id, face, handle, name, about, company, token, refresh_token, token_expires_at, created_at, deleted_at"
_PICTURE = "id, face, owner, item, name, media_type, size_bytes, alt"
_ENTRY = "seq, account, type, subject, at, why, revision, state"


class Store:
    """One connection; every call is short. `path` is a file or `:memory:`."""

    def __init__(self, path: str) -> None:
        # One thread at a time uses it; which one does not matter to SQLite.
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(_SCHEMA.read_text(encoding="utf-8"))
        if self._row("select 1 from network") is None:
            self._db.execute("insert into network values (?)", (secrets.token_hex(4),))
        found = self._row("select generation from network")
        assert found is not None
        self.generation: str = found["generation"]

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; may be nested, the outermost decides."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def _row(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(statement, values).fetchone()
        return row

    def _one(self, made: Callable[[sqlite3.Row], _T], statement: str, values: Sequence[Any]) -> _T | None:
        row = self._row(statement, values)
        return None if row is None else made(row)

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        return self._db.execute(statement, values).fetchall()

    # -- accounts ----------------------------------------------------------------------------------------------------

    def add_account(
        self, face: str, handle: str, folded: str, name: str, about: str, company: bool, token: str | None,
        refresh_token: str | None, token_expires_at: datetime | None, at: datetime,
    ) -> int:  # fmt: skip
        """Return the new id. Raises sqlite3.IntegrityError when the handle is taken."""
        return _new_id(
            self._db.execute(
                "insert into account (face, handle, folded, name, about, company, token, refresh_token, token_expires_at,"
                " created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (face, handle, folded, name, about, company, token, refresh_token, _text(token_expires_at), _text(at)),
            )
        )

    def account(self, account_id: int) -> Account | None:
        """Return an account, also one that is gone."""
        return self._one(_account, f"select {_ACCOUNT} from account where id = ?", (account_id,))

    def accounts(self, account_ids: Iterable[int]) -> dict[int, Account]:
        """Return accounts by id, also those that are gone."""
        rows = self._many(f"select {_ACCOUNT} from account where id in (%s)", account_ids)
        return {row["id"]: _account(row) for row in rows}

    def account_by_handle(self, face: str, folded: str) -> Account | None:
        """Return the living account of that handle."""
        return self._one(
            _account, f"select {_ACCOUNT} from account where face = ? and folded = ? and deleted_at is null", (face, folded)
        )

    def account_by_token(self, token: str) -> Account | None:
        """Return whose access token it is."""
        return self._one(_account, f"select {_ACCOUNT} from account where token = ? and deleted_at is null", (token,))

    def account_by_refresh_token(self, token: str) -> Account | None:
        """Return whose refresh token it is."""
        return self._one(_account, f"select {_ACCOUNT} from account where refresh_token = ? and deleted_at is null", (token,))

    def set_tokens(self, account_id: int, token: str | None, refresh_token: str | None, expires_at: datetime | None) -> None:
        """Replace an account's tokens."""
        self._db.execute(
            "update account set token = ?, refresh_token = ?, token_expires_at = ? where id = ?",
            (token, refresh_token, _text(expires_at), account_id),
        )

    def living(self, face: str, *, companies: bool | None = None, limit: int = 500) -> list[Account]:
        """Return a face's accounts, newest first."""
        only = "" if companies is None else f" and company = {int(companies)}"
        rows = self._rows(
            f"select {_ACCOUNT} from account where face = ? and deleted_at is null{only} order by id desc limit ?",
            (face, limit),
        )
        return [_account(row) for row in rows]

    def remove_account(self, account_id: int, at: datetime) -> None:
        """Take name, handle and tokens away; the number stays, so that nobody else gets it."""
        self._db.execute(
            "update account set deleted_at = ?, name = '', handle = '', folded = '', about = '', token = null,"
            " refresh_token = null where id = ?",
            (_text(at), account_id),
        )
        self._db.execute("delete from hook where account = ?", (account_id,))

    # -- items -------------------------------------------------------------------------------------------------------

    def add_item(self, item: Item) -> int:
        """Store what was said; `id` 0 and `root` 0 are filled in. Returns the id."""
        item_id = _new_id(
            self._db.execute(
                "insert into item (face, author, text, root, parent, peer, page, links_to, warning, key, keyed_at, state,"
                " created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    item.face, item.author, item.text, item.root, item.parent, item.peer, item.page, item.links_to, item.warning,
                    item.key, _text(item.keyed_at), item.state, _text(item.created_at),
                ),
            )
        )  # fmt: skip
        if item.root == 0:
            self._db.execute("update item set root = id where id = ?", (item_id,))
        return item_id

    def item(self, item_id: int) -> Item | None:
        """Return an item, also one that is gone."""
        return self._one(_item, f"select {_ITEM} from item where id = ?", (item_id,))

    def items(self, item_ids: Iterable[int]) -> dict[int, Item]:
        """Return items by id, also those that are gone."""
        rows = self._many(f"select {_ITEM} from item where id in (%s)", item_ids)
        return {row["id"]: _item(row) for row in rows}

    def items_where(self, condition: str, values: Sequence[Any]) -> list[Item]:
        """Return items; `condition` is SQL of ours, values go as parameters."""
        return [_item(row) for row in self._rows(f"select {_ITEM} from item where {condition}", values)]

    def change_text(self, item_id: int, text: str, at: datetime) -> None:
        """Replace what an item says; its revision rises."""
        self._db.execute(
            "update item set text = ?, edited_at = ?, revision = revision + 1 where id = ?", (text, _text(at), item_id)
        )

    def set_state(self, item_id: int, state: str) -> None:
        """Note how far a direct message has come."""
        self._db.execute("update item set state = ? where id = ?", (state, item_id))

    def remove_items(self, item_ids: Sequence[int], at: datetime) -> None:
        """Take text and files away for good; the numbers stay."""
        for item_id in item_ids:
            self._db.execute("update item set text = '', warning = '', deleted_at = ? where id = ?", (_text(at), item_id))
            self._db.execute("delete from media where item = ?", (item_id,))

    def comment_counts(self, roots: Iterable[int]) -> dict[int, int]:
        """Return how many comments stand below each root."""
        rows = self._many(
            "select root, count(*) as n from item where root in (%s) and root <> id and deleted_at is null and peer is null"
            " group by root",
            roots,
        )
        return {row["root"]: row["n"] for row in rows}

    # -- who follows a thread ----------------------------------------------------------------------------------------

    def members(self, root: int) -> set[int]:
        """Return the companies that have to do with a public thread."""
        return {row["account"] for row in self._rows("select account from member where root = ?", (root,))}

    def add_members(self, root: int, accounts: Iterable[int]) -> None:
        """Note them."""
        self._db.executemany("insert or ignore into member values (?, ?)", [(root, account) for account in accounts])

    # -- files -------------------------------------------------------------------------------------------------------

    def add_picture(self, picture: Picture, content: bytes) -> None:
        """Store an upload."""
        self._db.execute(
            "insert into media (id, face, owner, item, name, media_type, size_bytes, alt, bytes)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                picture.id, picture.face, picture.owner, picture.item, picture.name, picture.media_type, picture.size_bytes,
                picture.alt, content,
            ),
        )  # fmt: skip

    def picture(self, picture_id: str) -> Picture | None:
        """Return what is known of a file."""
        return self._one(_picture, f"select {_PICTURE} from media where id = ?", (picture_id,))

    def content(self, picture_id: str) -> bytes | None:
        """Return a file's bytes."""
        row = self._row("select bytes from media where id = ?", (picture_id,))
        return bytes(row["bytes"]) if row else None

    def use_pictures(self, picture_ids: Sequence[str], item_id: int) -> None:
        """Bind uploads to what they were uploaded for."""
        for position, picture_id in enumerate(picture_ids):
            self._db.execute("update media set item = ?, position = ? where id = ?", (item_id, position, picture_id))

    def pictures(self, item_ids: Iterable[int]) -> dict[int, list[Picture]]:
        """Return the files of items."""
        rows = self._many(f"select {_PICTURE} from media where item in (%s) order by position", item_ids)
        found: dict[int, list[Picture]] = {}
        for row in rows:
            found.setdefault(row["item"], []).append(_picture(row))
        return found

    # -- what a company is told --------------------------------------------------------------------------------------

    def add_entry(self, entry: Entry) -> int:
        """Append; `seq` is given by the database."""
        return _new_id(
            self._db.execute(
                "insert into entry (account, type, subject, at, why, revision, state) values (?, ?, ?, ?, ?, ?, ?)",
                (entry.account, entry.type, entry.subject, _text(entry.at), entry.why, entry.revision, entry.state),
            )
        )

    def entries(self, account: int, after: int, limit: int) -> list[Entry]:
        """Return the next entries."""
        rows = self._rows(
            f"select {_ENTRY} from entry where account = ? and seq > ? order by seq limit ?", (account, after, limit)
        )
        return [_entry(row) for row in rows]

    def entry(self, seq: int) -> Entry | None:
        """Return one entry."""
        return self._one(_entry, f"select {_ENTRY} from entry where seq = ?", (seq,))

    def newest_seq(self) -> int:
        """Return the highest number that was ever given to an entry of anybody."""
        row = self._row("select seq from sqlite_sequence where name = 'entry'")
        return row["seq"] if row else 0

    def add_told(self, item_id: int, account: int, why: str) -> None:
        """Note that a company knows of an item; this outlives the entry."""
        self._db.execute("insert or ignore into told values (?, ?, ?)", (item_id, account, why))

    def told(self, item_id: int) -> dict[int, str]:
        """Return who knows of an item, and why."""
        return {row["account"]: row["why"] for row in self._rows("select account, why from told where item = ?", (item_id,))}

    def told_of(self, item_ids: Iterable[int]) -> set[int]:
        """Return who knows of any of these items."""
        return {row["account"] for row in self._many("select distinct account from told where item in (%s)", item_ids)}

    def prune(self, account: int, *, before: datetime | None, keep: int | None) -> int:
        """Forget old entries of an account; returns the highest number that is gone for it."""
        limits: list[int] = []
        if before is not None:
            row = self._row("select max(seq) as seq from entry where account = ? and at < ?", (account, _text(before)))
            limits.append((row["seq"] if row else None) or 0)
        if keep is not None:
            row = self._row("select seq from entry where account = ? order by seq desc limit 1 offset ?", (account, keep))
            limits.append(row["seq"] if row else 0)
        if highest := max(limits, default=0):
            self._db.execute("delete from entry where account = ? and seq <= ?", (account, highest))
            self._db.execute("update account set pruned_seq = max(pruned_seq, ?) where id = ?", (highest, account))
        row = self._row("select pruned_seq from account where id = ?", (account,))
        return row["pruned_seq"] if row else 0

    # -- web hooks ---------------------------------------------------------------------------------------------------

    def set_hook(self, account: int, url: str, secret: str) -> None:
        """Note where a company wants to be told."""
        self._db.execute("insert or replace into hook values (?, ?, ?)", (account, url, secret))

    def remove_hook(self, account: int) -> None:
        """Tell them no more."""
        self._db.execute("delete from hook where account = ?", (account,))

    def hook(self, account: int) -> tuple[str, str] | None:
        """Return (address, secret)."""
        row = self._row("select url, secret from hook where account = ?", (account,))
        return (row["url"], row["secret"]) if row else None

    def _many(self, statement: str, ids: Iterable[int]) -> list[sqlite3.Row]:
        """Ask for many ids; SQLite takes some ten thousand parameters at once, so they go in portions."""
        wanted = list(dict.fromkeys(ids))
        found: list[sqlite3.Row] = []
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            found += self._rows(statement % ",".join("?" * len(part)), part)
        return found


def _new_id(cursor: sqlite3.Cursor) -> int:
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _text(at: datetime | None) -> str | None:
    return at.isoformat(timespec="microseconds") if at else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _account(row: sqlite3.Row) -> Account:
    return Account(
        id=row["id"], face=row["face"], handle=row["handle"], name=row["name"], about=row["about"], company=bool(row["company"]),
        token=row["token"], refresh_token=row["refresh_token"], token_expires_at=_time(row["token_expires_at"]),
        created_at=datetime.fromisoformat(row["created_at"]), deleted_at=_time(row["deleted_at"]),
    )  # fmt: skip


def _item(row: sqlite3.Row) -> Item:
    return Item(
        id=row["id"], face=row["face"], author=row["author"], text=row["text"], root=row["root"], parent=row["parent"],
        peer=row["peer"], page=row["page"], links_to=row["links_to"], warning=row["warning"], key=row["key"],
        keyed_at=_time(row["keyed_at"]), state=row["state"], created_at=datetime.fromisoformat(row["created_at"]),
        edited_at=_time(row["edited_at"]), revision=row["revision"], deleted_at=_time(row["deleted_at"]),
    )  # fmt: skip


def _picture(row: sqlite3.Row) -> Picture:
    return Picture(
        id=row["id"], face=row["face"], owner=row["owner"], item=row["item"], name=row["name"], media_type=row["media_type"],
        size_bytes=row["size_bytes"], alt=row["alt"],
    )  # fmt: skip


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        seq=row["seq"], account=row["account"], type=row["type"], subject=row["subject"],
        at=datetime.fromisoformat(row["at"]), why=row["why"], revision=row["revision"], state=row["state"],
    )  # fmt: skip
