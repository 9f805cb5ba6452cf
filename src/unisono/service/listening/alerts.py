"""Spikes are told: once when one begins, and ended when it is over; who is told is written with it (`tell` sends it)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from unisono.domain.ids import new_id
from unisono.listening.spikes import LEAST_POSTS, WINDOWS_S, calm, spike, usual_of
from unisono.service.access import Access
from unisono.service.listening.storm_views import AlertView
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.storms import Lately
from unisono.service.settings import read_settings

_PAST: Final = timedelta(days=28)
MOST_SHOWN: Final = 50


async def list_alerts(db: Database, access: Access) -> list[AlertView]:
    """Return what was told lately, the newest first; to whom, for those who keep monitors."""
    async with db.read() as tx:
        found = await tx.storms.alerts(access.visible_classes(), MOST_SHOWN)
        if not found or not access.may("monitor.manage"):
            return found
        told = await tx.alerts.told([one.id for one in found])
    return [replace(one, told=told.get(one.id, [])) for one in found]


async def look_for_spikes(db: Database) -> int:
    """Look at every monitor that found something lately; returns how many alerts began or ended."""
    async with db.read() as tx:
        lately = await tx.storms.lately(WINDOWS_S, LEAST_POSTS)
        zone = str((await read_settings(tx))["reports.time_zone"]) if lately else "UTC"
    return sum([await _look(db, one, zone) for one in lately])


async def _look(db: Database, one: Lately, zone: str) -> int:
    async with db.read() as tx:
        hours = await tx.storms.hour_counts(one.monitor_id, tx.now - _PAST, zone)
        now = tx.now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        since = one.created_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    usual = usual_of({hour: count for hour, count in hours.items() if hour < this_hour}, since, now)
    if one.alert_id is not None:
        over = calm(usual, now, one.counted)
        async with db.write() as tx:
            await tx.storms.grown(one.alert_id, one.counted[WINDOWS_S[-1]])
            if over:
                over = await tx.storms.end_alert(one.alert_id)
            if over:
                over_body = {"monitor_id": one.monitor_id, "alert_id": one.alert_id}
                told = await _with_told(tx, one.alert_id, one.monitor_id, "calmed", over_body)
                tx.emit(NewEvent(type="monitor.calmed", access_class=one.access_class, body=told))
        return int(over)
    found = spike(usual, now, one.counted)
    if found is None:
        return 0
    async with db.write() as tx:
        alert_id = new_id()
        if not await tx.storms.tell(alert_id, one.monitor_id, found.window_s, found.posts, found.usual):
            return 0
        body: dict[str, object] = {
            "monitor_id": one.monitor_id, "alert_id": alert_id, "posts": found.posts, "window_s": found.window_s,
            "usual": round(found.usual, 3),
        }  # fmt: skip
        told = await _with_told(tx, alert_id, one.monitor_id, "spiked", body)
        tx.emit(NewEvent(type="monitor.spiked", access_class=one.access_class, body=told))
    return 1


async def _with_told(tx: Tx, alert_id: UUID, monitor_id: UUID, what: str, body: Mapping[str, object]) -> dict[str, object]:
    """Write what mails and chats are to be told (`tell` sends it); return the event's body, with its webhooks."""
    await tx.alerts.tell(alert_id, monitor_id, what)
    webhooks = await tx.alerts.webhooks_of(monitor_id)
    return {**body, "webhook_ids": [str(webhook_id) for webhook_id in webhooks]} if webhooks else dict(body)
