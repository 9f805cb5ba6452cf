"""Whom the network tells of what, and why: entries of a log that each company reads at its own pace."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from unisono.testing.sandbox.live import Live
from unisono.testing.sandbox.model import Entry, Item
from unisono.testing.sandbox.store import Store

_MENTION = re.compile(r"(?<![\w@/])@(\w{2,30})")


class Telling:
    """Writes the entries; who was once told of an item is told of its changes as well."""

    def __init__(self, store: Store, live: Live, now: Callable[[], datetime]) -> None:
        self._store = store
        self._live = live
        self._now = now

    def created(self, item: Item, parent: Item | None) -> None:
        """Tell of a new item."""
        reasons = self._direct_reasons(item) if item.direct else self._public_reasons(item, parent)
        for account, why in sorted(reasons.items()):
            self._tell("item.created", account, item, why)

    def edited(self, item: Item) -> None:
        """Tell of a change; whom the new text names for the first time hears of the item itself."""
        told = self._store.told(item.id)
        for account, why in sorted(told.items()):
            self._tell("item.edited", account, item, why)
        for account in () if item.direct else self._mentioned(item):
            if account not in told:
                self._store.add_members(item.root, [account])
                self._tell("item.created", account, item, "mention")

    def deleted(self, item: Item) -> None:
        """Tell that an item is gone."""
        for account, why in sorted(self._store.told(item.id).items()):
            self._tell("item.deleted", account, item, why)

    def left(self, account_id: int, companies: Iterable[int]) -> None:
        """Tell that somebody deleted their account, and with it all that they said."""
        for company in sorted(companies):
            self._append(Entry(seq=0, account=company, type="account.deleted", subject=account_id, at=self._now()))

    def state(self, item: Item, state: str) -> None:
        """Tell a company what became of something it said."""
        if self._is_company(item.author):
            self._append(
                Entry(seq=0, account=item.author, type="item.state", subject=item.id, at=self._now(), why="own", state=state)
            )

    def _direct_reasons(self, item: Item) -> dict[int, str]:
        reasons = {item.author: "own", item.peer or 0: "direct"}
        return {account: why for account, why in reasons.items() if self._is_company(account)}

    def _public_reasons(self, item: Item, parent: Item | None) -> dict[int, str]:
        """The strongest reason counts, so it is set last."""
        reasons = dict.fromkeys(self._store.members(item.root), "thread")
        if parent is not None and self._is_company(parent.author):
            reasons[parent.author] = "reply"
        if item.page is not None:
            reasons[item.page] = "page"
        reasons |= dict.fromkeys(self._mentioned(item), "mention")
        if self._is_company(item.author):
            reasons[item.author] = "own"
        self._store.add_members(item.root, reasons)
        return reasons

    def _mentioned(self, item: Item) -> list[int]:
        found = (self._store.account_by_handle(item.face, name.lower()) for name in _MENTION.findall(item.text))
        return [account.id for account in found if account is not None and account.company]

    def _is_company(self, account_id: int) -> bool:
        found = self._store.account(account_id)
        return found is not None and found.company

    def _tell(self, type_: str, account: int, item: Item, why: str) -> None:
        if type_ == "item.created":
            self._store.add_told(item.id, account, why)
        self._append(Entry(seq=0, account=account, type=type_, subject=item.id, at=self._now(), why=why, revision=item.revision))

    def _append(self, entry: Entry) -> None:
        seq = self._store.add_entry(entry)
        self._live.tell(f"company:{entry.account}", {"type": "entry", "seq": seq})
