"""The scripted WhatsApp is read, and written to, by somebody else's client: pywa, which knows the Cloud API by itself."""

import asyncio
import hashlib
from typing import Any

import httpx
import pytest
from pywa import WhatsApp, types
from pywa.types.base_update import RawUpdate

from tests.connectors.graph.kit import MovedClock
from unisono.testing.networks.graph import GraphNetwork, GraphServer, News, Number, Person, written


@pytest.fixture
def network() -> GraphNetwork:
    return GraphNetwork(MovedClock().now)


@pytest.fixture
def number(network: GraphNetwork) -> Number:
    return network.whatsapp.add("Brookwatt")


@pytest.fixture
def anna(network: GraphNetwork) -> Person:
    return network.join("Anna Muster")


def client(number: Number, url: str = "http://127.0.0.1:9") -> WhatsApp:
    made = WhatsApp(phone_id=number.id, token=number.token, waba_id=number.account, session=httpx.Client(trust_env=False))
    made.api._session.base_url = f"{url}/v25.0"
    return made


def raw(news: News) -> RawUpdate:
    body = written([news])
    return RawUpdate(body, hmac_header=None, update_hash=hashlib.sha256(body).hexdigest())


def read(kind: Any, number: Number, news: News) -> Any:
    made = client(number)
    try:
        return kind.from_update(made, raw(news))
    finally:
        made.api._session.close()


def test_a_text_and_what_it_answers(network: GraphNetwork, number: Number, anna: Person):
    first = network.whatsapp.write(number, anna, "Grüße \U0001f600")
    second = network.whatsapp.write(number, anna, "Noch da?", context=first.id)
    message = read(types.Message, number, network.news[-2])
    assert (message.text, message.from_user.wa_id, message.from_user.name) == ("Grüße \U0001f600", anna.id, "Anna Muster")
    assert (message.metadata.phone_number_id, message.id) == (number.id, first.id)
    reply = read(types.Message, number, network.news[-1])
    assert (reply.id, reply.reply_to_message.id) == (second.id, first.id)


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
def test_files(network: GraphNetwork, number: Number, anna: Person, kind: str):
    picture = network.picture(b"content", {"image": "image/png", "sticker": "image/webp"}.get(kind, "application/pdf"), "a.pdf")
    network.whatsapp.write(number, anna, "", kind=kind, picture=picture)
    media = getattr(read(types.Message, number, network.news[-1]), kind)
    assert (media.id, media.mime_type) == (picture.node, picture.media_type)


def test_places_reactions_contacts_and_buttons(network: GraphNetwork, number: Number, anna: Person):
    write = network.whatsapp.write
    first = write(number, anna, "Hallo")
    write(number, anna, kind="location", body={"latitude": 52.5, "longitude": 13.4})
    assert read(types.Message, number, network.news[-1]).location.latitude == 52.5
    write(number, anna, kind="reaction", body={"message_id": first.id, "emoji": "👍"})
    assert read(types.Message, number, network.news[-1]).reaction.emoji == "👍"


def test_edits_and_revocations(network: GraphNetwork, number: Number, anna: Person):
    said = network.whatsapp.write(number, anna, "Alt")
    network.whatsapp.edit(said, "Neu")
    edited = read(types.EditedMessage, number, network.news[-1])
    assert (edited.original_message_id, edited.message.text) == (said.id, "Neu")
    network.whatsapp.revoke(said)
    assert read(types.DeletedMessage, number, network.news[-1]).original_message_id == said.id


@pytest.mark.parametrize("state", ["sent", "delivered", "read", "failed"])
def test_statuses_bring_our_key_back(network: GraphNetwork, number: Number, anna: Person, state: str):
    network.whatsapp.write(number, anna, "Hallo")
    message = {"messaging_product": "whatsapp", "to": anna.id, "type": "text", "text": {"body": "x"}}
    said = network.whatsapp.send(number, {**message, "biz_opaque_callback_data": "our-key"})
    network.whatsapp.report(said, state)
    status = read(types.MessageStatus, number, network.news[-1])
    assert (status.id, status.status.value, status.tracker) == (said.id, state, "our-key")


async def test_a_foreign_client_can_write_by_the_script(network: GraphNetwork, number: Number, anna: Person):
    """What somebody else's client sends is taken, so the script does not only understand us."""
    said = network.whatsapp.write(number, anna, "Hallo")
    async with GraphServer(network) as server:
        pywa = client(number, server.url)
        text = await asyncio.to_thread(pywa.send_message, anna.id, "Moin!", reply_to_message_id=said.id, tracker="theirs")
        picture = await asyncio.to_thread(
            pywa.send_image, anna.id, b"\x89PNG\r\n\x1a\nrest", caption="Bild", mime_type="image/png"
        )
        pywa.api._session.close()
    ours = [one for one in network.whatsapp.of(number) if one.ours]
    assert [(one.id, one.kind, one.text) for one in ours] == [(text.id, "text", "Moin!"), (picture.id, "image", "Bild")]
    assert (ours[0].context, ours[0].opaque) == (said.id, "theirs")
    assert ours[1].picture is not None
    assert ours[1].picture.content == b"\x89PNG\r\n\x1a\nrest"
