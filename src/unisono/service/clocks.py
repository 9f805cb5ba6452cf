"""The clocks of interactions: what happened goes in, the deadline that binds comes out; in the transaction of the effect.

Kept are the facts, not a sum: an item that comes late, or twice, is counted where it belongs. Whoever writes the clocks of an
interaction holds the lock on it, taken here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.routing.clocks import Clock, Clocks, Fact, Kind, Policy, What, fold
from unisono.routing.moments import Reckoning, carried, reckon
from unisono.service.ports import Tx
from unisono.service.ports.service_levels import ClockFacts, CurrentTerms, Due, KeptClocks
from unisono.service.terms import OWN, Rules, rules_for

MOST_FACTS: Final = 400
KEPT_FACTS: Final = 200
_JUST_AFTER = timedelta(microseconds=1)


class Happened(Struct, frozen=True, kw_only=True):
    """Something that clocks care about. `id` tells the same thing told twice from two things; `at` is `said_at` for messages."""

    interaction_id: UUID
    what: What
    at: datetime
    id: str = ""
    window_ends_at: datetime | None = None

    @property
    def fact(self) -> Fact:
        """The fact as it is counted."""
        return Fact(self.id or str(new_id()), self.at, self.what, "", self.window_ends_at)


class _KeptClock(Struct, frozen=True, array_like=True):
    kind: Kind
    policy: str
    started_at: datetime
    spans: tuple[tuple[datetime, datetime | None], ...]
    stopped_at: datetime | None


class _Base(Struct, frozen=True, array_like=True):
    """Clocks without their targets, which stand in the terms that `policy` names."""

    policy: str
    clocks: tuple[_KeptClock, ...]
    window_ends_at: datetime | None
    closed_at: datetime | None
    is_parked: bool
    is_answered: bool
    is_owed: bool


class Counted(Struct, frozen=True, kw_only=True):
    """The clocks of an interaction, counted."""

    clocks: Clocks
    reckoning: Reckoning
    base: str | None
    facts: list[Fact]
    first_policy: str

    def kept(self, interaction_id: UUID, epoch: int) -> KeptClocks:
        """Return the row to keep."""
        return KeptClocks(
            interaction_id=interaction_id, policy=self.first_policy, base=self.base,
            facts=msgspec.json.encode(self.facts).decode(), told=self.reckoning.told, next_moment_at=self.reckoning.next_at,
            epoch=epoch, is_open=self.clocks.closed_at is None,
        )  # fmt: skip

    def due(self, interaction_id: UUID) -> Due:
        """Return the deadline to write."""
        r = self.reckoning
        return Due(interaction_id=interaction_id, due_at=r.due_at, due_kind=r.due_kind, due_state=r.state)


def count(
    facts: Sequence[Fact], rules: Mapping[str, Rules], first_policy: str, now: datetime, base: str | None = None,
    told: Iterable[str] = (),
) -> Counted:  # fmt: skip
    """Count clocks anew from their facts; of very many the oldest are summed up first."""
    policies = {key: one.policy for key, one in rules.items()}
    facts, before = list(facts), _unpacked(base, policies)
    if len(facts) > MOST_FACTS:
        facts.sort(key=lambda fact: fact.at)
        before = fold(facts[:-KEPT_FACTS], policies, first_policy, before)
        facts, first_policy, base = facts[-KEPT_FACTS:], before.policy, _packed(before)
    clocks = fold(facts, policies, first_policy, before)
    return Counted(
        clocks=clocks, reckoning=reckon(clocks, told, now, policies[clocks.policy]), base=base, facts=facts,
        first_policy=first_policy,
    )  # fmt: skip


async def feed(tx: Tx, happened: Sequence[Happened]) -> None:
    """Tell the clocks what happened, and write the deadlines that follow. The caller tells of the change by its own event."""
    if not happened:
        return
    new: dict[UUID, list[Fact]] = {}
    for one in happened:
        new.setdefault(one.interaction_id, []).append(one.fact)
    await count_again(tx, await tx.levels.clocks(new, lock=True), new)


async def follow(tx: Tx, interaction_id: UUID) -> None:
    """Let the clocks follow a change of queue."""
    await count_again(tx, await tx.levels.clocks([interaction_id], lock=True), {})


async def count_again(tx: Tx, rows: Sequence[ClockFacts], new: Mapping[UUID, Sequence[Fact]]) -> set[UUID]:
    """Count locked clocks with new facts, by the terms that bind now; returns the interactions of which the deadline changed."""
    rules = await rules_of(tx, rows)
    counted = {row.id: _with_news(row, new.get(row.id, ()), rules, tx.now) for row in rows}
    await tx.levels.keep_clocks([counted[row.id].kept(row.id, row.epoch) for row in rows])
    return await tx.levels.set_due([counted[row.id].due(row.id) for row in rows])


async def rules_of(tx: Tx, rows: Iterable[ClockFacts]) -> Mapping[str, Rules]:
    """Return the rules of all terms that these clocks were ever counted by, and of those that bind now."""
    keys: set[str] = set()
    for row in rows:
        keys |= {row.current, row.policy or row.current}
        keys |= {fact.policy for fact in _facts(row) if fact.policy}
        if row.base is not None:
            base = msgspec.json.decode(row.base, type=_Base)
            keys |= {base.policy, *(clock.policy for clock in base.clocks)}
    return await rules_for(tx, keys)


def counted_as_kept(row: ClockFacts, rules: Mapping[str, Rules], now: datetime) -> Counted:
    """Count clocks as they are kept, by what they were last counted by."""
    return count(_facts(row), rules, row.policy or row.current, now, row.base, row.told)


def _with_news(row: ClockFacts, new: Sequence[Fact], rules: Mapping[str, Rules], now: datetime) -> Counted:
    facts = _facts(row)
    known = {fact.id for fact in facts}
    facts += [fact for fact in new if fact.id not in known]
    counted = count(facts, rules, row.policy or row.current, now, row.base, row.told)
    if row.state != InteractionState.CLOSED.value and counted.clocks.policy != row.current:
        moved = Fact(str(new_id()), now, What.MOVED, row.current)
        counted = count([*counted.facts, moved], rules, counted.first_policy, now, counted.base, row.told)
    return counted


def _facts(row: ClockFacts) -> list[Fact]:
    """Return the facts; of an interaction that is older than its clocks, what it tells itself."""
    if row.facts is not None:
        return msgspec.json.decode(row.facts, type=list[Fact])
    facts = [Fact("began", row.waiting_since, What.CUSTOMER_SAID, "", row.reply_until)]
    if row.first_response_at is not None:
        facts.append(Fact("answered", row.first_response_at, What.ANSWERED))
    if row.closed_at is not None:
        facts.append(Fact("closed", row.closed_at, What.CLOSED))
    return facts


class Opening(Struct, frozen=True, kw_only=True):
    """What new work of a channel counts by, read before the transaction; and what was counted ahead."""

    terms: CurrentTerms
    rules: Mapping[str, Rules]
    ahead: dict[Fact, Counted] = {}

    def look_ahead(self, fact: Fact, now: datetime) -> None:
        """Count what a first message would start."""
        self.ahead[fact] = count([fact], self.rules, self.terms.key, now)

    def opened(self, facts: Sequence[Fact], now: datetime, before: Counted | None = None) -> Counted:
        """Return the clocks of a new interaction; `before`: those of the one that it takes up again."""
        if before is None:
            known = self.ahead.get(facts[0]) if len(facts) == 1 else None
            return known or count(facts, self.rules, self.terms.key, now)
        closed_at = before.clocks.closed_at
        if closed_at is None:
            return count(facts, self.rules, self.terms.key, now)
        first = min(fact.at for fact in facts)
        base, told = carried(before.clocks, before.reckoning.told)
        # What was said before the close and came after it takes the enquiry up again at the close.
        facts = [replace(fact, at=max(fact.at, closed_at + _JUST_AFTER)) for fact in facts]
        if base.policy != self.terms.key:
            # Once for what begins with the first message, once more for what goes on with it.
            times = (closed_at, max(first, closed_at + _JUST_AFTER))
            facts += [Fact(str(new_id()), at, What.MOVED, self.terms.key) for at in times]
        return count(facts, self.rules, base.policy, now, _packed(base), told)


async def opening_of(tx: Tx, channel_id: UUID, queue_id: UUID, own_s: int) -> Opening:
    """Return what new work of a channel in a queue counts by; `own_s`: the queue's own promise, should the channel be gone."""
    terms = await tx.levels.terms_of(channel_id, queue_id) or CurrentTerms(f"{OWN}{own_s}", -1)
    return Opening(terms=terms, rules=await rules_for(tx, [terms.key]))


async def ended(tx: Tx, opening: Opening, interaction_ids: Iterable[UUID]) -> tuple[Opening, dict[UUID, Counted]]:
    """Return the clocks of closed interactions that are taken up again, and an opening that knows their terms."""
    rows = [row for row in await tx.levels.clocks(interaction_ids) if row.facts is not None]
    rules = {**opening.rules, **await rules_of(tx, rows)}
    return replace(opening, rules=rules), {row.id: counted_as_kept(row, rules, tx.now) for row in rows}


def _packed(clocks: Clocks) -> str:
    kept = tuple(_KeptClock(c.kind, c.policy, c.started_at, c.spans, c.stopped_at) for c in clocks.clocks)
    base = _Base(
        clocks.policy, kept, clocks.window_ends_at, clocks.closed_at, clocks.is_parked, clocks.is_answered, clocks.is_owed
    )
    return msgspec.json.encode(base).decode()


def _unpacked(text: str | None, policies: Mapping[str, Policy]) -> Clocks | None:
    if text is None:
        return None
    base = msgspec.json.decode(text, type=_Base)
    clocks = tuple(
        Clock(c.kind, policies[c.policy].targets[c.kind], c.started_at, c.spans, c.stopped_at, c.policy) for c in base.clocks
    )
    return Clocks(base.policy, clocks, base.window_ends_at, base.closed_at, base.is_parked, base.is_answered, base.is_owed)
