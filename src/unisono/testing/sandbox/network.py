"""What can be said and done on the sandbox network. Every rule of speaking stands here."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from unisono.domain.length import measure
from unisono.testing.sandbox.accounts import Accounts
from unisono.testing.sandbox.faces import Face
from unisono.testing.sandbox.model import Account, Item, Picture, Refused

_STATES = ("sent", "delivered", "read")


class SandboxNetwork(Accounts):
    """Several small social networks in one database. Use it from the thread of the server's event loop."""

    # -- speaking ----------------------------------------------------------------------------------------------------

    def say(
        self, author: int, text: str, *, in_reply_to: int | None = None, to: int | None = None, page: int | None = None,
        pictures: Sequence[str] = (), warning: str = "", key: str | None = None, at: datetime | None = None,
    ) -> Item:  # fmt: skip
        """Publish a post or a comment, or, with `to`, send a direct message; returns the item.

        `in_reply_to` with `to`: a private answer to a public item links back to its thread. `key`: the same key again
        within the face's window gives the first item again. `at`: when it was said, if not now (late arrivals).
        Raises Refused.
        """
        who = self.account(author)
        face = self.face(who.face)
        if key is not None and (known := self._said_before(face, author, key)) is not None:
            return known
        parent = self._parent(who, in_reply_to)
        place = self._direct_place(face, who, to, parent) if to is not None else self._public_place(face, who, parent, page)
        self._check_text(face, text, direct=to is not None, empty_allowed=bool(pictures))
        self._check_pictures(face, author, pictures)
        now = self.now()
        draft = Item(
            id=0, face=who.face, author=author, text=text, warning=warning, key=key, keyed_at=now if key else None,
            created_at=at or now, **place,
        )  # fmt: skip
        with self.together():
            item = msgspec.structs.replace(draft, id=self.store.add_item(draft))
            if item.root == 0:
                item = msgspec.structs.replace(item, root=item.id)
            self.store.use_pictures(pictures, item.id)
            self.telling.created(item, parent)
        self._show("item", item)
        return item

    def _said_before(self, face: Face, author: int, key: str) -> Item | None:
        since = self.now() - timedelta(seconds=face.key_window_s)
        for item in self.store.items_where("author = ? and key = ?", (author, key)):
            if item.keyed_at is not None and item.keyed_at > since:
                return item
        return None

    def _parent(self, who: Account, in_reply_to: int | None) -> Item | None:
        if in_reply_to is None:
            return None
        parent = self.store.item(in_reply_to)
        if parent is None or parent.face != who.face or (parent.direct and who.id not in (parent.author, parent.peer)):
            raise Refused(404, "no_item", "What should be answered does not exist.")
        if parent.deleted_at is not None:
            raise Refused(410, "gone", "What should be answered was deleted by its author.")
        return parent

    def _public_place(self, face: Face, who: Account, parent: Item | None, page: int | None) -> dict[str, Any]:
        if parent is not None:
            if parent.direct:
                raise Refused(422, "private", "A direct message cannot be answered in public.")
            return {"root": parent.root, "parent": parent.id, "page": parent.page}
        if not face.pages:
            return {"root": 0}
        page = who.id if page is None and who.company else page
        if page is None or not self.account(page).company:
            raise Refused(422, "no_page", f"On {face.name} a post stands on a company's page; say on which.")
        return {"root": 0, "page": page}

    def _direct_place(self, face: Face, who: Account, to: int, parent: Item | None) -> dict[str, Any]:
        peer = self.account(to)
        if peer.face != who.face or peer.id == who.id or who.company == peer.company:
            raise Refused(422, "no_direct", "Direct messages go between a person and a company of the same network.")
        thread = self.pair(who.id, peer.id)
        public = parent is not None and not parent.direct
        if who.company and not public:
            self._check_window(face, peer, thread)
        place: dict[str, Any] = {"root": thread[0].root if thread else 0, "peer": peer.id}
        if parent is not None:
            place |= {"links_to": parent.root} if public else {"parent": parent.id}
        return place

    def _check_window(self, face: Face, customer: Account, thread: list[Item]) -> None:
        theirs = [item.created_at for item in thread if item.author == customer.id]
        if not theirs:
            raise Refused(403, "not_written_first", f"@{customer.handle} has not written to you; they have to begin.")
        ends = reply_until(face, max(theirs))
        if ends is not None and self.now() >= ends:
            raise Refused(403, "window_closed", f"The time for answering @{customer.handle} ended at {ends.isoformat()}.")

    def pair(self, one: int, other: int) -> list[Item]:
        """Return the direct messages of two accounts in their order, also those that are gone."""
        found = self.store.items_where("author = ? and peer = ?", (one, other))
        found += self.store.items_where("author = ? and peer = ?", (other, one))
        return sorted(found, key=lambda item: item.id)

    def _check_text(self, face: Face, text: str, *, direct: bool, empty_allowed: bool) -> None:
        if not text.strip() and not empty_allowed:
            raise Refused(422, "empty", "There is nothing to publish: the text is empty.")
        most = face.max_direct if direct else face.max_text
        # No character counts more than four (UTF-8), and only links count more than they are long.
        if 4 * len(text) + text.count("://") * (face.url_cost or 0) <= most:
            return
        length = len(text) if direct else measure(text, face.unit, url_cost=face.url_cost)
        if length > most:
            raise Refused(422, "too_long", f"The text counts {length}, {face.name} allows {most} ({face.unit}).")

    def _check_pictures(self, face: Face, author: int, pictures: Sequence[str]) -> None:
        if len(pictures) > face.media_count:
            raise Refused(422, "too_many_files", f"{len(pictures)} files, {face.name} allows {face.media_count}.")
        for picture_id in pictures:
            picture = self.store.picture(picture_id)
            if picture is None or picture.owner != author or picture.item is not None:
                raise Refused(422, "no_file", "A file that should go with it was not uploaded, or was used before.")

    def upload(self, owner: int, name: str, media_type: str, content: bytes, alt: str = "") -> Picture:
        """Take a file that will go with the next item. Raises Refused (413, 415, 422)."""
        face = self.face(self.account(owner).face)
        if media_type not in face.media_types:
            raise Refused(415, "file_type", f"{media_type} is not taken here; allowed are {', '.join(face.media_types)}.")
        if len(content) > face.media_bytes:
            raise Refused(413, "file_too_large", f"{len(content)} bytes, {face.name} allows {face.media_bytes}.")
        if len(alt) > face.max_alt:
            raise Refused(422, "alt_too_long", f"The description has {len(alt)} characters, allowed are {face.max_alt}.")
        picture = Picture(
            id=secrets.token_urlsafe(16), face=face.key, owner=owner, item=None, name=name[:120] or "file",
            media_type=media_type, size_bytes=len(content), alt=alt,
        )  # fmt: skip
        self.store.add_picture(picture, content)
        return picture

    # -- changing ----------------------------------------------------------------------------------------------------

    def item(self, item_id: int, reader: int | None = None) -> Item:
        """Return what was said, if the reader may see it. Raises Refused (404 or 410)."""
        item = self.store.item(item_id)
        if item is None or (item.direct and reader not in (item.author, item.peer)):
            raise Refused(404, "no_item", "This does not exist.")
        if item.deleted_at is not None:
            raise Refused(410, "gone", "This was deleted by its author.")
        return item

    def _own(self, actor: int, item_id: int) -> Item:
        item = self.item(item_id, actor)
        if item.author != actor:
            raise Refused(403, "not_yours", "Only its author can change or delete this.")
        return item

    def edit(self, actor: int, item_id: int, text: str) -> Item:
        """Change what one said. Raises Refused."""
        before = self._own(actor, item_id)
        self._check_text(self.face(before.face), text, direct=before.direct, empty_allowed=bool(self.store.pictures([item_id])))
        with self.together():
            self.store.change_text(item_id, text, self.now())
            after = self.item(item_id, actor)
            self.telling.edited(after)
        self._show("item", after)
        return after

    def delete(self, actor: int, item_id: int) -> None:
        """Take back what one said; the text is gone at once. Raises Refused."""
        item = self._own(actor, item_id)
        with self.together():
            self.telling.deleted(item)
            self.store.remove_items([item_id], self.now())
        self._show("gone", item)

    def mark(self, item_id: int, state: str) -> None:
        """A direct message of a company was delivered or read; its author is told. An earlier state changes nothing."""
        item = self.store.item(item_id)
        if item is None or not item.direct or state not in _STATES:
            raise Refused(404, "no_item", "There is no such direct message, or no such state.")
        if _STATES.index(state) <= _STATES.index(item.state):
            return
        with self.together():
            self.store.set_state(item_id, state)
            self.telling.state(item, state)
        self.live.tell(f"account:{item.author}", {"type": "state", "id": str(item_id), "state": state})

    def report(self, item_id: int, state: str) -> None:
        """Tell an item's author of a state, whatever was told before: networks repeat these and mix them up."""
        item = self.store.item(item_id)
        if item is None:
            raise Refused(404, "no_item", "This does not exist.")
        self.telling.state(item, state)

    def typing(self, actor: int, to: int, on: bool) -> None:
        """Show the other side that somebody writes."""
        self.live.tell(f"account:{to}", {"type": "typing", "from": str(actor), "on": on})

    def _show(self, type_: str, item: Item) -> None:
        author = self.store.account(item.author)
        message: dict[str, Any] = {"type": type_, "id": str(item.id), "root": str(item.root), "by": str(item.author)}
        if author is not None and author.company:
            message |= {"by_company": True, "by_name": author.name}
        if item.direct:
            for account in (item.author, item.peer):
                self.live.tell(f"account:{account}", {**message, "direct": True})
        else:
            self.live.tell(f"public:{item.face}", message)


def reply_until(face: Face, last_written_at: datetime) -> datetime | None:
    """Return until when a company may answer a direct message; None is for ever."""
    return last_written_at + timedelta(seconds=face.direct_window_s) if face.direct_window_s is not None else None
