"""Messages of all kinds are read; statuses name our messages by the network's id and by our key."""

import json
from datetime import timedelta

import pytest

from tests.connectors.whatsapp.conftest import NumberDesk
from unisono.connectors.whatsapp.read import read_item
from unisono.contract import Created, Deleted, Edited, PullFailed, Raw, Sent, Status, Unreadable
from unisono.domain.words import DeliveryState, ReplyRule, Visibility
from unisono.testing.clock import START
from unisono.testing.networks.graph import written

KINDS = [
    ("location", {"latitude": 52.5, "longitude": 13.4, "name": "Werk", "address": "Allee 1"}, "Werk, Allee 1 (52.5, 13.4)"),
    ("contacts", [{"name": {"formatted_name": "Ben"}, "phones": [{"phone": "+49 1"}]}], "Ben: +49 1"),
    ("button", {"payload": "yes", "text": "Ja"}, "Ja"),
    ("interactive", {"type": "button_reply", "button_reply": {"id": "1", "title": "Rückruf"}}, "Rückruf"),
    ("interactive", {"type": "list_reply", "list_reply": {"id": "1", "title": "Tarif A", "description": ""}}, "Tarif A"),
    ("order", {"catalog_id": "1", "product_items": [{"product_retailer_id": "A1", "quantity": 2}]}, "2 × A1"),
    ("hologram", {"depth": 3}, "[hologram]"),
    ("unsupported", {"type": "poll"}, "[unsupported]"),
]


async def test_a_text_is_a_private_message_with_a_window_of_a_day(desk: NumberDesk):
    desk.network.whatsapp.write(desk.number, desk.anna, "Grüße \U0001f600")
    event = await desk.one()
    assert (event.text, event.thread.visibility, event.thread.root_id) == (
        "Grüße \U0001f600",
        Visibility.PRIVATE,
        desk.anna.scoped,
    )
    assert (event.author.display_name, event.author.handle) == ("Anna Muster", f"+{desk.anna.id}")
    assert event.can_reply.rule is ReplyRule.UNTIL
    assert event.can_reply.until == event.occurred_at + timedelta(hours=24)


async def test_whoever_keeps_their_number_to_themselves_is_known_by_the_scoped_id_and_can_be_answered(desk: NumberDesk):
    desk.anna.shy = True
    desk.network.whatsapp.write(desk.number, desk.anna, "Hallo")
    event = await desk.one()
    assert (event.author.remote_id, event.author.handle) == (desk.anna.scoped, "")
    assert isinstance(await desk.connector.send(desk.answer(event), 1), Sent)


async def test_before_scoped_ids_the_number_is_the_id(desk: NumberDesk):
    desk.network.whatsapp.write(desk.number, desk.anna, "Hallo")
    news = desk.told()
    news.value["messages"][0].pop("from_user_id")
    news.value["contacts"][0].pop("user_id")
    [event] = [event for raw in await desk.pushed(news) for event in desk.read(raw)]
    assert isinstance(event, Created)
    assert (event.author.remote_id, event.author.display_name) == (desk.anna.id, "Anna Muster")


@pytest.mark.parametrize(("kind", "body", "text"), KINDS)
async def test_every_kind_stands_as_words(desk: NumberDesk, kind: str, body: object, text: str):
    desk.network.whatsapp.write(desk.number, desk.anna, kind=kind, body=body if isinstance(body, dict) else {})
    news = desk.told()
    news.value["messages"][0][kind] = body
    [raw] = await desk.pushed(news)
    [event] = desk.read(raw)
    assert isinstance(event, Created)
    assert (event.text, event.details["kind"]) == (text, kind)


async def test_a_file_is_fetched_with_our_token_from_the_address_that_the_network_gives(desk: NumberDesk):
    picture = desk.network.picture(b"\x89PNG....", "image/png")
    desk.network.whatsapp.write(desk.number, desk.anna, "So sieht es aus", kind="image", picture=picture)
    event = await desk.one()
    [attachment] = event.attachments
    assert (event.text, attachment.media_type) == ("So sieht es aus", "image/png")
    assert await desk.connector.get_media(attachment.ref, 1_000) == picture.content
    assert [seen.path.rpartition("/")[0].rpartition("/")[2] for seen in desk.server.seen][-2:] == ["v25.0", "media"]
    with pytest.raises(PullFailed):
        await desk.connector.get_media("../me", 1_000)


async def test_a_reply_names_what_it_answers(desk: NumberDesk):
    first = desk.network.whatsapp.write(desk.number, desk.anna, "Hallo")
    desk.network.whatsapp.write(desk.number, desk.anna, "Noch da?", context=first.id)
    assert (await desk.one()).thread.parent_id == first.id


async def test_a_reaction_is_no_enquiry(desk: NumberDesk):
    first = desk.network.whatsapp.write(desk.number, desk.anna, "Hallo")
    desk.network.whatsapp.write(desk.number, desk.anna, kind="reaction", body={"message_id": first.id, "emoji": "👍"})
    event = await desk.one()
    assert (event.text, event.automatic, event.thread.parent_id) == ("👍", True, first.id)


async def test_what_is_changed_or_taken_back_is_told_of_the_first_message(desk: NumberDesk):
    said = desk.network.whatsapp.write(desk.number, desk.anna, "Alt")
    desk.network.whatsapp.edit(said, "Neu")
    [edited] = [event for raw in await desk.heard() for event in desk.read(raw)]
    assert isinstance(edited, Edited)
    assert (edited.remote_id, edited.text) == (said.id, "Neu")
    desk.network.whatsapp.revoke(said)
    [gone] = [event for raw in await desk.heard() for event in desk.read(raw)]
    assert isinstance(gone, Deleted)
    assert gone.remote_id == said.id


async def test_the_business_apps_own_messages_are_ours(desk: NumberDesk):
    desk.network.whatsapp.write_as_business(desk.number, desk.anna, "Vom Telefon")
    [event] = [event for raw in await desk.heard("smb_message_echoes") for event in desk.read(raw)]
    assert isinstance(event, Created)
    assert event.own
    assert event.thread.customer is not None
    assert event.thread.customer.remote_id == desk.anna.scoped


async def test_a_failed_status_says_why(desk: NumberDesk):
    desk.network.whatsapp.write(desk.number, desk.anna, "Hallo")
    sent = desk.network.whatsapp.send(desk.number, {"messaging_product": "whatsapp", "to": desk.anna.id, "type": "text",
                                                    "text": {"body": "x"}, "biz_opaque_callback_data": "k1"})  # fmt: skip
    desk.network.whatsapp.report(sent, "failed", error={"code": 131047, "title": "Re-engagement message"})
    [event] = [event for raw in await desk.heard() for event in desk.read(raw)]
    assert isinstance(event, Status)
    assert (event.state, event.code, event.client_key) == (DeliveryState.FAILED, "window_closed", "k1")
    assert event.remote_id == sent.id


async def test_a_batch_is_taken_apart_and_each_number_gets_its_own(desk: NumberDesk):
    other = desk.network.whatsapp.add("Andere")
    texts = ["eins", "zwei", "drei"]
    for text in texts:
        desk.network.whatsapp.write(desk.number, desk.anna, text)
    desk.network.whatsapp.write(other, desk.ben, "fremd")
    raws = await desk.pushed(*desk.network.news[-4:])
    events = [event for raw in raws if raw.account == desk.number.id for event in desk.read(raw)]
    assert [event.text for event in events if isinstance(event, Created)] == texts
    assert [(raw.account, raw.connector) for raw in raws][-1] == (other.id, "whatsapp")


@pytest.mark.parametrize("body", [b"null", b"{}", b'{"kind":"push","value":{}}', b'{"kind":"push","value":{"message":{}}}', b"["])
def test_what_makes_no_sense_is_unreadable(body: bytes):
    with pytest.raises(Unreadable):
        read_item(Raw(ingest_key="x", body=body, received_at=START))


async def test_a_push_is_escaped_as_meta_escapes_it(desk: NumberDesk):
    desk.network.whatsapp.write(desk.number, desk.anna, "ü/")
    body = written([desk.told()])
    assert rb"\u00fc\/" in body
    assert json.loads(body)["entry"][0]["id"] == desk.number.account
