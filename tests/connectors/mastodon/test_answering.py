"""Answers on Mastodon: in the thread, in its visibility, each exactly once whatever the server does."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.connectors.mastodon.conftest import Desk, connect
from tests.connectors.mastodon.server import Account, LosingAnswers, Server
from unisono.contract import (
    Author,
    Created,
    NotSent,
    OutAttachment,
    OutMessage,
    Reauth,
    Reject,
    Retry,
    Sent,
    ThreadRef,
    Unknown,
)
from unisono.domain.words import ChannelState, Visibility

pytestmark = pytest.mark.peer

POST: dict[str, Any] = {"method": "POST", "path": "/api/v1/statuses"}
# A picture of one pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da63fcff1f0003030200efa2a75b0000000049454e44ae426082"
)


def answer_to(heard: Created, text: str = "Wir kümmern uns.", **more: Any) -> OutMessage:
    """The answer as the outbox would hold it."""
    given: dict[str, Any] = {
        "key": str(uuid4()), "thread": heard.thread, "in_reply_to": heard.remote_id, "recipient": heard.author,
        "text": text, "created_at": datetime.now(UTC),
    } | more  # fmt: skip
    return OutMessage(**given)


async def asked(server: Server, desk: Desk, **more: Any) -> tuple[Account, Created]:
    """A customer and what they asked us."""
    anna = server.account("anna")
    anna.post(f"@{desk.us.name} Wo ist mein Paket?", **more)
    return anna, await desk.one()


def written(desk: Desk) -> list[dict[str, Any]]:
    """What the server shows of ours."""
    return desk.us.statuses()


async def test_an_answer_stands_in_the_thread_and_names_its_reader(server: Server, desk: Desk) -> None:
    anna, heard = await asked(server, desk)
    sent = await desk.connector.send(answer_to(heard), 1)
    assert isinstance(sent, Sent)
    (shown,) = written(desk)
    assert shown["id"] == sent.remote_id
    assert shown["in_reply_to_id"] == heard.remote_id
    assert [m["id"] for m in shown["mentions"]] == [anna.id]
    assert f"@{anna.name} Wir kümmern uns." in shown["content"]


async def test_a_reader_whom_the_text_names_already_is_not_named_twice(server: Server, desk: Desk) -> None:
    anna, heard = await asked(server, desk)
    await desk.connector.send(answer_to(heard, f"Guten Tag @{anna.name}, es kommt morgen."), 1)
    assert written(desk)[0]["content"].count(anna.name) == 1


async def test_a_longer_name_that_begins_alike_does_not_count_as_the_readers(server: Server, desk: Desk) -> None:
    anna, heard = await asked(server, desk)
    await desk.connector.send(answer_to(heard, f"Mit @{anna.name}_zwei geklärt."), 1)
    assert f"@{anna.name} Mit" in written(desk)[0]["content"]


@pytest.mark.parametrize(
    ("theirs", "ours"), [("public", "public"), ("unlisted", "unlisted"), ("private", "direct"), ("direct", "direct")]
)
async def test_an_answer_is_never_seen_by_more_people_than_the_question(
    server: Server, desk: Desk, theirs: str, ours: str
) -> None:
    _, heard = await asked(server, desk, visibility=theirs)
    assert isinstance(await desk.connector.send(answer_to(heard), 1), Sent)
    assert written(desk)[0]["visibility"] == ours


async def test_a_private_thread_answers_directly_even_below_a_public_item(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)
    private = ThreadRef(visibility=Visibility.PRIVATE, root_id=heard.thread.root_id)
    assert isinstance(await desk.connector.send(answer_to(heard, thread=private), 1), Sent)
    assert written(desk)[0]["visibility"] == "direct"


async def test_the_same_answer_sent_again_is_the_same_status(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)
    message = answer_to(heard)
    first, second = await desk.connector.send(message, 1), await desk.connector.send(message, 2)
    assert isinstance(first, Sent)
    assert first == second
    assert len(written(desk)) == 1


async def test_a_content_warning_hides_the_text(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)
    await desk.connector.send(answer_to(heard, details={"content_warning": "Bestelldaten"}), 1)
    (shown,) = written(desk)
    assert shown["spoiler_text"] == "Bestelldaten"
    assert shown["sensitive"] is True


async def test_a_picture_goes_along_with_its_description(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)

    async def read() -> bytes:
        return PNG

    picture = OutAttachment(
        name="karte.png", media_type="image/png", size_bytes=len(PNG), read=read, alt_text="Karte der Filialen"
    )
    assert isinstance(await desk.connector.send(answer_to(heard, attachments=(picture,)), 1), Sent)
    (media,) = written(desk)[0]["media_attachments"]
    assert media["description"] == "Karte der Filialen"
    assert await desk.connector.get_media(media["url"], 10_000) == PNG


async def test_a_picture_that_a_customer_sends_is_read_with_its_description(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)

    async def read() -> bytes:
        return PNG

    # The same road back: our own status with a picture, heard as ours.
    picture = OutAttachment(name="karte.png", media_type="image/png", size_bytes=len(PNG), read=read, alt_text="Karte")
    await desk.connector.send(answer_to(heard, attachments=(picture,)), 1)
    (attachment,) = (await desk.one("own")).attachments
    assert (attachment.media_type, attachment.alt_text) == ("image/png", "Karte")
    assert attachment.ref is not None
    assert await desk.connector.get_media(attachment.ref, 10_000) == PNG


async def test_a_rate_limit_is_a_pause_and_nothing_is_sent(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)
    message = answer_to(heard)
    server.fault("ratelimit", **POST)
    assert await desk.connector.send(message, 1) == Retry(reason="rate limit", after_s=300.0, throttled=True)
    assert written(desk) == []
    assert isinstance(await desk.connector.send(message, 2), Sent)
    assert len(written(desk)) == 1


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 7),
        ({"X-RateLimit-Reset": "iso"}, 20, 30),
        ({"X-RateLimit-Reset": "epoch"}, 20, 31),
        ({}, 60, 60),
    ],
)
async def test_the_pause_is_read_in_every_form_that_servers_use(
    server: Server, desk: Desk, headers: dict[str, str], least: float, most: float
) -> None:
    _, heard = await asked(server, desk)
    soon = datetime.now(UTC).timestamp() + 30
    forms = {"iso": datetime.fromtimestamp(soon, UTC).isoformat().replace("+00:00", "Z"), "epoch": str(int(soon) + 1)}
    server.fault("status", **POST, status=429, headers={name: forms.get(value, value) for name, value in headers.items()})
    result = await desk.connector.send(answer_to(heard), 1)
    assert isinstance(result, Retry)
    assert result.throttled
    assert least <= (result.after_s or 0) <= most


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_error_is_unknown_and_looked_up_before_it_is_tried_again(server: Server, desk: Desk, status: int) -> None:
    _, heard = await asked(server, desk)
    message = answer_to(heard)
    server.fault("status", **POST, status=status)
    assert isinstance(await desk.connector.send(message, 1), Unknown)
    assert isinstance(await desk.connector.reconcile(message), NotSent)
    assert isinstance(await desk.connector.send(message, 2), Sent)
    assert len(written(desk)) == 1


async def test_an_answer_that_cannot_be_read_is_unknown(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)
    server.fault("malformed", **POST)
    assert isinstance(await desk.connector.send(answer_to(heard), 1), Unknown)


async def test_an_answer_whose_receipt_was_lost_is_found_and_not_sent_twice(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)
    message = answer_to(heard)
    async with (
        LosingAnswers(server, "POST /api/v1/statuses ", most=1) as proxy,
        connect(server, desk.us, base_url=proxy.base) as through,
    ):
        assert isinstance(await through.connector.send(message, 1), Unknown)
        assert proxy.lost == 1
        found = await through.connector.reconcile(message)
        assert isinstance(found, Sent)
        assert await through.connector.send(message, 2) == found
    assert [status["id"] for status in written(desk)] == [found.remote_id]


async def test_answers_to_a_server_in_trouble_stand_there_once_each(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)
    messages = [answer_to(heard, f"Antwort {n}") for n in range(12)]
    async with LosingAnswers(server, "POST /api/v1/statuses ", every=3) as proxy:
        async with connect(server, desk.us, base_url=proxy.base) as through:
            for n, message in enumerate(messages):
                if n % 4 == 1:
                    server.fault("status", **POST, status=500)
                for attempt in range(1, 6):
                    result = await through.connector.send(message, attempt)
                    if isinstance(result, Unknown):
                        result = await through.connector.reconcile(message)  # type: ignore[assignment]
                    if isinstance(result, Sent):
                        break
                assert isinstance(result, Sent)
        assert proxy.lost >= 3
    texts = sorted(status["content"] for status in written(desk))
    assert len(texts) == len(set(texts)) == 12


async def test_two_answers_with_the_same_words_are_two(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)
    first, second = answer_to(heard, "Danke!"), answer_to(heard, "Danke!")
    assert isinstance(await desk.connector.send(first, 1), Sent)
    server.fault("status", **POST, status=500)
    assert isinstance(await desk.connector.send(second, 1), Unknown)
    # The first one, which says the same in the same place, is no proof of the second.
    assert isinstance(await desk.connector.reconcile(second), NotSent)
    assert isinstance(await desk.connector.send(second, 2), Sent)
    assert len(written(desk)) == 2


async def test_an_answer_is_found_again_whatever_its_words_look_like(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)
    text = "Zeile eins\nZeile zwei\n\nAbsatz & <b>kein</b> HTML, 😀 https://shop.example/x?a=1&b=2"
    message = answer_to(heard, text)
    sent = await desk.connector.send(message, 1)
    assert isinstance(sent, Sent)
    # As if the process had died before it could note the outcome.
    await desk.ctx.memory.delete("sent")
    found = await desk.connector.reconcile(message)
    assert isinstance(found, Sent)
    assert found.remote_id == sent.remote_id


async def test_a_question_that_was_deleted_is_not_answered_into_the_void(server: Server, desk: Desk) -> None:
    anna, heard = await asked(server, desk)
    anna.delete(heard.remote_id)
    result = await desk.connector.send(answer_to(heard), 1)
    assert isinstance(result, Reject)
    assert result.code == "gone"
    assert written(desk) == []


async def test_a_text_that_is_too_long_is_refused_with_the_servers_words(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)
    result = await desk.connector.send(answer_to(heard, "x" * 501), 1)
    assert isinstance(result, Reject)
    assert "too long" in result.human


async def test_a_token_that_is_refused_asks_for_a_new_one(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)
    server.fault("status", **POST, status=401)
    assert isinstance(await desk.connector.send(answer_to(heard), 1), Reauth)
    assert written(desk) == []


async def test_the_limits_are_what_the_server_says(server: Server, desk: Desk) -> None:
    health = await desk.connector.check()
    assert health.state is ChannelState.OK
    assert health.remote_id == desk.us.id
    assert health.handle == f"@{desk.us.name}"
    assert health.caps is not None
    assert health.caps.text.maximum == 500
    assert health.caps.text.url_cost == 23
    assert health.caps.media.max_count == 4


async def test_other_limits_of_a_server_are_kept(server: Server, desk: Desk) -> None:
    other = {"configuration": {"statuses": {"max_characters": 5_000, "max_media_attachments": 16}}}
    server.fault("status", method="GET", path="/api/v2/instance", status=200, body=other)
    health = await desk.connector.check()
    assert health.caps is not None
    assert health.caps.text.maximum == 5_000
    assert health.caps.media.max_count == 16


async def test_a_wrong_token_is_found_before_it_is_saved(server: Server, desk: Desk) -> None:
    async with connect(server, desk.us, token="wrong") as stranger:
        health = await stranger.connector.check()
    assert health.state is ChannelState.REAUTH_NEEDED
    assert health.field == "access_token"
    assert health.what


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("http://127.0.0.1:9", ChannelState.UNREACHABLE),
        ("shop.example", ChannelState.MISCONFIGURED),
        ("", ChannelState.MISCONFIGURED),
        ("ftp://127.0.0.1", ChannelState.MISCONFIGURED),
    ],
)
async def test_a_wrong_address_is_found_before_it_is_saved(server: Server, desk: Desk, address: str, state: ChannelState) -> None:
    async with connect(server, desk.us, base_url=address) as stranger:
        health = await stranger.connector.check()
    assert health.state is state
    assert health.field == "base_url"
    assert health.what


@pytest.mark.parametrize("body", [[], {}, "text", 7, None, {"id": []}, {"configuration": [1]}])
async def test_a_server_that_speaks_otherwise_is_said_to_be_none(server: Server, desk: Desk, body: object) -> None:
    server.fault("status", method="GET", path="/api/v2/instance", status=200, body=body if body is not None else "null")
    health = await desk.connector.check()
    assert health.state in (ChannelState.OK, ChannelState.MISCONFIGURED, ChannelState.UNREACHABLE)
    if body != {} and not (isinstance(body, dict) and "id" in body):
        assert health.state is not ChannelState.OK


async def test_somebody_from_another_server_is_named_in_full(server: Server, desk: Desk) -> None:
    _, heard = await asked(server, desk)
    remote = Author(remote_id="1", realm="127.0.0.1", handle="@anna@far.example")
    await desk.connector.send(answer_to(heard, recipient=remote), 1)
    assert "@anna@far.example Wir" in written(desk)[0]["content"]


async def test_the_mention_of_the_customer_counts_against_the_limit(server: Server, desk: Desk) -> None:
    server.account("anna").post(f"@{desk.us.name} Hallo?")
    heard = await desk.one()
    whole = desk.connector.capabilities().text.maximum
    left = desk.connector.capabilities(ThreadRef(visibility=Visibility.PUBLIC, root_id="1", customer=heard.author)).text.maximum
    assert whole is not None
    assert left == whole - len(f"{heard.author.handle} ")
    assert isinstance(await desk.connector.send(answer_to(heard, "x" * left), 1), Sent)
    assert isinstance(await desk.connector.send(answer_to(heard, "y" * (left + 1)), 1), Reject)
