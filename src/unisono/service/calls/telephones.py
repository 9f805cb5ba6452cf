"""Lines and people's telephones: where whose phone rings, and by which line one may call."""

import re
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.contract.voice import VoicePowers
from unisono.domain.errors import Invalid, NotFound
from unisono.service.access import Access
from unisono.service.calls.line import line_of
from unisono.service.ports import Database, Tx
from unisono.service.ports.telephones import KeptLine

MOST_CHARS: Final = 300
_ADDRESS: Final = re.compile(r"[^\s<>\"'\\\x00-\x1f\x7f]+")
#: The driver whose telephone is the desk itself.
DESK: Final = "webrtc"


class LineView(Struct, frozen=True, kw_only=True):
    """A line. dials: numbers outside may be called by it, of which `prefixes` says more. location: emergency numbers too."""

    id: UUID
    name: str
    driver: str
    dials: bool
    location: bool
    prefixes: list[str]
    region: str


class DriverView(Struct, frozen=True, kw_only=True):
    """A way of telephoning that the house has. desk: the agent's phone is the desk itself. runs: it was started once, at least.

    records, listens, takes_messages: what it can do. lines: the names of those that use it.
    """

    name: str
    desk: bool
    runs: bool
    dials: bool = False
    records: bool = False
    listens: bool = False
    takes_messages: bool = False
    lines: list[str] = []


class PhoneView(Struct, frozen=True, kw_only=True):
    """Where a person's telephone rings at a driver. address: an extension or a SIP address; empty: the desk, or none."""

    driver: str
    desk: bool
    address: str
    lines: list[str]


class PersonPhones(Struct, frozen=True, kw_only=True):
    """The telephones of somebody who takes enquiries."""

    user_id: UUID
    phones: list[PhoneView]


async def lines(db: Database, access: Access) -> list[LineView]:
    """Return the lines by which somebody may call, those included that dial nobody outside."""
    async with db.read() as tx:
        kept = await tx.telephones.lines()
    return [_line(one) for one in kept if one.access_class is None or access.sees(one.access_class, None, "work.answer")]


async def drivers(db: Database) -> list[DriverView]:
    """Return the drivers of the house by name: those that ran, and those that lines name."""
    async with db.read() as tx:
        return await _drivers(tx)


async def phones_of(db: Database, user_id: UUID) -> PersonPhones:
    """Return a person's telephones, one for each driver. Raises NotFound for who takes no enquiries."""
    async with db.read() as tx:
        if await tx.work.agent(user_id) is None:
            raise NotFound("This person takes no enquiries.")
        kept = {one.driver: one.address for one in await tx.telephones.phones(user_id)}
        return PersonPhones(user_id=user_id, phones=_phones(await _drivers(tx), kept))


async def all_phones(db: Database) -> list[PersonPhones]:
    """Return who has which telephone, as far as it is not the desk."""
    async with db.read() as tx:
        kept = await tx.telephones.phones(None)
        known = await _drivers(tx)
    found: dict[UUID, dict[str, str]] = {}
    for one in kept:
        found.setdefault(one.user_id, {})[one.driver] = one.address
    return [
        PersonPhones(user_id=user_id, phones=[phone for phone in _phones(known, theirs) if phone.address])
        for user_id, theirs in found.items()
    ]


async def set_phone(db: Database, access: Access, agent_id: UUID, driver: str, address: str) -> None:
    """Say where an agent's phone rings at a driver; empty: at the desk alone. Raises Forbidden, Invalid, NotFound."""
    access.require("agent.manage")
    address = address.strip()
    if len(address) > MOST_CHARS or not driver or len(driver) > 50:
        raise Invalid(f"An address takes {MOST_CHARS} characters, a driver's name 50.", code="too_long", field="address")
    if address and not _ADDRESS.fullmatch(address):
        raise Invalid(
            "An extension or SIP address has no blanks, quotes or angle brackets, such as 204 or sip:anna@pbx.example.org.",
            code="bad_phone", field="address",
        )  # fmt: skip
    async with db.write() as tx:
        if await tx.work.agent(agent_id) is None:
            raise NotFound("This person takes no enquiries.")
        await tx.calls.set_phone(agent_id, driver, address)
        await tx.privacy.audit(access.user_id, "agent.phone_changed", "user", str(agent_id), {"driver": driver})


def _line(one: KeptLine) -> LineView:
    terms, powers = line_of(one.config), one.powers or VoicePowers()
    return LineView(
        id=one.id, name=one.name, driver=one.driver, dials=powers.calls_out and bool(terms.dial_prefixes),
        location=powers.location, prefixes=list(terms.dial_prefixes), region=terms.region,
    )  # fmt: skip


async def _drivers(tx: Tx) -> list[DriverView]:
    ran = await tx.telephones.drivers()
    used: dict[str, list[str]] = {}
    for line in await tx.telephones.lines():
        used.setdefault(line.driver, []).append(line.name)
    return [_driver(name, ran.get(name), used.get(name, [])) for name in sorted({*ran, *used, DESK})]


def _driver(name: str, powers: VoicePowers | None, used: list[str]) -> DriverView:
    can = powers or VoicePowers()
    return DriverView(
        name=name, desk=name == DESK or can.desk_phone, runs=powers is not None, dials=can.calls_out, records=can.record,
        listens=can.listen, takes_messages=can.take_message, lines=used,
    )  # fmt: skip


def _phones(known: list[DriverView], kept: dict[str, str]) -> list[PhoneView]:
    views = [PhoneView(driver=one.name, desk=one.desk, address=kept.get(one.name, ""), lines=one.lines) for one in known]
    # A driver that is gone for good leaves its extensions behind, to be seen and taken away.
    gone = sorted(set(kept) - {one.name for one in known})
    return views + [PhoneView(driver=name, desk=False, address=kept[name], lines=[]) for name in gone]
