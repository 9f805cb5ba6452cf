"""The verbs of presence that move a state at work."""

from tests.laws.law3.scene import Scene, Step, case
from unisono.presence.merge import Merged
from unisono.presence.words import Presence, Source
from unisono.service.presence.match_work import match_work
from unisono.service.presence.own import clear_presence, set_presence


@case("presence.own.set_presence")
async def _set(s: Scene) -> Step:
    return lambda: set_presence(s.house.outside, s.anna.access, "away", reason="lunch")


@case("presence.own.clear_presence")
async def _clear(s: Scene) -> Step:
    await set_presence(s.house.outside, s.anna.access, "dnd")
    s.house.clock.advance(1)
    return lambda: clear_presence(s.house.outside, s.anna.access)


@case("presence.match_work.match_work")
async def _match(s: Scene) -> Step:
    async with s.house.db.write() as tx:
        await tx.presence.put({s.anna.id: Merged(value=Presence.BUSY, source=Source.OWN)})
    return lambda: match_work(s.house.db, s.anna.id)
