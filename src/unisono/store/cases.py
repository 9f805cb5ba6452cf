"""The store for cases: what belongs together over channels."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import UNSET

from unisono.service.case_views import CaseNoteView, CaseRow
from unisono.service.instant import instant, maybe_instant
from unisono.service.ports.cases import CaseChange, CaseFacts, CaseFilter, NewCase
from unisono.service.ports.reading import Sight
from unisono.service.text import fold, sort_key
from unisono.service.views import CaseView
from unisono.store.driver import Connection
from unisono.store.sql import load
from unisono.store.work_lists import Parameters

_SQL = load("cases")
#: Of more cases the titles of the newest are looked through; older ones are found by their number.
MOST_TITLES: Final = 20_000
_MIN_NAME_CHARS = 3


class PgCases:
    """Implements `service.ports.Cases`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, case: NewCase) -> int:
        """Write a case."""
        number: int = await self._connection.fetchval(
            _SQL["add"], case.id, case.title, case.access_class, case.owner_id, case.created_by, case.priority, case.due_at,
            self._now,
        )  # fmt: skip
        return number

    async def facts(self, case_id: UUID, *, lock: bool = False) -> CaseFacts | None:
        """Return one case."""
        return _facts(await self._connection.fetchrow(_SQL["facts_locked" if lock else "facts"], case_id))

    async def numbered(self, number: int) -> CaseFacts | None:
        """Return the case with a number."""
        return _facts(await self._connection.fetchrow(_SQL["numbered"], number))

    async def change(self, case_id: UUID, change: CaseChange) -> None:
        """Write what is named."""
        parameters = Parameters()
        sets = [
            f"{name} = {parameters.add(value, cast)}"
            for name, cast in (
                ("title", "::text"), ("state", "::text"), ("priority", "::smallint"), ("owner_id", "::uuid"),
                ("due_at", "::timestamptz"), ("solved_at", "::timestamptz"),
            )
            if (value := getattr(change, name)) is not UNSET
        ]  # fmt: skip
        if sets:
            await self._connection.execute(
                f"update case_file set {', '.join(sets)} where id = {parameters.add(case_id, '::uuid')}", *parameters.values
            )
            await self._touch(case_id)

    async def _touch(self, case_id: UUID) -> None:
        await self._connection.execute(_SQL["touch"], case_id, self._now)

    async def set_members(self, case_id: UUID, user_ids: Sequence[UUID]) -> None:
        """Say who follows it."""
        await self._connection.execute(_SQL["drop_members"], case_id, list(user_ids))
        await self._connection.execute(_SQL["add_members"], case_id, list(user_ids))
        await self._touch(case_id)

    async def add_note(self, note_id: UUID, case_id: UUID, user_id: UUID, text: str) -> bool:
        """Write a note."""
        written = await self._connection.fetchval(_SQL["add_note"], note_id, case_id, user_id, text, self._now)
        if written is not None:
            await self._touch(case_id)
        return written is not None

    async def put(self, interaction_id: UUID, case_id: UUID | None) -> UUID | None:
        """Put a unit of work into a case."""
        before: UUID | None = await self._connection.fetchval(_SQL["put"], interaction_id, case_id, self._now)
        for changed in (before, case_id) if before != case_id else ():
            if changed is not None:
                await self._touch(changed)
        return before

    async def put_if_free(self, interaction_id: UUID, case_id: UUID) -> bool:
        """Put it into a case unless it is in one."""
        put = await self._connection.fetchval(_SQL["put_if_free"], interaction_id, case_id, self._now)
        if put is not None:
            await self._touch(case_id)
        return put is not None

    async def open_work(self, case_id: UUID) -> list[UUID]:
        """Return what is open in it."""
        return [row["id"] for row in await self._connection.fetch(_SQL["open_work"], case_id)]

    async def work_of(self, case_id: UUID) -> list[tuple[UUID, int, UUID | None]]:
        """Return what is in it, with what access asks of each."""
        return [tuple(row) for row in await self._connection.fetch(_SQL["work_of"], case_id)]

    async def named(self, wanted: Sequence[tuple[UUID, int]]) -> dict[UUID, UUID]:
        """Return cases of the customers who named them."""
        rows = await self._connection.fetch(_SQL["named"], [c for c, _ in wanted], [n for _, n in wanted])
        return {row["conversation_id"]: row["id"] for row in rows}

    async def customer_wrote(self, interaction_ids: Iterable[UUID]) -> list[tuple[UUID, int]]:
        """Open them again."""
        return [tuple(row) for row in await self._connection.fetch(_SQL["customer_wrote"], list(interaction_ids), self._now)]

    async def of_customer(self, sight: Sight, customer_id: UUID, limit: int) -> list[CaseView]:
        """Return a customer's cases, the highest number first."""
        parameters = Parameters()
        ids = [row["case_id"] for row in await self._connection.fetch(_SQL["of_customer"], customer_id)]
        conditions = [f"f.id = any({parameters.add(ids, '::uuid[]')})", *_seen(sight, parameters)]
        return [_view(row) for row in await self._rows(conditions, parameters, limit)]

    async def page(self, sight: Sight, which: CaseFilter, before: int | None, limit: int) -> list[CaseRow]:
        """Return a page of the list."""
        parameters = Parameters()
        conditions = _seen(sight, parameters)
        if which.states:
            conditions.append(f"f.state = any({parameters.add(list(which.states), '::text[]')})")
        if which.owner_id is not None:
            conditions.append(f"f.owner_id = {parameters.add(which.owner_id, '::uuid')}")
        if which.unowned:
            conditions.append("f.owner_id is null")
        if which.late:
            conditions.append(f"f.state <> 'solved' and f.due_at < {parameters.add(self._now, '::timestamptz')}")
        if which.number is not None:
            conditions.append(f"f.number = {parameters.add(which.number, '::bigint')}")
        if before is not None:
            conditions.append(f"f.number < {parameters.add(before, '::bigint')}")
        words = [key for word in which.words if (key := sort_key(word))]
        if words:
            found = await self._titled(conditions, parameters, words, limit)
            parameters = Parameters()
            conditions = [f"f.id = any({parameters.add(found, '::uuid[]')})"]
        rows = await self._rows(conditions, parameters, limit)
        counts = {r["case_id"]: r for r in await self._connection.fetch(_SQL["counts"], [row["id"] for row in rows])}
        return [
            CaseRow(
                case=_view(row), items=counts[row["id"]]["items"] if row["id"] in counts else 0,
                open=counts[row["id"]]["open"] if row["id"] in counts else 0,
            )
            for row in rows
        ]  # fmt: skip

    async def _titled(self, conditions: list[str], parameters: Parameters, words: list[str], limit: int) -> list[UUID]:
        """Return cases whose title has all these words, or parts of them, newest first; capitals and accents do not count.

        A title stands in one place only, so it is folded here and not kept folded.
        """
        where = f" where {' and '.join(conditions)}" if conditions else ""
        rows = await self._connection.fetch(
            f"select f.id, f.title from case_file f{where} order by f.number desc limit {MOST_TITLES}", *parameters.values
        )
        return [row["id"] for row in rows if all(word in sort_key(row["title"]) for word in words)][:limit]

    async def _rows(self, conditions: list[str], parameters: Parameters, limit: int) -> list[Any]:
        where = f" where {' and '.join(conditions)}" if conditions else ""
        rows: list[Any] = await self._connection.fetch(
            f"{_SQL['row']}{where} order by f.number desc limit {parameters.add(limit, '::int')}", *parameters.values
        )
        return rows

    async def views(self, ids: Iterable[UUID]) -> list[tuple[CaseView, int]]:
        """Return cases with their classes."""
        wanted = list(set(ids))
        rows = await self._connection.fetch(f"{_SQL['row']} where f.id = any($1::uuid[])", wanted) if wanted else []
        return [(_view(row), row["access_class"]) for row in rows]

    async def notes(self, case_id: UUID) -> list[CaseNoteView]:
        """Return its notes, oldest first."""
        return [
            CaseNoteView(id=row["id"], user_id=row["user_id"], text=row["text"], at=instant(row["at"]))
            for row in await self._connection.fetch(_SQL["notes"], case_id)
        ]

    async def forget(self, identity_ids: Iterable[UUID], names: Sequence[str]) -> list[tuple[UUID, int]]:
        """Take out what cases say of erased people."""
        wanted = [folded for name in names if len(folded := fold(name).strip()) >= _MIN_NAME_CHARS]
        changed: list[tuple[UUID, int]] = []
        for case in await self._connection.fetch(_SQL["concerned"], list(identity_ids)):
            if case["alone"]:
                await self._connection.execute(_SQL["drop_notes"], case["id"])
            else:
                for note in await self._connection.fetch(_SQL["notes"], case["id"]):
                    if _names_one(note["text"], wanted):
                        await self._connection.execute(_SQL["drop_note"], note["id"])
            if case["alone"] or _names_one(case["title"], wanted):
                await self._connection.execute(_SQL["blank_title"], case["id"])
            await self._touch(case["id"])
            changed.append((case["id"], case["access_class"]))
        return changed


def _names_one(text: str, names: Sequence[str]) -> bool:
    folded = fold(text)
    return any(name in folded for name in names)


def _seen(sight: Sight, parameters: Parameters) -> list[str]:
    if sight.classes is None:
        return []
    by_class = f"f.access_class = any({parameters.add(sorted(sight.classes), '::int[]')})"
    if sight.own is None:
        return [by_class]
    me = parameters.add(sight.own, "::uuid")
    return [
        f"({by_class} or f.owner_id = {me} or exists (select from case_member m where m.case_id = f.id and m.user_id = {me}))"
    ]


def _facts(row: Any) -> CaseFacts | None:
    if row is None:
        return None
    return CaseFacts(
        id=row["id"], number=row["number"], access_class=row["access_class"], state=row["state"], people=frozenset(row["people"])
    )


def _view(row: Any) -> CaseView:
    return CaseView(
        id=row["id"], number=row["number"], title=row["title"], state=row["state"], priority=row["priority"],
        owner_id=row["owner_id"], member_ids=row["member_ids"], due_at=maybe_instant(row["due_at"]),
        created_by=row["created_by"], created_at=instant(row["created_at"]), changed_at=instant(row["changed_at"]),
        solved_at=maybe_instant(row["solved_at"]), version=row["version"],
    )  # fmt: skip
