"""The scripted network keeps to what Meta documents: its webhooks hold to schemas, its rules to the documented codes.

The schemas stand in `schemas/`, each with the pages and the day that it was taken from.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from unisono.testing.networks.graph import GraphNetwork, Refused, written
from unisono.testing.sandbox.faults import Effect

SCHEMAS = Path(__file__).parent / "schemas"


def holds(network: GraphNetwork, name: str) -> list[dict[str, Any]]:
    """Demand that everything that was told of an object type holds to its schema, one by one and as a batch."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    news = [one for one in network.news if one.object == name]
    batches: list[dict[str, Any]] = [json.loads(written([one])) for one in news] + [json.loads(written(news))]
    for batch in batches:
        jsonschema.validate(batch, schema)
    return batches


def busy_page(network: GraphNetwork) -> None:
    """Let everything happen on a page that the network tells of."""
    page, anna = network.pages.add("Brookwatt"), network.join("Anna Muster")
    post = network.pages.post(page, page, "Heute neu")
    comment = network.pages.comment(anna, post.id, "Grüße \U0001f600", picture=network.picture(b"x", "image/jpeg"))
    reply = network.pages.comment(page, comment.id, "Moin")
    network.pages.edit(comment.id, "Grüße!")
    network.pages.hide(comment.id, hidden=True)
    network.pages.hide(comment.id, hidden=False)
    network.pages.remove(reply.id)
    visit = network.pages.post(page, anna, "Mein Zähler", picture=network.picture(b"x", "image/jpeg"))
    network.pages.edit(visit.id, "Mein Zähler!")
    network.pages.post(network.pages.add("Andere"), anna, "Ärger", tags=[page.id])
    network.pages.remove(visit.id)
    first = network.chats.write("messenger", page.id, anna, "Hallo", pictures=[network.picture(b"x", "image/png")])
    chat = network.chats.chat("messenger", page.id, anna)
    sent = network.chats.send(chat, "Moin", metadata="ours", written=network.app_id, reply_to=first.mid)
    network.chats.send(chat, "Aus der App")
    network.chats.report(sent, "delivered")
    network.chats.report(sent, "read")
    network.chats.unsend(network.chats.write("messenger", page.id, anna, "Doch nicht", reply_to=sent.mid))


def test_what_a_page_is_told_of_holds_to_the_schema():
    network = GraphNetwork()
    network.address = "http://127.0.0.1:1"
    busy_page(network)
    batches = holds(network, "page")
    fields = {change["field"] for batch in batches for entry in batch["entry"] for change in entry.get("changes", ())}
    assert fields == {"feed", "mention"}
    verbs = {c["value"]["verb"] for b in batches for e in b["entry"] for c in e.get("changes", ())}
    assert verbs == {"add", "edited", "remove", "hide", "unhide"}


def test_what_an_account_is_told_of_holds_to_the_schema():
    network = GraphNetwork()
    network.address = "http://127.0.0.1:1"
    anna = network.join("Anna Muster")
    us = network.instagram.add(network.pages.add("Brookwatt"), "brookwatt")
    media = network.instagram.publish(us, "Unser Werk")
    first = network.instagram.comment(anna, media.id, "Schön \U0001f600")
    network.instagram.comment(us, first.id, "Danke")
    network.instagram.mention(us, anna, "@brookwatt")
    network.instagram.mention(us, anna, "@brookwatt!", on=media)
    picture = network.picture(b"x", "image/png")
    direct = network.chats.write("instagram", us.id, anna, "Hallo", pictures=[picture])
    network.chats.write("instagram", us.id, anna, "Wo ist das?", story=picture.node)
    network.chats.write("instagram", us.id, anna, "Noch da?", reply_to=direct.mid)
    sent = network.chats.send(network.chats.chat("instagram", us.id, anna), "Moin", metadata="ours", written=network.app_id)
    network.chats.report(sent, "read")
    network.chats.unsend(direct)
    fields = {change["field"] for batch in holds(network, "instagram") for e in batch["entry"] for change in e.get("changes", ())}
    assert fields == {"comments", "mentions"}


def test_what_a_number_is_told_of_holds_to_the_schema():
    network = GraphNetwork()
    number, anna, shy = network.whatsapp.add("Brookwatt"), network.join("Anna Muster"), network.join("Ben Beispiel")
    shy.shy = True
    write = network.whatsapp.write
    first = write(number, anna, "Grüße \U0001f600")
    write(number, shy, "Hallo", context=first.id)
    for kind in ("image", "video", "audio", "document", "sticker"):
        write(number, anna, "Dazu", kind=kind, picture=network.picture(b"x", "image/png", "a.png"))
    write(number, anna, kind="location", body={"latitude": 52.5, "longitude": 13.4})
    write(number, anna, kind="reaction", body={"message_id": first.id, "emoji": "👍"})
    network.whatsapp.edit(first, "Grüße!")
    network.whatsapp.revoke(first)
    network.whatsapp.write_as_business(number, anna, "Vom Telefon")
    message = {"messaging_product": "whatsapp", "to": anna.id, "type": "text", "text": {"body": "x"}}
    sent = network.whatsapp.send(number, {**message, "biz_opaque_callback_data": "key"})
    for state in ("delivered", "read", "failed"):
        network.whatsapp.report(sent, state)
    assert len(holds(network, "whatsapp_business_account")) > 10


@pytest.mark.parametrize("spoilt", ["created_time", "post_id", "from"])
def test_a_payload_of_another_shape_is_noticed(spoilt: str):
    network = GraphNetwork()
    network.address = "http://127.0.0.1:1"
    busy_page(network)
    network.news[0].value.pop(spoilt)
    with pytest.raises(jsonschema.ValidationError):
        holds(network, "page")


def test_non_ascii_is_escaped_before_it_is_signed():
    network = GraphNetwork()
    busy_page(network)
    body = written(network.news[:2])
    assert body.isascii()
    assert rb"\u00fc" in body


def test_a_comment_is_answered_privately_once_and_within_a_week():
    network = GraphNetwork()
    page, anna = network.pages.add("Brookwatt"), network.join("Anna Muster")
    comment = network.pages.comment(anna, network.pages.post(page, page, "Neu").id, "Frage")
    assert network.pages.answer_privately(page, comment.id) is anna
    with pytest.raises(Refused) as refused:
        network.pages.answer_privately(page, comment.id)
    assert refused.value.code == 10900


def test_the_faults_that_networks_know_are_there():
    assert {"accept_then_drop", "duplicate", "reorder", "rate_limit", "malformed"} <= {effect.value for effect in Effect}
