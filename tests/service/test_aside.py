"""Passing a mail on: the third party's answer comes back into the conversation, and the customer sees nothing of it."""

from typing import Any, ClassVar

import msgspec
import pytest

from tests.kit import House, Scripted
from tests.service.test_sending import delivery, send
from unisono.contract import Author
from unisono.domain.errors import Invalid
from unisono.domain.ids import new_id
from unisono.domain.words import Visibility
from unisono.service.accept import accept_offer
from unisono.service.answer import Answer, answer
from unisono.service.customers import customer_page
from unisono.service.erase import erase_customer
from unisono.service.look import messages_page
from unisono.service.reports.fold import fold_reports


class Posting(Scripted):
    """Private threads of which something can be passed on."""

    caps: ClassVar = msgspec.structs.replace(Scripted.caps, forward=True, copies=True)

    def third_party(self, address: str) -> Author:
        if "@" not in address:
            raise ValueError(address)
        return Author(remote_id=address.lower(), handle=address)


@pytest.fixture
async def scene(house: House) -> Any:
    """Work on a private enquiry of Anna's in somebody's hands: (house, channel, person, interaction)."""
    house.outside.registry._code = Posting  # type: ignore[attr-defined]
    queue = await house.queue()
    channel, person = await house.channel(queue), await house.agent(queue)
    await house.hear(channel, {"id": "q", "by": "anna", "text": "Wo ist mein Paket?", "visibility": "private"})
    await house.route()
    interaction = await accept_offer(house.db, person.access, (await house.sql("select id from offer"))[0]["id"])
    return house, channel, person, interaction


def passed_on(to: str = "Lager@Partner.example", **how: Any) -> Answer:
    return Answer(message_id=new_id(), text="Wisst ihr etwas?", visibility="private", forward_to=to, **how)


async def answered(scene: Any) -> None:
    """The partner's answer has come."""
    house, channel, person, interaction = scene
    forward = await answer(house.outside, person.access, interaction, passed_on())
    await send(house)
    await house.hear(
        channel,
        {"id": "p1", "by": "lager@partner.example", "name": "Lager", "text": "Geht heute raus", "visibility": "private",
         "at": house.clock.now().isoformat(), "root": f"remote-{forward}", "parent": f"remote-{forward}", "aliases": [f"remote-{forward}"]},
    )  # fmt: skip


async def test_it_goes_to_the_third_party_alone_and_begins_a_thread_of_its_own(scene: Any) -> None:
    house, _, person, interaction = scene
    await answer(house.outside, person.access, interaction, passed_on())
    await send(house)
    [sent] = Scripted.sent
    assert sent.recipient.handle == "Lager@Partner.example"
    assert (sent.references, sent.in_reply_to) == ((), None)
    assert (await house.sql("select first_response_at from interaction"))[0]["first_response_at"] is None


async def test_the_answer_stands_in_the_customers_conversation_as_a_third_partys(scene: Any) -> None:
    house, _, person, interaction = scene
    await answered(scene)
    [conversation] = await house.sql("select id, reply_rule from conversation")
    page = await messages_page(house.db, person.access, conversation["id"], None, 50)
    last = page.items[-1]
    assert (last.text, last.author.kind, last.direction) == ("Geht heute raus", "third", "in")
    assert last.aside is not None
    assert [row["id"] for row in await house.sql("select id from interaction")] == [interaction]


@pytest.mark.law6
async def test_nothing_of_it_reaches_the_customer(scene: Any) -> None:
    house, _, person, interaction = scene
    await answered(scene)
    [third] = await house.sql("select id from message where remote_id = 'p1'")
    Scripted.sent.clear()
    draft = Answer(message_id=new_id(), text="Geht heute raus.", visibility="private", in_reply_to=third["id"])
    await answer(house.outside, person.access, interaction, draft)
    await answer(house.outside, person.access, interaction, passed_on(in_reply_to=third["id"]))
    await send(house)
    to_customer, to_partner = Scripted.sent
    assert to_customer.recipient.handle == "@anna"
    assert set(to_customer.references) <= {"q"}
    assert to_customer.in_reply_to in (None, "q")
    assert to_partner.recipient.handle == "Lager@Partner.example"
    assert "q" not in to_partner.references
    assert to_partner.in_reply_to == "p1"
    async with house.db.read() as tx:
        lines = await tx.talk.customer_lines(
            (await house.sql("select id from channel"))[0]["id"], "scripted", "q", Author(remote_id="anna"), None, 50
        )
    assert [line.text for line in lines] == ["Wo ist mein Paket?", "Geht heute raus."]
    assert all(m.thread.visibility is Visibility.PRIVATE for m in Scripted.sent)


async def test_the_customer_who_answers_in_that_thread_is_still_the_customer(scene: Any) -> None:
    house, channel, person, _ = scene
    await answered(scene)
    await house.hear(
        channel, {"id": "q2", "by": "anna", "text": "Danke", "visibility": "private", "root": "q", "aliases": ["p1", "q"]}
    )
    [row] = await house.sql("select aside_identity_id from message where remote_id = 'q2'")
    assert row["aside_identity_id"] is None
    del person


@pytest.mark.parametrize(("to", "code"), [("nobody", "bad_address"), ("anna", "bad_address")])
async def test_what_is_no_address_is_refused(scene: Any, to: str, code: str) -> None:
    house, _, person, interaction = scene
    with pytest.raises(Invalid) as refused:
        await answer(house.outside, person.access, interaction, passed_on(to))
    assert refused.value.code == code
    assert await delivery(house) == []


async def test_on_a_network_that_knows_nothing_of_it_it_is_refused(scene: Any) -> None:
    house, _, person, interaction = scene
    house.outside.registry._code = Scripted  # type: ignore[attr-defined]
    with pytest.raises(Invalid) as refused:
        await answer(house.outside, person.access, interaction, passed_on())
    assert refused.value.code == "no_forward"


@pytest.mark.law7
async def test_who_is_erased_as_a_third_party_is_gone_from_there_too(scene: Any) -> None:
    house, _, person, _ = scene
    await answered(scene)
    [third] = await house.sql("select customer_id from identity where remote_id = 'lager@partner.example'")
    await erase_customer(house.outside, person.access, third["customer_id"], "asked for it")
    left = await house.sql("select t.text from message_text t")
    assert [row["text"] for row in left] == ["Wo ist mein Paket?"]
    assert await house.sql("select from identity where handle ilike '%partner%' or display_name = 'Lager'") == []


async def test_what_is_said_with_a_third_party_is_in_no_figure_of_the_customers(scene: Any) -> None:
    """Neither the first answer nor what they wrote: the customer still waits, and wrote one message."""
    house, channel, person, _ = scene
    await answered(scene)
    await fold_reports(house.db)
    [fact] = await house.sql("select answered_at, next_n, asked_at from report_fact")
    assert (fact["answered_at"], fact["next_n"], fact["asked_at"]) == (None, 0, None)
    [row] = await house.sql("select y.customer_id from conversation c join identity y on y.id = c.identity_id limit 1")
    page = await customer_page(house.db, person.access, row["customer_id"], "UTC")
    assert page.facts.messages == 1
    assert channel
