"""The wallboard, its thresholds, links for screens, and the parity view."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.connection import Request
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from unisono.service.actor import Unauthenticated
from unisono.service.page import Page
from unisono.service.parity import ParityView, parity
from unisono.service.ports.tallies import Threshold
from unisono.service.setup_views import Names
from unisono.service.wall_links import (
    NewWallLink,
    WallLinkView,
    access_of_screen,
    end_wall_link,
    make_wall_link,
    wall_links,
)
from unisono.service.wall_views import ThresholdView, WallView
from unisono.service.wallboard import drop_threshold, set_threshold, topic_of
from unisono.web.asking import Asking, Body
from unisono.web.authenticate import ActorDep, HouseDep, bearer_of
from unisono.web.events.hub import Hub
from unisono.web.needs import PUBLIC, needs


class Wallboard(Struct, frozen=True, kw_only=True):
    """The wallboard, and the live topic on which its rows come when they change: `total`, `queues/<id>`, `thresholds`, ..."""

    topic: str
    wall: WallView


class WallNames(Struct, frozen=True, kw_only=True):
    """How the rows are called, for a screen that may ask nothing else; in the order of the queues."""

    organisation: str
    queues: dict[str, Names]
    channels: dict[str, str]
    skills: dict[str, Names]


class Screen(Struct, frozen=True, kw_only=True):
    """All that a screen on a wall shows."""

    wall: WallView
    names: WallNames


class ThresholdBody(Body):
    """From when on a figure is a warning or an alarm; null never. queue_id null: for queues that have none of their own."""

    queue_id: UUID | None = None
    waiting_warn: int | None = None
    waiting_alarm: int | None = None
    longest_warn_s: int | None = None
    longest_alarm_s: int | None = None
    level_warn: float | None = None
    level_alarm: float | None = None


class NewLinkBody(Body):
    """A screen, and for how many days its link is good."""

    name: str
    days: int = 365


@get("/wallboard", opt=needs("queue.read"), tags=["Supervision"])
async def wallboard(request: Asking, actor: ActorDep) -> Wallboard:
    """Return how many wait and how long, what today brought and who is there: in all, by queue, channel, skill and medium."""
    hub: Hub = request.app.state["hub"]
    await hub.wait_ready()
    return Wallboard(topic=topic_of(actor.access), wall=hub.wall.view(actor.access))


@get("/wallboard/thresholds", opt=needs("queue.read"), tags=["Supervision"])
async def thresholds(house: HouseDep) -> Page[ThresholdView]:
    """Return from when on figures are a warning or an alarm; first those for queues that have none of their own."""
    async with house.db.read() as tx:
        return Page(items=[ThresholdView(**msgspec.structs.asdict(one)) for one in await tx.tallies.thresholds()])


@put("/wallboard/thresholds", opt=needs("queue.manage"), tags=["Supervision"])
async def put_threshold(house: HouseDep, actor: ActorDep, data: JSONBody[ThresholdBody]) -> ThresholdView:
    """Set the thresholds of a queue, or of all queues that have none of their own."""
    await set_threshold(house.db, actor.access, Threshold(**msgspec.structs.asdict(data)))
    return ThresholdView(**msgspec.structs.asdict(data))


@delete("/wallboard/thresholds/{queue_id:uuid}", opt=needs("queue.manage"), tags=["Supervision"])
async def delete_threshold(house: HouseDep, actor: ActorDep, queue_id: FromPath[UUID]) -> None:
    """Let a queue follow the thresholds of the house again."""
    await drop_threshold(house.db, actor.access, queue_id)


@get("/wallboard/links", opt=needs("queue.manage"), tags=["Supervision"])
async def links(house: HouseDep, actor: ActorDep) -> Page[WallLinkView]:
    """Return the links of screens that are good."""
    return Page(items=await wall_links(house.db, actor.access))


@post("/wallboard/links", opt=needs("queue.manage"), tags=["Supervision"])
async def new_link(house: HouseDep, actor: ActorDep, data: JSONBody[NewLinkBody]) -> NewWallLink:
    """Make a link for a screen; the token is told this once. It shows what its maker may see, as figures only."""
    return await make_wall_link(house.db, actor.access, data.name, data.days)


@delete("/wallboard/links/{link_id:uuid}", opt=needs("queue.manage"), tags=["Supervision"])
async def end_link(house: HouseDep, actor: ActorDep, link_id: FromPath[UUID]) -> None:
    """End a link at once."""
    await end_wall_link(house.db, actor.access, link_id)


@get("/wallboard/screen", opt=needs(PUBLIC), tags=["Supervision"])
async def screen(request: Request[Any, Any, Any], house: HouseDep) -> Screen:
    """Return the wallboard to a screen that carries its link's token in the Authorization header."""
    token = bearer_of(request)
    if token is None:
        raise Unauthenticated("A screen shows its link's token in the Authorization header.")
    access = await access_of_screen(house.db, token)
    hub: Hub = request.app.state["hub"]
    await hub.wait_ready()
    wall = hub.wall.view(access)
    async with house.db.read() as tx:
        queues = await tx.setup.queues(None)
        channels = await tx.setup.channels([UUID(row.key) for row in wall.channels])
        skills = await tx.setup.skills()
    shown = {row.key for row in wall.queues}
    names = WallNames(
        organisation=str(await request.app.state["settings"].get("organisation.name")),
        queues={str(queue.id): queue.name for queue in queues if str(queue.id) in shown},
        channels={str(channel.id): channel.name for channel in channels},
        skills={skill.key: skill.name for skill in skills},
    )  # fmt: skip
    return Screen(wall=wall, names=names)


@get("/parity", opt=needs("work.supervise"), tags=["Supervision"])
async def media_side_by_side(request: Asking, house: HouseDep, actor: ActorDep, days: FromQuery[int] = 7) -> ParityView:
    """Return first response and service level of calls, chats, messages, mails and posts side by side: 1, 7 or 28 days."""
    hub: Hub = request.app.state["hub"]
    await hub.wait_ready()
    waiting = {row.key: (row.waiting, row.longest_since) for row in hub.wall.view(actor.access).media if row.waiting}
    return await parity(house.db, actor.access, days, waiting)


ROUTES: list[Any] = [
    wallboard, thresholds, put_threshold, delete_threshold, links, new_link, end_link, screen, media_side_by_side,
]  # fmt: skip
