"""A public comment answered in private, in one step: to that customer alone, once, within the window, and never in public."""

import asyncio
from datetime import timedelta
from typing import Any, ClassVar

import msgspec
import pytest

from tests.kit import START, House, Scripted
from tests.service.test_sending import delivery, send
from tests.service.test_work import working
from unisono.contract import Author, Reject, Retry, Sent, TextLimit
from unisono.domain.errors import Invalid
from unisono.domain.ids import new_id
from unisono.domain.words import Visibility
from unisono.service.access import Access
from unisono.service.answer import Answer, answer
from unisono.service.held_answers import decide_answer, withdraw_answer
from unisono.service.release import release_due


class Whispering(Scripted):
    """Comments can be answered in private once, for a week."""

    caps: ClassVar = msgspec.structs.replace(
        Scripted.caps, private_reply=True, private_replies_max=1, private_reply_window_s=7 * 86_400,
        private_text=TextLimit(maximum=20),
    )  # fmt: skip


@pytest.fixture
async def scene(house: House) -> Any:
    """Work on a public comment in somebody's hands: (house, person, interaction, the comment's message id)."""
    house.outside.registry._code = Whispering  # type: ignore[attr-defined]
    person, _, interaction = await working(house)
    [row] = await house.sql("select id, remote_id from message where direction = 'in' and interaction_id = $1", interaction)
    return house, person, interaction, row


def written(comment: Any, text: str = "Nur für Sie", visibility: str = "private") -> Answer:
    return Answer(message_id=new_id(), text=text, visibility=visibility, private_reply_to=comment["id"])


async def test_it_goes_to_the_customer_alone_and_names_the_comment(scene: Any) -> None:
    house, person, interaction, comment = scene
    await answer(house.outside, person.access, interaction, written(comment))
    await send(house)
    assert await delivery(house) == ["sent"]
    [sent] = Scripted.sent
    assert sent.private_reply_to == comment["remote_id"] == sent.in_reply_to
    assert (sent.thread.visibility, sent.thread.links_to) == (Visibility.PRIVATE, comment["remote_id"])
    [row] = await house.sql("select visibility from message where direction = 'out'")
    assert row["visibility"] == "private"


async def test_of_two_at_the_same_moment_one_goes_out(scene: Any) -> None:
    house, person, interaction, comment = scene
    both = [answer(house.outside, person.access, interaction, written(comment, text)) for text in ("Hier", "Und hier")]
    came = await asyncio.gather(*both, return_exceptions=True)
    assert [type(one) for one in came if isinstance(one, Exception)] == [Invalid]
    await send(house)
    assert len(Scripted.sent) == 1


@pytest.mark.law6
@pytest.mark.parametrize("visibility", ["public", "private"])
async def test_a_text_that_is_written_for_one_person_is_never_sent_to_a_public_thread(scene: Any, visibility: str) -> None:
    """Written as private it needs a private place; written as public it is no private reply. Neither goes anywhere."""
    house, person, interaction, comment = scene
    draft = written(comment, visibility="public") if visibility == "public" else Answer(
        message_id=new_id(), text="Nur für Sie", visibility="private"
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        await answer(house.outside, person.access, interaction, draft)
    assert refused.value.code == "visibility"
    assert await house.sql("select 1 from outbox") == []


@pytest.mark.law6
async def test_what_the_network_refuses_in_private_is_not_said_in_public(scene: Any) -> None:
    house, person, interaction, comment = scene
    Scripted.results = [Retry(reason="503"), Reject(code="refused", human="The person takes no messages.")]
    await answer(house.outside, person.access, interaction, written(comment))
    await send(house)
    house.clock.advance(60)
    await send(house)
    assert await delivery(house) == ["failed"]
    assert {message.thread.visibility for message in Scripted.sent} == {Visibility.PRIVATE}


@pytest.mark.law6
async def test_a_private_reply_whose_thread_turned_public_is_not_sent(scene: Any) -> None:
    house, person, interaction, comment = scene
    await answer(house.outside, person.access, interaction, written(comment))
    await house.sql("update conversation set visibility = 'public' where links_to is not null")
    await send(house)
    assert Scripted.sent == []
    assert await delivery(house) == ["failed"]


async def test_the_customers_private_answer_joins_the_thread_that_the_network_named(scene: Any) -> None:
    house, person, interaction, comment = scene
    Scripted.results = [Sent(remote_id="dm-1", root_id="t-anna", recipient=Author(remote_id="anna-private", handle="@anna"))]
    await answer(house.outside, person.access, interaction, written(comment))
    await send(house)
    [channel] = await _running(house)
    await house.hear(channel, {"id": "dm-2", "text": "Danke!", "visibility": "private", "root": "t-anna", "by": "anna-private"})
    rows = await house.sql(
        "select c.id, c.links_to, array_agg(t.text order by m.said_at) as texts from conversation c "
        "join message m on m.conversation_id = c.id join message_text t on t.message_id = m.id "
        "where c.visibility = 'private' group by c.id"
    )
    assert [(row["links_to"], sorted(row["texts"])) for row in rows] == [(comment["remote_id"], ["Danke!", "Nur für Sie"])]
    people = await house.sql(
        "select count(distinct i.customer_id) as n from conversation c join identity i on i.id = c.identity_id "
        "where c.links_to = $1 or c.root_remote_id = $1", comment["remote_id"],
    )  # fmt: skip
    assert people[0]["n"] == 1, "the comment and the private thread are one customer's story"


async def test_a_private_thread_that_is_there_already_is_the_one(scene: Any) -> None:
    house, person, interaction, comment = scene
    [channel] = await _running(house)
    [who] = await house.sql("select i.remote_id from conversation c join identity i on i.id = c.identity_id limit 1")
    await house.hear(channel, {"id": "dm-0", "text": "Früher", "visibility": "private", "root": "t-anna", "by": who["remote_id"]})
    Scripted.results = [Sent(remote_id="dm-1", root_id="t-anna")]
    await answer(house.outside, person.access, interaction, written(comment))
    await send(house)
    rows = await house.sql("select root_remote_id, links_to from conversation where visibility = 'private'")
    assert [(row["root_remote_id"], row["links_to"]) for row in rows] == [("t-anna", comment["remote_id"])]
    assert "Nur für Sie" in await house.transcript()


async def test_once_and_within_the_window_and_in_the_private_limit(scene: Any) -> None:
    house, person, interaction, comment = scene
    with pytest.raises(Invalid) as refused:
        await answer(house.outside, person.access, interaction, written(comment, "x" * 21))
    assert refused.value.code == "too_long"
    await answer(house.outside, person.access, interaction, written(comment))
    with pytest.raises(Invalid) as refused:
        await answer(house.outside, person.access, interaction, written(comment))
    assert refused.value.code == "private_reply_used"
    house.clock.advance((START + timedelta(days=8) - house.clock.now()).total_seconds())
    await house.sql("update outbox set state = 'failed'")
    with pytest.raises(Invalid) as refused:
        await answer(house.outside, person.access, interaction, written(comment))
    assert refused.value.code == "window_closed"


async def test_a_network_without_private_replies_and_a_foreign_message_are_refused(scene: Any) -> None:
    house, person, interaction, comment = scene
    with pytest.raises(Invalid):
        await answer(house.outside, person.access, interaction, written({"id": new_id()}))
    house.outside.registry._code = Scripted
    with pytest.raises(Invalid) as refused:
        await answer(house.outside, person.access, interaction, written(comment))
    assert refused.value.code == "no_private_reply"


async def _running(house: House) -> Any:
    async with house.db.read() as tx:
        return await tx.channels.running()


@pytest.mark.parametrize("how", [{"grace": True}, {"send_at": START + timedelta(days=1)}, {"approval": True}])
async def test_it_waits_like_any_answer_and_taken_back_it_leaves_the_one_that_is_allowed(scene: Any, how: dict[str, Any]) -> None:
    """For its moment, its time or a colleague; what was taken back was never sent, so the next one may be."""
    house, person, interaction, comment = scene
    first = await answer(house.outside, person.access, interaction, msgspec.structs.replace(written(comment, "Zu früh"), **how))
    await send(house)
    assert (await delivery(house), Scripted.sent) == (["held"], [])
    with pytest.raises(Invalid, match="already"):
        await answer(house.outside, person.access, interaction, written(comment, "Noch eine"))
    await withdraw_answer(house.db, person.access, first)
    second = await answer(house.outside, person.access, interaction, msgspec.structs.replace(written(comment, "Jetzt"), **how))
    if "approval" in how:
        boss = await house.agent()
        allowed = frozenset({"work.read", "answer.approve"})
        access = Access(user_id=boss.id, actions=allowed, classes=dict.fromkeys(allowed))
        await decide_answer(house.outside, access, second, approve=True)
    house.clock.advance(2 * 86_400)
    while await release_due(house.db):
        pass
    await send(house)
    [sent] = Scripted.sent
    assert (sent.text, sent.thread.visibility, sent.private_reply_to) == ("Jetzt", Visibility.PRIVATE, comment["remote_id"])
