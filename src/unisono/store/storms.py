"""The store for spikes and storms."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from unisono.service.instant import instant, maybe_instant
from unisono.service.listening.storm_views import AlertView, StormView
from unisono.service.ports.listening import Classes
from unisono.service.ports.storms import Lately, StormFacts, ToAnswer
from unisono.service.ports.work import InteractionFacts
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("storms")


class PgStorms:
    """Implements `service.ports.Storms`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def lately(self, windows_s: Sequence[int], least: int) -> list[Lately]:
        """Return monitors that found something lately."""
        rows = await self._connection.fetch(_SQL["lately"], self._now, list(windows_s), least)
        return [
            Lately(
                monitor_id=row["monitor_id"], access_class=row["access_class"], created_at=row["created_at"],
                alert_id=row["alert_id"], counted=dict(zip(windows_s, row["counts"], strict=True)),
            )
            for row in rows
        ]  # fmt: skip

    async def hour_counts(self, monitor_id: UUID, since: datetime, zone: str) -> dict[datetime, int]:
        """Return posts by full hour."""
        return {row["hour"]: row["posts"] for row in await self._connection.fetch(_SQL["hour_counts"], monitor_id, since, zone)}

    async def tell(self, alert_id: UUID, monitor_id: UUID, window_s: int, posts: int, usual: float) -> bool:
        """Keep an alert."""
        told = await self._connection.fetchval(_SQL["tell"], alert_id, monitor_id, self._now, window_s, posts, usual)
        return told is not None

    async def end_alert(self, alert_id: UUID) -> bool:
        """End an alert."""
        return await self._connection.fetchval(_SQL["end_alert"], alert_id, self._now) is not None

    async def grown(self, alert_id: UUID, posts: int) -> None:
        """Note the most that was found."""
        await self._connection.execute(_SQL["grown"], alert_id, posts)

    async def window_of(self, alert_id: UUID) -> int:
        """Return the window that an alert was told of."""
        return int(await self._connection.fetchval(_SQL["alert_window"], alert_id))

    async def alerts(self, classes: Classes, limit: int) -> list[AlertView]:
        """Return alerts, the newest first."""
        rows = await self._connection.fetch(_SQL["alerts"], _list(classes), limit)
        return [
            AlertView(**{**dict(row), "began_at": instant(row["began_at"]), "ended_at": maybe_instant(row["ended_at"])})
            for row in rows
        ]

    async def alert_since(self, monitor_id: UUID) -> datetime | None:
        """Return when what a standing alert tells began."""
        found: datetime | None = await self._connection.fetchval(_SQL["alert_since"], monitor_id)
        return found

    async def open_storm(
        self, storm_id: UUID, monitor_id: UUID, case_id: UUID, since: datetime, by: UUID, classes: Classes
    ) -> bool:
        """Keep a storm."""
        opened = await self._connection.fetchval(
            _SQL["open_storm"], storm_id, monitor_id, case_id, since, by, self._now, _list(classes)
        )
        return opened is not None

    async def storm(self, storm_id: UUID, *, lock: bool = False) -> StormFacts | None:
        """Return one storm."""
        if lock and await self._connection.fetchval(_SQL["lock_storm"], storm_id) is None:
            return None
        row = await self._connection.fetchrow(_SQL["facts"], storm_id, None)
        return StormFacts(**dict(row)) if row else None

    async def standing(self, *states: str) -> list[StormFacts]:
        """Return storms by state."""
        return [StormFacts(**dict(row)) for row in await self._connection.fetch(_SQL["facts"], None, list(states))]

    async def views(self, classes: Classes, limit: int) -> list[StormView]:
        """Return storms, standing ones first."""
        rows = await self._connection.fetch(_SQL["views"], _list(classes), limit)
        networks: dict[UUID, dict[str, int]] = {}
        for row in await self._connection.fetch(_SQL["networks"], [row["id"] for row in rows]):
            networks.setdefault(row["storm_id"], {})[row["network"]] = row["items"]
        return [
            StormView(
                **{**dict(row), "since": instant(row["since"]), "ended_at": maybe_instant(row["ended_at"])},
                networks=networks.get(row["id"], {}),
            )
            for row in rows
        ]  # fmt: skip

    async def to_fold(self, storm: StormFacts, limit: int) -> list[UUID]:
        """Return what is to be folded."""
        rows = await self._connection.fetch(_SQL["to_fold"], storm.id, storm.monitor_id, storm.since, limit, storm.classes)
        return [row["id"] for row in rows]

    async def first_class(self, monitor_id: UUID, since: datetime, classes: Classes) -> int | None:
        """Return where the oldest of it belongs."""
        row = await self._connection.fetchrow(_SQL["to_fold"], UUID(int=0), monitor_id, since, 1, _list(classes))
        return row["access_class"] if row else None

    async def texts(self, storm_id: UUID, limit: int) -> list[str]:
        """Return what is in a storm."""
        return [row["text"] for row in await self._connection.fetch(_SQL["texts"], storm_id, limit)]

    async def beside(self, storm: StormFacts, limit: int) -> dict[UUID, str]:
        """Return what waits beside a storm."""
        rows = await self._connection.fetch(_SQL["beside"], storm.id, storm.since, storm.classes, limit)
        return {row["id"]: row["text"] for row in rows}

    async def usual(self, storm: StormFacts, limit: int) -> list[str]:
        """Return how enquiries began before a storm."""
        return [row["text"] for row in await self._connection.fetch(_SQL["usual"], storm.since, storm.classes, limit)]

    async def fold(self, storm_id: UUID, interaction_ids: Sequence[UUID]) -> None:
        """Note what was folded."""
        await self._connection.execute(_SQL["fold"], storm_id, list(interaction_ids))
        await self._connection.execute(_SQL["folded"], list(interaction_ids), self._now)

    async def set_free(self, storm_id: UUID) -> list[InteractionFacts]:
        """Give agents again what still waits for the answer."""
        rows = await self._connection.fetch(_SQL["set_free"], storm_id, self._now)
        return sorted((InteractionFacts(**dict(row)) for row in rows), key=lambda one: one.id)

    async def ask_for(self, monitor_id: UUID, since: datetime, networks: Sequence[str], limit: int) -> int:
        """Ask for strangers' posts."""
        return int(await self._connection.fetchval(_SQL["ask_for"], monitor_id, since, list(networks), limit, self._now))

    async def write(self, storm_id: UUID, text: str, code_id: UUID | None, by: UUID) -> None:
        """Keep the answer, to be looked at by a second person."""
        await self._connection.execute(_SQL["write"], storm_id, text, code_id, by)

    async def set_state(self, storm_id: UUID, state: str, approved_by: UUID | None = None) -> None:
        """Move a storm on."""
        await self._connection.execute(_SQL["set_state"], storm_id, state, approved_by, self._now)

    async def to_answer(self, storm_id: UUID, limit: int) -> list[ToAnswer]:
        """Return what still waits for the answer."""
        return [ToAnswer(**dict(row)) for row in await self._connection.fetch(_SQL["to_answer"], storm_id, limit)]

    async def answered_before(self, storm_id: UUID, customer_id: UUID) -> bool:
        """Tell whether this author was answered."""
        return bool(await self._connection.fetchval(_SQL["answered_before"], storm_id, customer_id))

    async def settle(self, storm_id: UUID, interaction_id: UUID, state: str, message_id: UUID | None, code: str = "") -> None:
        """Note what became of an enquiry."""
        await self._connection.execute(_SQL["settle"], storm_id, interaction_id, state, message_id, code)


def _list(classes: Classes) -> list[int] | None:
    return None if classes is None else list(classes)
