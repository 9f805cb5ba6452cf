"""The event stream over HTTP."""

import asyncio
import contextlib
from typing import Any, Final
from uuid import UUID

import structlog
from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery
from litestar.types import ASGIApp, Receive, Scope, Send

from unisono.domain.errors import Forbidden, Invalid, Unavailable
from unisono.service.actor import Actor
from unisono.service.house import House
from unisono.service.live import may_follow
from unisono.service.ports import Cursor
from unisono.web.asking import Asking
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.events.connection import CONVERSATION, LIVE, WORK, Connection
from unisono.web.events.hub import Hub
from unisono.web.events.sink import AsgiSink, Sink, TransportSink
from unisono.web.needs import SIGNED_IN, needs
from unisono.web.protocol import TRANSPORT

MAX_TOPICS: Final = 50
# Before every cursor there is: what it names is long pruned, so that the stream says `reset`.
_UNKNOWN: Final = Cursor(-1, 0, UUID(int=0))
_log = structlog.get_logger("events")
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


@get(
    "/events", opt=needs(SIGNED_IN), tags=["Work"],
    responses={200: ResponseSpec(data_container=str, media_type="text/event-stream", generate_examples=False)},
)  # fmt: skip
async def events(
    request: Asking, house: HouseDep, actor: ActorDep, topics: FromQuery[str] = WORK, after: FromQuery[str | None] = None
) -> ASGIApp:
    """Stream changes as server-sent events: `work`, `conversation:<id>`, `live:<topic>`. Last-Event-ID, or `after`, takes it up.

    `hello` comes first, then what was missed, then `change` frames with views; `reset` asks to read everything anew. A live
    topic is kept nowhere: `live` frames bring its whole first, then of each key the last value, null when it is over.
    """
    if actor.limited:
        # A stream carries all that its person may see.
        raise Forbidden(
            "This token may do less than its owner; the stream needs one that may do all of it.", code="limited_token"
        )
    hub: Hub = request.app.state["hub"]
    if hub.closed:
        raise Unavailable("The server is being restarted; the stream can be opened again in some seconds.")
    wanted = list(dict.fromkeys(topic for topic in topics.split(",") if topic))
    if len(wanted) > MAX_TOPICS:
        raise Invalid(f"A stream carries {MAX_TOPICS} topics.", code="many_topics", field="topics")
    live = await _live(house, actor, wanted)
    conversations = await _conversations(house, actor, [topic for topic in wanted if not topic.startswith(LIVE)])
    place = _later(request.headers.get("last-event-id"), after)

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        start: Any = {"type": "http.response.start", "status": 200, "headers": list(_HEADERS)}
        await send(start)
        connection = Connection(actor, _sink(scope, send), work=WORK in wanted, conversations=conversations, live=live)
        serving = asyncio.create_task(hub.serve(connection, place))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({serving, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (serving, leaving):
                task.cancel()
            await asyncio.gather(serving, leaving, return_exceptions=True)
        error = None if serving.cancelled() else serving.exception()
        if error is not None:
            _log.error("stream_failed", exc_info=error)
        end: Any = {"type": "http.response.body", "body": b"", "more_body": False}
        with contextlib.suppress(OSError):
            await send(end)

    return stream


def _sink(scope: Scope, send: Send) -> Sink:
    extensions: dict[str, Any] = scope.get("extensions") or {}
    own = extensions.get(TRANSPORT)
    if own is not None and scope["http_version"] == "1.1":
        return TransportSink(own["transport"])
    return AsgiSink(send)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _conversations(house: House, actor: Actor, topics: list[str]) -> dict[UUID, UUID]:
    """The conversations that are asked for, with their customers; what one may not see is passed over in silence."""
    found: dict[UUID, UUID] = {}
    async with house.db.read() as tx:
        for topic in topics:
            if topic == WORK:
                continue
            if not topic.startswith(CONVERSATION):
                raise Invalid(f"{topic!r} is no topic.", code="no_topic", field="topics")
            try:
                conversation_id = UUID(topic.removeprefix(CONVERSATION))
            except ValueError:
                raise Invalid(f"{topic!r} is no topic.", code="no_topic", field="topics") from None
            placed = await tx.reading.conversation(conversation_id)
            if placed is not None and actor.access.sees(placed.access_class, placed.agent_id):
                found[conversation_id] = placed.view.customer_id
    return found


async def _live(house: House, actor: Actor, topics: list[str]) -> tuple[str, ...]:
    """The live topics that are asked for and may be followed; what one may not see is passed over in silence."""
    found: list[str] = []
    for topic in topics:
        if not topic.startswith(LIVE):
            continue
        name = topic.removeprefix(LIVE)
        may = await may_follow(house.db, actor.access, name)
        if may is None:
            raise Invalid(f"{topic!r} is no topic.", code="no_topic", field="topics")
        if may:
            found.append(name)
    return tuple(found)


def _later(*words: str | None) -> Cursor | None:
    """Return the later of the places that a client names; one that cannot be read leads to a `reset`."""
    places: list[Cursor] = []
    for word in words:
        if word:
            try:
                places.append(Cursor.parse(word))
            except ValueError:
                places.append(_UNKNOWN)
    return max(places) if places else None


ROUTES: list[Any] = [events]
