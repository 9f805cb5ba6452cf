"""Channels and the connectors they can be made with."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, UnsetType, field

from unisono.contract.health import Health
from unisono.contract.outbound import Template
from unisono.domain.errors import NotFound
from unisono.service.access import Access
from unisono.service.backfill import close_gap
from unisono.service.channel_health import channel_health
from unisono.service.channels import Draft, add_channel, archive_channel, change_channel, check_channel, pause_channel
from unisono.service.connectors import connector_views
from unisono.service.house import House
from unisono.service.once import once
from unisono.service.page import Page
from unisono.service.ports import Tx
from unisono.service.ports.setup import ChannelChange
from unisono.service.setup_views import ChannelHealthView, ChannelView, ConnectorView, HealthView, QueueSkillView
from unisono.service.templates import templates_of
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs
from unisono.web.problems import locale_of
from unisono.web.routes import oauth


class CheckBody(Body):
    """Settings to look at the network with; with `channel_id`, secrets that are not sent are those stored for it."""

    connector: str
    config: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    channel_id: UUID | None = None


class NewChannelBody(Body):
    """A channel to add. Without `units`, what the settings `units.…` say of its medium. `save_anyway`: also when the network
    does not work with these settings now.
    """

    connector: str
    name: str
    queue_id: UUID
    config: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    brand_id: UUID | None = None
    skills: tuple[QueueSkillView, ...] = ()
    units: int | None = None
    priority: int = 0
    work_class_id: UUID | None = None
    save_anyway: bool = False


class ChangeChannelBody(Body):
    """What changes of a channel; what is not named stays. `config` replaces the settings whole, secrets stay."""

    name: str | UnsetType = UNSET
    queue_id: UUID | UnsetType = UNSET
    brand_id: UUID | UnsetType | None = UNSET
    skills: tuple[QueueSkillView, ...] | UnsetType = UNSET
    units: int | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    work_class_id: UUID | UnsetType | None = UNSET
    config: dict[str, Any] | None = None
    secrets: dict[str, str] = field(default_factory=dict)
    save_anyway: bool = False


_OWN = frozenset({"config", "secrets", "save_anyway"})


@get("/connectors", opt=needs("channel.read"), tags=["Administration"])
async def connectors(house: HouseDep) -> Page[ConnectorView]:
    """Return the installed connectors with the schema of their settings."""
    return Page(items=await connector_views(house.db, house.registry))


@get("/channels", opt=needs("channel.read"), tags=["Administration"])
async def channels(house: HouseDep, actor: ActorDep, archived: FromQuery[bool] = False) -> Page[ChannelView]:
    """Return the channels that one may see."""
    async with house.db.read() as tx:
        cursor = str(await tx.log.head())
        found = await tx.setup.channels(await _visible(tx, actor.access), archived=archived)
        if not archived:
            found = [channel for channel in found if not channel.archived]
        counters = await tx.setup.channel_counters([channel.id for channel in found])
    items = [msgspec.structs.replace(channel, counters=counters.get(channel.id, {})) for channel in found]
    return Page(items=items, cursor=cursor)


@get("/channels/{channel_id:uuid}", opt=needs("channel.read"), tags=["Administration"])
async def channel(house: HouseDep, actor: ActorDep, channel_id: FromPath[UUID]) -> ChannelView:
    """Return one channel."""
    return await _channel(house, actor.access, channel_id)


@post("/channels/check", opt=needs("channel.manage"), status_code=200, tags=["Administration"])
async def check(request: Asking, house: HouseDep, data: JSONBody[CheckBody]) -> HealthView:
    """Look at the network with these settings; nothing is saved."""
    checked = await check_channel(
        house.outside,
        Draft(connector=data.connector, config=data.config, secrets=data.secrets, channel_id=data.channel_id),
    )
    return health_view(checked.health, locale_of(request))


@post("/channels", opt=needs("channel.manage"), tags=["Administration"])
async def new_channel(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewChannelBody]) -> ChannelView:
    """Check and add a channel; a problem with `field` when the network does not work with these settings."""
    key = await key_of(request)
    draft = Draft(connector=data.connector, config=data.config, secrets=data.secrets)
    channel_id = await once(
        house.db, key,
        lambda db: add_channel(
            msgspec.structs.replace(house.outside, db=db), actor.access, id_under(key), draft, name=data.name,
            queue_id=data.queue_id, brand_id=data.brand_id, skills=data.skills, units=data.units, priority=data.priority,
            work_class_id=data.work_class_id, save_anyway=data.save_anyway,
        ),
        UUID,
    )  # fmt: skip
    return await _channel(house, actor.access, channel_id)


@patch("/channels/{channel_id:uuid}", opt=needs("channel.manage"), tags=["Administration"])
async def edit_channel(
    house: HouseDep, actor: ActorDep, channel_id: FromPath[UUID], data: JSONBody[ChangeChannelBody]
) -> ChannelView:
    """Change a channel; new settings or secrets are checked with the network first."""
    named = {n: v for n, v in msgspec.structs.asdict(data).items() if n not in _OWN and v is not UNSET}
    await change_channel(
        house.outside, actor.access, channel_id, ChannelChange(**named), config=data.config, secrets=data.secrets,
        save_anyway=data.save_anyway,
    )  # fmt: skip
    return await _channel(house, actor.access, channel_id)


@post("/channels/{channel_id:uuid}/pause", opt=needs("channel.manage"), status_code=200, tags=["Administration"])
async def pause(house: HouseDep, actor: ActorDep, channel_id: FromPath[UUID]) -> ChannelView:
    """Stop taking in and sending; answers wait, the network is pulled from the old place later."""
    await pause_channel(house.outside, actor.access, channel_id, paused=True)
    return await _channel(house, actor.access, channel_id)


@post("/channels/{channel_id:uuid}/resume", opt=needs("channel.manage"), status_code=200, tags=["Administration"])
async def resume(house: HouseDep, actor: ActorDep, channel_id: FromPath[UUID]) -> ChannelView:
    """Go on taking in and sending."""
    await pause_channel(house.outside, actor.access, channel_id, paused=False)
    return await _channel(house, actor.access, channel_id)


@delete("/channels/{channel_id:uuid}", opt=needs("channel.manage"), tags=["Administration"])
async def archive(house: HouseDep, actor: ActorDep, channel_id: FromPath[UUID]) -> Response[None]:
    """Take a channel out of use; its conversations stay, its secrets are erased."""
    await archive_channel(house.outside, actor.access, channel_id)
    return Response(None, status_code=204)


@get("/channels/{channel_id:uuid}/templates", opt=needs("work.answer"), tags=["Work"])
async def templates(house: HouseDep, actor: ActorDep, channel_id: FromPath[UUID]) -> Page[Template]:
    """Return the texts that the channel's network approved, to be sent also when free words no longer may be."""
    await _channel(house, actor.access, channel_id)
    return Page(items=await templates_of(house.outside, actor.access, channel_id))


@get("/channels/{channel_id:uuid}/health", opt=needs("channel.read"), tags=["Administration"])
async def health(house: HouseDep, actor: ActorDep, channel_id: FromPath[UUID]) -> ChannelHealthView:
    """Return a channel's condition: lag, gaps, counters, what waits to be sent, budgets, its connector's grade and API."""
    await _channel(house, actor.access, channel_id)
    return await channel_health(house.outside, channel_id)


@post(
    "/channels/{channel_id:uuid}/gaps/{gap_id:uuid}/close", opt=needs("channel.manage"), status_code=200, tags=["Administration"]
)
async def close(house: HouseDep, actor: ActorDep, channel_id: FromPath[UUID], gap_id: FromPath[UUID]) -> ChannelHealthView:
    """Say that one knows of a gap; the next one of this stream is told again."""
    await _channel(house, actor.access, channel_id)
    await close_gap(house.outside, actor.access, channel_id, gap_id)
    return await channel_health(house.outside, channel_id)


def health_view(found: Health, locale: str) -> HealthView:
    """Return what a look at the network told, in a language if the connector knows it."""
    what = found.texts.get(locale, found.what)
    return HealthView(state=found.state.value, what=what, field=found.field, remote_id=found.remote_id, handle=found.handle)


async def _visible(tx: Tx, access: Access) -> set[UUID] | None:
    """The channels whose work one may see; None means all."""
    classes = access.visible_classes("channel.read")
    if classes is None:
        return None
    return {place.channel_id for place in await tx.setup.places() if place.access_class in classes}


async def _channel(house: House, access: Access, channel_id: UUID) -> ChannelView:
    async with house.db.read() as tx:
        visible = await _visible(tx, access)
        found = await tx.setup.channels([channel_id]) if visible is None or channel_id in visible else []
    if not found:
        raise NotFound("This channel does not exist, or is not yours to see.")
    return found[0]


ROUTES = [
    connectors,
    channels,
    channel,
    check,
    new_channel,
    edit_channel,
    pause,
    resume,
    archive,
    templates,
    health,
    close,
    *oauth.ROUTES,
]
