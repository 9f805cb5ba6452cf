"""One's own calendars, and what is still to come in them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, UnsetType

from unisono.domain.errors import Invalid
from unisono.service.page import Page
from unisono.service.ports.calendars import CalendarAt, OwnCalendarChange
from unisono.service.presence.calendars import (
    AgendaItem,
    OwnCalendarView,
    add_own_calendar,
    change_own_calendar,
    my_agenda,
    my_calendars,
    read_own_calendar,
    withdraw_own_calendar,
)
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import SIGNED_IN, needs

MOST_HOURS: int = 72


class AddCalendarBody(Body):
    """kind: `feed` (an address that yields iCalendar) or `caldav`. Its address, and what opens it, are sealed and never told."""

    kind: str
    url: str
    name: str = ""
    login: str = ""
    password: str = ""
    with_titles: bool = False


class ChangeCalendarBody(Body):
    """Another name; whether titles are kept, which only oneself sees."""

    name: str | UnsetType = UNSET
    with_titles: bool | UnsetType = UNSET


@get("/me/calendars", opt=needs(SIGNED_IN), tags=["Presence"])
async def mine(house: HouseDep, actor: ActorDep) -> Page[OwnCalendarView]:
    """Return one's own calendars, which nobody else sees."""
    return Page(items=await my_calendars(house.db, actor.access))


@post("/me/calendars", opt=needs(SIGNED_IN), status_code=201, tags=["Presence"])
async def add(house: HouseDep, actor: ActorDep, data: JSONBody[AddCalendarBody]) -> Page[OwnCalendarView]:
    """Add a calendar of one's own as a source of presence. It is read within seconds; its `state` tells how that went."""
    at = CalendarAt(kind=data.kind, url=data.url, login=data.login, password=data.password)
    await add_own_calendar(house.outside, actor.access, at, data.name, with_titles=data.with_titles)
    return Page(items=await my_calendars(house.db, actor.access))


@patch("/me/calendars/{calendar_id:uuid}", opt=needs(SIGNED_IN), tags=["Presence"])
async def change(
    house: HouseDep, actor: ActorDep, calendar_id: FromPath[UUID], data: JSONBody[ChangeCalendarBody]
) -> Page[OwnCalendarView]:
    """Name it otherwise, or choose whether titles are kept."""
    wanted = OwnCalendarChange(name=data.name, with_titles=data.with_titles)
    await change_own_calendar(house.outside, actor.access, calendar_id, wanted)
    return Page(items=await my_calendars(house.db, actor.access))


@post("/me/calendars/{calendar_id:uuid}/read", opt=needs(SIGNED_IN), status_code=200, tags=["Presence"])
async def read(house: HouseDep, actor: ActorDep, calendar_id: FromPath[UUID]) -> Page[OwnCalendarView]:
    """Have it read now, once a minute at the most."""
    await read_own_calendar(house.outside, actor.access, calendar_id)
    return Page(items=await my_calendars(house.db, actor.access))


@delete("/me/calendars/{calendar_id:uuid}", opt=needs(SIGNED_IN), status_code=200, tags=["Presence"])
async def withdraw(house: HouseDep, actor: ActorDep, calendar_id: FromPath[UUID]) -> Page[OwnCalendarView]:
    """Take a calendar back; all that is known of it here is erased at once."""
    await withdraw_own_calendar(house.outside, actor.access, calendar_id)
    return Page(items=await my_calendars(house.db, actor.access))


@get("/me/agenda", opt=needs(SIGNED_IN), tags=["Presence"])
async def agenda(house: HouseDep, actor: ActorDep, hours: FromQuery[int] = 24) -> Page[AgendaItem]:
    """Return what is still to come in one's own calendars within so many hours (1 to 72)."""
    if not 1 <= hours <= MOST_HOURS:
        raise Invalid(f"Between 1 and {MOST_HOURS} hours can be looked ahead.", code="bad_hours_ahead", field="hours")
    return Page(items=await my_agenda(house.db, actor.access, timedelta(hours=hours)))


ROUTES: list[Any] = [mine, add, change, read, withdraw, agenda]
