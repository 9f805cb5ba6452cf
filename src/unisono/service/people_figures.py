"""The works-council mode: looking at single people needs two who agree and a reason, and whoever is looked at sees it.

Everything that shows one person's doings to another goes through `look`: figures of each, live view, listening in. There is no
switch that turns this off; a house that wants figures per person has them under a permit, which a second person agreed to.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.instant import Instant, instant, maybe_instant
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.people_figures import PermitFacts
from unisono.service.settings import read_settings
from unisono.service.text import storable

LONGEST_DAYS: Final = 366
MAX_REASON_CHARS: Final = 500
TOGETHER_S: Final = 600.0
"""Looks at the same thing within so many seconds are one look, told with how often."""
ASK: Final = "people.look"
AGREE: Final = "people.agree"


class Kind(StrEnum):
    """What a permit lets somebody do: see figures of each person, watch somebody work, listen to a call."""

    FIGURES = "figures"
    LIVE_VIEW = "live_view"
    LISTENING_IN = "listening_in"


class PermitView(Struct, frozen=True, kw_only=True):
    """A permit to look at single people. agent_id: at whom; null is everybody.

    state: `asked` (nobody has agreed yet), `holds`, `ended`, or `over` (its time).
    """

    id: UUID
    kind: str
    agent_id: UUID | None
    reason: str
    state: str
    asked_by: UUID
    asked_at: Instant
    until: Instant
    agreed_by: UUID | None
    agreed_at: Instant | None
    ended_by: UUID | None
    ended_at: Instant | None
    agent_name: str | None
    asked_by_name: str
    agreed_by_name: str | None


class LookView(Struct, frozen=True, kw_only=True):
    """Somebody looked at the person who asks. what: the page or report; times: how often between `at` and `last_at`."""

    id: UUID
    by: UUID
    name: str
    kind: str
    what: str
    reason: str
    at: Instant
    last_at: Instant
    times: int


async def ask_permit(
    db: Database, access: Access, permit_id: UUID, *, kind: str, reason: str, days: int, agent_id: UUID | None = None
) -> UUID:
    """Ask to look at single people, for a reason; nothing is shown until a second person agrees. Raises Forbidden, Invalid."""
    access.require(ASK)
    words = " ".join(storable(reason).split())
    if kind not in set(Kind):
        raise Invalid(f"{kind!r} is none of {', '.join(Kind)}.", code="not_one_of", field="kind")
    if not 10 <= len(words) <= MAX_REASON_CHARS:
        raise Invalid("The reason takes 10 to 500 characters: whoever is looked at reads it.", code="bad_reason", field="reason")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"A permit lasts 1 to {LONGEST_DAYS} days.", code="bad_days", field="days")
    async with db.write() as tx:
        if agent_id is not None and await tx.people.user(agent_id) is None:
            raise NotFound("This person does not exist.")
        await tx.figures.add(
            PermitFacts(
                id=permit_id, kind=kind, agent_id=agent_id, reason=words, asked_by=access.user_id, asked_at=tx.now,
                until=tx.now + timedelta(days=days),
            )
        )  # fmt: skip
        await _tell(tx, access, permit_id, kind, "asked", agent_id)
    return permit_id


async def agree_permit(db: Database, access: Access, permit_id: UUID) -> None:
    """Agree to what another person asked for; it holds from now on. Raises Forbidden, NotFound, Conflict."""
    access.require(AGREE)
    async with db.write() as tx:
        permit = await _permit(tx, permit_id)
        if permit.asked_by == access.user_id:
            raise Conflict("It takes two: somebody else has to agree to what you asked for.", code="same_person")
        if permit.agreed_at is not None or _state(permit, tx) != "asked":
            raise Conflict("This was answered or has ended already. Nothing was changed.", code="permit_answered")
        await tx.figures.agree(permit_id, access.user_id)
        await _tell(tx, access, permit_id, permit.kind, "agreed", permit.agent_id)


async def end_permit(db: Database, access: Access, permit_id: UUID) -> None:
    """Refuse what was asked for, or end what holds; one of the two is enough. Raises Forbidden, NotFound."""
    if not access.may(ASK):
        access.require(AGREE)
    async with db.write() as tx:
        permit = await _permit(tx, permit_id)
        if permit.ended_at is None:
            await tx.figures.end(permit_id, access.user_id)
            await _tell(tx, access, permit_id, permit.kind, "ended", permit.agent_id)


async def permits(db: Database, access: Access, before: UUID | None, limit: int) -> list[PermitView]:
    """Return permits, newest first, for those who ask and those who agree. Raises Forbidden."""
    if not access.may(ASK):
        access.require(AGREE)
    async with db.read() as tx:
        return [_view(permit, tx) for permit in await tx.figures.permits(before, limit)]


async def permit(db: Database, access: Access, permit_id: UUID) -> PermitView:
    """Return one permit. Raises Forbidden, NotFound."""
    if not access.may(ASK):
        access.require(AGREE)
    async with db.read() as tx:
        return _view(await _permit(tx, permit_id), tx)


async def may_look(tx: Tx, access: Access, kind: Kind, agent_ids: Sequence[UUID] | None = None) -> bool:
    """Tell whether `look` would let the asker see these people (None: everybody). Nothing is written."""
    if not access.may(ASK):
        return False
    holding = await tx.figures.holding(kind.value, agent_ids)
    everybody = any(p.agent_id is None for p in holding)
    return everybody or (agent_ids is not None and set(agent_ids) <= {p.agent_id for p in holding})


async def look(tx: Tx, access: Access, kind: Kind, agent_ids: Iterable[UUID], what: str) -> None:
    """Let the asker see these people, and write down for each that they looked. Within a writing transaction.

    what: a word for the page or report (`report.people`, `wallboard`), which the person reads in their own language. Looking at
    oneself needs nothing and is not written down. Raises Forbidden, and nobody is shown, unless a permit holds for all of them.
    """
    others = sorted({agent for agent in agent_ids if agent != access.user_id})
    if not others:
        return
    access.require(ASK)
    holding = await tx.figures.holding(kind.value, others)
    everybody = next((p.id for p in holding if p.agent_id is None), None)
    own = {p.agent_id: p.id for p in reversed(holding)}
    by = {agent: own.get(agent, everybody) for agent in others}
    if any(found is None for found in by.values()):
        raise Forbidden(
            "Single people are not shown: the works-council mode is on and nobody has agreed to this. Ask for a permit under "
            "Settings, Figures of people.",
            code="works_council", kind=kind.value,
        )  # fmt: skip
    pairs = [(agent, found) for agent, found in by.items() if found is not None]
    for agent in await tx.figures.looked(access.user_id, pairs, kind.value, what, TOGETHER_S):
        tx.emit(NewEvent(type="people.looked", actor_id=access.user_id, agent_id=agent, body={"kind": kind.value}))


async def looks(db: Database, access: Access, before: UUID | None, limit: int) -> list[LookView]:
    """Return who looked at the asker, newest first."""
    async with db.read() as tx:
        return [
            LookView(
                id=look.id, by=look.looked_by, name=look.name, kind=look.kind, what=look.what, reason=look.reason,
                at=instant(look.at), last_at=instant(look.last_at), times=look.times,
            )
            for look in await tx.figures.looks(access.user_id, before, limit)
        ]  # fmt: skip


async def forget_looks(db: Database) -> int:
    """Drop looks that have outlived their time; returns how many."""
    async with db.write() as tx:
        days = (await read_settings(tx))["people.looks_kept_days"]
        return await tx.figures.forget(tx.now - timedelta(days=days))


async def _permit(tx: Tx, permit_id: UUID) -> PermitFacts:
    found = await tx.figures.permit(permit_id)
    if found is None:
        raise NotFound("This permit does not exist.")
    return found


async def _tell(tx: Tx, access: Access, permit_id: UUID, kind: str, state: str, agent_id: UUID | None) -> None:
    body = {"kind": kind, "agent_id": None if agent_id is None else str(agent_id)}
    await tx.privacy.audit(access.user_id, f"people_permit.{state}", "people_permit", str(permit_id), body)
    tx.emit(
        NewEvent(
            type="people.permit_changed", actor_id=access.user_id, body={"permit_id": permit_id, "kind": kind, "state": state}
        )
    )


def _state(permit: PermitFacts, tx: Tx) -> str:
    if permit.ended_at is not None:
        return "ended"
    if permit.until <= tx.now:
        return "over"
    return "asked" if permit.agreed_at is None else "holds"


def _view(permit: PermitFacts, tx: Tx) -> PermitView:
    return PermitView(
        id=permit.id, kind=permit.kind, agent_id=permit.agent_id, reason=permit.reason, state=_state(permit, tx),
        asked_by=permit.asked_by, asked_at=instant(permit.asked_at), until=instant(permit.until),
        agreed_by=permit.agreed_by, agreed_at=maybe_instant(permit.agreed_at), ended_by=permit.ended_by,
        ended_at=maybe_instant(permit.ended_at), agent_name=permit.agent_name, asked_by_name=permit.asked_by_name,
        agreed_by_name=permit.agreed_by_name,
    )  # fmt: skip
