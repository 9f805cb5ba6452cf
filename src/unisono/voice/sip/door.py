"""The one door through which a call leaves: what may be dialled, how often, and who asked for it.

Only commands of the house come here, never a message from the line. A target is put together here from checked parts, so nothing
that a stranger wrote is dialled as it stands. Pure: time is passed in.
"""

import re
from collections import deque
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from unisono.contract.voice import Endpoint, EndpointKind
from unisono.voice.sip.callers import number_of, user_of
from unisono.voice.sip.settings import SipSettings

_EXTENSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,63}")
_HOUR_S: Final = 3600.0


class Way(Struct, frozen=True, kw_only=True):
    """It may be dialled. `inside`: a phone of our own, which costs nothing and may ask for transfers."""

    target: str
    inside: bool


class Barred(Struct, frozen=True, kw_only=True):
    """It may not. `code`: a stable word; `human`: why, for a person."""

    code: str
    human: str


class Door:
    """Lets out, and counts. `now`: seconds that only grow."""

    def __init__(self, settings: SipSettings, now: Callable[[], float]) -> None:
        self._settings, self._now = settings, now
        self._begun: deque[float] = deque()
        self._ended: deque[tuple[float, float]] = deque()
        self._open: dict[str, float] = {}

    def find(self, endpoint: Endpoint, requested_by: str) -> Way | Barred:
        """Return how an endpoint is reached, if it may be. Counts nothing; `opened` does."""
        if not requested_by and endpoint.kind is not EndpointKind.AGENT:
            return Barred(code="nobody_asked", human="A call that leaves the house must name who asked for it.")
        match endpoint.kind:
            case EndpointKind.AGENT:
                return self._phone(endpoint.address)
            case EndpointKind.NUMBER:
                return self._number(endpoint.address)
            case EndpointKind.SIP:
                return self._address(endpoint.address)
            case EndpointKind.VISITOR:
                return Barred(code="unknown_endpoint", human="A visitor of a page cannot be reached by telephone.")

    def _phone(self, address: str) -> Way | Barred:
        if not address:
            return Barred(code="no_phone", human="This person has no telephone here; it is entered in their settings.")
        user, host = user_of(address) if "@" in address or ":" in address else (address, self._settings.phones_server)
        if not _EXTENSION.fullmatch(user.removeprefix("+")) or host.lower() != self._settings.phones_server.lower():
            return Barred(code="bad_phone", human=f"{address} is no telephone of this house.")
        return Way(target=f"sip:{user}@{host}", inside=True)

    def _address(self, address: str) -> Way | Barred:
        user, host = user_of(address)
        if host.lower() == self._settings.phones_server.lower():
            return self._phone(address)
        if host.lower() not in {allowed.lower() for allowed in self._settings.sip_hosts} or not _EXTENSION.fullmatch(user):
            return Barred(code="forbidden", human=f"SIP addresses at {host or 'no server'} may not be called from here.")
        return self._limits() or Way(target=f"sip:{user}@{host}", inside=False)

    def _number(self, address: str) -> Way | Barred:
        settings = self._settings
        digits = re.sub(r"[\s().\-/]", "", address)
        if digits in settings.emergency or digits.lstrip("+") in settings.emergency:
            if settings.location:
                return Way(target=f"sip:{digits}@{settings.trunk}", inside=False)
            human = "Emergency numbers cannot be called from here: nobody would know where you are. Use a telephone."
            return Barred(code="emergency", human=human)
        number = number_of(address, settings.country)
        if number is None:
            return Barred(code="bad_number", human=f"{address} is no telephone number.")
        longest = max((len(p) for p in settings.may_dial if number.startswith(p)), default=0)
        barred = max((len(p) for p in settings.never_dial if number.startswith(p)), default=0)
        # The longer beginning is the more particular word; of two equally long ones the ban holds.
        if not longest or barred >= longest:
            return Barred(code="forbidden", human=f"Numbers that begin like {number[:5]} may not be called from here.")
        return self._limits() or Way(target=f"sip:{number}@{settings.trunk}", inside=False)

    def _limits(self) -> Barred | None:
        settings, since = self._settings, self._now() - _HOUR_S
        while self._begun and self._begun[0] < since:
            self._begun.popleft()
        while self._ended and self._ended[0][0] < since:
            self._ended.popleft()
        if len(self._open) >= settings.outside_at_once:
            return Barred(code="too_many_at_once", human=f"{len(self._open)} calls to the outside run; more are not allowed.")
        if len(self._begun) >= settings.calls_per_hour:
            return Barred(code="too_many_an_hour", human="As many calls went out in the last hour as are allowed. Wait a little.")
        spent = sum(length for _, length in self._ended) + sum(self._now() - begun for begun in self._open.values())
        if spent >= settings.minutes_per_hour * 60:
            return Barred(code="too_long_an_hour", human="As much was telephoned in the last hour as is allowed. Wait a little.")
        return None

    def opened(self, leg: str) -> None:
        """Count an outside leg that is being dialled. `leg`: a name that is its alone."""
        self._begun.append(self._now())
        self._open[leg] = self._now()

    def closed(self, leg: str) -> None:
        """An outside leg is over; others, and one that was told twice, count nothing."""
        begun = self._open.pop(leg, None)
        if begun is not None:
            self._ended.append((self._now(), self._now() - begun))

    def closed_all(self) -> None:
        """Nothing runs any more: the endpoint was started anew."""
        for leg in list(self._open):
            self.closed(leg)
