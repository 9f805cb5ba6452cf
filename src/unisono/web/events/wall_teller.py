"""Tells the wallboard's figures to the desks that follow them: at most once a second, and only the rows that changed.

Who sees the same follows the same topic, so each change is encoded once for all of them.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from unisono.domain.errors import UnisonoError
from unisono.service.access import Access
from unisono.service.house import House
from unisono.service.instant import instant
from unisono.service.ports import LoggedEvent, Tx
from unisono.service.tally import TALLIES_BELL
from unisono.service.views import EventViews
from unisono.service.wall_views import ThresholdView, WallView
from unisono.service.wallboard import WALLBOARD, topic_of
from unisono.web.events.live import Live
from unisono.web.events.sight import Sight, sight_for
from unisono.web.events.wall import Wall

TELL_S: Final = 1.0
#: Midnight comes without an event.
LOOK_S: Final = 15.0
GOOD_FOR_S: Final = 3_600.0
REPEAT_S: Final = 900.0
#: People read at a time: some milliseconds.
LOADED: Final = 100
_GROUPS: Final = ("queues", "channels", "skills", "media")
#: Events after which a name, a medium or a threshold may be another.
_SET_UP: Final = ("channel.changed", "queue.", "skill.changed", "wallboard.changed")


class WallTeller:
    """The wallboard of one web process."""

    def __init__(self, house: House, live: Live) -> None:
        self._house = house
        self._live = live
        self._wall = Wall()
        self._told: dict[str, dict[str, Any]] = {}
        self._changed = asyncio.Event()
        self._set_up_changed = False

    async def begin(self, tx: Tx, wall: Wall) -> None:
        """Begin anew with a wall that holds all that is open, in the reading in which the log's place was taken."""
        async for agents in tx.reading.everybody(LOADED):
            wall.staff(agents)
        self._wall = wall
        await self._read_set_up(tx)
        self._wall.set_day(await tx.tallies.today())
        self._changed.set()

    def take(self, events: Iterable[LoggedEvent], views: EventViews, gone: Iterable[Any]) -> None:
        """Fold what a batch of events touched."""
        if any(e.type.startswith(_SET_UP) or self._wall.is_new(e.access_class) for e in events):
            self._set_up_changed = True
            self._changed.set()
        if self._wall.apply(views, gone):
            self._changed.set()

    def view(self, access: Access) -> WallView:
        """Return the wallboard of somebody, from memory."""
        return self._wall.seen_by(sight_for(access), instant(self._house.clock.now()))

    async def follow_days(self) -> None:
        """Read the counts of today whenever the clock has folded some."""
        async with self._house.bell.listen(TALLIES_BELL) as listener:
            while True:
                await listener.wait(LOOK_S)
                with contextlib.suppress(UnisonoError):
                    await self.read_day()

    async def read_day(self) -> None:
        """Read the counts of today once."""
        async with self._house.db.read() as tx:
            if self._wall.set_day(await tx.tallies.today()):
                self._changed.set()

    async def run(self) -> None:
        """Tell what changed until cancelled."""
        while True:
            try:
                async with asyncio.timeout(REPEAT_S):
                    await self._changed.wait()
            except TimeoutError:
                self._told.clear()
            self._changed.clear()
            if self._set_up_changed:
                self._set_up_changed = False
                with contextlib.suppress(UnisonoError):
                    async with self._house.db.read() as tx:
                        await self._read_set_up(tx)
            self.tell()
            await asyncio.sleep(TELL_S)

    def greet(self, access: Access) -> None:
        """Reckon a wallboard that nobody followed until now, before whoever comes is greeted."""
        topic = topic_of(access)
        if topic not in self._told:
            self._tell(topic, sight_for(access))

    def tell(self) -> None:
        """Tell each wallboard that is followed here what has changed of it; forget those that nobody follows."""
        followed = dict(self._live.sights(WALLBOARD))
        for topic in self._told.keys() - followed.keys():
            for key in self._told.pop(topic):
                self._live.put(topic, key, None)
        for topic, sight in followed.items():
            self._tell(topic, sight)

    def _tell(self, topic: str, sight: Sight) -> None:
        rows = rows_of(self._wall.seen_by(sight, instant(self._house.clock.now())))
        told = self._told.setdefault(topic, {})
        for key in told.keys() - rows.keys():
            self._live.put(topic, key, None)
        for key, row in rows.items():
            if told.get(key) != row:
                self._live.put(topic, key, row, GOOD_FOR_S)
        self._told[topic] = rows

    async def _read_set_up(self, tx: Tx) -> None:
        self._wall.queues = {place.access_class: place.queue_id for place in await tx.setup.places()}
        self._wall.skill_keys = {skill.id: skill.key for skill in await tx.setup.skills()}
        self._wall.thresholds = [ThresholdView(**msgspec.structs.asdict(one)) for one in await tx.tallies.thresholds()]


def rows_of(view: WallView) -> dict[str, Any]:
    """Return a wallboard as the values of a live topic: `total`, `queues/<id>`, ..., `thresholds`."""
    plain: dict[str, Any] = msgspec.to_builtins(view)
    rows: dict[str, Any] = {"total": plain["total"], "thresholds": plain["thresholds"]}
    for group in _GROUPS:
        rows |= {f"{group}/{row['key']}": row for row in plain[group]}
    return rows
