"""What goes out: once each, where the thread stands, and never from private to public."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.connectors.sandbox.conftest import Desk
from unisono.connectors.sandbox.protocol import _placed
from unisono.contract import (
    Author,
    NotSent,
    OutAttachment,
    OutMessage,
    PullFailed,
    Reject,
    Retry,
    Sent,
    ThreadRef,
    Undecidable,
    Unknown,
)
from unisono.domain.words import Visibility
from unisono.testing.sandbox import Effect, Fault

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


async def public(desk: Desk):
    desk.network.say(desk.anna.id, "@brookwatt hallo")
    return (await desk.said())[-1]


async def private(desk: Desk):
    desk.network.say(desk.anna.id, "Meine Nummer ist 4711", to=desk.us.id)
    return (await desk.said())[-1]


def file(content: bytes = PNG, media_type: str = "image/png") -> OutAttachment:
    async def read() -> bytes:
        return content

    return OutAttachment(name="bild.png", media_type=media_type, size_bytes=len(content), alt_text="Ein Bild", read=read)


async def test_an_answer_stands_below_what_it_answers(desk: Desk):
    event = await public(desk)
    sent = await desk.connector.send(desk.answer(event), 1)
    assert isinstance(sent, Sent)
    item = desk.network.item(int(sent.remote_id))
    assert (item.kind, item.parent, item.text) == ("comment", int(event.remote_id), "Moin!")
    assert sent.url.endswith(f"/zwitscher/post/{item.id}")


async def test_an_answer_to_a_direct_message_is_a_direct_message(desk: Desk):
    sent = await desk.connector.send(desk.answer(await private(desk)), 1)
    assert isinstance(sent, Sent)
    item = desk.network.item(int(sent.remote_id), desk.us.id)
    assert (item.kind, item.peer) == ("direct", desk.anna.id)


async def test_a_private_answer_to_a_public_post_is_private_and_linked(desk: Desk):
    event = await public(desk)
    thread = ThreadRef(visibility=Visibility.PRIVATE, root_id="new", links_to=event.remote_id)
    sent = await desk.connector.send(desk.answer(event, thread=thread, in_reply_to=None), 1)
    assert isinstance(sent, Sent)
    item = desk.network.item(int(sent.remote_id), desk.us.id)
    assert (item.kind, item.links_to) == ("direct", int(event.remote_id))


IDS = st.one_of(st.none(), st.text(max_size=8))


@pytest.mark.law6
@given(root=st.text(max_size=8), parent=IDS, reply=IDS, links=IDS, who=st.text(max_size=8))
def test_whatever_a_message_names_a_private_thread_has_a_recipient_and_a_public_one_has_none(root, parent, reply, links, who):
    def place(visibility: Visibility) -> dict[str, str]:
        thread = ThreadRef(visibility=visibility, root_id=root, parent_id=parent, links_to=links)
        message = OutMessage(
            key="k", thread=thread, in_reply_to=reply, recipient=Author(remote_id=who), text="x", created_at=None,  # type: ignore[arg-type]
        )  # fmt: skip
        return _placed(message)

    assert place(Visibility.PRIVATE)["to"] == who
    assert "to" not in place(Visibility.PUBLIC)


@pytest.mark.law6
async def test_a_private_text_for_a_public_item_is_never_published_not_even_by_a_wrong_parent(desk: Desk):
    post, direct = await public(desk), await private(desk)
    thread = ThreadRef(visibility=Visibility.PUBLIC, root_id=direct.thread.root_id)
    wrong = await desk.connector.send(desk.answer(direct, "Kundennummer 4711", thread=thread), 1)
    assert isinstance(wrong, Reject)
    mixed = await desk.connector.send(desk.answer(post, "Kundennummer 4711", thread=direct.thread), 1)
    assert isinstance(mixed, Sent)
    shown = desk.network.store.items_where("peer is null", ())
    assert all("4711" not in item.text for item in shown)


async def test_the_same_message_sent_again_is_one(desk: Desk):
    message = desk.answer(await public(desk))
    first, second = [await desk.connector.send(message, attempt) for attempt in (1, 2)]
    assert first == second
    assert desk.own() == ["Moin!"]


@pytest.mark.parametrize("effect", [Effect.ACCEPT_THEN_DROP, Effect.ACCEPT_THEN_HANG, Effect.TRUNCATE])
@pytest.mark.parametrize("forgotten", [False, True])
async def test_an_answer_that_arrived_without_a_word_is_found_again(desk: Desk, effect: Effect, forgotten: bool):
    message = desk.answer(await public(desk))
    desk.server.fault(Fault(effect=effect, methods=("POST",), delay_s=0.1))
    assert isinstance(await desk.connector.send(message, 1), Unknown)
    if forgotten:
        desk.ctx.clock.ahead = timedelta(hours=2)
    found = await desk.connector.reconcile(message)
    assert isinstance(found, Sent)
    assert desk.own() == ["Moin!"]


@pytest.mark.parametrize(("effect", "status"), [(Effect.STATUS, 500), (Effect.HTML, 502), (Effect.MALFORMED, 200)])
async def test_an_answer_of_which_nobody_knows_is_looked_for_and_not_found(desk: Desk, effect: Effect, status: int):
    message = desk.answer(await public(desk))
    desk.server.fault(Fault(effect=effect, methods=("POST",), status=status))
    assert isinstance(await desk.connector.send(message, 1), Unknown)
    assert isinstance(await desk.connector.reconcile(message), NotSent)


async def test_two_answers_of_the_same_words_are_told_apart_by_their_keys_or_not_at_all(desk: Desk):
    event = await public(desk)
    first, second = desk.answer(event, "Danke!"), desk.answer(event, "Danke!")
    sent = await desk.connector.send(first, 1)
    assert isinstance(await desk.connector.reconcile(second), NotSent)
    await desk.connector.send(second, 1)
    assert isinstance(sent, Sent)
    assert await desk.connector.reconcile(first) == sent
    desk.ctx.clock.ahead = timedelta(hours=2)
    assert isinstance(await desk.connector.reconcile(first), Undecidable)


async def test_a_network_that_does_not_answer_leaves_the_question_open(desk: Desk):
    message = desk.answer(await public(desk))
    desk.server.fault(Fault(effect=Effect.STATUS, status=503, methods=("GET",)))
    with pytest.raises(PullFailed):
        await desk.connector.reconcile(message)


@pytest.mark.parametrize(("header", "pause", "after_s"), [("retry_after", 9.0, 9.0), ("reset", 9.0, 9.0), ("none", 9.0, 30.0)])
async def test_a_rate_limit_says_when_to_try_again_and_counts_as_no_attempt(
    desk: Desk, header: str, pause: float, after_s: float
):
    message = desk.answer(await public(desk))
    desk.server.fault(Fault(effect=Effect.RATE_LIMIT, header=header, pause_s=pause, methods=("POST",)))
    result = await desk.connector.send(message, 1)
    assert isinstance(result, Retry)
    assert result.throttled
    assert result.after_s == pytest.approx(after_s, abs=2)
    assert desk.own() == []


async def test_a_line_that_was_never_there_is_tried_again(desk: Desk):
    message = desk.answer(await public(desk))
    await desk.server.stop()
    result = await desk.connector.send(message, 1)
    assert isinstance(result, Retry)
    assert not result.throttled


async def test_a_line_cut_before_an_answer_leaves_it_unknown(desk: Desk):
    message = desk.answer(await public(desk))
    desk.server.fault(Fault(effect=Effect.DROP, methods=("POST",)))
    assert isinstance(await desk.connector.send(message, 1), Unknown)


@pytest.mark.parametrize(("over", "taken"), [(-1, True), (0, True), (1, False)])
async def test_the_limits_of_the_text_are_the_networks(desk: Desk, over: int, taken: bool):
    event = await public(desk)
    sent = await desk.connector.send(desk.answer(event, "ü" * (280 + over)), 1)
    assert isinstance(sent, Sent) is taken
    if not taken:
        assert isinstance(sent, Reject)
        assert sent.code == "too_long"
    direct = await desk.connector.send(desk.answer(await private(desk), "🙈" * (2_000 + over)), 1)
    assert isinstance(direct, Sent) is taken


@pytest.mark.parametrize(("files", "taken"), [(3, True), (4, True), (5, False)])
async def test_as_many_files_go_along_as_the_network_takes(desk: Desk, files: int, taken: bool):
    message = desk.answer(await public(desk), attachments=tuple(file() for _ in range(files)))
    sent = await desk.connector.send(message, 1)
    assert isinstance(sent, Sent) is taken
    if taken:
        pictures = desk.network.store.pictures([int(sent.remote_id)])[int(sent.remote_id)]
        assert [picture.alt for picture in pictures] == ["Ein Bild"] * files


@pytest.mark.parametrize(
    ("attachment", "code"), [(file(bytes(5_000_001)), "file_too_large"), (file(b"MZ", "application/x-msdownload"), "file_type")]
)
async def test_a_file_that_the_network_does_not_take_refuses_the_answer_with_its_reason(desk: Desk, attachment, code):
    sent = await desk.connector.send(desk.answer(await public(desk), attachments=(attachment,)), 1)
    assert isinstance(sent, Reject)
    assert sent.code == code
    assert desk.own() == []


async def test_a_file_whose_upload_was_lost_is_no_open_question(desk: Desk):
    message = desk.answer(await public(desk), attachments=(file(),))
    for effect in (Effect.ACCEPT_THEN_DROP, Effect.STATUS):
        desk.server.fault(Fault(effect=effect, path="*/media", methods=("POST",)))
        assert isinstance(await desk.connector.send(message, 1), Retry)
    assert isinstance(await desk.connector.send(message, 1), Sent)


async def test_what_was_deleted_meanwhile_is_not_answered(desk: Desk):
    event = await public(desk)
    desk.network.delete(desk.anna.id, int(event.remote_id))
    sent = await desk.connector.send(desk.answer(event), 1)
    assert isinstance(sent, Reject)
    assert sent.code == "gone"


async def test_after_the_window_the_network_refuses_in_words(desk: Desk):
    event = await private(desk)
    desk.ctx.clock.ahead = timedelta(days=7, minutes=1)
    sent = await desk.connector.send(desk.answer(event), 1)
    assert isinstance(sent, Reject)
    assert sent.code == "window_closed"
    assert "ended" in sent.human


async def test_an_answer_can_be_taken_back_twice(desk: Desk):
    sent = await desk.connector.send(desk.answer(await public(desk)), 1)
    assert isinstance(sent, Sent)
    for _ in range(2):
        assert await desk.connector.retract(sent.remote_id) == Sent(remote_id=sent.remote_id)
    assert desk.own() == []


async def test_typing_shows_in_private_threads_only_and_may_fail(desk: Desk):
    events: list[dict] = []
    desk.network.live.call(f"account:{desk.anna.id}", events.append)
    thread = msgspec.structs.replace((await private(desk)).thread, customer=Author(remote_id=str(desk.anna.id)))
    await desk.connector.typing(thread, True)
    await desk.connector.typing(msgspec.structs.replace(thread, visibility=Visibility.PUBLIC), True)
    assert [e for e in events if e["type"] == "typing"] == [{"type": "typing", "from": str(desk.us.id), "on": True}]
    await desk.server.stop()
    await desk.connector.typing(thread, False)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=120).filter(str.strip))
async def test_any_text_arrives_as_it_was_written(desk: Desk, text: str):
    desk.network.say(desk.anna.id, "@brookwatt hallo")
    sent = await desk.connector.send(desk.answer((await desk.said())[0], text), 1)
    assert isinstance(sent, Sent)
    assert desk.network.item(int(sent.remote_id)).text == text
