"""How the network shows things to programs: plain dictionaries, ready to be encoded."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from unisono.testing.sandbox.model import Account, Entry, Item, Picture
from unisono.testing.sandbox.network import SandboxNetwork, reply_until

_CLIMB = 50


class Wire:
    """Makes what a reader may see; many things are looked up together."""

    def __init__(self, network: SandboxNetwork, base_url: str = "") -> None:
        self._network = network
        self.base_url = base_url

    def account(self, account: Account) -> dict[str, Any]:
        """Show somebody."""
        return {
            "id": str(account.id), "handle": account.handle, "name": account.name, "about": account.about,
            "company": account.company, "url": f"{self.base_url}/{account.face}/u/{account.handle}",
        }  # fmt: skip

    def picture(self, picture: Picture) -> dict[str, Any]:
        """Show what is known of a file; its bytes have an address nobody can guess."""
        return {
            "id": picture.id, "name": picture.name, "type": picture.media_type, "size": picture.size_bytes,
            "alt": picture.alt, "url": f"{self.base_url}/{picture.face}/media/{picture.id}",
        }  # fmt: skip

    def items(self, items: Sequence[Item], reader: int | None) -> list[dict[str, Any]]:
        """Show what was said, to one reader (None: to everybody)."""
        store = self._network.store
        pictures = store.pictures(item.id for item in items)
        answered = self._answered(items)
        roots = store.items(item.root for item in items)
        people = store.accounts(
            account
            for item in items
            for account in (item.author, item.peer, item.page, answered.get(item.id))
            if account is not None
        )
        return [self._item(item, reader, people, roots.get(item.root), answered, pictures.get(item.id, [])) for item in items]

    def item(self, item: Item, reader: int | None) -> dict[str, Any]:
        """Show one thing that was said."""
        return self.items([item], reader)[0]

    def entries(self, entries: Sequence[Entry]) -> list[dict[str, Any]]:
        """Show what a company is told. What was deleted since is left out, but not that it was deleted."""
        about = [entry.subject for entry in entries if entry.type != "account.deleted"]
        found = self._network.store.items(about)
        standing = [item for item in found.values() if item.deleted_at is None]
        shown = (
            dict(zip((item.id for item in standing), self.items(standing, entries[0].account), strict=True)) if entries else {}
        )
        result: list[dict[str, Any]] = []
        for entry in entries:
            line: dict[str, Any] = {"seq": str(entry.seq), "type": entry.type, "at": entry.at}
            match entry.type:
                case "item.created" | "item.edited":
                    if entry.subject not in shown:
                        continue
                    line |= {"why": entry.why, "item": shown[entry.subject]}
                case "account.deleted":
                    line["account"] = {"id": str(entry.subject)}
                case "item.state":
                    item = found[entry.subject]
                    line |= {"id": str(entry.subject), "state": entry.state, "key": self._key(item)}
                case _:
                    line["id"] = str(entry.subject)
            result.append(line)
        return result

    def _item(
        self, item: Item, reader: int | None, people: dict[int, Account], root: Item | None, answered: dict[int, int],
        pictures: list[Picture],
    ) -> dict[str, Any]:  # fmt: skip
        face = self._network.face(item.face)
        # Who deletes the first post of a thread leaves its comments without a root that one could ask for.
        root_id = item.root if item.direct or (root is not None and root.deleted_at is None) else None
        peer = None
        if item.peer is not None:
            peer = people[item.peer if reader == item.author else item.author]
        customer_wrote = item.direct and not people[item.author].company
        return {
            "id": str(item.id), "kind": item.kind, "visibility": "direct" if item.direct else "public", "text": item.text,
            "warning": item.warning, "author": self.account(people[item.author]), "created_at": item.created_at,
            "edited_at": item.edited_at, "revision": item.revision, "root_id": _text(root_id), "parent_id": _text(item.parent),
            "thread_author_id": _text(root.author if root is not None and root_id is not None else None),
            "answers": self.account(people[answered[item.id]]) if item.id in answered else None,
            "peer": self.account(peer) if peer else None, "page_id": _text(item.page), "links_to": _text(item.links_to),
            "media": [self.picture(picture) for picture in pictures], "state": item.state if item.direct else None,
            "reply_until": reply_until(face, item.created_at) if customer_wrote else None,
            "key": self._key(item) if reader == item.author else None,
            "url": f"{self.base_url}/{item.face}/" + (f"messages/{peer.handle}" if peer else f"post/{item.id}"),
        }  # fmt: skip

    def _key(self, item: Item) -> str | None:
        """A key is remembered as long as it is honoured, and then forgotten."""
        window = timedelta(seconds=self._network.face(item.face).key_window_s)
        if item.key is None or item.keyed_at is None or item.keyed_at + window <= self._network.now():
            return None
        return item.key

    def _answered(self, items: Sequence[Item]) -> dict[int, int]:
        """Whom each item answers: the nearest author above it who is somebody else, if that still stands."""
        store = self._network.store
        found: dict[int, int] = {}
        open_ = {item.id: (item.author, item.parent) for item in items if item.parent is not None}
        for _ in range(_CLIMB):
            above = store.items(parent for _, parent in open_.values())
            next_: dict[int, tuple[int, int]] = {}
            for item_id, (author, parent_id) in open_.items():
                parent = above.get(parent_id)
                if parent is None or parent.deleted_at is not None:
                    continue
                if parent.author != author:
                    found[item_id] = parent.author
                elif parent.parent is not None:
                    next_[item_id] = (author, parent.parent)
            if not next_:
                break
            open_ = next_
        return found


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
