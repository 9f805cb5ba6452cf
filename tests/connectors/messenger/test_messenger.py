"""A page's messages: pulled and pushed alike, our own known again, answered in the window or with a person's tag."""

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
import pytest_asyncio

from tests.connectors.graph.kit import Desk, MovedClock, desk_of
from tests.connectors.whatsapp.test_answering import file_of
from unisono.connectors.messenger import Messenger
from unisono.contract import Created, NotSent, Reject, Sent, Status, Unknown
from unisono.domain.words import DeliveryState
from unisono.testing.networks.graph import Direct, GraphNetwork, News, Page
from unisono.testing.sandbox.faults import Effect, Fault


class PageDesk(Desk):
    """With the page."""

    page: Page = msgspec.field(default_factory=lambda: Page(id="", name="", token=""))

    def write(self, text: str = "Hallo", **more) -> Direct:
        return self.network.chats.write("messenger", self.page.id, self.anna, text, **more)

    def told(self, field: str) -> News:
        return next(news for news in reversed(self.network.news) if news.field == f"messaging:{field}")

    def ours(self) -> list[Direct]:
        return [one for one in self.network.chats.chat("messenger", self.page.id, self.anna).messages if one.ours]


@pytest.fixture
def human() -> bool:
    return False


@pytest_asyncio.fixture
async def desk(human: bool) -> AsyncIterator[PageDesk]:
    clock = MovedClock()
    network = GraphNetwork(clock.now)
    page = network.pages.add("Brookwatt")
    config = {"page_id": page.id, "human_agent": human}
    async with desk_of(Messenger, network, clock, config, {"access_token": page.token}) as found:
        yield PageDesk(**msgspec.structs.asdict(found), page=page)


async def test_pushed_and_pulled_are_one_message(desk: PageDesk):
    picture = desk.network.picture(b"\x89PNG", "image/png")
    first = desk.write("Grüße \U0001f600")
    desk.write("Dazu", reply_to=first.mid, pictures=[picture])
    [pushed] = await desk.pushed(desk.told("messages"))
    pulled = {raw.ingest_key: raw for raw in (await desk.pulled())[0]}
    assert pushed.ingest_key in pulled
    [by_push], [by_pull] = desk.read(pushed), desk.read(pulled[pushed.ingest_key])
    assert isinstance(by_push, Created)
    assert isinstance(by_pull, Created)
    assert by_push.thread == by_pull.thread
    assert (by_push.text, by_push.thread.parent_id) == (by_pull.text, first.mid)
    for event in (by_push, by_pull):
        assert await desk.connector.get_media(event.attachments[0].ref, 100) == picture.content


async def test_an_echo_brings_our_key_back_and_is_ours(desk: PageDesk):
    desk.write()
    [event] = await desk.said()
    message = desk.answer(event, "Moin!")
    sent = await desk.connector.send(message, 1)
    assert isinstance(sent, Sent)
    [echo] = [one for raw in await desk.pushed(desk.told("message_echoes")) for one in desk.read(raw)]
    assert isinstance(echo, Created)
    assert (echo.own, echo.client_key, echo.remote_id) == (True, message.key, sent.remote_id)
    assert echo.thread.customer is not None
    assert echo.thread.customer.remote_id == desk.anna.id
    assert [one.own for one in await desk.said()] == [False, True]


async def test_what_became_of_an_answer_is_told(desk: PageDesk):
    desk.write()
    [event] = await desk.said()
    sent = await desk.connector.send(desk.answer(event), 1)
    assert isinstance(sent, Sent)
    desk.network.chats.report(desk.ours()[0], "delivered")
    [status] = [one for raw in await desk.pushed(desk.told("message_deliveries")) for one in desk.read(raw)]
    assert isinstance(status, Status)
    assert (status.state, status.remote_id) == (DeliveryState.DELIVERED, sent.remote_id)


async def test_the_window_is_a_day(desk: PageDesk):
    desk.write()
    [event] = await desk.said()
    assert event.can_reply.until == event.occurred_at + timedelta(hours=24)
    desk.forward(hours=25)
    result = await desk.connector.send(desk.answer(event), 1)
    assert isinstance(result, Reject)
    assert result.code == "window_closed"
    assert desk.ours() == []


@pytest.mark.parametrize("human", [True])
async def test_a_person_may_answer_for_a_week_with_the_tag(desk: PageDesk):
    desk.write()
    [event] = await desk.said()
    assert event.can_reply.until == event.occurred_at + timedelta(days=7)
    assert isinstance(await desk.connector.send(desk.answer(event, "Gleich"), 1), Sent)
    desk.forward(days=3)
    assert isinstance(await desk.connector.send(desk.answer(event, "Später"), 1), Sent)
    assert [(one.text, one.tag) for one in desk.ours()] == [("Gleich", ""), ("Später", "HUMAN_AGENT")]
    desk.forward(days=5)
    assert isinstance(await desk.connector.send(desk.answer(event), 1), Reject)


async def test_a_text_and_its_file_go_in_two_and_neither_twice(desk: PageDesk):
    desk.write()
    [event] = await desk.said()
    message = desk.answer(event, "Die Rechnung", attachments=(file_of("application/pdf", "a.pdf"),))
    desk.server.fault(Fault(effect=Effect.DROP, methods=("POST",), path="*/messages", skip=1))
    assert isinstance(await desk.connector.send(message, 1), Unknown)
    assert isinstance(await desk.connector.reconcile(message), NotSent)
    sent = await desk.connector.send(message, 2)
    assert isinstance(sent, Sent)
    assert [(one.text, len(one.pictures)) for one in desk.ours()] == [("", 1), ("Die Rechnung", 0)]
    assert sent.remote_ids == (desk.ours()[1].mid, desk.ours()[0].mid)


async def test_a_file_that_arrived_unseen_is_not_sent_again(desk: PageDesk):
    desk.write()
    [event] = await desk.said()
    message = desk.answer(event, "Die Rechnung", attachments=(file_of("application/pdf", "a.pdf"),))
    desk.server.fault(Fault(effect=Effect.ACCEPT_THEN_DROP, methods=("POST",), path="*/messages"))
    assert isinstance(await desk.connector.send(message, 1), Unknown)
    assert isinstance(await desk.connector.reconcile(message), NotSent)
    assert isinstance(await desk.connector.send(message, 2), Sent)
    assert [(one.text, len(one.pictures)) for one in desk.ours()] == [("", 1), ("Die Rechnung", 0)]


async def test_somebody_who_is_gone_cannot_be_written_to(desk: PageDesk):
    desk.write()
    [event] = await desk.said()
    desk.anna.gone = True
    assert isinstance(await desk.connector.send(desk.answer(event), 1), Reject)


async def test_a_pages_comments_at_the_same_address_go_to_its_facebook_channel(desk: PageDesk):
    desk.network.pages.post(desk.page, desk.anna, "Öffentlich")
    direct = desk.write("Privat")
    raws = await desk.pushed(*desk.network.news[-2:])
    assert {(raw.connector, raw.account) for raw in raws} == {("facebook", desk.page.id), ("messenger", desk.page.id)}
    assert [raw.ingest_key for raw in raws if raw.connector == "messenger"] == [f"message:{direct.mid}:0"]


async def test_who_was_only_an_id_in_a_push_gets_a_name_by_the_pull(desk: PageDesk):
    direct = desk.write("Hallo")
    [pushed] = await desk.pushed(desk.network.news[-1])
    [event] = desk.connector.read(pushed)
    assert isinstance(event, Created)
    assert event.author.display_name == ""
    raws = (await desk.connector.pull("main", None, 100)).raws
    [again, named] = raws
    assert again.ingest_key == pushed.ingest_key, "the message itself is known already"
    assert named.ingest_key.startswith(f"name:{event.author.remote_id}:")
    [event] = desk.connector.read(named)
    assert isinstance(event, Created)
    assert event.remote_id == direct.mid
    assert event.author.display_name == desk.anna.name
    desk.write("Noch etwas")
    later = (await desk.connector.pull("main", None, 100)).raws
    assert [raw.ingest_key for raw in later if raw.ingest_key.startswith("name:")] == [named.ingest_key], "a name comes once"
