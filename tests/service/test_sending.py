"""Answers: each is sent once, whatever the network does, and never to a place that it was not meant for."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from tests.kit import START, House, Person, Scripted
from tests.service.test_work import offered, working
from unisono.contract import NotReached, NotSent, Reauth, Reject, Retry, Sent, Undecidable, Unknown
from unisono.domain.errors import Conflict, Invalid
from unisono.domain.ids import new_id
from unisono.service.accept import accept_offer
from unisono.service.answer import Answer, answer
from unisono.service.repair import discard_answer, retry_answer
from unisono.service.sender import Sender


async def written(house: House, person: Person, interaction: UUID, text: str = "Kommt morgen an.") -> UUID:
    message = new_id()
    return await answer(house.outside, person.access, interaction, Answer(message_id=message, text=text, visibility="public"))


async def send(house: House) -> None:
    sender = Sender(house.outside, "test")
    for row in await house.sql("select distinct channel_id from outbox"):
        while await sender.send_due(row["channel_id"]):
            pass


async def delivery(house: House) -> list[str]:
    rows = await house.sql("select delivery from message where direction = 'out' order by said_at, id")
    return [row["delivery"] for row in rows]


async def test_an_answer_shows_as_queued_then_sent_with_the_networks_id(house: House) -> None:
    person, _, interaction = await working(house)
    message = await written(house, person, interaction)
    assert await delivery(house) == ["queued"]
    await send(house)
    assert await delivery(house) == ["sent"]
    [row] = await house.sql("select remote_id from message where id = $1", message)
    assert row["remote_id"] == f"remote-{message}"
    assert (await house.sql("select first_response_at from interaction"))[0]["first_response_at"] is not None


async def test_the_same_answer_posted_twice_is_sent_once(house: House) -> None:
    person, _, interaction = await working(house)
    draft = Answer(message_id=new_id(), text="Gern!", visibility="public")
    for _ in range(3):
        await answer(house.outside, person.access, interaction, draft)
    await send(house)
    assert len(Scripted.sent) == 1


async def test_answers_of_one_conversation_keep_their_order_behind_a_failure(house: House) -> None:
    person, _, interaction = await working(house)
    Scripted.results = [Retry(reason="503")]
    for text in ("eins", "zwei", "drei"):
        await written(house, person, interaction, text)
    await send(house)
    assert [m.text for m in Scripted.sent] == ["eins"]
    house.clock.advance(6)
    await send(house)
    assert [m.text for m in Scripted.sent] == ["eins", "eins", "zwei", "drei"]


async def test_an_unknown_outcome_is_asked_about_before_anything_is_sent_again(house: House) -> None:
    person, _, interaction = await working(house)
    Scripted.results = [Unknown(reason="timed out")]
    Scripted.found = [NotSent(), Sent(remote_id="it-was-there")]
    message = await written(house, person, interaction)
    await send(house)
    assert await delivery(house) == ["unknown"]
    house.clock.advance(6)
    await send(house)
    assert len(Scripted.sent) == 1
    house.clock.advance(30)
    await send(house)
    assert await delivery(house) == ["sent"]
    assert len(Scripted.sent) == 1
    assert (await house.sql("select remote_id from message where id = $1", message))[0]["remote_id"] == "it-was-there"


async def test_two_denials_apart_in_time_allow_a_retry(house: House) -> None:
    person, _, interaction = await working(house)
    Scripted.results = [Unknown(reason="timed out")]
    Scripted.found = [NotSent(), NotSent()]
    await written(house, person, interaction)
    for _ in range(4):
        await send(house)
        house.clock.advance(30)
    assert await delivery(house) == ["sent"]
    assert len(Scripted.sent) == 2


async def test_what_the_network_cannot_tell_waits_for_a_person(house: House) -> None:
    person, _, interaction = await working(house)
    Scripted.results, Scripted.found = [Unknown(reason="cut")], [Undecidable(reason="no history")]
    message = await written(house, person, interaction)
    await send(house)
    house.clock.advance(6)
    await send(house)
    assert await delivery(house) == ["dead"]
    await retry_answer(house.outside, person.access, message, confirm_not_sent=True)
    await send(house)
    assert await delivery(house) == ["sent"]
    with pytest.raises(Conflict):
        await discard_answer(house.outside, person.access, message)


async def test_a_network_that_cannot_be_asked_is_asked_again_later_and_nothing_is_sent_meanwhile(house: House) -> None:
    person, _, interaction = await working(house)
    Scripted.results = [Unknown(reason="timed out")]
    Scripted.found = [NotReached("away", sent=False), NotReached("away", sent=False), Sent(remote_id="there")]
    await written(house, person, interaction)
    for _ in range(4):
        await send(house)
        house.clock.advance(30)
    assert len(Scripted.sent) == 1
    assert await delivery(house) == ["sent"]


async def test_a_worker_that_died_in_the_middle_leaves_nothing_sent_twice(house: House) -> None:
    person, _, interaction = await working(house)
    await written(house, person, interaction)
    channel = (await house.sql("select channel_id from outbox"))[0]["channel_id"]
    async with house.db.write() as tx:
        assert len(await tx.outbox.claim(channel, "the dead one", 90, 10)) == 1
    Scripted.found = [Sent(remote_id="before it died")]
    await send(house)
    assert Scripted.sent == []
    house.clock.advance(91)
    await send(house)
    assert Scripted.sent == []
    assert await delivery(house) == ["sent"]


async def test_a_rate_limit_slows_the_whole_lane_and_counts_as_no_failure(house: House) -> None:
    person, _, interaction = await working(house)
    Scripted.results = [Retry(reason="429", after_s=60, throttled=True)]
    await written(house, person, interaction)
    await send(house)
    [row] = await house.sql("select attempts, next_at from outbox")
    assert row["attempts"] == 0
    assert row["next_at"] == house.clock.now() + timedelta(seconds=60)


async def test_a_refusal_is_final_and_shown_with_the_networks_words(house: House) -> None:
    person, _, interaction = await working(house)
    Scripted.results = [Reject(code="blocked", human="You are blocked by this user.")]
    await written(house, person, interaction)
    await send(house)
    assert await delivery(house) == ["failed"]
    async with house.db.read() as tx:
        from unisono.service.ports.reading import Sight

        [letter] = await tx.reading.dead_letters(Sight(classes=None), None, 10)
    assert (letter.code, letter.error) == ("blocked", "You are blocked by this user.")


async def test_lost_authorisation_stops_sending_and_tells_the_channel(house: House) -> None:
    person, _, interaction = await working(house)
    Scripted.results = [Reauth(human="The token was revoked.")]
    await written(house, person, interaction)
    await send(house)
    assert (await house.sql("select state from channel"))[0]["state"] == "reauth_needed"
    assert await delivery(house) == ["retrying"]
    house.clock.advance(61)
    await send(house)
    assert await delivery(house) == ["sent"]


async def test_our_own_post_coming_back_before_its_sending_was_recorded_is_recognised(house: House) -> None:
    person, _, interaction = await working(house)
    Scripted.results = [Unknown(reason="cut")]
    message = await written(house, person, interaction, "Wir kümmern uns.")
    await send(house)
    channel_id = (await house.sql("select id from channel"))[0]["id"]
    async with house.db.write() as tx:
        channel = await tx.channels.facts(channel_id)
    assert channel is not None
    echo = {
        "id": "net-7",
        "root": "0",
        "own": True,
        "to": "c0",
        "by": "shop",
        "text": "@c0 Wir kümmern uns.",
        "at": START.isoformat(),
    }
    await house.hear(channel, echo)
    rows = await house.sql("select id, delivery, remote_id from message where direction = 'out'")
    assert [tuple(row) for row in rows] == [(message, "sent", "net-7")]
    house.clock.advance(3_600)
    await send(house)
    assert len(Scripted.sent) == 1


async def test_reports_out_of_order_never_take_a_delivery_back(house: House) -> None:
    person, _, interaction = await working(house)
    message = await written(house, person, interaction)
    await send(house)
    channel_id = (await house.sql("select id from channel"))[0]["id"]
    async with house.db.write() as tx:
        channel = await tx.channels.facts(channel_id)
    assert channel is not None
    for state in ("read", "delivered", "failed", "sent"):
        await house.hear(channel, {"kind": "status", "key": str(message), "state": state})
    assert await delivery(house) == ["read"]


@pytest.mark.law6
@pytest.mark.parametrize(("thread", "meant"), [("public", "private"), ("private", "public")])
async def test_a_text_written_for_one_kind_of_thread_is_never_sent_to_the_other(house: House, thread: str, meant: str) -> None:
    queue = await house.queue()
    channel, person = await house.channel(queue), await house.agent(queue)
    await house.hear(channel, {"id": "1", "text": "Hallo", "visibility": thread})
    await house.route()
    from unisono.service.take import take

    interaction = (await house.sql("select id from interaction"))[0]["id"]
    await take(house.db, person.access, interaction)
    with pytest.raises(Invalid) as refusal:
        await answer(house.outside, person.access, interaction, Answer(message_id=new_id(), text="IBAN DE00", visibility=meant))
    assert refusal.value.code == "visibility"
    await send(house)
    assert Scripted.sent == []
    await answer(house.outside, person.access, interaction, Answer(message_id=new_id(), text="Moin", visibility=thread))
    await send(house)
    assert [m.thread.visibility for m in Scripted.sent] == [thread]


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        ({"text": ""}, "empty"),
        ({"text": "x" * 501}, "too_long"),
        ({"text": "ok", "details": {"cc": "a@example.org"}}, "invalid"),
        ({"text": "ok", "details": {"colour": "red"}}, "invalid"),
        ({"text": "ok", "attachment_ids": (new_id(),)}, "invalid"),
    ],
)
async def test_what_the_network_would_not_take_is_refused_before_anything_is_stored(
    house: House, draft: dict[str, object], code: str
) -> None:
    person, _, interaction = await working(house)
    with pytest.raises(Invalid) as refusal:
        await answer(house.outside, person.access, interaction, Answer(message_id=new_id(), visibility="public", **draft))  # type: ignore[arg-type]
    assert refusal.value.code == code
    assert await house.sql("select 1 from outbox") == []


async def test_an_answer_after_the_reply_window_is_kept_and_not_sent(house: House) -> None:
    person, _, interaction = await working(house)
    await written(house, person, interaction)
    await house.sql("update conversation set reply_until = $1", house.clock.now() - timedelta(seconds=1))
    await send(house)
    assert Scripted.sent == []
    assert await delivery(house) == ["failed"]
    with pytest.raises(Invalid):
        await written(house, person, interaction)


async def test_a_connector_that_names_an_answer_impossibly_stops_no_other_answer(house: House) -> None:
    person, _, one = await working(house, items=2)
    await house.route()
    two = await accept_offer(house.db, person.access, await offered(house, person))
    [row] = await house.sql("select m.remote_id from message m where m.interaction_id = $1", one)
    await written(house, person, one, "eins")
    Scripted.results = [Sent(remote_id=row["remote_id"])]
    sending = asyncio.create_task(Sender(house.outside, "test").run())
    try:
        async with asyncio.timeout(10):
            while not Scripted.sent:
                await asyncio.sleep(0.01)
            await written(house, person, two, "zwei")
            while sorted(await delivery(house)) != ["queued", "sent"]:
                assert not sending.done(), sending.exception()
                await asyncio.sleep(0.01)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
