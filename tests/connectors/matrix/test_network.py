"""Matrix against Synapse: rooms, whom they are for, what is taken in, and what is written there."""

import asyncio
from typing import Any

import pytest

from tests.connectors.matrix.conftest import Desk, Town, answer_to, connect, in_room
from unisono.contract import Deleted, Edited, NotSent, PullFailed, Raw, Reauth, Reject, Sent, Status, Unreadable
from unisono.domain.words import ChannelState, DeliveryState, ReplyRule, Visibility
from unisono.testing.faultproxy import Effect, Match, html_error, http_answer
from unisono.testing.networks.matrix import Person

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="module")]


def text(body: str, **more: Any) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": body, **more}


async def test_whoever_opens_a_chat_is_heard_also_with_what_was_said_before_we_came(desk: Desk, anna: Person) -> None:
    room = await anna.open_chat(desk.us.user_id)
    await anna.write(room, text("Hallo?"))
    await anna.write(room, text("Ist da jemand?"))
    said = await desk.said()
    assert [one.text for one in said] == ["Hallo?", "Ist da jemand?"]
    assert {one.thread.root_id for one in said} == {room}
    assert said[0].thread.visibility is Visibility.PRIVATE
    assert (said[0].author.remote_id, said[0].author.display_name) == (anna.user_id, "Anna")


async def test_an_invitation_to_a_room_is_left_unless_the_settings_say_so(desk: Desk, town: Town, anna: Person) -> None:
    room = await anna.open_chat(desk.us.user_id, direct=False)
    await anna.write(room, text("Kommt herein"))
    assert await desk.said() == []
    async with connect(town, desk.us, join_rooms=True) as other:
        assert [one.text for one in await other.said()] == ["Kommt herein"]


async def test_an_encrypted_chat_is_told_why_it_is_left(desk: Desk, anna: Person) -> None:
    room = await anna.open_chat(desk.us.user_id, encrypted=True)
    assert await desk.said() == []
    events = await anna.said_in(room)
    notices = [event for event in events if event["sender"] == desk.us.user_id and event["type"] == "m.room.message"]
    assert [event["content"]["msgtype"] for event in notices] == ["m.notice"]
    assert "without encryption" in notices[0]["content"]["body"]
    assert "ohne Verschlüsselung" in notices[0]["content"]["body"]
    assert events[-1]["content"]["membership"] == "leave"


async def test_a_chat_that_becomes_encrypted_is_seen_and_cannot_be_answered(desk: Desk, anna: Person) -> None:
    room = await anna.open_chat(desk.us.user_id)
    await anna.write(room, text("Offen"))
    [first] = await desk.said()
    await anna.ask(
        "PUT", f"/client/v3/rooms/{room}/state/m.room.encryption/", json={"algorithm": "m.megolm.v1.aes-sha2"}
    )  # fmt: skip
    await anna.write(room, {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgAE"}, "m.room.encrypted")
    [hidden] = await desk.said()
    assert "verschlüsselt" in hidden.text.lower()
    assert (hidden.can_reply.rule, hidden.can_reply.reason) == (ReplyRule.NO, "encrypted")
    result = await desk.connector.send(answer_to(first, "Klartext"), 1)
    assert isinstance(result, Reject)
    assert result.code == "encrypted"
    bodies = [event["content"].get("body") for event in await anna.said_in(room)]
    assert "Klartext" not in bodies


async def test_in_a_public_room_only_what_names_or_answers_us_is_for_us(desk: Desk, anna: Person) -> None:
    room = await anna.open_room("Halle")
    await desk.us.enter(room)
    await desk.new()
    await anna.write(room, text("Schönes Wetter"))
    mine = await desk.us.write(room, text("Guten Tag"))
    await anna.write(room, text(f"{desk.us.user_id}: offen?", **{"m.mentions": {"user_ids": [desk.us.user_id]}}))
    name = desk.us.user_id[1:].partition(":")[0]
    await anna.write(room, text(f"Frag mal {name}!"))
    await anna.write(room, text(f"Nicht {name}", **{"m.mentions": {}}))
    await anna.write(room, text("Danke", **{"m.relates_to": {"m.in_reply_to": {"event_id": mine}}}))
    said = {one.text: one for one in await desk.said()}
    assert {one.thread.visibility for one in said.values()} == {Visibility.PUBLIC}
    assert [t for t, one in said.items() if one.addressed and not one.own] == [
        f"{desk.us.user_id}: offen?", f"Frag mal {name}!", "Danke",
    ]  # fmt: skip


async def test_only_the_author_can_edit(desk: Desk, town: Town, anna: Person) -> None:
    mallory = await town.server.join("mallory")
    room = await anna.open_room("Offen")
    await desk.us.enter(room)
    await mallory.enter(room)
    event = await anna.write(room, text(f"{desk.us.user_id} alt"))
    await desk.new()

    def edit(body: str) -> dict[str, Any]:
        return text(f"* {body}", **{"m.new_content": text(body), "m.relates_to": {"rel_type": "m.replace", "event_id": event}})

    await mallory.write(room, edit("gefälscht"))
    await anna.write(room, edit("neu"))
    edits = [one for one in await desk.new() if isinstance(one, Edited)]
    assert [(one.remote_id, one.text) for one in edits] == [(event, "neu")]
    await anna.redact(room, event)
    assert [one.remote_id for one in await desk.new() if isinstance(one, Deleted)] == [event]


async def test_what_the_stream_leaves_out_is_fetched_in_order_and_page_by_page(desk: Desk, anna: Person) -> None:
    room = await anna.open_chat(desk.us.user_id)
    await desk.new()
    texts = [f"Nummer {number}" for number in range(130)]
    for one in texts:
        await anna.write(room, text(one))
    page = await desk.connector.pull("sync", desk.cursor, 200)
    assert page.has_more, "Of 130 events the stream shows 100 at most; the others must be walked."
    assert page.raws == []
    # A restart in between loses nothing: where the walk stands is in the cursor.
    desk.cursor = page.next_cursor
    assert [one.text for one in await desk.said()] == texts


async def test_an_answer_stands_in_its_thread_and_names_whom_it_answers(desk: Desk, anna: Person) -> None:
    room = await anna.open_chat(desk.us.user_id)
    root = await anna.write(room, text("Wurzel"))
    below = await anna.write(
        room, text("Darunter", **{"m.relates_to": {"rel_type": "m.thread", "event_id": root, "is_falling_back": True}})
    )
    said = {one.text: one for one in await desk.said()}
    result = await desk.connector.send(answer_to(said["Darunter"], "Hier"), 1)
    assert isinstance(result, Sent)
    content = (await anna.ask("GET", f"/client/v3/rooms/{room}/event/{result.remote_id}"))["content"]
    assert content["m.relates_to"] == {
        "rel_type": "m.thread", "event_id": root, "is_falling_back": False, "m.in_reply_to": {"event_id": below},
    }  # fmt: skip
    assert content["m.mentions"] == {"user_ids": [anna.user_id]}


async def test_files_come_and_go_by_authenticated_media(desk: Desk, anna: Person) -> None:
    room = await anna.open_chat(desk.us.user_id)
    address = await anna.upload(b"%PDF-1.7 Rechnung", "application/pdf")
    info = {"mimetype": "application/pdf", "size": 17}
    file = {"msgtype": "m.file", "filename": "r.pdf", "body": "Meine Rechnung", "url": address, "info": info}
    await anna.write(room, file)
    [said] = await desk.said()
    [attachment] = said.attachments
    assert (said.text, attachment.name, attachment.media_type) == ("Meine Rechnung", "r.pdf", "application/pdf")
    assert await desk.connector.get_media(attachment.ref or "", 1_000) == b"%PDF-1.7 Rechnung"
    answer = answer_to(said, "Anbei", ("a.png", "image/png", b"eins"), ("b.txt", "text/plain", b"zwei"))
    assert isinstance(await desk.connector.send(answer, 1), Sent)
    mine = [e["content"] for e in await anna.said_in(room) if e["sender"] == desk.us.user_id and "url" in e["content"]]
    assert [(one["msgtype"], one["filename"], one["body"]) for one in mine] == [
        ("m.image", "a.png", "a.png"), ("m.file", "b.txt", "Anbei"),
    ]  # fmt: skip
    assert [await anna.download(one["url"]) for one in mine] == [b"eins", b"zwei"]
    echoed = await desk.said()
    assert [(one.text, one.own, one.client_key) for one in echoed] == [("Anbei", True, answer.key)]


async def test_the_same_answer_twice_is_one_event_and_is_found_by_its_key(desk: Desk, anna: Person) -> None:
    room = await anna.open_chat(desk.us.user_id)
    await anna.write(room, text("Frage"))
    [said] = await desk.said()
    answer = answer_to(said, "Antwort")
    assert await desk.connector.reconcile(answer) == NotSent()
    results = [await desk.connector.send(answer, attempt) for attempt in (1, 2)]
    assert len({one.remote_id for one in results if isinstance(one, Sent)}) == 1
    found = await desk.connector.reconcile(answer)
    assert isinstance(found, Sent)
    assert found.remote_id == results[0].remote_id  # type: ignore[union-attr]
    bodies = [event["content"].get("body") for event in await anna.said_in(room)]
    assert bodies.count("Antwort") == 1
    assert isinstance(await desk.connector.retract(found.remote_id), Sent)
    assert "Antwort" not in [event["content"].get("body") for event in await anna.said_in(room)]


async def test_a_private_answer_does_not_go_to_a_room_that_has_been_opened(desk: Desk, anna: Person) -> None:
    room = await anna.open_chat(desk.us.user_id)
    await anna.write(room, text("Unter uns"))
    [said] = await desk.said()
    await anna.ask("PUT", f"/client/v3/rooms/{room}/state/m.room.join_rules/", json={"join_rule": "public"})
    result = await desk.connector.send(answer_to(said, "Geheim"), 1)
    assert isinstance(result, Reject)
    assert result.code == "visibility"
    await anna.write(room, text(f"{desk.us.user_id} noch da?"))
    assert [one.thread.visibility for one in await desk.said()] == [Visibility.PUBLIC]


async def test_a_receipt_reads_also_what_stands_above_it(desk: Desk, anna: Person) -> None:
    room = await anna.open_chat(desk.us.user_id)
    await desk.new()
    sent = [await desk.connector.send(in_room(room, f"Teil {number}"), 1) for number in range(2)]
    ids = [one.remote_id for one in sent if isinstance(one, Sent)]
    await anna.ask("POST", f"/client/v3/rooms/{room}/receipt/m.read/{ids[1]}", json={})
    statuses = [one for one in await desk.new() if isinstance(one, Status)]
    assert {(one.remote_id, one.state) for one in statuses} == {(one, DeliveryState.READ) for one in ids}


async def test_waiting_for_news_tells_that_there_are_some(desk: Desk, anna: Person) -> None:
    room = await anna.open_chat(desk.us.user_id)
    await desk.new()
    hints = desk.connector.listen()
    first: asyncio.Task[Raw | None] = asyncio.create_task(anext(hints))  # type: ignore[arg-type]
    await asyncio.sleep(0.5)
    assert not first.done(), "Nothing happened, and a hint was given."
    await anna.write(room, text("Jetzt"))
    assert await asyncio.wait_for(first, 10) is None
    await hints.aclose()  # type: ignore[attr-defined]


async def test_customers_see_that_somebody_is_writing(desk: Desk, anna: Person) -> None:
    room = await anna.open_chat(desk.us.user_id)
    await desk.new()
    await desk.connector.typing(in_room(room, "").thread, True)
    told = await anna.ask("GET", "/client/v3/sync", params={"timeout": "0"})
    typing = [e for e in told["rooms"]["join"][room]["ephemeral"]["events"] if e["type"] == "m.typing"]
    assert typing[0]["content"]["user_ids"] == [desk.us.user_id]


async def test_check_says_who_we_are_and_how_large_a_file_may_be(desk: Desk) -> None:
    health = await desk.connector.check()
    assert (health.state, health.remote_id) == (ChannelState.OK, desk.us.user_id)
    assert health.caps is not None
    assert health.caps.media.max_bytes == 2_000_000


@pytest.mark.parametrize(
    ("config", "secrets", "state", "field", "english", "german"),
    [
        ({}, {"password": "falsch"}, ChannelState.REAUTH_NEEDED, "password", "with this password", "diesem Passwort"),
        (
            {"user": ""}, {"access_token": "syt_falsch"}, ChannelState.REAUTH_NEEDED, "access_token", "no longer accepts",
            "nimmt das Zugriffstoken nicht mehr an",
        ),
        ({"user": ""}, {"password": "x"}, ChannelState.MISCONFIGURED, "access_token", "either user", "entweder Benutzer"),
        ({"base_url": "matrix.example"}, {}, ChannelState.MISCONFIGURED, "base_url", "must begin with", "muss mit https://"),
        ({"base_url": "http://127.0.0.1:9"}, {}, ChannelState.UNREACHABLE, "base_url", "does not answer", "antwortet nicht"),
    ],
)  # fmt: skip
async def test_check_says_in_both_languages_what_to_do(
    town: Town, config: dict[str, Any], secrets: dict[str, str], state: ChannelState, field: str, english: str, german: str
) -> None:
    us = await town.server.join("firma")
    async with connect(town, us, secrets=secrets or None, **config) as desk:
        health = await desk.connector.check()
    assert (health.state, health.field) == (state, field)
    assert english in health.texts["en"]
    assert german in health.texts["de"]


async def test_check_finds_the_homeserver_of_a_company_s_address(town: Town) -> None:
    us = await town.server.join("firma")
    home = b'{"m.homeserver": {"base_url": "https://matrix.example.org"}}'
    town.front.add(Effect.ANSWER, Match(path="/versions"), answer=html_error(404))
    town.front.add(Effect.ANSWER, Match(path="/well-known"), answer=http_answer(200, home))
    async with connect(town, us) as desk:
        health = await desk.connector.check()
    assert (health.state, health.field) == (ChannelState.MISCONFIGURED, "base_url")
    assert "https://matrix.example.org" in health.what


async def test_a_session_that_was_ended_is_opened_anew_and_a_token_is_not(town: Town) -> None:
    us = await town.server.join("firma")
    other = await town.server.log_in(us.user_id, us.password)
    async with connect(town, us) as desk, connect(town, us, user="", secrets={"access_token": other.token}) as by_token:
        await desk.new()
        await by_token.new()
        await us.ask("POST", "/client/v3/logout/all", json={})
        assert await desk.new() == []
        with pytest.raises(PullFailed) as refused:
            await by_token.new()
        assert refused.value.health.state is ChannelState.REAUTH_NEEDED
        result = await by_token.connector.send(in_room("!x:unisono.test", "Text"), 1)
        assert isinstance(result, Reauth)


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b'{"kind": "said"}', b'{"kind": "said", "event": {"content": [], "sender": 1}, "me": "@a:b", "public": 1}'],
)
async def test_items_that_make_no_sense_are_refused(desk: Desk, body: bytes) -> None:
    with pytest.raises(Unreadable):
        desk.connector.read(Raw(ingest_key="x", body=body, received_at=desk.ctx.clock.now()))
