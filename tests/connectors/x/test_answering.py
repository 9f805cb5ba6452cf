"""What goes out: where the thread stands, once, only where X allows it, and at the price that the manifest states."""

import pytest

from tests.connectors.x.conftest import Desk, open_desk
from unisono.contract import NotSent, OutAttachment, Reauth, Reject, Retry, Sent, ThreadRef, Unknown
from unisono.domain.words import Visibility
from unisono.testing.sandbox.faults import Effect, Fault

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 2_500_000


def file(media_type: str = "image/png", content: bytes = PNG, alt: str = "") -> OutAttachment:
    async def read() -> bytes:
        return content

    return OutAttachment(name="a", media_type=media_type, size_bytes=len(content), read=read, alt_text=alt)


async def test_an_answer_stands_below_what_it_answers(desk: Desk) -> None:
    post = desk.mention("Wo ist mein Paket?")
    result = await desk.connector.send(desk.answer(await desk.one(), "Unterwegs."), 1)
    [said] = desk.x.answers(desk.us)
    assert isinstance(result, Sent)
    assert (result.remote_id, result.url) == (str(said.id), f"https://x.com/i/status/{said.id}")
    assert (said.text, said.reply_to) == ("Unterwegs.", post.id)


async def test_files_go_in_parts_with_their_description(desk: Desk) -> None:
    desk.mention("Zeigt mal")
    result = await desk.connector.send(desk.answer(await desk.one(), "Bitte", attachments=(file(alt="Eine Karte"),)), 1)
    assert isinstance(result, Sent)
    [said] = desk.x.answers(desk.us)
    media = desk.x.network.media[said.media[0]]
    assert (media.content, media.alt, len(media.parts)) == (PNG, "Eine Karte", 3)


async def test_a_video_is_waited_for_and_stands_alone(desk: Desk) -> None:
    desk.mention("Zeigt mal")
    said = await desk.one()
    film = file("video/mp4", b"film")
    refused = await desk.connector.send(desk.answer(said, "Bitte", attachments=(film, file())), 1)
    assert isinstance(refused, Reject)
    assert refused.code == "media"
    assert isinstance(await desk.connector.send(desk.answer(said, "Bitte", attachments=(film,)), 1), Sent)
    assert len(desk.x.answers(desk.us)) == 1


@pytest.mark.parametrize(
    ("text", "names_us", "price"),
    [
        ("Gern.", True, 0.010),
        ("Gern: https://example.org", True, 0.010),
        ("Gern.", False, 0.015),
        ("Gern: https://example.org", False, 0.200),
        ("Gern: example.org/seite", False, 0.200),
    ],
)
async def test_the_price_depends_on_summons_and_links(desk: Desk, text: str, names_us: bool, price: float) -> None:
    ours = desk.x.network.post(desk.us.user.id, "Neu")
    desk.x.network.post(desk.anna.id, "@exampleshop ja?" if names_us else "ja?", reply_to=ours.id)
    said = await desk.one()
    # The look at the parent is paid for already: it was read today.
    await desk.connector.still_there([said.remote_id])
    before = desk.spent()
    assert isinstance(await desk.connector.send(desk.answer(said, text), 1), Sent)
    assert desk.spent() - before == pytest.approx(price, abs=1e-9)


async def test_the_first_refusal_teaches_the_summon_rule() -> None:
    async with open_desk(implicit_counts=False) as desk:
        ours = desk.x.network.post(desk.us.user.id, "Neu")
        desk.x.network.post(desk.anna.id, "Was kostet das?", reply_to=ours.id)
        said = await desk.one()
        refused = await desk.connector.send(desk.answer(said, "10 Euro"), 1)
        assert isinstance(refused, Reject)
        assert refused.code == "needs_summon"
        tried = desk.asked("/2/tweets")
        desk.x.network.post(desk.ben.id, "Und morgen?", reply_to=ours.id)
        assert (await desk.one()).can_reply.rule.value == "needs_summon"
        assert isinstance(await desk.connector.send(desk.answer(said, "10 Euro"), 2), Reject)
        assert sum(kept.method == "POST" and kept.route == "/2/tweets" for kept in desk.x.app.kept) == 1, (
            "X is asked in vain once"
        )
        assert tried


async def test_the_first_success_teaches_it_too(desk: Desk) -> None:
    ours = desk.x.network.post(desk.us.user.id, "Neu")
    desk.x.network.post(desk.anna.id, "Was kostet das?", reply_to=ours.id)
    assert isinstance(await desk.connector.send(desk.answer(await desk.one(), "10 Euro"), 1), Sent)
    assert desk.ctx.memory.values["implicit"] == b"yes"


async def test_what_was_deleted_meanwhile_is_not_answered(desk: Desk) -> None:
    post = desk.mention("weg gleich")
    said = await desk.one()
    desk.x.network.delete(post.id)
    result = await desk.connector.send(desk.answer(said, "Zu spät"), 1)
    assert isinstance(result, Reject)
    assert result.code == "gone"
    assert desk.x.answers(desk.us) == []


@pytest.mark.parametrize("effect", [Effect.ACCEPT_THEN_DROP, Effect.TRUNCATE])
async def test_an_answer_whose_arrival_is_unknown_is_found_again(desk: Desk, effect: Effect) -> None:
    desk.mention("Frage")
    said = await desk.one()
    answer = desk.answer(said, "Äpfel & Birnen <3: https://example.org/a?b=1&c=2")
    desk.x.fault(Fault(effect=effect, methods=("POST",), path="/2/tweets"))
    assert isinstance(await desk.connector.send(answer, 1), Unknown)
    found = await desk.connector.reconcile(answer)
    assert isinstance(found, Sent)
    assert [str(one.id) for one in desk.x.answers(desk.us)] == [found.remote_id]


async def test_an_answer_that_never_arrived_is_not_found(desk: Desk) -> None:
    desk.mention("Frage")
    said = await desk.one()
    desk.x.network.post(desk.us.user.id, "Etwas anderes", reply_to=int(said.remote_id))
    assert isinstance(await desk.connector.reconcile(desk.answer(said, "Eine Antwort")), NotSent)


async def test_two_equal_answers_are_two(desk: Desk) -> None:
    """The second is no proof of the first: what is known to be another answer does not count."""
    desk.x.network.dm(desk.anna.id, desk.us.user.id, "Frage")
    said = await desk.one("direct")
    one, two = desk.answer(said, "Danke."), desk.answer(said, "Danke.")
    assert isinstance(await desk.connector.send(one, 1), Sent)
    assert isinstance(await desk.connector.reconcile(two), NotSent)


async def test_xs_word_on_doubles_is_a_question_not_a_refusal(desk: Desk) -> None:
    desk.mention("Frage")
    said = await desk.one()
    desk.x.network.post(desk.us.user.id, "Danke.", reply_to=int(said.remote_id))
    answer = desk.answer(said, "Danke.")
    assert isinstance(await desk.connector.send(answer, 1), Unknown)
    assert isinstance(await desk.connector.reconcile(answer), Sent)


async def test_a_direct_message_stays_one(desk: Desk) -> None:
    desk.x.network.dm(desk.anna.id, desk.us.user.id, "Vertraulich")
    said = await desk.one("direct")
    result = await desk.connector.send(desk.answer(said, "Nur für Sie: " + "x" * 5_000), 1)
    assert isinstance(result, Sent)
    [dm] = desk.x.answers(desk.us)
    assert sorted(dm.people) == sorted((desk.anna.id, desk.us.user.id))
    too_long = await desk.connector.send(desk.answer(said, "x" * 10_001), 1)
    assert isinstance(too_long, Reject)
    assert too_long.code == "too_long"


async def test_a_group_is_answered_where_it_is(desk: Desk) -> None:
    said = desk.x.network.group_dm(desk.anna.id, (desk.us.user.id, desk.ben.id), "Wir drei")
    heard = await desk.one("direct")
    assert heard.thread.root_id == said.conversation
    assert isinstance(await desk.connector.send(desk.answer(heard, "Hallo zusammen"), 1), Sent)
    [ours] = desk.x.answers(desk.us)
    assert (ours.conversation, len(ours.people)) == (said.conversation, 3)


async def test_a_private_answer_to_a_post_opens_a_thread_that_is_known_again(desk: Desk) -> None:
    post = desk.mention("Meine Nummer ist 4711")
    said = await desk.one()
    thread = ThreadRef(visibility=Visibility.PRIVATE, root_id=f"reply:{post.id}", links_to=said.thread.root_id)
    answer = desk.answer(said, "Lieber hier.", thread=thread, private_reply_to=said.remote_id)
    result = await desk.connector.send(answer, 1)
    assert isinstance(result, Sent)
    desk.x.network.dm(desk.anna.id, desk.us.user.id, "Danke")
    assert (await desk.one("direct")).thread.root_id == result.root_id
    assert [type(one).__name__ for one in desk.x.answers(desk.us)] == ["Dm"]


async def test_who_takes_no_messages_is_told_to_the_agent(desk: Desk) -> None:
    desk.x.network.dm(desk.anna.id, desk.us.user.id, "Frage")
    said = await desk.one("direct")
    desk.x.network.dms.clear()
    desk.anna.takes_dms = False
    result = await desk.connector.send(desk.answer(said, "Antwort"), 1)
    assert isinstance(result, Reject)
    assert "permission" in result.human
    assert "kept" in result.human


async def test_an_encrypted_chat_is_shown_with_the_way_there(desk: Desk) -> None:
    desk.x.network.dm(desk.anna.id, desk.us.user.id, "x")
    said = await desk.one("direct")
    thread = ThreadRef(visibility=Visibility.PRIVATE, root_id="chat:1:2")
    result = await desk.connector.send(desk.answer(said, "Antwort", thread=thread), 1)
    assert isinstance(result, Reject)
    assert result.code == "deeplink"


async def test_a_withdrawn_authorisation_asks_a_person(desk: Desk) -> None:
    desk.mention("Frage")
    said = await desk.one()
    desk.x.network.revoke(desk.us.user.id)
    result = await desk.connector.send(desk.answer(said, "Antwort"), 1)
    assert isinstance(result, Reauth)


async def test_trouble_before_the_message_is_no_question(desk: Desk) -> None:
    desk.mention("Frage")
    said = await desk.one()
    desk.x.fault(Fault(effect=Effect.STATUS, path="/2/media/*", status=503))
    assert isinstance(await desk.connector.send(desk.answer(said, "Antwort", attachments=(file(),)), 1), Retry)
    assert desk.x.answers(desk.us) == []


async def test_replies_below_our_own_posts_are_hidden_and_shown_again(desk: Desk) -> None:
    ours = desk.x.network.post(desk.us.user.id, "Neu")
    rude = desk.x.network.post(desk.ben.id, "Pfui", reply_to=ours.id)
    for hidden in (True, False):
        assert await desk.connector.hide(str(rude.id), hidden) == Sent(remote_id=str(rude.id))
        assert rude.hidden is hidden
    other = desk.x.network.post(desk.ben.id, "Nicht bei euch")
    assert isinstance(await desk.connector.hide(str(other.id), True), Reject)


async def test_our_own_words_are_taken_back_in_public_and_in_private(desk: Desk) -> None:
    desk.mention("Frage")
    desk.x.network.dm(desk.anna.id, desk.us.user.id, "Frage")
    for stream in ("mentions", "direct"):
        sent = await desk.connector.send(desk.answer(await desk.one(stream), "Antwort"), 1)
        assert isinstance(sent, Sent)
        assert await desk.connector.retract(sent.remote_id) == Sent(remote_id=sent.remote_id)
        assert isinstance(await desk.connector.retract(sent.remote_id), Sent), "what is gone counts as taken back"
    assert desk.x.answers(desk.us) == []
