"""Lines, people's telephones, and numbers that are not called."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from unisono.service.calls.announcements import house_words
from unisono.service.calls.do_not_call import RefusalView, Why, allow_calls, allow_number, refusals, refuse_calls
from unisono.service.calls.telephones import (
    DriverView,
    LineView,
    PersonPhones,
    all_phones,
    drivers,
    lines,
    phones_of,
    set_phone,
)
from unisono.service.once import once
from unisono.service.page import Page, bounded
from unisono.web.asking import Asking, Body, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs

Number = Annotated[str, Meta(min_length=1, max_length=100)]
Region = Annotated[str, Meta(pattern="^[A-Z]{2}$")]


class LinesAnswer(Struct, frozen=True, kw_only=True):
    """Lines by name."""

    lines: list[LineView]


class DriversAnswer(Struct, frozen=True, kw_only=True):
    """Drivers by name."""

    drivers: list[DriverView]


class WordsAnswer(Struct, frozen=True, kw_only=True):
    """Announcements by key."""

    words: dict[str, str]


class PhonesAnswer(Struct, frozen=True, kw_only=True):
    """Who has which telephone."""

    people: list[PersonPhones]


class DoNotCallBody(Body):
    """A number, whether it is on the list and why, and in which country (ISO 3166) it is read."""

    number: Number
    on: bool = True
    region: Region = "DE"
    why: Why = Why.ASKED


class PhoneBody(Body):
    """Where an agent's phone rings at a driver; an empty address takes it away."""

    driver: Annotated[str, Meta(min_length=1, max_length=50)]
    address: Annotated[str, Meta(max_length=300)] = ""


@get("/calls/lines", opt=needs("work.answer"), tags=["Calls"])
async def dial_lines(house: HouseDep, actor: ActorDep) -> LinesAnswer:
    """Return the lines that one may call by; `dials` says by which numbers outside can be reached."""
    return LinesAnswer(lines=await lines(house.db, actor.access))


@get("/calls/drivers", opt=needs("channel.read"), tags=["Calls"])
async def known_drivers(house: HouseDep) -> DriversAnswer:
    """Return the ways of telephoning that the house has, and what each can do."""
    return DriversAnswer(drivers=await drivers(house.db))


@get("/calls/words", opt=needs("channel.read"), tags=["Calls"])
async def house_announcements(language: FromQuery[str] = "de") -> WordsAnswer:
    """Return what callers are told in a language, where a line has no words of its own."""
    return WordsAnswer(words=house_words(language))


@get("/agents/phones", opt=needs("agent.manage"), tags=["Calls"])
async def phones(house: HouseDep) -> PhonesAnswer:
    """Return who has which telephone besides the desk."""
    return PhonesAnswer(people=await all_phones(house.db))


@get("/agents/{agent_id:uuid}/phones", opt=needs("agent.manage"), tags=["Calls"])
async def phones_of_agent(house: HouseDep, agent_id: FromPath[UUID]) -> PersonPhones:
    """Return an agent's telephones, one for each driver of the house."""
    return await phones_of(house.db, agent_id)


@get("/me/phones", opt=needs("work.answer"), tags=["Calls"])
async def own_phones(house: HouseDep, actor: ActorDep) -> PersonPhones:
    """Return one's own telephones; an administrator sets them."""
    return await phones_of(house.db, actor.user_id)


@put("/agents/{agent_id:uuid}/phone", opt=needs("agent.manage"), status_code=204, tags=["Calls"])
async def phone_of(house: HouseDep, actor: ActorDep, agent_id: FromPath[UUID], data: JSONBody[PhoneBody]) -> None:
    """Say where an agent's phone rings at a driver (an extension, a SIP address)."""
    await set_phone(house.db, actor.access, agent_id, data.driver, data.address)


@get("/do-not-call", opt=needs("agent.manage"), tags=["Calls"])
async def not_called(
    house: HouseDep, actor: ActorDep, number: FromQuery[str] = "", region: FromQuery[str] = "DE",
    after: FromQuery[str | None] = None, limit: FromQuery[int | None] = None,
) -> Page[RefusalView]:  # fmt: skip
    """Return who does not want to be called, the newest first; with a number its entry alone. The list knows hashes only."""
    return await refusals(house.db, actor.access, number, region, after, bounded(limit))


@post("/do-not-call", opt=needs("work.answer"), status_code=204, tags=["Calls"])
async def do_not_call(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[DoNotCallBody]) -> None:
    """Put a number on the list of those who do not want to be called; to take it off needs `agent.manage`."""
    key = await key_of(request)
    if data.on:
        await once(house.db, key, lambda db: refuse_calls(db, actor.access, data.number, data.region, data.why), None)
    else:
        await once(house.db, key, lambda db: allow_number(db, actor.access, data.number, data.region), None)


@delete("/do-not-call/{entry:str}", opt=needs("agent.manage"), status_code=204, tags=["Calls"])
async def may_call(house: HouseDep, actor: ActorDep, entry: FromPath[str]) -> None:
    """Take an entry off the list."""
    await allow_calls(house.db, actor.access, entry)


ROUTES = [
    dial_lines, known_drivers, house_announcements, phones, phones_of_agent, own_phones, phone_of, not_called, do_not_call,
    may_call,
]  # fmt: skip
