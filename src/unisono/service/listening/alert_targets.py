"""Where a monitor's alerts go beside the desk: a mail address, somebody's chat or a room, a webhook."""

import re
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.listening.alert_views import AlertTargetView, AlertWay, AlertWays
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.alerts import AlertTarget
from unisono.service.text import storable
from unisono.service.users import checked_email
from unisono.service.webhooks.manage import find_webhook, try_webhook

KINDS: Final = ("mail", "chat", "webhook")
MAIL: Final = "email"
#: By network: how an address looks to which its account can write first. A room of Matrix is one that the account has joined.
CHATS: Final = {
    "xmpp": re.compile(r"[^\s@/]+@[^\s@/]+"), "matrix": re.compile(r"![^\s:]+:\S+"),
}  # fmt: skip
LOCALES: Final = ("de", "en")
MOST_TARGETS: Final = 20
MAX_ADDRESS_CHARS: Final = 300


async def list_alert_targets(db: Database, access: Access) -> list[AlertTargetView]:
    """Return where alerts of the monitors go that somebody sees, with what became of the last. Raises Forbidden."""
    access.require("monitor.manage")
    async with db.read() as tx:
        return await tx.alerts.targets(access.visible_classes())


async def alert_ways(db: Database, access: Access) -> AlertWays:
    """Return the accounts and webhooks through which alerts can go. Raises Forbidden."""
    access.require("monitor.manage")
    async with db.read() as tx:
        running = await tx.channels.running()
        hooks = await tx.webhooks.all()
    ways = [AlertWay(id=one.id, name=one.name, network=one.connector) for one in sorted(running, key=lambda one: one.name)]
    return AlertWays(
        mail=[way for way in ways if way.network == MAIL], chat=[way for way in ways if way.network in CHATS],
        webhook=[AlertWay(id=one.id, name=one.name) for one in hooks if one.enabled],
    )  # fmt: skip


async def add_alert_target(db: Database, access: Access, target: AlertTarget) -> AlertTargetView:
    """Tell a target of a monitor's alerts from the next one on. Raises Invalid, NotFound for the monitor, Conflict."""
    access.require("monitor.manage")
    async with db.write() as tx:
        if await tx.listening.monitor(target.monitor_id) is None:
            raise NotFound("This monitor does not exist.")
        checked = await _checked(tx, target)
        theirs = [one for one in await tx.alerts.targets(None) if one.monitor_id == target.monitor_id]
        if len(theirs) >= MOST_TARGETS:
            raise Conflict(f"A monitor's alerts go to {MOST_TARGETS} places at most.", code="too_many")
        if not await tx.alerts.add_target(checked):
            raise Conflict("This monitor's alerts go there already.", code="told_already", field="address")
        await _told(tx, access, "monitor.target_added", checked, kind=checked.kind)
        return next(one for one in await tx.alerts.targets(None) if one.id == checked.id)


async def remove_alert_target(db: Database, access: Access, target_id: UUID) -> None:
    """Tell a target nothing more, and forget what it was told. Raises NotFound."""
    access.require("monitor.manage")
    async with db.write() as tx:
        target = await _find(tx, target_id)
        await tx.alerts.remove_target(target_id)
        await _told(tx, access, "monitor.target_removed", target, kind=target.kind)


async def try_alert_target(db: Database, access: Access, target_id: UUID, notice_id: UUID) -> None:
    """Tell a target that this is a test, to see whether it arrives. Raises NotFound; Conflict for a webhook that is off."""
    access.require("monitor.manage")
    async with db.write() as tx:
        target = await _find(tx, target_id)
        if target.webhook_id is None:
            await tx.alerts.tell_test(notice_id, target_id)
        await _told(tx, access, "monitor.target_tried", target, kind=target.kind)
    if target.webhook_id is not None:
        await try_webhook(db, access, target.webhook_id)


async def _checked(tx: Tx, target: AlertTarget) -> AlertTarget:
    """Return a target as it is kept. Raises Invalid, naming the field."""
    if target.kind not in KINDS:
        raise Invalid(f"{target.kind!r} is none of {', '.join(KINDS)}.", code="not_one_of", field="kind")
    if target.locale not in LOCALES:
        raise Invalid(f"{target.locale!r} is none of {', '.join(LOCALES)}.", code="not_one_of", field="locale")
    if target.kind == "webhook":
        if target.webhook_id is None:
            raise Invalid("Choose the webhook that is to be told.", code="no_webhook", field="webhook_id")
        await find_webhook(tx, target.webhook_id)
        return replace(target, channel_id=None, address="")
    running = {one.id: one.connector for one in await tx.channels.running()}
    network = running.get(target.channel_id) if target.channel_id is not None else None
    address = storable(target.address).strip()
    if target.kind == "mail":
        if target.channel_id is not None and network != MAIL:
            raise Invalid("This is no mail channel that runs.", code="no_channel", field="channel_id")
        if not (address := _mailbox(address)):
            raise Invalid("An alert by mail needs one e-mail address.", code="bad_email", field="address")
    else:
        if network not in CHATS:
            raise Invalid(
                "An alert by chat needs a channel that runs and can write first: XMPP or Matrix.", code="no_channel",
                field="channel_id",
            )  # fmt: skip
        if len(address) > MAX_ADDRESS_CHARS or not CHATS[network].fullmatch(address):
            raise Invalid(
                "Name somebody's address on XMPP (anna@chat.example), or a room of Matrix that the channel has joined "
                "(!id:server.example).", code="bad_chat_address", field="address",
            )  # fmt: skip
    return replace(target, webhook_id=None, address=address)


def _mailbox(address: str) -> str:
    try:
        return checked_email(address)
    except Invalid:
        return ""


async def _find(tx: Tx, target_id: UUID) -> AlertTarget:
    found = await tx.alerts.target(target_id)
    if found is None:
        raise NotFound("Nothing is told here, or no longer.")
    return found


async def _told(tx: Tx, access: Access, action: str, target: AlertTarget, **body: object) -> None:
    await tx.privacy.audit(access.user_id, action, "monitor", str(target.monitor_id), dict(body))
    tx.emit(NewEvent(type="monitor.changed", actor_id=access.user_id, body={"monitor_id": target.monitor_id}))
