"""Business hours, service levels, and the clocks of an interaction."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from unisono.service.calendars import add_calendar, change_calendar, take_over_holidays
from unisono.service.level_views import (
    CalendarView,
    ClocksView,
    ClosureView,
    HolidayView,
    OpeningView,
    ServiceLevelView,
    TargetView,
)
from unisono.service.look_at_clocks import clocks_of
from unisono.service.once import once
from unisono.service.page import Page
from unisono.service.ports.service_levels import CalendarChange, ServiceLevelChange
from unisono.service.service_levels import add_service_level, change_service_level
from unisono.service.setup_views import Names
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class NewCalendarBody(Body):
    """Business hours to add; meanings as in `CalendarView`."""

    key: str
    name: Names
    zone: str
    openings: list[OpeningView]
    holidays: tuple[HolidayView, ...] = ()
    closures: tuple[ClosureView, ...] = ()


class ChangeCalendarBody(Body):
    """What changes of a calendar; what is not named stays. A list replaces the whole list."""

    key: str | UnsetType = UNSET
    name: Names | UnsetType = UNSET
    zone: str | UnsetType = UNSET
    openings: list[OpeningView] | UnsetType = UNSET
    holidays: list[HolidayView] | UnsetType = UNSET
    closures: list[ClosureView] | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class HolidaysBody(Body):
    """The text of an iCalendar file (RFC 5545)."""

    ical: Annotated[str, Meta(max_length=900_000)]


class NewServiceLevelBody(Body):
    """A service level to add; meanings and units as in `ServiceLevelView`."""

    key: str
    name: Names
    targets: list[TargetView]
    window_warn_s: tuple[int, ...] = ()
    reopen_within_s: int = 604_800


class ChangeServiceLevelBody(Body):
    """What changes of a service level; what is not named stays. A list replaces the whole list."""

    key: str | UnsetType = UNSET
    name: Names | UnsetType = UNSET
    targets: list[TargetView] | UnsetType = UNSET
    window_warn_s: list[int] | UnsetType = UNSET
    reopen_within_s: int | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


@get("/calendars", opt=needs("queue.read"), tags=["Administration"])
async def calendars(house: HouseDep, archived: FromQuery[bool] = False) -> Page[CalendarView]:
    """Return the calendars of business hours."""
    async with house.db.read() as tx:
        return Page(items=await tx.levels.calendars(None, archived=archived))


@post("/calendars", opt=needs("queue.manage"), tags=["Administration"])
async def new_calendar(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewCalendarBody]) -> CalendarView:
    """Add business hours."""
    key = await key_of(request)
    calendar = CalendarView(id=id_under(key), **_named(data))
    return await once(house.db, key, lambda db: add_calendar(db, actor.access, calendar), CalendarView)


@patch("/calendars/{calendar_id:uuid}", opt=needs("queue.manage"), tags=["Administration"])
async def edit_calendar(
    house: HouseDep, actor: ActorDep, calendar_id: FromPath[UUID], data: JSONBody[ChangeCalendarBody]
) -> CalendarView:
    """Change or archive business hours; clocks that run by them are counted anew."""
    return await change_calendar(house.db, actor.access, calendar_id, CalendarChange(**_named(data)))


@put("/calendars/{calendar_id:uuid}/holidays", opt=needs("queue.manage"), tags=["Administration"])
async def put_holidays(
    house: HouseDep, actor: ActorDep, calendar_id: FromPath[UUID], data: JSONBody[HolidaysBody]
) -> CalendarView:
    """Replace all holidays and closures by those of an iCalendar file."""
    today = house.clock.now().date()
    return await take_over_holidays(house.db, actor.access, calendar_id, data.ical, today)


@get("/service-levels", opt=needs("queue.read"), tags=["Administration"])
async def service_levels(house: HouseDep, archived: FromQuery[bool] = False) -> Page[ServiceLevelView]:
    """Return the service levels; queues choose among them."""
    async with house.db.read() as tx:
        return Page(items=await tx.levels.levels(None, archived=archived))


@post("/service-levels", opt=needs("queue.manage"), tags=["Administration"])
async def new_service_level(
    request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewServiceLevelBody]
) -> ServiceLevelView:
    """Add a service level; it binds nothing before a queue chooses it."""
    key = await key_of(request)
    level = ServiceLevelView(id=id_under(key), **_named(data))
    return await once(house.db, key, lambda db: add_service_level(db, actor.access, level), ServiceLevelView)


@patch("/service-levels/{level_id:uuid}", opt=needs("queue.manage"), tags=["Administration"])
async def edit_service_level(
    house: HouseDep, actor: ActorDep, level_id: FromPath[UUID], data: JSONBody[ChangeServiceLevelBody]
) -> ServiceLevelView:
    """Change or archive a service level; clocks that run by it are counted anew."""
    return await change_service_level(house.db, actor.access, level_id, ServiceLevelChange(**_named(data)))


@get("/interactions/{interaction_id:uuid}/clocks", opt=needs("work.read"), tags=["Work"])
async def clocks(house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID]) -> ClocksView:
    """Return what is promised for an enquiry, and how much time is left of it now."""
    return await clocks_of(house.db, actor.access, interaction_id)


def _named(body: Struct) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}


ROUTES = [
    calendars, new_calendar, edit_calendar, put_holidays, service_levels, new_service_level, edit_service_level, clocks,
]  # fmt: skip
