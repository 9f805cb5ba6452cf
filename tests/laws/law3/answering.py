"""The verbs around an answer: held back, changed, taken back, decided, released; mentions."""

from datetime import timedelta
from uuid import UUID

from tests.kit import Person
from tests.laws.law3.scene import MORE, Scene, Step, case
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.answer import Answer, answer
from unisono.service.held_answers import decide_answer, reschedule_answer, send_now, withdraw_answer
from unisono.service.mentions import read_mentions
from unisono.service.note import write_note
from unisono.service.release import release_due


async def held(s: Scene, **how: object) -> UUID:
    """An answer of Anna's that no network has yet."""
    interaction, message = await s.active(), new_id()
    draft = Answer(message_id=message, text="Moin", visibility="public", **how)  # type: ignore[arg-type]
    await answer(s.house.outside, s.anna.access, interaction, draft)
    return message


def approver(person: Person) -> Access:
    return Access(
        user_id=person.id, actions=frozenset({"work.read", "answer.approve"}), classes={"work.read": None, "answer.approve": None}
    )


@case("held_answers.withdraw_answer")
async def _withdraw(s: Scene) -> Step:
    message = await held(s, grace=True)
    return lambda: withdraw_answer(s.house.db, s.anna.access, message)


@case("held_answers.reschedule_answer")
async def _reschedule(s: Scene) -> Step:
    message = await held(s, send_at=s.house.clock.now() + timedelta(hours=1))
    return lambda: reschedule_answer(s.house.db, s.anna.access, message, s.house.clock.now() + timedelta(hours=2), stops=True)


@case("held_answers.send_now")
async def _send_now(s: Scene) -> Step:
    message = await held(s, send_at=s.house.clock.now() + timedelta(hours=1))
    return lambda: send_now(s.house.outside, s.anna.access, message)


@case("held_answers.decide_answer")
async def _approve(s: Scene) -> Step:
    message = await held(s, approval=True)
    return lambda: decide_answer(s.house.outside, approver(s.ben), message, approve=True, comment="Gut so")


async def _reject(s: Scene) -> Step:
    message = await held(s, approval=True)
    return lambda: decide_answer(s.house.outside, approver(s.ben), message, approve=False, comment="Bitte freundlicher")


async def _held(s: Scene) -> Step:
    interaction = await s.active()
    draft = Answer(message_id=new_id(), text="Moin", visibility="public", grace=True)
    return lambda: answer(s.house.outside, s.anna.access, interaction, draft)


async def _stopped(s: Scene) -> Step:
    await held(s, send_at=s.house.clock.now() + timedelta(hours=1), stops=True)
    return lambda: s.house.hear(s.channel, {"id": "77", "root": "0", "parent": "0", "text": "Hat sich erledigt", "by": "c0"})


async def _mentioned(s: Scene) -> Step:
    conversation = await s.conversation()
    return lambda: write_note(s.house.db, s.anna.access, conversation, new_id(), "@Ben schau mal", [s.ben.id])


MORE["decide_answer, rejected"] = _reject
MORE["answer, held"] = _held
MORE["receive, stops"] = _stopped
MORE["write_note, mentioned"] = _mentioned


@case("release.release_due")
async def _release(s: Scene) -> Step:
    await held(s, grace=True)
    s.house.clock.advance(6)
    return lambda: release_due(s.house.db)


@case("mentions.read_mentions")
async def _read(s: Scene) -> Step:
    conversation = await s.conversation()
    await write_note(s.house.db, s.anna.access, conversation, new_id(), "@Ben schau mal", [s.ben.id])
    return lambda: read_mentions(s.house.db, s.ben.access, None)
