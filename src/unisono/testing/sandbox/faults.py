"""Trouble by script: what the network does wrong, to whom, and how often."""

import random
from collections.abc import Callable
from enum import StrEnum
from fnmatch import fnmatchcase

from msgspec import Struct

from unisono.testing.sandbox.model import Refused


class Effect(StrEnum):
    """What happens to a request (the first group runs it, the second does not), or to a push.

    ACCEPT_THEN_HANG: done, then silence for `delay_s`, then the line is cut. ACCEPT_THEN_DROP: done, then the line is cut
    at once. TRUNCATE: done, half of the answer comes. SLOW: done, the answer drips. UNKNOWN: done, with fields and words
    in the answer that nobody has heard of. DELAY: done after `delay_s`.
    STATUS: only `status` with a JSON error. HTML: `status` with a page of a proxy. MALFORMED: 200 with broken JSON.
    LARGE: 200 with `size` bytes. RATE_LIMIT: 429 with the pause as `header` says. DROP: the line is cut unseen.
    DUPLICATE: a push comes `copies` times at once. REORDER: pushes wait and come in another order. LOSE: a push never
    comes. FORGE: a push with a wrong signature. STALE: a push signed a day ago.
    """

    ACCEPT_THEN_HANG = "accept_then_hang"
    ACCEPT_THEN_DROP = "accept_then_drop"
    TRUNCATE = "truncate"
    SLOW = "slow"
    UNKNOWN = "unknown"
    DELAY = "delay"
    STATUS = "status"
    HTML = "html"
    MALFORMED = "malformed"
    LARGE = "large"
    RATE_LIMIT = "rate_limit"
    DROP = "drop"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    LOSE = "lose"
    FORGE = "forge"
    STALE = "stale"


PUSHED = frozenset({Effect.DUPLICATE, Effect.REORDER, Effect.LOSE, Effect.FORGE, Effect.STALE})


class Fault(Struct, kw_only=True):
    """One line of the script.

    methods, path: which requests (`path` with stars, as `/zwitscher/api/items*`); a push effect looks at neither.
    count: how often it still happens, None for ever. share: how likely it is, by the script's own dice. skip: how many
    matching requests pass first.
    """

    effect: Effect
    methods: tuple[str, ...] = ()
    path: str = "*/api/*"
    count: int | None = 1
    share: float = 1.0
    skip: int = 0
    status: int = 503
    delay_s: float = 0.0
    header: str = "retry_after"
    pause_s: float = 1.0
    copies: int = 3
    size: int = 10_000_000
    id: int = 0


class Script:
    """The faults in force; the first that fits a request happens. The dice are seeded, so a run can be repeated."""

    def __init__(self, seed: int = 0) -> None:
        self._faults: list[Fault] = []
        self._dice = random.Random(seed)
        self._given = 0

    def add(self, fault: Fault) -> Fault:
        """Put a fault at the end of the script."""
        if not 0.0 <= fault.share <= 1.0:
            raise Refused(422, "share", f"The share of a fault lies between 0 and 1, got {fault.share}.")
        self._given += 1
        fault.id = self._given
        self._faults.append(fault)
        return fault

    def remove(self, fault_id: int | None = None) -> None:
        """Take out one fault, or all."""
        self._faults = [fault for fault in self._faults if fault_id is not None and fault.id != fault_id]

    @property
    def faults(self) -> list[Fault]:
        """What is in force."""
        return list(self._faults)

    def on_request(self, method: str, path: str) -> Fault | None:
        """Return what happens to a request."""
        return self._next(
            lambda f: f.effect not in PUSHED and (not f.methods or method in f.methods) and fnmatchcase(path, f.path)
        )

    def on_push(self) -> Fault | None:
        """Return what happens to a push."""
        return self._next(lambda f: f.effect in PUSHED)

    def shuffled(self, number: int) -> list[int]:
        """Return 0 to number - 1 in another order, if there is one."""
        order = list(range(number))
        while number > 1 and order == list(range(number)):
            self._dice.shuffle(order)
        return order

    def _next(self, fits: Callable[[Fault], bool]) -> Fault | None:
        for fault in self._faults:
            if not fits(fault):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.share < 1.0 and self._dice.random() >= fault.share:
                continue
            if fault.count is not None:
                fault.count -= 1
                if fault.count <= 0:
                    self._faults.remove(fault)
            return fault
        return None
