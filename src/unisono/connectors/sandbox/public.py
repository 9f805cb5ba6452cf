"""What is said in public on a network of the sandbox, to whoever looks: no account is needed."""

from collections.abc import AsyncIterator
from typing import Final

import msgspec
from msgspec import Struct

from unisono.connectors.sandbox.wire import Entry, Item
from unisono.contract import MISSHAPEN, Ctx, Heard, NotReached, Overheard, Raw

_MOST_PAGES: Final = 50


class _Told(Struct, frozen=True):
    id: str = ""
    root: str = ""
    direct: bool = False
    account: str = ""


class _Thread(Struct, frozen=True):
    items: list[Item]


class _Timeline(Struct, frozen=True):
    items: list[Item]
    next: str | None = None


class Public:
    """The public side of one network."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._face = str(ctx.account.config.get("face", ""))
        self._web = f"{str(ctx.account.config.get('base_url', '')).rstrip('/')}/{self._face}/web"

    async def overhear(self, place: str | None) -> AsyncIterator[Overheard]:
        """Yield what is said after an item: what stands first, then as it happens. Raises NotReached, HostRefused."""
        async with self._ctx.http.stream("GET", f"{self._web}/stream", idle_s=60.0) as answer:
            if answer.status >= 300:
                raise NotReached(f"The network answers with status {answer.status}.", sent=False)
            for post in await self._missed(place):
                place = post.id
                yield Overheard(posts=(self._heard(post),), place=place)
            event = ""
            async for line in answer.lines():
                if line.startswith("event:"):
                    event = line[6:].strip()
                elif line.startswith("data:"):
                    for step in await self._steps(event, line[5:].strip(), place):
                        # A post may have come with an earlier one; the place never goes back.
                        place = max(place or "", step.place, key=_number)
                        yield step

    async def _missed(self, place: str | None) -> list[Item]:
        if place is None:
            return []
        found: list[Item] = []
        before: str | None = None
        for _ in range(_MOST_PAGES):
            params = {"before": before} if before else {}
            answer = await self._ctx.http.request("GET", f"{self._web}/timeline", params=params)
            page = msgspec.json.decode(answer.body, type=_Timeline)
            found += [item for item in page.items if _number(item.id) > _number(place)]
            if page.next is None or _number(page.next) <= _number(place):
                break
            before = page.next
        return sorted(found, key=lambda item: _number(item.id))

    async def _steps(self, event: str, payload: str, place: str | None) -> list[Overheard]:
        """Return what an event tells. Posts come several at a time when much is said, and are told once."""
        try:
            told = msgspec.json.decode(payload, type=_Told)
        except MISSHAPEN:
            return []
        if event == "left":
            return [Overheard(authors_gone=(f"{self._face}/{told.account}",))]
        if told.direct or event not in ("item", "gone"):
            return []
        if event == "gone":
            return [Overheard(gone=(f"{self._face}/{told.id}",))]
        if told.root == told.id and place is not None:
            if _number(told.id) <= _number(place):
                return []
            items = await self._missed(place)
        else:
            found = await self._item(told.id)
            items = [] if found is None else [found]
        return [Overheard(posts=(self._heard(item),), place=item.id) for item in items]

    async def _item(self, item_id: str) -> Item | None:
        answer = await self._ctx.http.request("GET", f"{self._web}/post/{item_id}")
        if answer.status >= 300:
            return None
        try:
            found = msgspec.json.decode(answer.body, type=_Thread)
        except MISSHAPEN:
            return None
        return next((item for item in found.items if item.id == item_id), None)

    def _heard(self, item: Item) -> Heard:
        root = item.root_id or item.parent_id or item.id
        return Heard(
            remote_id=f"{self._face}/{item.id}", author_id=f"{self._face}/{item.author.id}", author=item.author.handle,
            said_at=item.created_at, text=item.text, url=item.url, root_id=f"{self._face}/{root}",
            parent_id=f"{self._face}/{item.parent_id}" if item.parent_id else None,
            more=tuple(picture.alt for picture in item.media if picture.alt),
            traits=("is:comment" if item.parent_id else "is:post", *(("has:media",) if item.media else ())),
        )  # fmt: skip

    async def adopt(self, remote_id: str) -> Raw | None:
        """Return a post as an item of this account."""
        face, _, item_id = remote_id.rpartition("/")
        item = await self._item(item_id) if face == self._face else None
        if item is None:
            return None
        entry = Entry(type="item", at=self._ctx.clock.now(), why="heard", item=item)
        key = f"item:{item.id}:{item.revision}"
        return Raw(ingest_key=key, body=msgspec.json.encode(entry), received_at=self._ctx.clock.now())


def _number(item_id: str) -> tuple[int, str]:
    return len(item_id), item_id
