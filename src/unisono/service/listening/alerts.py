"""Spikes are told: once when one begins, and ended when it is over. The webhooks follow the same events."""

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from unisono.domain.ids import new_id
from unisono.listening.spikes import LEAST_POSTS, WINDOWS_S, calm, spike, usual_of
from unisono.service.access import Access
from unisono.service.listening.storm_views import AlertView
from unisono.service.ports import Database, NewEvent
from unisono.service.ports.storms import Lately
from unisono.service.settings import read_settings

_PAST: Final = timedelta(days=28)
MOST_SHOWN: Final = 50


async def list_alerts(db: Database, access: Access) -> list[AlertView]:
    """Return what was told lately, the newest first."""
    async with db.read() as tx:
        return await tx.storms.alerts(access.visible_classes(), MOST_SHOWN)


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
                await tx.storms.end_alert(one.alert_id)
                over_body = {"monitor_id": one.monitor_id, "alert_id": one.alert_id}
                tx.emit(NewEvent(type="monitor.calmed", access_class=one.access_class, body=over_body))
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
        tx.emit(NewEvent(type="monitor.spiked", access_class=one.access_class, body=body))
    return 1
