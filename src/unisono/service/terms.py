"""What clocks count by: a service level resolved with its calendars, under a name that is made of its content.

Terms never change, so every process remembers them for good; a change of a calendar makes new ones. The name `queue:3600` needs
no row: the queue's own promise, for first and next responses, in calendar time.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.domain.errors import Invalid
from unisono.routing.calendar import BusinessHours, Closure, Holiday, Opening
from unisono.routing.clocks import Kind, Policy, Target
from unisono.service.ports import Tx

OWN: Final = "queue:"
_REMEMBERED: dict[str, "Rules"] = {}
_MOST_REMEMBERED = 2_000


class HoursTerms(Struct, frozen=True, array_like=True):
    """Business hours as terms hold them: openings in minutes, Monday first."""

    zone: str
    week: tuple[tuple[Opening, ...], ...]
    holidays: tuple[Holiday, ...] = ()
    closures: tuple[Closure, ...] = ()

    def hours(self) -> BusinessHours:
        """Return the hours. Raises ValueError for what cannot be meant."""
        return BusinessHours(self.zone, self.week, self.holidays, self.closures)


class TargetTerms(Struct, frozen=True):
    """A target as terms hold it; `calendar` is a key of `Terms.calendars`."""

    target_s: int
    calendar: str | None = None
    warn_at_share: tuple[float, ...] = ()
    warn_at_s: tuple[int, ...] = ()
    pauses: bool = False


class Terms(Struct, frozen=True):
    """A service level with all that its clocks need."""

    service_level_id: UUID
    targets: dict[str, TargetTerms]
    calendars: dict[str, HoursTerms]
    reopen_within_s: int
    window_warn_s: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The name: a digest of the content."""
        return sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()[:32]


class Rules(Struct, frozen=True):
    """Terms ready to count by."""

    policy: Policy
    service_level_id: UUID | None = None
    calendar_of: Mapping[Kind, UUID] = {}

    @property
    def opening_hours(self) -> BusinessHours | None:
        """The hours of the queue that these terms bind: those of its first target that has any; None means always open."""
        return next((hours for kind in Kind if (target := self.policy.targets.get(kind)) and (hours := target.hours)), None)


def rules_of(terms: Terms) -> Rules:
    """Return terms ready to count by. Raises ValueError for what cannot be meant."""
    hours = {key: calendar.hours() for key, calendar in terms.calendars.items()}
    targets = {
        Kind(kind): Target(t.target_s, hours[t.calendar] if t.calendar else None, t.warn_at_share, t.warn_at_s, t.pauses)
        for kind, t in terms.targets.items()
    }
    calendars = {Kind(kind): UUID(t.calendar) for kind, t in terms.targets.items() if t.calendar}
    return Rules(
        Policy(targets, timedelta(seconds=terms.reopen_within_s), terms.window_warn_s), terms.service_level_id, calendars
    )


def checked_rules(terms: Terms) -> Rules:
    """Return the rules of terms that somebody typed. Raises Invalid."""
    try:
        return rules_of(terms)
    except ValueError as error:
        raise Invalid(
            f"These targets cannot be kept: {error}. Nothing was changed.", code="bad_target", field="targets"
        ) from error


async def rules_for(tx: Tx, keys: Iterable[str]) -> Mapping[str, Rules]:
    """Return the rules of these names. Raises KeyError for one that was never kept."""
    wanted = set(keys)
    unknown = {key for key in wanted if key not in _REMEMBERED}
    stored = sorted(key for key in unknown if not key.startswith(OWN))
    if len(_REMEMBERED) > _MOST_REMEMBERED:
        _REMEMBERED.clear()
        return await rules_for(tx, wanted)
    for key, definition in (await tx.levels.terms(stored) if stored else {}).items():
        _REMEMBERED[key] = rules_of(msgspec.convert(definition, Terms))
    for key in unknown - set(stored):
        _REMEMBERED[key] = _own(int(key.removeprefix(OWN)))
    return {key: _REMEMBERED[key] for key in wanted}


def _own(seconds: int) -> Rules:
    return Rules(Policy({Kind.FIRST_RESPONSE: Target(seconds), Kind.NEXT_RESPONSE: Target(seconds)}))


async def keep_terms(tx: Tx, terms: Terms) -> str:
    """Store terms, once; returns their name."""
    definition: Any = msgspec.to_builtins(terms)
    await tx.levels.keep_terms(terms.key, definition)
    return terms.key
