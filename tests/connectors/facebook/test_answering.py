"""Answers stand below what they answer, once, and refusals are told apart by their code."""

import pytest

from tests.connectors.facebook.conftest import PageDesk
from unisono.contract import NotSent, Reauth, Reject, Retry, Sent, ThreadRef, Undecidable, Unknown
from unisono.domain.words import Visibility
from unisono.testing.sandbox.faults import Effect, Fault


async def asked(desk: PageDesk):
    """A question below a post of ours."""
    post = desk.network.pages.post(desk.page, desk.page, "Hallo")
    desk.network.pages.comment(desk.anna, post.id, "Was kostet das?")
    [event] = await desk.said()
    return event


def ours(desk: PageDesk) -> list[tuple[str | None, str]]:
    return [(c.parent, c.text) for c in desk.network.pages.comments.values() if c.author.id == desk.page.id and not c.deleted]


async def test_an_answer_stands_below_the_comment(desk: PageDesk):
    event = await asked(desk)
    result = await desk.connector.send(desk.answer(event, "Nichts."), 1)
    assert isinstance(result, Sent)
    assert ours(desk) == [(event.remote_id, "Nichts.")]


async def test_an_answer_that_arrived_unseen_is_found_and_not_another_with_the_same_words(desk: PageDesk):
    event = await asked(desk)
    first, second = desk.answer(event, "Danke!"), desk.answer(event, "Danke!")
    sent = await desk.connector.send(first, 1)
    assert isinstance(sent, Sent)
    assert isinstance(await desk.connector.reconcile(second), NotSent)
    desk.server.fault(Fault(effect=Effect.ACCEPT_THEN_DROP, methods=("POST",), path="*/comments"))
    assert isinstance(await desk.connector.send(second, 1), Unknown)
    found = await desk.connector.reconcile(second)
    assert isinstance(found, Sent)
    assert found.remote_id != sent.remote_id
    assert len(ours(desk)) == 2


async def test_two_alike_that_nobody_can_tell_apart_go_to_a_person(desk: PageDesk):
    event = await asked(desk)
    for _ in range(2):
        desk.network.pages.comment(desk.page, event.remote_id, "Danke!")
    assert isinstance(await desk.connector.reconcile(desk.answer(event, "Danke!")), Undecidable)


async def test_a_deleted_comment_is_not_answered(desk: PageDesk):
    event = await asked(desk)
    desk.network.pages.remove(event.remote_id)
    result = await desk.connector.send(desk.answer(event), 1)
    assert isinstance(result, Reject)
    assert result.code == "gone"


async def test_our_own_comment_can_be_taken_back_twice(desk: PageDesk):
    event = await asked(desk)
    sent = await desk.connector.send(desk.answer(event), 1)
    assert isinstance(sent, Sent)
    assert isinstance(await desk.connector.retract(sent.remote_id), Sent)
    assert ours(desk) == []
    assert isinstance(await desk.connector.retract(sent.remote_id), Sent)


@pytest.mark.parametrize(
    ("effect", "expected"), [(Effect.STATUS, Unknown), (Effect.RATE_LIMIT, Retry), (Effect.MALFORMED, Unknown)]
)
async def test_trouble_is_no_refusal(desk: PageDesk, effect: Effect, expected: type):
    event = await asked(desk)
    desk.server.fault(Fault(effect=effect, methods=("POST",), path="*/comments"))
    assert isinstance(await desk.connector.send(desk.answer(event), 1), expected)


async def test_a_withdrawn_token_asks_for_a_new_one(desk: PageDesk):
    event = await asked(desk)
    desk.network.tokens.revoke(desk.page.token)
    assert isinstance(await desk.connector.send(desk.answer(event), 1), Reauth)


async def test_a_comment_is_hidden_liked_and_deleted(desk: PageDesk):
    event = await asked(desk)
    comment = desk.network.pages.comments[event.remote_id]
    for on in (True, False):
        assert isinstance(await desk.connector.hide(event.remote_id, on), Sent)
        assert isinstance(await desk.connector.like(event.remote_id, on), Sent)
        assert (comment.hidden, comment.liked) == (on, on)
    assert isinstance(await desk.connector.delete_comment(event.remote_id), Sent)
    assert comment.deleted


@pytest.mark.parametrize("days", [0, 6])
async def test_a_comment_is_answered_privately_once_within_a_week(desk: PageDesk, days: int):
    event = await asked(desk)
    desk.forward(days=days)
    thread = ThreadRef(visibility=Visibility.PRIVATE, root_id="reply", links_to=event.thread.root_id)
    first = await desk.connector.send(desk.answer(event, "Unter uns", thread=thread, private_reply_to=event.remote_id), 1)
    assert isinstance(first, Sent)
    assert first.recipient is not None
    assert first.recipient.remote_id == desk.anna.id
    again = await desk.connector.send(desk.answer(event, "Noch etwas", thread=thread, private_reply_to=event.remote_id), 1)
    assert isinstance(again, Reject)
    assert again.code == "used_up"
    assert ours(desk) == [], "A private answer stands in public."


async def test_a_visitors_post_is_answered_privately_and_after_a_week_it_is_too_late(desk: PageDesk):
    for days in (0, 8):
        desk.network.pages.post(desk.page, desk.anna, "Mein Zähler steht")
        event = (await desk.said())[-1]
        desk.forward(days=days)
        thread = ThreadRef(visibility=Visibility.PRIVATE, root_id="reply", links_to=event.remote_id)
        result = await desk.connector.send(desk.answer(event, "Unter uns", thread=thread, private_reply_to=event.remote_id), 1)
        assert isinstance(result, Reject if days else Sent), result
    assert isinstance(result, Reject)
    assert result.code == "window_closed"
