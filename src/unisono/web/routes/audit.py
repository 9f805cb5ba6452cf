"""The audit: who did what to what; looked through, taken along, and proven to be whole."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import get
from litestar.params import FromQuery
from litestar.response import Stream
from msgspec import Struct

from unisono.service.audit_log import AuditCheck, check_audit, checked_filter, export_csv, look_through
from unisono.service.instant import Instant, instant
from unisono.service.page import Page, bounded, paged, parse_place, place
from unisono.service.ports.administration import AuditFilter
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class AuditView(Struct, frozen=True, kw_only=True):
    """Who did what to what; `body` holds ids, numbers and enums, and the reason where one was asked for."""

    id: UUID
    at: Instant
    actor_id: UUID | None
    action: str
    subject_kind: str
    subject_id: str
    body: dict[str, Any]


@get("/audit", opt=needs("audit.read"), tags=["Administration"])
async def audit(
    house: HouseDep, actor: ActorDep, after: FromQuery[str | None] = None, limit: FromQuery[int | None] = None,
    actor_id: FromQuery[UUID | None] = None, action: FromQuery[str | None] = None,
    subject_kind: FromQuery[str | None] = None, subject_id: FromQuery[str | None] = None,
    since: FromQuery[datetime | None] = None, until: FromQuery[datetime | None] = None,
) -> Page[AuditView]:  # fmt: skip
    """Return who changed what in the house, newest first; looking is written down too. `action`: `rule.` is all of rules."""
    size = bounded(limit)
    before: UUID | None = parse_place(after, tuple[UUID])[0] if after else None
    wanted = checked_filter(AuditFilter(
        actor_id=actor_id, action=action, subject_kind=subject_kind, subject_id=subject_id, since=since, until=until,
    ))  # fmt: skip
    found, more = paged(await look_through(house.db, actor.access, wanted, before, size + 1), size)
    items = [
        AuditView(
            id=entry.id, at=instant(entry.at), actor_id=entry.actor_id, action=entry.action,
            subject_kind=entry.subject_kind, subject_id=entry.subject_id, body=entry.body,
        )
        for entry in found
    ]  # fmt: skip
    return Page(items=items, next=place(items[-1].id) if more else None)


@get("/audit/export", opt=needs("audit.read"), tags=["Administration"], media_type="text/csv")
async def export(
    house: HouseDep, actor: ActorDep, actor_id: FromQuery[UUID | None] = None, action: FromQuery[str | None] = None,
    subject_kind: FromQuery[str | None] = None, subject_id: FromQuery[str | None] = None,
    since: FromQuery[datetime | None] = None, until: FromQuery[datetime | None] = None,
) -> Stream:  # fmt: skip
    """Return the same as CSV, all of it."""
    wanted = checked_filter(AuditFilter(
        actor_id=actor_id, action=action, subject_kind=subject_kind, subject_id=subject_id, since=since, until=until,
    ))  # fmt: skip
    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    return Stream(export_csv(house.db, actor.access, wanted), media_type="text/csv; charset=utf-8", headers=headers)


@get("/audit/check", opt=needs("audit.read"), tags=["Administration"])
async def check(house: HouseDep) -> AuditCheck:
    """Compare the audit with its seals; what was changed or taken out since shows."""
    return await check_audit(house.db)


ROUTES = [audit, export, check]
