"""What one unit of work tells once it is over: how long the customer waited each time, and how long people worked on it."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class Turn(StrEnum):
    """What can happen to a unit of work, as far as times go.

    WAITS: a customer begins to wait, or waits on. TAKEN: somebody works on it. RESTS: it is set aside for the customer or a time.
    DONE: the talk is over. CLOSED: it is closed. LEFT: the customer gave up. REOPENED: it was opened again by hand, for somebody
    to work on at once or for the queue: the next turn tells.
    """

    WAITS = "waits"
    TAKEN = "taken"
    RESTS = "rests"
    DONE = "done"
    CLOSED = "closed"
    LEFT = "left"
    REOPENED = "reopened"


class Wait(Struct, frozen=True):
    """One wait, in seconds; `left`: it ended because the customer gave up."""

    seconds: float
    left: bool


class Told(Struct, frozen=True, kw_only=True):
    """waits: in their order. handling_s: accepted to finished without what it rested; None when nobody worked on it."""

    waits: tuple[Wait, ...]
    handling_s: float | None


def tell(turns: Iterable[tuple[float, Turn]]) -> Told:
    """Return what turns (seconds of the epoch, in their order) tell. A wait that ends without a sign of leaving was served or
    broken off: either way it only says that patience was longer."""
    state, since = Turn.CLOSED, 0.0
    worked: float | None = None
    waits: list[Wait] = []
    for at, turn in turns:
        if turn is Turn.WAITS and state is Turn.WAITS:
            continue
        spell = max(0.0, at - since)
        if state is Turn.WAITS:
            waits.append(Wait(spell, turn is Turn.LEFT))
        elif state is Turn.TAKEN or (state is Turn.REOPENED and turn in {Turn.RESTS, Turn.DONE, Turn.CLOSED}):
            worked = (worked or 0.0) + spell
        state, since = turn, at
    return Told(waits=tuple(waits), handling_s=worked)
