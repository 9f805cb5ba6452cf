"""The store for customers: who is one person, and what the house knows of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from unisono.identity.compare import Claim, Handle
from unisono.identity.partition import Root
from unisono.service.customer_views import ClaimView, CustomerFactsView, CustomerNoteView, FieldView, MergeView
from unisono.service.instant import instant, maybe_instant
from unisono.service.ports.customers import FieldChange, KnownHandle, Merge, NewField, NewMerge
from unisono.service.ports.reading import Sight
from unisono.service.text import terms as terms_of
from unisono.service.views import HistoryItem, IdentityView
from unisono.store.driver import Connection
from unisono.store.reading import PgReading, history_item, lexeme
from unisono.store.sql import load
from unisono.store.work_lists import Parameters

_SQL = load("customers")
_CONVERSATIONS = load("reading")["conversations"]
#: Networks whose remote id is an address or a number by itself.
_BY_ADDRESS = ("email", "whatsapp", "sip", "phone", "sms")


class PgCustomers:
    """Implements `service.ports.Customers`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    # ---- who is one person ------------------------------------------------------------------------------------------

    async def lead_of(self, customer_id: UUID) -> UUID | None:
        """Return who stands for a customer."""
        found: UUID | None = await self._connection.fetchval(_SQL["lead_of"], customer_id)
        return found

    async def group_of(self, customer_id: UUID) -> list[UUID]:
        """Return all who are one person with them."""
        return [row["id"] for row in await self._connection.fetch(_SQL["group_of"], customer_id)]

    async def lock_merging(self) -> None:
        """Let nobody else merge until the commit."""
        await self._connection.execute(_SQL["lock_merging"])

    async def component(self, customer_ids: Iterable[UUID]) -> tuple[dict[UUID, Root], list[Merge]]:
        """Return who is connected and by what; identities are locked first, then customers."""
        ids = [row["id"] for row in await self._connection.fetch(_SQL["component"], list(customer_ids))]
        await self._connection.execute(_SQL["lock_identities"], ids)
        rows = await self._connection.fetch(_SQL["lock_customers"], ids)
        roots = {
            row["id"]: Root(id=row["id"], value=row["value"], held=row["held"], created_at=row["created_at"]) for row in rows
        }
        merges = [Merge(**dict(row)) for row in await self._connection.fetch(_SQL["standing_merges"], ids)]
        return roots, merges

    async def merge(self, merge_id: UUID) -> Merge | None:
        """Return one merge, also one that was undone."""
        row = await self._connection.fetchrow(_SQL["merge"], merge_id)
        return Merge(**dict(row)) if row else None

    async def add_merge(self, merge: NewMerge) -> None:
        """Write a merge."""
        await self._connection.execute(
            _SQL["add_merge"], merge.id, merge.a, merge.b, merge.score, list(merge.evidence), merge.reason, merge.merged_by,
            self._now,
        )  # fmt: skip

    async def end_merge(self, merge_id: UUID, user_id: UUID) -> None:
        """Say that a merge no longer stands."""
        await self._connection.execute(_SQL["end_merge"], merge_id, user_id, self._now)

    async def stand(self, leads: Mapping[UUID, UUID]) -> None:
        """Write who stands for each, and move their handles."""
        ids = sorted(leads)
        stand_for = [leads[one] for one in ids]
        await self._connection.execute(_SQL["stand_identities"], ids, stand_for)
        await self._connection.execute(_SQL["stand_customers"], ids, stand_for)
        await self._connection.execute(_SQL["touch_conversations"], ids)

    async def set_apart(self, a: UUID, b: UUID, user_id: UUID) -> None:
        """Say that two are not one person."""
        await self._connection.execute(_SQL["set_apart"], a, b, user_id, self._now)

    async def apart_from(self, customer_ids: Iterable[UUID]) -> set[UUID]:
        """Return who is said to be somebody else."""
        return {row["id"] for row in await self._connection.fetch(_SQL["apart_from"], list(customer_ids))}

    async def merges_of(self, customer_ids: Iterable[UUID]) -> list[MergeView]:
        """Return the merges that stand among these."""
        ids = list(customer_ids)
        lead = await self.lead_of(ids[0]) if ids else None
        by_home: dict[UUID, list[IdentityView]] = {}
        for row in await self._connection.fetch(_SQL["by_home"], [lead]):
            facts = dict(row)
            by_home.setdefault(facts.pop("home"), []).append(IdentityView(**facts))
        return [
            MergeView(
                id=row["id"], a=row["a"], b=row["b"], ours=by_home.get(row["a"], []), theirs=by_home.get(row["b"], []),
                score=row["score"], evidence=row["evidence"], reason=row["reason"], merged_by=row["merged_by"],
                merged_at=instant(row["merged_at"]),
            )
            for row in await self._connection.fetch(_SQL["merges_of"], ids)
        ]  # fmt: skip

    async def handles(self, customer_ids: Iterable[UUID]) -> list[KnownHandle]:
        """Return handles with their claims."""
        return [_handle(row) for row in await self._connection.fetch(_SQL["handles"], list(customer_ids))]

    async def alike(self, handles: Sequence[KnownHandle], said: Sequence[tuple[str, str]], limit: int) -> list[UUID]:
        """Return customers who share something with these handles, whoever shares most surely first."""
        claims = [*said, *((c.kind.value, c.value) for known in handles for c in known.handle.claims)]
        found = [
            *await self._connection.fetch(_SQL["alike_by_claim"], [k for k, _ in claims], [v for _, v in claims], limit),
            *await self._connection.fetch(_SQL["alike_by_address"], _addresses(claims), list(_BY_ADDRESS), limit),
            *await self._connection.fetch(_SQL["alike_by_profile"], _spellings(claims), limit),
        ]
        for known in handles:
            for query in _queries(known.handle):
                found += await self._connection.fetch(_SQL["alike_by_name"], query, limit)
        return list(dict.fromkeys(row["customer_id"] for row in found))

    async def recent_texts(self, customer_id: UUID, classes: frozenset[int] | None, limit: int) -> list[tuple[UUID, str]]:
        """Return what they wrote last."""
        rows = await self._connection.fetch(
            _SQL["recent_texts"], customer_id, None if classes is None else sorted(classes), limit
        )
        return [tuple(row) for row in rows]

    # ---- what the house knows ---------------------------------------------------------------------------------------

    async def claims(self, customer_id: UUID) -> list[ClaimView]:
        """Return what belongs to their handles."""
        return [ClaimView(**dict(row)) for row in await self._connection.fetch(_SQL["claims"], customer_id)]

    async def add_claim(
        self, identity_id: UUID, kind: str, value: str, *, proved: bool, source: str, user_id: UUID | None
    ) -> bool:
        """Write a claim; returns whether it says something new."""
        row = await self._connection.fetchval(_SQL["add_claim"], identity_id, kind, value, proved, source, user_id, self._now)
        return row is not None

    async def drop_claim(self, identity_id: UUID, kind: str, value: str) -> bool:
        """Take a claim away; returns whether it was there."""
        return await self._connection.fetchval(_SQL["drop_claim"], identity_id, kind, value) is not None

    async def touch(self, customer_id: UUID) -> None:
        """Raise a version."""
        await self._connection.execute(_SQL["touch"], customer_id)

    async def notes(self, customer_id: UUID) -> list[CustomerNoteView]:
        """Return notes, oldest first, also those that a merge brought along."""
        return [
            CustomerNoteView(id=row["id"], user_id=row["user_id"], text=row["text"], at=instant(row["at"]))
            for row in await self._connection.fetch(_SQL["notes"], customer_id)
        ]

    async def add_note(self, note_id: UUID, customer_id: UUID, user_id: UUID, text: str) -> bool:
        """Write a note; False when it is there already."""
        return await self._connection.fetchval(_SQL["add_note"], note_id, customer_id, user_id, text, self._now) is not None

    async def note_of(self, note_id: UUID) -> UUID | None:
        """Return whose note it is."""
        found: UUID | None = await self._connection.fetchval(_SQL["note_of"], note_id)
        return found

    async def drop_note(self, note_id: UUID) -> bool:
        """Take a note away."""
        return await self._connection.fetchval(_SQL["drop_note"], note_id) is not None

    async def fields(self) -> list[FieldView]:
        """Return the house's own fields, also archived ones."""
        return [FieldView(**dict(row)) for row in await self._connection.fetch(_SQL["fields"])]

    async def add_field(self, field: NewField) -> bool:
        """Write a field."""
        added = await self._connection.fetchval(
            _SQL["add_field"], field.id, field.key, field.name, field.kind, list(field.choices), field.position
        )
        return added is not None

    async def change_field(self, field_id: UUID, change: FieldChange) -> bool:
        """Write what is named; returns whether the field is there."""
        parameters = Parameters()
        sets = [
            f"{name} = {parameters.add(value, cast)}"
            for name, cast in (("name", "::jsonb"), ("choices", "::jsonb"), ("position", "::int"))
            if (value := getattr(change, name)) is not UNSET
        ]
        if change.archived is not UNSET:
            sets.append(f"archived_at = {parameters.add(self._now if change.archived else None, '::timestamptz')}")
        row = await self._connection.fetchval(
            f"update custom_field set {', '.join([*sets, 'version = version + 1'])} "
            f"where id = {parameters.add(field_id, '::uuid')} returning id",
            *parameters.values,
        )
        return row is not None

    async def values(self, customer_ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
        """Return values by customer and key; a lead's own come last and win."""
        found: dict[UUID, dict[str, str]] = {}
        for row in await self._connection.fetch(_SQL["values"], list(customer_ids)):
            found.setdefault(row["lead"], {})[row["key"]] = row["value"]
        return found

    async def set_value(self, customer_id: UUID, field_id: UUID, value: str | None, terms: Sequence[str], user_id: UUID) -> None:
        """Write a value; None takes it away."""
        if value is None:
            await self._connection.execute(_SQL["drop_value"], customer_id, field_id)
        else:
            await self._connection.execute(
                _SQL["set_value"], customer_id, field_id, value, sorted(set(terms)), user_id, self._now
            )

    # ---- looking ----------------------------------------------------------------------------------------------------

    async def facts(self, customer_id: UUID, sight: Sight, zone: str) -> CustomerFactsView:
        """Count what they said."""
        classes = None if sight.classes is None else sorted(sight.classes)
        row = await self._connection.fetchrow(_SQL["facts"], customer_id, classes)
        languages = await self._connection.fetch(_SQL["languages"], customer_id, classes)
        hours = {r["hour"]: r["n"] for r in await self._connection.fetch(_SQL["hours"], customer_id, classes, zone)}
        assert row is not None
        return CustomerFactsView(
            first_at=maybe_instant(row["first_at"]), last_at=maybe_instant(row["last_at"]), messages=row["messages"],
            languages=[r["language"] for r in languages], hours=[hours.get(hour, 0) for hour in range(24)], zone=zone,
        )  # fmt: skip

    async def conversations(
        self, customer_id: UUID, sight: Sight, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[HistoryItem]:
        """Return a page of their conversations, the newest first."""
        parameters = Parameters()
        conditions = [f"n.customer_id = {parameters.add(customer_id, '::uuid')}", *_seen(sight, parameters, "c")]
        if after is not None:
            place = f"({parameters.add(after[0], '::timestamptz')}, {parameters.add(after[1], '::uuid')})"
            conditions.append(f"(coalesce(c.last_said_at, '-infinity'), c.id) < {place}")
        rows = await self._connection.fetch(
            f"{_CONVERSATIONS} where {' and '.join(conditions)} "
            f"order by coalesce(c.last_said_at, '-infinity') desc, c.id desc limit {parameters.add(limit, '::int')}",
            *parameters.values,
        )
        return [history_item(row) for row in rows]

    async def directory(self, sight: Sight, groups: Sequence[Sequence[str]], before: UUID | None, limit: int) -> list[UUID]:
        """Return customers who may be seen, the newest first."""
        parameters = Parameters()
        conditions = ["c.merged_into is null", "c.erased_at is null"]
        if groups:
            query = " & ".join("(" + " | ".join(lexeme(term) for term in group) + ")" for group in groups)
            ids = [row["id"] for row in await self._connection.fetch(_SQL["directory_found"], query)]
            conditions.append(f"c.id = any({parameters.add(ids, '::uuid[]')})")
        if sight.classes is not None:
            visible = " and ".join(_seen(sight, parameters, "o"))
            conditions.append(
                "exists (select from identity n join conversation o on o.identity_id = n.id "
                f"where n.customer_id = c.id and {visible})"
            )
        if before is not None:
            conditions.append(f"c.id < {parameters.add(before, '::uuid')}")
        rows = await self._connection.fetch(
            f"select c.id from customer c where {' and '.join(conditions)} order by c.id desc "
            f"limit {parameters.add(limit, '::int')}",
            *parameters.values,
        )
        return [row["id"] for row in rows]

    async def last_of(self, customer_ids: Sequence[UUID], sight: Sight) -> dict[UUID, HistoryItem]:
        """Return the newest conversation of each."""
        classes = None if sight.classes is None else sorted(sight.classes)
        rows = await self._connection.fetch(_SQL["last_of"], list(customer_ids), classes)
        items = await PgReading(self._connection, self._now).history_of(row["id"] for row in rows)
        by_id = {item.conversation.id: item for item in items}
        return {row["customer"]: by_id[row["id"]] for row in rows if row["id"] in by_id}


def _handle(row: Any) -> KnownHandle:
    claims = tuple(msgspec.convert(claim, Claim) for claim in row["claims"])
    return KnownHandle(
        identity_id=row["id"], customer_id=row["customer_id"],
        handle=Handle(
            network=row["network"], realm=row["realm"], remote_id=row["remote_id"], handle=row["handle"],
            display_name=row["display_name"], profile_url=row["profile_url"], claims=claims,
        ),
    )  # fmt: skip


def _addresses(claims: Sequence[tuple[str, str]]) -> list[str]:
    """Return how networks that know people by mailbox or number would call them."""
    found = {value for kind, value in claims if kind in ("mail", "phone")}
    return sorted(found | {value.lstrip("+") for value in found})


def _spellings(claims: Sequence[tuple[str, str]]) -> list[str]:
    return [f"https://{www}{value}{end}" for kind, value in claims if kind == "link" for www in ("", "www.") for end in ("", "/")]


def _queries(handle: Handle) -> list[str]:
    """Return what to look for among names: the whole name, and the word after the @ if it is long enough to tell."""
    name = terms_of(handle.display_name, None)
    word = terms_of(handle.handle.lstrip("@").partition("@")[0], None)
    return [
        " & ".join(lexeme(term) for term in found)
        for found, enough in ((name, len(name) >= 2), (word, any(len(term) >= 4 for term in word)))
        if enough
    ]


def _seen(sight: Sight, parameters: Parameters, table: str) -> list[str]:
    if sight.classes is None:
        return []
    condition = f"{table}.access_class = any({parameters.add(sorted(sight.classes), '::int[]')})"
    if sight.own is None:
        return [condition]
    mine = parameters.add(sight.own, "::uuid")
    own = f"w.conversation_id = {table}.id and w.agent_id = {mine} and w.stage <> 'closed'"
    return [f"({condition} or exists (select from interaction w where {own}))"]
