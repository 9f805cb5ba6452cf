"""The store for presence."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from unisono.presence.divert import Rules, Way
from unisono.presence.heard import Heard
from unisono.presence.merge import Merged, Word
from unisono.presence.words import Line, Presence, Reason, Source
from unisono.service.ports.presence import Activity, AtWork, OwnRule, Place
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("presence")


class PgPresence:
    """Implements `service.ports.presence.PresencePort`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def lock(self, user_ids: Iterable[UUID]) -> list[UUID]:
        """Lock people in the order of their ids."""
        return [row["id"] for row in await self._connection.fetch(_SQL["lock"], list(user_ids))]

    async def words(self, user_ids: Collection[UUID]) -> dict[UUID, dict[Place, Heard]]:
        """Return what is known of each source, by person."""
        found: dict[UUID, dict[Place, Heard]] = {}
        for row in await self._connection.fetch(_SQL["words"], list(user_ids)):
            heard = _heard(row)
            found.setdefault(row["user_id"], {})[(heard.newest.source, heard.newest.account)] = heard
        return found

    async def words_of_source(self, source: Source) -> dict[UUID, dict[str, Heard]]:
        """Return what a source says of everybody."""
        found: dict[UUID, dict[str, Heard]] = {}
        for row in await self._connection.fetch(_SQL["words_of_source"], source.value):
            found.setdefault(row["user_id"], {})[row["account"]] = _heard(row)
        return found

    async def put_words(self, words: Iterable[tuple[UUID, Heard]]) -> None:
        """Write what is known of sources."""
        rows = [(user_id, heard.newest, heard.quiet) for user_id, heard in words]
        await self._connection.execute(
            _SQL["put_words"],
            [user_id for user_id, _, _ in rows],
            [new.source.value for _, new, _ in rows],
            [new.account for _, new, _ in rows],
            [new.at for _, new, _ in rows],
            [new.value.value if new.value is not None else None for _, new, _ in rows],
            [new.until for _, new, _ in rows],
            [new.reason.value for _, new, _ in rows],
            [quiet.at if quiet else None for _, _, quiet in rows],
            [quiet.value.value if quiet and quiet.value else None for _, _, quiet in rows],
            [quiet.until if quiet else None for _, _, quiet in rows],
            [quiet.reason.value if quiet else "" for _, _, quiet in rows],
        )

    async def forget_words(self, user_id: UUID, source: Source, account: str | None = None) -> None:
        """Forget what a source said of somebody."""
        await self._connection.execute(_SQL["forget_words"], user_id, source.value, account)

    async def drop_over(self, limit: int) -> int:
        """Drop words that ran out."""
        return int((await self._connection.execute(_SQL["drop_over"], self._now, limit)).rsplit(" ", 1)[1])

    async def at_work(self, user_ids: Collection[UUID]) -> dict[UUID, AtWork]:
        """Return states at work."""
        rows = await self._connection.fetch(_SQL["at_work"], list(user_ids))
        return {
            row["user_id"]: AtWork(state=row["state"], reason=row["reason"], since=row["since"], held=row["held"]) for row in rows
        }

    async def on_the_phone(self, user_ids: Collection[UUID]) -> dict[UUID, str]:
        """Return the stage of the call that each is in."""
        rows = await self._connection.fetch(_SQL["on_the_phone"], [str(user_id) for user_id in user_ids])
        return {UUID(row["user_id"]): row["stage"] for row in rows}

    async def in_calls(self) -> set[UUID]:
        """Return everybody whom calls may have made busy or free."""
        return {row["user_id"] for row in await self._connection.fetch(_SQL["in_calls"])}

    async def merged(self, user_ids: Collection[UUID]) -> dict[UUID, Merged]:
        """Return merged presences."""
        return _by_person(await self._connection.fetch(_SQL["merged"], list(user_ids)))

    async def everybody(self) -> dict[UUID, Merged]:
        """Return everybody's."""
        return _by_person(await self._connection.fetch(_SQL["everybody"]))

    async def place(self) -> int:
        """Return a place behind which nothing is invisible."""
        place: int = await self._connection.fetchval(_SQL["place"])
        return place

    async def changed_since(self, place: int) -> dict[UUID, Merged]:
        """Return what was written by this transaction or later ones."""
        return _by_person(await self._connection.fetch(_SQL["changed_since"], str(place)))

    async def put(self, merged: Mapping[UUID, Merged]) -> None:
        """Write merged presences."""
        all_ = list(merged.values())
        await self._connection.execute(
            _SQL["put"], list(merged), [one.value.value for one in all_],
            [one.source.value if one.source is not None else None for one in all_], [one.until for one in all_],
            [one.reason.value for one in all_], [one.line.value for one in all_], [one.next_at for one in all_],
        )  # fmt: skip

    async def due(self, limit: int) -> list[UUID]:
        """Return whose presence time has changed."""
        return [row["user_id"] for row in await self._connection.fetch(_SQL["due"], self._now, limit)]

    async def next_due(self) -> datetime | None:
        """Return when time changes the next."""
        due: datetime | None = await self._connection.fetchval(_SQL["next_due"])
        return due

    async def unlike_work(self, sources: Collection[str]) -> list[UUID]:
        """Return agents whose state at work is not what their presence asks for."""
        return [row["user_id"] for row in await self._connection.fetch(_SQL["unlike_work"], list(sources))]

    async def hold(self, user_id: UUID) -> None:
        """Note that presence set the state at work."""
        await self._connection.execute(_SQL["hold"], user_id)

    async def let_go(self, user_id: UUID) -> bool:
        """Forget that; tells whether the state is still that one."""
        return bool(await self._connection.fetchval(_SQL["let_go"], user_id))

    async def rule(self, user_id: UUID) -> OwnRule | None:
        """Return where somebody's calls go."""
        row = await self._connection.fetchrow(_SQL["rule"], user_id)
        if row is None:
            return None
        ways = {name: Way(row[name]) for name in ("available", "away", "busy", "unknown")}
        return OwnRule(rules=Rules(**ways), deputy_id=row["deputy_id"])

    async def put_rule(self, user_id: UUID, rule: OwnRule) -> None:
        """Write where somebody's calls go."""
        ways = rule.rules
        await self._connection.execute(
            _SQL["put_rule"], user_id, ways.available.value, ways.away.value, ways.busy.value, ways.unknown.value, rule.deputy_id
        )

    async def active(self) -> list[Activity]:
        """Return who was there within a day."""
        return [Activity(**dict(row)) for row in await self._connection.fetch(_SQL["active"], self._now)]

    async def disabled(self) -> list[UUID]:
        """Return who has no good account any more."""
        return [row["user_id"] for row in await self._connection.fetch(_SQL["disabled"])]

    async def forget(self, user_ids: Collection[UUID]) -> None:
        """Forget people."""
        await self._connection.execute(_SQL["forget"], list(user_ids))


def _heard(row: Any) -> Heard:
    source, account = Source(row["source"]), row["account"]
    value = Presence(row["value"]) if row["value"] is not None else None
    newest = Word(
        source=source, account=account, at=row["said_at"], value=value, until=row["until"], reason=Reason(row["reason"])
    )
    quiet = None
    if row["quiet_at"] is not None:
        quiet = Word(
            source=source, account=account, at=row["quiet_at"], value=Presence(row["quiet_value"]), until=row["quiet_until"],
            reason=Reason(row["quiet_reason"]),
        )  # fmt: skip
    return Heard(newest=newest, quiet=quiet)


def _by_person(rows: Iterable[Any]) -> dict[UUID, Merged]:
    return {
        row["user_id"]: Merged(
            value=Presence(row["value"]), source=Source(row["source"]) if row["source"] else None, until=row["until"],
            reason=Reason(row["reason"]), line=Line(row["line"]), next_at=row["next_at"],
        )
        for row in rows
    }  # fmt: skip
