"""Storms: enquiries that are folded into one case, and answered together."""

from datetime import timedelta
from uuid import UUID

from tests.laws.law3.scene import Scene, Step, case
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.listening.ear import Ear
from unisono.service.listening.follow import follow_messages
from unisono.service.listening.monitors import add_monitor
from unisono.service.listening.storms import (
    begin_storm,
    decide_storm_answer,
    end_storm,
    fold_more,
    send_storms,
    write_storm_answer,
)

RIGHTS = frozenset({"work.read", "work.answer", "work.supervise", "answer.approve", "monitor.manage"})


def _all(user_id: UUID) -> Access:
    return Access(user_id=user_id, actions=RIGHTS, classes=dict.fromkeys(RIGHTS))


async def _heard(s: Scene) -> UUID:
    """A monitor that found what somebody just wrote."""
    ear = Ear(s.house.db)
    while await follow_messages(s.house.db, ear):
        pass
    found = await add_monitor(s.house.db, _all(s.anna.id), new_id(), name="Strom", query="stromausfall")
    await ear.keep_up()
    at = (s.house.clock.now() - timedelta(seconds=30)).isoformat()
    for number, who in enumerate(("zoe", "bob")):
        await s.house.hear(s.channel, {"id": f"storm{number}", "text": "Stromausfall!", "by": who, "at": at})
    while await follow_messages(s.house.db, ear):
        pass
    return found.id


async def _standing(s: Scene) -> UUID:
    storm = await begin_storm(s.house.outside, _all(s.anna.id), new_id(), await _heard(s), "Stromausfall")
    return storm.id


async def _approved(s: Scene) -> UUID:
    storm = await _standing(s)
    await write_storm_answer(s.house.db, _all(s.anna.id), storm, "Wir arbeiten daran.", s.code)
    (other,) = await s.house.sql("select user_id from agent where user_id <> $1 order by user_id limit 1", s.anna.id)
    await decide_storm_answer(s.house.db, _all(other["user_id"]), storm, approve=True)
    return storm


@case("listening.storms.begin_storm")
async def _begin(s: Scene) -> Step:
    monitor = await _heard(s)
    return lambda: begin_storm(s.house.outside, _all(s.anna.id), new_id(), monitor, "Stromausfall")


@case("listening.storms.fold_more")
async def _fold_more(s: Scene) -> Step:
    await _standing(s)
    ear = Ear(s.house.db)
    await ear.keep_up()
    at = (s.house.clock.now() - timedelta(seconds=10)).isoformat()
    await s.house.hear(s.channel, {"id": "storm9", "text": "Stromausfall, immer noch", "by": "eve", "at": at})
    while await follow_messages(s.house.db, ear):
        pass
    return lambda: fold_more(s.house.outside)


@case("listening.storms.send_storms")
async def _send(s: Scene) -> Step:
    await _approved(s)
    return lambda: send_storms(s.house.outside)


@case("listening.storms.end_storm")
async def _end(s: Scene) -> Step:
    storm = await _standing(s)
    return lambda: end_storm(s.house.db, _all(s.anna.id), storm)
