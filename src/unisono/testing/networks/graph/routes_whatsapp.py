"""The Graph API's edges of WhatsApp Cloud."""

import hashlib
from typing import Any

from unisono.testing.networks.graph.asked import Asked, chosen, listed
from unisono.testing.networks.graph.model import Refused, no_object, unix
from unisono.testing.networks.graph.network import GraphNetwork
from unisono.testing.networks.graph.whatsapp import Number

Answer = dict[str, Any]


def number_of(network: GraphNetwork, asked: Asked, node: str) -> Number:
    """Return a number that the token may use. Raises Refused (100)."""
    number = network.whatsapp.numbers.get(node)
    if number is None or asked.grant.node != number.account:
        raise no_object(node)
    return number


def show(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{number}, or /{media}: where a file lies for some minutes."""
    if node in network.pictures:
        picture = network.pictures[node]
        at = asked.at.split("/v2", 1)[0]
        return {
            "url": f"{at}/media/{node}", "mime_type": picture.media_type, "file_size": len(picture.content), "id": node,
            "sha256": hashlib.sha256(picture.content).hexdigest(), "messaging_product": "whatsapp",
        }  # fmt: skip
    number = number_of(network, asked, node)
    facts = {
        "id": number.id, "display_phone_number": f"+{number.shown}", "verified_name": number.name, "quality_rating": "GREEN",
        "account_mode": "LIVE",
    }  # fmt: skip
    return chosen(asked, facts, ("id", "display_phone_number", "verified_name"))


def send(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """POST /{number}/messages."""
    said = network.whatsapp.send(number_of(network, asked, node), asked.params)
    contact = {"input": said.person.id, "wa_id": said.person.id, "user_id": said.person.scoped}
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": said.id}]}


def keep(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """POST /{number}/media."""
    number_of(network, asked, node)
    upload = asked.files.get("file")
    if upload is None or asked.text("messaging_product") != "whatsapp":
        raise Refused(100, "(#100) The parameters file and messaging_product are required.")
    return {"id": network.picture(upload.content, asked.text("type") or upload.media_type, upload.name).node}


def history(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{number}/message_history: what was sent, newest first, with what became of it."""
    number = number_of(network, asked, node)
    ours = [one for one in reversed(network.whatsapp.of(number)) if one.ours and one.events]

    def shown(said: Any) -> Answer:
        events = [
            {"id": str(place), "delivery_status": state.upper(), "timestamp": unix(at), "webhook_update_state": "DELIVERED"}
            for place, (state, at) in enumerate(said.events)
        ]
        return chosen(asked, {"id": said.id.partition(".")[2], "message_id": said.id, "events": {"data": events}})

    return listed(asked, ours, lambda said: said.id, shown)


def installed(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET and POST /{account}/subscribed_apps."""
    asked.must_be(node)
    numbers = [number for number in network.whatsapp.numbers.values() if number.account == node]
    if asked.method == "POST":
        for number in numbers:
            number.installed = True
        return {"success": True}
    app = {"whatsapp_business_api_data": {"id": network.app_id, "link": "https://unisono.example", "name": "Unisono"}}
    return {"data": [app] if any(number.installed for number in numbers) else []}


def numbers(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{account}/phone_numbers."""
    asked.must_be(node)
    found = [number for number in network.whatsapp.numbers.values() if number.account == node]
    facts = lambda n: {"id": n.id, "display_phone_number": f"+{n.shown}", "verified_name": n.name}  # noqa: E731
    return listed(asked, found, lambda number: number.id, facts)


def templates(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{account}/message_templates."""
    asked.must_be(node)

    def shown(template: Any) -> Answer:
        components = [{"type": "BODY", "text": template.text}]
        facts = {"id": template.name, "name": template.name, "language": template.language, "status": template.status,
                 "category": template.category, "components": components}  # fmt: skip
        return chosen(asked, facts, ("name", "language", "status", "category", "components"))

    return listed(asked, network.whatsapp.templates.get(node, []), lambda one: f"{one.name}/{one.language}", shown)
