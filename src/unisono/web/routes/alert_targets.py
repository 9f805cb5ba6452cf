"""Where alerts of monitors go beside the desk."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from unisono.service.listening.alert_targets import (
    add_alert_target,
    alert_ways,
    list_alert_targets,
    remove_alert_target,
    try_alert_target,
)
from unisono.service.listening.alert_views import AlertTargetView, AlertWays
from unisono.service.once import once
from unisono.service.page import Page
from unisono.service.ports.alerts import AlertTarget
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class NewAlertTargetBody(Body):
    """Where the alerts of a monitor are to go.

    kind: mail (address; channel_id for another mailbox than the oldest), chat (channel_id of an account on XMPP or Matrix,
    and the address or room there) or webhook (webhook_id). locale: of mails and chats, de or en.
    """

    monitor_id: UUID
    kind: str
    channel_id: UUID | None = None
    webhook_id: UUID | None = None
    address: Annotated[str, Meta(max_length=400)] = ""
    locale: str = "en"


@get("/alert-targets", opt=needs("monitor.manage"), tags=["Listening"])
async def targets(house: HouseDep, actor: ActorDep) -> Page[AlertTargetView]:
    """Return where alerts go beside the desk, by monitor, with what became of the last."""
    return Page(items=await list_alert_targets(house.db, actor.access))


@get("/alert-targets/ways", opt=needs("monitor.manage"), tags=["Listening"])
async def ways(house: HouseDep, actor: ActorDep) -> AlertWays:
    """Return the accounts and webhooks through which alerts can go."""
    return await alert_ways(house.db, actor.access)


@post("/alert-targets", opt=needs("monitor.manage"), tags=["Listening"])
async def new_target(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewAlertTargetBody]) -> AlertTargetView:
    """Tell a target of a monitor's alerts, that one begins and that it is over, once each."""
    key = await key_of(request)
    target = AlertTarget(
        id=id_under(key), monitor_id=data.monitor_id, kind=data.kind, channel_id=data.channel_id, webhook_id=data.webhook_id,
        address=data.address, locale=data.locale,
    )  # fmt: skip
    return await once(house.db, key, lambda db: add_alert_target(db, actor.access, target), AlertTargetView)


@delete("/alert-targets/{target_id:uuid}", opt=needs("monitor.manage"), tags=["Listening"])
async def drop_target(house: HouseDep, actor: ActorDep, target_id: FromPath[UUID]) -> None:
    """Tell a target nothing more."""
    await remove_alert_target(house.db, actor.access, target_id)


@post("/alert-targets/{target_id:uuid}/try", opt=needs("monitor.manage"), tags=["Listening"], status_code=204)
async def try_target(request: Asking, house: HouseDep, actor: ActorDep, target_id: FromPath[UUID]) -> None:
    """Tell a target that this is a test; what became of it stands in the list."""
    await try_alert_target(house.db, actor.access, target_id, id_under(await key_of(request)))


ROUTES = [targets, ways, new_target, drop_target, try_target]
