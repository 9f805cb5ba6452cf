"""A Facebook page's lab: visitors post on the page, and comment below posts and comments."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

import msgspec

from unisono.domain.words import Visibility
from unisono.testing.faultproxy import Match
from unisono.testing.lab import ANNA, Item, LabFile, Setting, Shown, Wire
from unisono.testing.labs.graph import GraphLab
from unisono.testing.networks.graph import Comment


class FacebookLab(GraphLab):
    """Customers act on the network itself; the connector goes through the proxy."""

    connector = "facebook"
    _READS: ClassVar[Match] = Match(methods=("GET",), path=r"/(feed|comments)(\?|$)")

    async def fresh(self) -> Setting:
        """Make a page."""
        kept = self._begin()
        self._page = self._network.pages.add("Firma")
        self._token = self._page.token
        return Setting(
            config={"page_id": self._page.id, "base_url": self._proxy.url, "app_id": self._network.app_id},
            secrets={"access_token": self._token, **kept},
        )

    def _holder(self) -> tuple[str, str]:
        return self._page.id, self._page.name

    @property
    def wires(self) -> Sequence[Wire]:
        """All of it goes over HTTP."""
        return (
            Wire(
                proxy=self._proxy, sends=Match(methods=("POST",), path=r"/comments(\?|$)"),
                reads=Match(methods=("GET",), path=r"/feed(\?|$)"),
            ),
        )  # fmt: skip

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Post on the page, or comment below something."""
        del visibility, at
        pages, author = self._network.pages, self._people[who]
        picture = next((self._network.picture(file.content, file.media_type, file.name) for file in files), None)
        if to is None:
            node = pages.post(self._page, author, text, picture=picture).id
        else:
            node = pages.comment(author, to.handle, text, picture=picture).id
        return Item(text=text, who=who, visibility=Visibility.PUBLIC, handle=node)

    async def flood(self, texts: Sequence[str]) -> None:
        """Let many things be said below one post of the page."""
        post = self._network.pages.post(self._page, self._page, "Heute ist viel los.")
        for text in texts:
            self._network.pages.comment(self._people[ANNA], post.id, text)

    async def edit(self, item: Item, text: str) -> Item:
        """Change the words."""
        self._network.pages.edit(item.handle, text)
        return msgspec.structs.replace(item, text=text)

    async def delete(self, item: Item) -> None:
        """Take it back, with all below it."""
        self._network.pages.remove(item.handle)

    async def lose(self, item: Item) -> None:
        """Lose a comment without telling anybody."""
        self._network.pages.lose(item.handle)

    async def shown(self) -> list[Shown]:
        """Return the page's comments that stand, and its private answers."""
        ours = [c for c in self._network.pages.comments.values() if c.author.id == self._page.id and not c.deleted]
        return [self._shown(comment) for comment in ours] + self._written_to("messenger", self._page.id)

    def _shown(self, comment: Comment) -> Shown:
        return Shown(
            text=comment.text, visibility=Visibility.PUBLIC, remote_id=comment.id, to=comment.parent or comment.post,
            files=(comment.picture.content,) if comment.picture else (), handle=comment.id,
        )  # fmt: skip

    async def say_as_us(self, text: str, to: Item) -> Shown:
        """Answer with the network's own app."""
        return self._shown(self._network.pages.comment(self._page, to.handle, text))


lab = FacebookLab
