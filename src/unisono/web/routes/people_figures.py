"""Permits to look at single people, and who looked at whom."""

from uuid import UUID

from litestar import Response, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from unisono.service.once import once
from unisono.service.page import Page, bounded, paged, parse_place, place
from unisono.service.people_figures import (
    LookView,
    PermitView,
    agree_permit,
    ask_permit,
    end_permit,
    looks,
    permit,
    permits,
)
from unisono.service.works_agreement import AgreementView, works_agreement
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import SIGNED_IN, needs


class NewPermit(Body):
    """What to look at: `figures`, `live_view` or `listening_in`; of whom (`agent_id`, null is everybody), why, how long."""

    kind: str
    reason: str
    days: int = 30
    agent_id: UUID | None = None


@get("/people-permits", opt=needs(SIGNED_IN), tags=["Works council"])
async def all_permits(
    house: HouseDep, actor: ActorDep, after: FromQuery[str | None] = None, limit: FromQuery[int | None] = None
) -> Page[PermitView]:
    """Return permits to look at single people, newest first. Needs `people.look` or `people.agree`."""
    size = bounded(limit)
    before: UUID | None = parse_place(after, tuple[UUID])[0] if after else None
    found, more = paged(await permits(house.db, actor.access, before, size + 1), size)
    return Page(items=found, next=place(found[-1].id) if more else None)


@post("/people-permits", opt=needs("people.look"), tags=["Works council"])
async def ask(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewPermit]) -> PermitView:
    """Ask to look at single people. Nothing is shown until somebody else, with the right `people.agree`, agrees."""
    key = await key_of(request)
    permit_id = await once(
        house.db, key,
        lambda db: ask_permit(
            db, actor.access, id_under(key), kind=data.kind, reason=data.reason, days=data.days, agent_id=data.agent_id
        ),
        UUID,
    )  # fmt: skip
    return await permit(house.db, actor.access, permit_id)


@post("/people-permits/{permit_id:uuid}/agree", opt=needs("people.agree"), tags=["Works council"])
async def agree(house: HouseDep, actor: ActorDep, permit_id: FromPath[UUID]) -> PermitView:
    """Agree to what another person asked for; it holds from now on."""
    await agree_permit(house.db, actor.access, permit_id)
    return await permit(house.db, actor.access, permit_id)


@delete("/people-permits/{permit_id:uuid}", opt=needs(SIGNED_IN), tags=["Works council"])
async def end(house: HouseDep, actor: ActorDep, permit_id: FromPath[UUID]) -> Response[None]:
    """Refuse what was asked for, or end what holds. Needs `people.look` or `people.agree`; one of the two is enough."""
    await end_permit(house.db, actor.access, permit_id)
    return Response(None, status_code=204)


@get("/me/looks", opt=needs(SIGNED_IN), tags=["Works council"])
async def my_looks(
    house: HouseDep, actor: ActorDep, after: FromQuery[str | None] = None, limit: FromQuery[int | None] = None
) -> Page[LookView]:
    """Return who looked at one's own figures, watched or listened in, when and why; newest first."""
    size = bounded(limit)
    before: UUID | None = parse_place(after, tuple[UUID])[0] if after else None
    found, more = paged(await looks(house.db, actor.access, before, size + 1), size)
    return Page(items=found, next=place(found[-1].id) if more else None)


@get("/works-agreement", opt=needs(SIGNED_IN), tags=["Works council"])
async def agreement(house: HouseDep, actor: ActorDep) -> AgreementView:
    """Return every personal datum of employees that the house holds: what for, who sees it, in which report, how long.

    Needs `setting.read` or `people.agree`.
    """
    return await works_agreement(house.db, actor.access)


ROUTES = [all_permits, ask, agree, end, my_looks, agreement]
