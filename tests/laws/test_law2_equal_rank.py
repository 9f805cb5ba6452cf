"""Law 2: swap network and medium but keep what decides, and the same decisions with the same reasons come out."""

import dataclasses
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.kit import START, House
from unisono.routing import facts

pytestmark = pytest.mark.law2

FORBIDDEN = {"network", "medium", "channel", "channel_id", "connector", "visibility"}


def test_no_input_of_the_router_has_a_field_for_network_or_medium() -> None:
    inputs = [
        t for t in vars(facts).values() if isinstance(t, type) and issubclass(t, msgspec.Struct) and t is not msgspec.Struct
    ]
    assert len(inputs) >= 5
    for kind in inputs:
        names = set(kind.__struct_fields__)
        assert not dataclasses.is_dataclass(kind)
        assert not names & FORBIDDEN, f"{kind.__name__} knows {names & FORBIDDEN}"


async def play(house: House, media: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """The same enquiries over channels of these media, with the same class parameters; returns offers in order."""
    queue = await house.queue()
    channels = [await house.channel(queue, medium=medium, units=12) for medium in media]
    for name in ("a", "b", "c"):
        await house.agent(queue, capacity=24, skills={"sap": 1} if name == "c" else {})
    for n in range(6):
        at = (START + timedelta(minutes=n)).isoformat()
        await house.hear(channels[n % len(channels)], {"id": str(n), "text": f"Frage {n}", "by": f"c{n}", "at": at})
    await house.route()
    rows = await house.sql(
        "select t.text, o.reason, (select count(*) from agent_skill s where s.user_id = o.agent_id) as skills, o.units "
        "from offer o join interaction i on i.id = o.interaction_id join conversation c on c.id = i.conversation_id "
        "join message_text t on t.message_id = c.last_message_id order by i.waiting_since"
    )
    result = [(row["text"], msgspec.json.encode(row["reason"]), row["skills"], row["units"]) for row in rows]
    await house.sql("truncate app_user, agent, queue, channel, customer, identity, inbox, event, lease cascade")
    house.router._token = 0
    return result


async def test_the_medium_decides_nothing(house: House) -> None:
    played = [await play(house, media) for media in (("post", "mail"), ("mail", "post"), ("chat", "call"), ("call", "message"))]
    assert len(played[0]) == 6
    assert all(offers == played[0] for offers in played)
