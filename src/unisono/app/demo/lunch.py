"""The demonstration of 2009 again: an employee posts that they are at lunch, and calls for them go elsewhere.

All of it takes the way that it takes in a house: the account is linked by its code, the post is heard by the channel, the house
asks in private, and only the yes from the same account sets anything.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from unisono.app.demo.networks import HANDLE, NetworkStage
from unisono.app.demo.played import Played
from unisono.app.demo.script import Kind, Person, Step
from unisono.domain.errors import Unavailable
from unisono.service.access import Access
from unisono.service.by_message.links import change_account, code_in, my_accounts, new_link_code
from unisono.service.ports import Database
from unisono.service.ports.accounts import AccountChange
from unisono.testing.sandbox.faces import ZWITSCHER

#: Whose lunch it is: the first of the visitors' log-ins.
WHO: Final = "ilka"
Word = Literal["post", "yes", "undo"]
_LINKED_WITHIN_S: Final = 20.0
_LOOK_S: Final = 0.1
_TURN: Final = "lunch-turn"
_TEXTS: Final[dict[Word, tuple[Kind, str]]] = {
    "post": ("post", f"@{HANDLE} bin in der Mittagspause"),
    "yes": ("dm", "1"),
    "undo": ("dm", "/undo"),
}


class Line(Struct, frozen=True, kw_only=True):
    """One message between the employee and the house. own: the employee wrote it."""

    own: bool
    text: str


class Exchange(Struct, frozen=True, kw_only=True):
    """What was said in private so far, oldest first; without the code that linked the account."""

    name: str
    lines: list[Line]


class Lunch:
    """The employee at lunch, with their telephone. `now` plays steps at once."""

    def __init__(
        self, db: Database, access: Access, name: str, stage: NetworkStage, played: Played,
        now: Callable[[list[Step]], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._db = db
        self._access = access
        self._who = Person(key=f"employee-{WHO}", name=name, handle=f"{WHO}_privat", address="")
        self._stage = stage
        self._played = played
        self._now = now
        self._lock = asyncio.Lock()

    async def say(self, word: Word) -> Exchange:
        """Let the employee post, agree or take back. Raises Unavailable when the account could not be linked."""
        async with self._lock:
            await self._linked()
            kind, text = _TEXTS[word]
            await self._write(kind, text)
        return await self.exchange()

    async def exchange(self) -> Exchange:
        """Return what was said so far."""
        lines = await self._stage.private(ZWITSCHER.key, self._who, self._played)
        shown: list[Line] = []
        linking = False
        for own, text in lines:
            if own and code_in(text) is not None:
                linking = True
            elif linking and not own:
                linking = False
            else:
                shown.append(Line(own=own, text=text))
        return Exchange(name=self._who.name, lines=shown)

    async def _write(self, kind: Kind, text: str) -> None:
        turn = int(self._played.note(_TURN) or 0) + 1
        self._played.put_note(_TURN, str(turn))
        key = f"lunch/{turn}"
        await self._now([Step(key=key, thread=key, at_s=0.0, kind=kind, who=self._who, text=text, face=ZWITSCHER.key)])

    async def _linked(self) -> None:
        """Link the account as its owner would, once, and let its posts count."""
        if (account := await self._account()) is None:
            await self._write("dm", (await new_link_code(self._db, self._access)).code)
            account = await self._once_linked()
        await change_account(self._db, self._access, account, AccountChange(commands=True, public_posts=True))

    async def _once_linked(self) -> UUID:
        for _ in range(int(_LINKED_WITHIN_S / _LOOK_S)):
            if (account := await self._account()) is not None:
                return account
            await asyncio.sleep(_LOOK_S)
        raise Unavailable("The employee's account was not linked in time. Try again in a moment.", code="demo_failed")

    async def _account(self) -> UUID | None:
        label = f"@{self._who.handle}"
        items = (await my_accounts(self._db, self._access)).items
        return next((one.id for one in items if one.realm == ZWITSCHER.key and one.label == label), None)
