"""What listening found among our own messages, and what became of it."""

from uuid import UUID

from tests.laws.law3.scene import Scene, Step, case
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.listening.ear import Ear
from unisono.service.listening.follow import follow_messages
from unisono.service.listening.mentions import adopt_asked, answer_mention
from unisono.service.listening.monitors import add_monitor

RIGHTS = frozenset({"work.read", "work.answer", "monitor.manage"})


async def _overheard(s: Scene, *, to_work: bool) -> tuple[UUID, Access]:
    """A mention of what somebody said on our channel, but not to us."""
    access = Access(user_id=s.anna.id, actions=RIGHTS, classes=dict.fromkeys(RIGHTS))
    ear = Ear(s.house.db)
    while await follow_messages(s.house.db, ear):
        pass
    await add_monitor(s.house.db, access, new_id(), name="Acme", query="acme", to_work=to_work)
    await ear.keep_up()
    await s.house.hear(s.channel, {"id": "aside", "text": "Acme schweigt", "by": "zoe", "addressed": False})
    while await follow_messages(s.house.db, ear):
        pass
    (row,) = await s.house.sql("select id from mention")
    return row["id"], access


@case("listening.mentions.answer_mention")
async def _answer(s: Scene) -> Step:
    mention, access = await _overheard(s, to_work=False)
    return lambda: answer_mention(s.house.outside, access, mention)


@case("listening.mentions.adopt_asked")
async def _adopt(s: Scene) -> Step:
    await _overheard(s, to_work=True)
    return lambda: adopt_asked(s.house.outside)
