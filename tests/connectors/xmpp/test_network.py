"""XMPP against Prosody: what the archive tells, whom it is believed, and what is written."""

import asyncio
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import msgspec
import pytest

from tests.connectors.xmpp.conftest import Desk, Town, answer_to, connect
from unisono.contract import Deleted, Edited, NotSent, Raw, Reject, Sent, Status, Unreadable
from unisono.domain.words import ChannelState, DeliveryState, Visibility
from unisono.testing.networks.xmpp import Person

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="module")]


async def test_what_customers_say_is_read_from_the_archive_in_its_order(desk: Desk, anna: Person) -> None:
    texts = [f"Zeile {number} <&> ß" for number in range(5)]
    for text in texts:
        anna.send(desk.address, text)
    await anna.settle()
    said = await desk.said()
    assert [one.text for one in said] == texts
    assert {(one.thread.root_id, one.thread.visibility, one.author.remote_id) for one in said} == {
        (anna.address, Visibility.PRIVATE, anna.address)
    }
    order = [(one.occurred_at, one.tie_break) for one in said]
    assert order == sorted(order), "Archives know seconds alone; what was said within one keeps its order."
    assert len(set(order)) == len(order)
    assert await desk.said() == []


async def test_an_id_that_somebody_uses_twice_hides_nothing(desk: Desk, anna: Person) -> None:
    for text in ("Erstes", "Zweites"):
        message = Element("{jabber:client}message", {"to": desk.address, "type": "chat", "id": "gleich"})
        SubElement(message, "{jabber:client}body").text = text
        await anna.raw(message)
    said = await desk.said()
    assert [one.text for one in said] == ["Erstes", "Zweites"]
    assert len({one.remote_id for one in said}) == 2


async def test_corrections_and_retractions_are_of_their_own_sender(desk: Desk, town: Town, anna: Person) -> None:
    mallory = Person(*town.server.account("mallory"), town.server.port)
    await mallory.arrive()
    name = await anna.write(desk.address, "Alt")
    [said] = await desk.said()
    await mallory.correct(desk.address, name, "Gefälscht")
    await mallory.retract(desk.address, name)
    await anna.correct(desk.address, name, "Neu")
    events = await desk.new()
    assert [(one.remote_id, one.text) for one in events if isinstance(one, Edited)] == [(said.remote_id, "Neu")]
    assert not [one for one in events if isinstance(one, Deleted)]
    await anna.retract(desk.address, name)
    assert [one.remote_id for one in await desk.new() if isinstance(one, Deleted)] == [said.remote_id]
    await mallory.leave()


async def test_an_answer_is_sent_when_our_archive_has_it_and_is_found_by_its_key(desk: Desk, anna: Person) -> None:
    await anna.write(desk.address, "Frage")
    [said] = await desk.said()
    answer = answer_to(said, "Antwort <b> & 'so' \x07weiter")
    assert await desk.connector.reconcile(answer) == NotSent()
    sent = await desk.connector.send(answer, 1)
    assert isinstance(sent, Sent)
    assert await desk.connector.reconcile(answer) == sent
    await anna.settle()
    [heard] = [one for one in anna.heard if one["body"]]
    assert (heard["body"], heard["id"], heard["type"]) == ("Antwort <b> & 'so' weiter", answer.key, "chat")
    assert heard.xml.find("{urn:xmpp:sid:0}origin-id").get("id") == answer.key
    [echo] = await desk.said()
    assert (echo.own, echo.client_key, echo.remote_id) == (True, answer.key, sent.remote_id)
    assert echo.thread.customer == said.author
    assert isinstance(await desk.connector.retract(sent.remote_id), Sent)
    assert [one.remote_id for one in await desk.new() if isinstance(one, Deleted)] == [sent.remote_id]


async def test_an_answer_that_comes_back_is_refused_with_its_reason(desk: Desk, anna: Person) -> None:
    await anna.write(desk.address, "Frage")
    [said] = await desk.said()
    nobody = msgspec.structs.replace(said.thread, root_id="niemand@unisono.test")
    result = await desk.connector.send(answer_to(said, "Hallo?", thread=nobody), 1)
    assert isinstance(result, Reject)
    assert (result.code, "service-unavailable" in result.human) == ("bounced", True)


async def test_receipts_and_markers_tell_what_became_of_an_answer(desk: Desk, anna: Person) -> None:
    await anna.write(desk.address, "Frage")
    [said] = await desk.said()
    answer = answer_to(said, "Antwort")
    await desk.connector.send(answer, 1)
    for kind in ("receipt", "received", "displayed"):
        await anna.mark(desk.address, answer.key, kind)
    statuses = [(one.client_key, one.state) for one in await desk.new() if isinstance(one, Status)]
    # Her program gives a receipt by itself as well.
    assert statuses[-3:] == [(answer.key, DeliveryState.DELIVERED)] * 2 + [(answer.key, DeliveryState.READ)]


async def test_files_go_by_the_server_s_store_and_come_from_it(desk: Desk, anna: Person) -> None:
    health = await desk.connector.check()
    assert health.caps is not None
    assert health.caps.media.max_bytes == 2_000_000
    await anna.write(desk.address, "Bitte die Rechnung")
    [said] = await desk.said()
    answer = answer_to(said, "Anbei", ("Rechnung 1.pdf", "application/pdf", b"%PDF-1.7"))
    assert isinstance(await desk.connector.send(answer, 1), Sent)
    kept = [one for one in await anna.archive(desk.address) if one.sender == desk.address]
    assert [one.text for one in kept] == [kept[0].url, "Anbei"]
    [echo] = await desk.said()
    assert (echo.text, echo.client_key) == ("Anbei", answer.key), "The file is known with its message."
    back = Element("{jabber:client}message", {"to": desk.address, "type": "chat", "id": "back"})
    SubElement(back, "{jabber:client}body").text = kept[0].url
    SubElement(SubElement(back, "{jabber:x:oob}x"), "{jabber:x:oob}url").text = kept[0].url
    await anna.raw(back)
    [file] = await desk.said()
    [attachment] = file.attachments
    assert (file.text, attachment.name, attachment.media_type) == ("", "Rechnung 1.pdf", "application/pdf")
    assert await desk.connector.get_media(attachment.ref or "", 1_000) == b"%PDF-1.7"
    elsewhere = Element("{jabber:client}message", {"to": desk.address, "type": "chat", "id": "x"})
    SubElement(elsewhere, "{jabber:client}body").text = "https://elsewhere.example/a.png"
    SubElement(SubElement(elsewhere, "{jabber:x:oob}x"), "{jabber:x:oob}url").text = "https://elsewhere.example/a.png"
    await anna.raw(elsewhere)
    [link] = await desk.said()
    assert (link.text, link.attachments) == ("https://elsewhere.example/a.png", ())


async def test_a_second_attempt_sends_no_file_twice(desk: Desk, anna: Person) -> None:
    await anna.write(desk.address, "Bitte")
    [said] = await desk.said()
    answer = answer_to(said, "Anbei", ("a.txt", "text/plain", b"eins"), ("b.txt", "text/plain", b"zwei"))
    for attempt in (1, 2):
        assert isinstance(await desk.connector.send(answer, attempt), Sent)
    kept = [one for one in await anna.archive(desk.address) if one.sender == desk.address]
    assert [bool(one.url) for one in kept] == [True, True, False]


async def test_an_encrypted_message_is_seen_as_one(desk: Desk, anna: Person) -> None:
    message = Element("{jabber:client}message", {"to": desk.address, "type": "chat", "id": "omemo"})
    SubElement(message, "{urn:xmpp:eme:0}encryption", {"namespace": "eu.siacs.conversations.axolotl"})
    SubElement(message, "{eu.siacs.conversations.axolotl}encrypted")
    SubElement(message, "{jabber:client}body").text = "I sent you an OMEMO encrypted message"
    await anna.raw(message)
    [said] = await desk.said()
    assert "verschlüsselt" in said.text
    assert said.details == {"encrypted": True}


async def test_a_place_that_the_archive_forgot_is_a_gap_and_nothing_else_is_lost(desk: Desk, anna: Person) -> None:
    await anna.write(desk.address, "Jetzt")
    # What was taken last is gone from the archive, and it was older than everything that is left.
    desk.cursor = '{"v":1,"when":"2020-01-01T00:00:00Z","n":0,"at":"vergangen"}'
    assert [one.text for one in await desk.said()] == ["Jetzt"]
    assert desk.gaps == 1
    assert desk.cursor is not None
    desk.cursor = msgspec.json.encode(msgspec.json.decode(desk.cursor) | {"at": "verdorben"}).decode()
    assert [one.text for one in await desk.said()] == ["Jetzt"]
    assert desk.gaps == 1, "What stands at that time is still there, so nothing is missing."


async def test_the_live_stream_tells_that_there_is_news_also_from_our_other_programs(
    desk: Desk, town: Town, anna: Person
) -> None:
    hints = desk.connector.listen()
    first = asyncio.ensure_future(anext(hints))
    await asyncio.sleep(0.5)
    assert not first.done(), "Nothing happened, and a hint was given."
    name = anna.send(desk.address, "Jetzt", request_receipt=True)
    assert await asyncio.wait_for(first, 10) is None
    await anna.settle()
    receipts = [one["receipt"] for one in anna.heard if one.get_plugin("receipt", check=True)]
    assert receipts == [name], "Who asks for a receipt is given one by the program that listens."
    ours = Person(desk.address, desk.password, town.server.port)
    await ours.arrive()
    while True:
        try:
            await asyncio.wait_for(asyncio.shield(second := asyncio.ensure_future(anext(hints))), 0.5)
        except TimeoutError:
            break
    await ours.write(anna.address, "Von woanders")
    assert await asyncio.wait_for(second, 10) is None
    await ours.leave()
    await hints.aclose()  # type: ignore[attr-defined]


async def test_customers_see_that_somebody_is_writing(desk: Desk, anna: Person) -> None:
    await anna.write(desk.address, "Frage")
    [said] = await desk.said()
    await desk.connector.typing(said.thread, True)
    await anna.settle()
    assert [one["chat_state"] for one in anna.heard] == ["composing"]


@pytest.mark.parametrize(
    ("config", "state", "field", "english", "german"),
    [
        ({"wrong": True}, ChannelState.REAUTH_NEEDED, "password", "with this password", "diesem Passwort"),
        ({"address": "keine Adresse"}, ChannelState.MISCONFIGURED, "address", "looks like", "sieht so aus"),
        ({"port": 9}, ChannelState.UNREACHABLE, "host", "does not answer", "antwortet nicht"),
        ({"security": "starttls"}, ChannelState.MISCONFIGURED, "address", "certificate", "Zertifikat"),
        (
            {"upload_url": "http://127.0.0.1:9"},
            ChannelState.MISCONFIGURED,
            "upload_url",
            "file store is at",
            "Dateispeicher des Servers",
        ),
    ],
)
async def test_check_says_in_both_languages_what_to_do(
    town: Town, config: dict[str, Any], state: ChannelState, field: str, english: str, german: str
) -> None:
    address, password = town.server.account("firma")
    more = dict(config)
    async with connect(town, more.pop("address", address), "falsch" if more.pop("wrong", False) else password, **more) as desk:
        health = await desk.connector.check()
    assert (health.state, health.field) == (state, field), health.what
    assert english in health.texts["en"]
    assert german in health.texts["de"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b'{"kind": "said"}', b'{"kind":"said","id":"1","stamp":"2026-01-01T00:00:00Z","n":0,"me":"a@b","xml":"<a"}',
        b'{"kind":"said","id":"1","stamp":"2026-01-01T00:00:00Z","n":0,"me":"a@b","xml":"<!DOCTYPE a [<!ENTITY b \'c\'>]><a>&b;</a>"}',
    ],
)  # fmt: skip
async def test_items_that_make_no_sense_are_refused(desk: Desk, body: bytes) -> None:
    with pytest.raises(Unreadable):
        desk.connector.read(Raw(ingest_key="x", body=body, received_at=desk.ctx.clock.now()))
