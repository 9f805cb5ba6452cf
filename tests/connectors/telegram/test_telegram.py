"""Updates are given up at Telegram only when they are stored; what is meant for us is told apart; pushes prove themselves."""

import json

import pytest
import telegram

from tests.connectors.telegram.conftest import GROUP, Desk, connected
from unisono.contract import Created, Deny, Edited, HttpRequest, NotSent, Reject, Sent, Undecidable, Unreadable
from unisono.contract.inbound import Raw
from unisono.domain.words import ChannelState, Visibility


async def test_what_the_scripted_server_says_is_what_telegrams_own_shapes_say(desk: Desk) -> None:
    """python-telegram-bot, written by others after the same documentation, reads updates and answers of the scripted server."""
    first = desk.server.write(desk.anna, "Hallo @firma_bot \U0001f600 /hilfe", photo=None)
    desk.server.write(desk.anna, "mit Bild", photo=b"\xff\xd8jpeg", group=GROUP)
    desk.server.edit(first, "Hallo doch")
    said = await desk.one()
    assert isinstance(await desk.connector.send(desk.answer(said, "Gern"), 1), Sent)
    page = await desk.connector.pull("updates", None, 100)
    assert len(page.raws) == 3
    for raw in page.raws:
        update = telegram.Update.de_json(json.loads(raw.body), None)
        message = update.effective_message
        assert message is not None
        assert not update.api_kwargs, "a field that Telegram does not know"
        assert not message.api_kwargs
        assert message.from_user is not None
        mine = next(event for event in desk.connector.read(raw) if isinstance(event, Created))
        assert mine.remote_id == f"{message.chat_id}:{message.message_id}"
        assert mine.author.remote_id == str(message.from_user.id)
        assert mine.text == (message.text or message.caption)
        assert mine.occurred_at == message.date
        assert [a.ref for a in mine.attachments] == ([message.photo[-1].file_id] if message.photo else [])


async def test_an_update_lies_at_telegram_until_it_is_stored_here(desk: Desk) -> None:
    desk.server.write(desk.anna, "eins")
    first = await desk.connector.pull("updates", None, 100)
    again = await desk.connector.pull("updates", None, 100)
    assert [raw.ingest_key for raw in again.raws] == [raw.ingest_key for raw in first.raws], "the first pull was never committed"
    desk.server.write(desk.anna, "zwei")
    after = await desk.connector.pull("updates", first.next_cursor, 100)
    assert [json.loads(raw.body)["message"]["text"] for raw in after.raws] == ["zwei"]


async def test_a_cursor_from_the_future_gives_nothing_up(desk: Desk) -> None:
    desk.server.write(desk.anna, "eins")
    page = await desk.connector.pull("updates", json.dumps({"v": 1, "last": 10**12, "at": 0.0}), 100)
    assert len(page.raws) == 1
    assert len((await desk.connector.pull("updates", None, 100)).raws) == 1


@pytest.mark.parametrize(
    ("text", "ours"),
    [("hat jemand Strom?", False), ("@{bot} hat jemand Strom?", True), ("/hilfe", True), ("/hilfe@andererbot", False)],
)
async def test_in_a_group_only_what_is_meant_for_us_is_work(desk: Desk, text: str, ours: bool) -> None:
    desk.server.write(desk.anna, text.replace("{bot}", str(desk.server.me["username"])), group=GROUP)
    said = await desk.one()
    assert said.thread.visibility is Visibility.PUBLIC
    assert said.addressed is ours


async def test_who_answers_us_in_a_group_need_not_name_us(desk: Desk) -> None:
    desk.server.write(desk.anna, f"@{desk.server.me['username']} Hallo", group=GROUP)
    sent = await desk.connector.send(desk.answer(await desk.one(), "Ja?"), 1)
    assert isinstance(sent, Sent)
    desk.server.write(desk.anna, "Danke", group=GROUP, answers=int(sent.remote_id.rpartition(":")[2]))
    said = await desk.one()
    assert said.text == "Danke"
    assert said.addressed
    assert said.thread.parent_id == sent.remote_id


async def test_an_edit_is_told_as_new_and_as_changed(desk: Desk) -> None:
    message = desk.server.write(desk.anna, "Strom weck")
    desk.clock.advance(5)
    desk.server.edit(message, "Strom weg")
    events, _ = await desk.events()
    assert [type(event) for event in events] == [Created, Created, Edited]
    assert isinstance(events[-1], Edited)
    assert events[-1].text == "Strom weg"


async def test_an_answer_of_unknown_fate_is_found_and_one_that_never_left_is_not(desk: Desk) -> None:
    desk.server.write(desk.anna, "Frage")
    message = desk.answer(await desk.one(), "Antwort")
    assert isinstance(await desk.connector.reconcile(message), NotSent)
    sent = await desk.connector.send(message, 1)
    assert isinstance(sent, Sent)
    await desk.ctx.memory.delete(f"sent:{desk.anna['id']}")
    assert await desk.connector.reconcile(message) == Sent(remote_id=sent.remote_id)
    assert desk.server.said()[0].text == "Antwort", "looking for it changed nothing"


async def test_two_answers_of_unknown_fate_are_a_persons_to_decide(desk: Desk) -> None:
    desk.server.write(desk.anna, "Frage")
    said = await desk.one()
    message = desk.answer(said, "Antwort")
    assert isinstance(await desk.connector.send(message, 1), Sent)
    assert isinstance(await desk.connector.send(desk.answer(said, "Noch eine"), 1), Sent)
    await desk.ctx.memory.delete(f"sent:{desk.anna['id']}")
    assert isinstance(await desk.connector.reconcile(message), Undecidable)


async def test_who_blocks_the_bot_is_told_to_the_agent(desk: Desk) -> None:
    desk.server.write(desk.anna, "Frage")
    said = await desk.one()
    desk.server.blocked.add(desk.anna["id"])
    refused = await desk.connector.send(desk.answer(said, "Antwort"), 1)
    assert isinstance(refused, Reject)
    assert refused.code == "blocked"
    assert "kept" in refused.human


async def test_a_private_answer_never_goes_into_a_group(desk: Desk) -> None:
    desk.server.write(desk.anna, f"@{desk.server.me['username']} Hallo", group=GROUP)
    said = await desk.one()
    private = desk.answer(said, "Ihre Kundennummer").thread
    moved = type(private)(visibility=Visibility.PRIVATE, root_id=private.root_id)
    message = desk.answer(said, "Ihre Kundennummer")
    refused = await desk.connector.send(
        type(message)(**{f: getattr(message, f) for f in message.__struct_fields__} | {"thread": moved}), 1
    )
    assert isinstance(refused, Reject)
    assert desk.server.said() == []


async def test_a_push_proves_itself_by_the_secret(desk: Desk) -> None:
    message = desk.server.write(desk.anna, "Frage \U0001f600")
    body = json.dumps(desk.server.update_of(message), ensure_ascii=False).encode()
    async with connected(desk.server, desk.clock, delivery="webhook", secrets={"webhook_secret": "s3cret_"}) as pushed:
        assert (await pushed.connector.check()).texts["de"].startswith("Telegram ruft noch niemanden")

        async def push(**headers: str) -> object:
            return await pushed.connector.verify(HttpRequest(method="POST", path="", query={}, headers=headers, body=body))

        assert isinstance(await push(), Deny)
        assert isinstance(await push(**{"x-telegram-bot-api-secret-token": "s3cret"}), Deny)
        taken = await push(**{"x-telegram-bot-api-secret-token": "s3cret_"})
        assert isinstance(taken, list)
        assert [event.text for event in pushed.connector.read(taken[0]) if isinstance(event, Created)] == ["Frage \U0001f600"]
        pulled = (await desk.connector.pull("updates", None, 10)).raws
        assert taken[0].ingest_key == pulled[0].ingest_key, "one message by two ways is one item"


async def test_what_is_wrong_is_said_with_what_to_do(desk: Desk) -> None:
    async with connected(desk.server, desk.clock, token="1:wrong") as other:
        health = await other.connector.check()
        assert health.state is ChannelState.REAUTH_NEEDED
        assert "@BotFather" in health.texts["de"]
        assert "1:wrong" not in health.what
    desk.server.webhook["url"] = "https://elsewhere.example/hook"
    assert (await desk.connector.check()).field == "delivery"
    desk.server.webhook["url"] = ""
    desk.server.renew_token()
    assert (await desk.connector.check()).state is ChannelState.REAUTH_NEEDED
    async with connected(desk.server, desk.clock, api_url="http://127.0.0.1:9") as nowhere:
        health = await nowhere.connector.check()
        assert health.state is ChannelState.UNREACHABLE
        assert desk.server.token not in health.what
        assert health.field == "api_url"


async def test_a_large_file_is_named_and_not_fetched(desk: Desk) -> None:
    document = {"file_id": "x", "file_unique_id": "x", "file_name": "film.mp4", "mime_type": "video/mp4", "file_size": 25_000_000}
    desk.server.write(desk.anna, "", document=document)
    (file,) = (await desk.one()).attachments
    assert (file.name, file.ref, file.size_bytes) == ("film.mp4", None, 25_000_000)


async def test_a_photo_is_fetched_by_its_id(desk: Desk) -> None:
    desk.server.write(desk.anna, "Zähler", photo=b"\xff\xd8 a picture")
    (file,) = (await desk.one()).attachments
    assert file.ref is not None
    assert await desk.connector.get_media(file.ref, 1_000_000) == b"\xff\xd8 a picture"


def test_what_is_no_update_is_kept_for_a_person(desk: Desk) -> None:
    with pytest.raises(Unreadable):
        desk.connector.read(Raw(ingest_key="x", body=b"<html>", received_at=desk.clock.now()))
