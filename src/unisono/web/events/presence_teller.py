"""Tells presence to the desks that follow it: everybody's, and one's own apart, for the corner that every desk shows.

All of it is read at the start in one go, then what changed: when a bell rings, and every second in any case.
"""

import contextlib
from typing import Final
from uuid import UUID

from unisono.domain.errors import UnisonoError
from unisono.presence.merge import Merged
from unisono.service.house import House
from unisono.service.presence.look import value_of
from unisono.service.presence.settle import PRESENCE_BELL
from unisono.web.events.live import Live

PRESENCE: Final = "presence"
LOOK_S: Final = 1.0
GOOD_FOR_S: Final = 3_600.0
REPEAT_S: Final = 1_800.0


class PresenceTeller:
    """Everybody's presence in one web process."""

    def __init__(self, house: House, live: Live) -> None:
        self._house = house
        self._live = live
        self._place: int | None = None
        self._known: dict[UUID, Merged] = {}
        self._repeat_at = 0.0

    async def run(self) -> None:
        """Tell until cancelled."""
        async with self._house.bell.listen(PRESENCE_BELL) as listener:
            while True:
                # While the database is away nothing is lost: whatever comes meanwhile is read from the same place later.
                with contextlib.suppress(UnisonoError):
                    await self.look()
                await listener.wait(LOOK_S)

    async def look(self) -> None:
        """Read what is new, or all at the first time and every half an hour, and tell it."""
        now = self._house.clock.now().timestamp()
        async with self._house.db.read() as tx:
            # First the place: what is committed between the two is read twice, which does no harm.
            place = await tx.presence.place()
            if self._place is None or now >= self._repeat_at:
                found = await tx.presence.everybody()
                gone = self._known.keys() - found.keys()
                self._repeat_at = now + REPEAT_S
            else:
                found, gone = await tx.presence.changed_since(self._place), set()
        self._place = place
        for user_id in gone:
            self._tell(user_id, Merged())
        for user_id, merged in found.items():
            self._tell(user_id, merged)

    def greet(self, topics: tuple[str, ...]) -> None:
        """Tell a person's own presence to whoever begins to follow it."""
        for topic in topics:
            name, _, argument = topic.partition(":")
            if name == PRESENCE and argument:
                self._live.put(topic, argument, value_of(self._known.get(UUID(argument), Merged())), GOOD_FOR_S)

    def _tell(self, user_id: UUID, merged: Merged) -> None:
        value = value_of(merged)
        if value is None:
            self._known.pop(user_id, None)
        else:
            self._known[user_id] = merged
        key = str(user_id)
        self._live.put(PRESENCE, key, value, GOOD_FOR_S)
        own = f"{PRESENCE}:{key}"
        if self._live.is_followed(own):
            self._live.put(own, key, value, GOOD_FOR_S)
