"""Live topics: what is true just now and is kept nowhere, such as who is writing or a figure on a wall.

A topic holds values by key; of each key only the last one counts. A value goes over the bus, reaches the desks that follow
the topic within 50 ms, and is forgotten after `good_for_s` seconds unless it is told again. A new topic needs a line in
`TOPICS` that says who may follow it; docs/explanation/live-topics.md shows the whole way.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from unisono.service.access import Access
from unisono.service.ports import Database, Fanout
from unisono.service.repair_topic import who_repairs
from unisono.service.wallboard import who_sees_this_wallboard

#: The topic of the bus that carries all of them.
LIVE: Final = "live"
#: For how long a value stands that says nothing else; whoever tells it repeats it sooner.
GOOD_FOR_S: Final = 30.0

Gate = Callable[[Database, Access, str], Awaitable[bool]]


async def who_sees_the_conversation(db: Database, access: Access, argument: str) -> bool:
    """Let those follow who may see the conversation that the topic names."""
    try:
        conversation_id = UUID(argument)
    except ValueError:
        return False
    async with db.read() as tx:
        placed = await tx.reading.conversation(conversation_id)
    return placed is not None and access.sees(placed.access_class, placed.agent_id)


async def who_may_approve(db: Database, access: Access, argument: str) -> bool:  # noqa: ARG001 - a gate
    """Let those follow who may approve answers."""
    return access.may("answer.approve")


async def whose_phone(db: Database, access: Access, argument: str) -> bool:  # noqa: ARG001 - a gate
    """Let everybody follow their own phone, and nobody else's."""
    return argument == str(access.user_id)


async def who_sees_colleagues(db: Database, access: Access, argument: str) -> bool:  # noqa: ARG001 - a gate
    """Let everybody follow their own presence, and those who may see colleagues everybody's."""
    return argument == str(access.user_id) or (not argument and access.may("agent.read"))


#: Who may follow a topic, by its name; what stands behind a colon is handed to the gate.
TOPICS: Final[dict[str, Gate]] = {
    "repair": who_repairs,
    "wallboard": who_sees_this_wallboard,
    "writing": who_sees_the_conversation,
    "approvals": who_may_approve,
    "phone": whose_phone,
    "presence": who_sees_colleagues,
}


async def may_follow(db: Database, access: Access, topic: str) -> bool | None:
    """Tell whether somebody may follow `name` or `name:argument`; None when there is no such topic."""
    name, _, argument = topic.partition(":")
    gate = TOPICS.get(name)
    return None if gate is None else await gate(db, access, argument)


async def tell(fanout: Fanout, topic: str, key: str, value: Mapping[str, Any] | None, *, good_for_s: float = GOOD_FOR_S) -> None:
    """Tell everybody who follows `topic` the value of a key; None takes it back. Ids and numbers only."""
    message = {"topic": topic, "key": key, "value": None if value is None else dict(value), "good_for_s": good_for_s}
    await fanout.publish(LIVE, f"{topic}/{key}", message)
