"""What goes wrong, and when: all of it counted in events and requests, never in time."""

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct, field


class Faults(Struct, kw_only=True):
    """Set by a test. Events are counted from 1 over all applications, also those that nobody hears.

    cut_at: the socket ends at this event; it goes out before that only if `cut_after`. cut_every: at every so many-th event.
    answers_lost: so many requests from now on are carried out, and their answers lost.
    unreachable: so many requests from now on are not even heard. on_cut: what becomes of the two at a cut.
    doubled: every event is told twice. shuffled: how many events are held back, to be told in another order.
    refuse: a status for a request (method, path) or None; asked before it is carried out.
    """

    cut_at: int = 0
    cut_after: bool = False
    cut_every: int = 0
    answers_lost: int = 0
    unreachable: int = 0
    on_cut: tuple[int, int] = (0, 0)
    doubled: bool = False
    shuffled: int = 0
    refuse: Callable[[str, str], int | None] | None = None
    #: How far it is.
    events: int = 0
    cuts: int = 0
    lost: list[dict[str, Any]] = field(default_factory=list)
    #: What kinds of events it was cut at.
    cut_kinds: set[str] = field(default_factory=set)

    def due(self, kind: str) -> Literal["no", "before", "after"]:
        """Count an event of a kind; tell whether its socket is cut."""
        self.events += 1
        here = self.events == self.cut_at or (self.cut_every and self.events % self.cut_every == 0)
        if not here:
            return "no"
        self.cuts += 1
        self.cut_kinds.add(kind)
        self.answers_lost, self.unreachable = self.on_cut
        return "after" if self.cut_after else "before"

    def of_request(self) -> Literal["served", "lost", "unheard"]:
        """Tell what becomes of a request."""
        if self.unreachable > 0:
            self.unreachable -= 1
            return "unheard"
        if self.answers_lost > 0:
            self.answers_lost -= 1
            return "lost"
        return "served"
