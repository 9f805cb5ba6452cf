"""Look at a rule before it works: which past enquiries its conditions meet, what it would do to what waits, one conversation.

What is past is looked at as of the moment at which the rule would have been: with what was said then, by the clock and the
business hours of then. What only the present tells is named.

Nothing is written. Who looks sees only what they may see, and is told of how much was looked at.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.domain.errors import Invalid, NotFound
from unisono.policy.rules.decide import Judgement, judge
from unisono.policy.rules.language import AS_TODAY, ON_WORK_NOW, Trigger
from unisono.service.access import Access
from unisono.service.ports import Database, Tx
from unisono.service.ports.rules import RuleFacts, StoredRule
from unisono.service.rules.check import check_rule
from unisono.service.rules.facts import facts_of, fold, rule_of
from unisono.service.terms import Rules, rules_for
from unisono.service.views import WorkItem

MOST_LOOKED_AT: Final = 5_000
MOST_WAITING: Final = 1_000
SAMPLES: Final = 8
_PAGE: Final = 250


class Met(Struct, frozen=True, kw_only=True):
    """How many of those that were looked at meet the conditions, with some of them. `looked_at` may be less than there are.

    unknown: of how many something that is asked for is not known, such as followers; they are not met. as_today: fields of the
    conditions that were compared as they are today, because nobody knows how they were then. unread: of how many nothing that was
    said can be read any more; words were not found in them.
    """

    looked_at: int
    met: int
    all_looked_at: bool
    unknown: int
    unread: int
    as_today: list[str]
    samples: list[WorkItem]


class WouldChange(Struct, frozen=True, kw_only=True):
    """Work waiting now that the rule would change, and how often each of its actions would do something."""

    looked_at: int
    met: int
    actions: dict[str, int]
    samples: list[WorkItem]


class RulePreview(Struct, frozen=True, kw_only=True):
    """What a rule meets. `now` is null for a rule whose actions move no work: of those the past is enough."""

    days: int
    past: Met
    now: WouldChange | None


class RuleTest(Struct, frozen=True, kw_only=True):
    """A rule beside one conversation. `findings` in the order of the conditions."""

    applies: bool
    findings: list[dict[str, Any]]
    actions: list[dict[str, Any]]


async def preview_rule(db: Database, access: Access, rule: StoredRule, days: int) -> RulePreview:
    """Return what a rule would have met in the last days, and would change now. Raises Invalid."""
    if not 1 <= days <= 90:
        raise Invalid("A look back takes 1 to 90 days.", code="out_of_range", field="days", low=1, high=90)
    seen = access.visible_classes("work.read")
    classes = None if seen is None else sorted(seen)
    async with db.read() as tx:
        await check_rule(tx, rule)
        past = await _past(tx, classes, rule, days)
        moves = any(action.verb in ON_WORK_NOW for action in rule.actions)
        now = await _now(tx, classes, rule) if moves else None
    return RulePreview(days=days, past=past, now=now)


async def _past(tx: Tx, classes: Sequence[int] | None, rule: StoredRule, days: int) -> Met:
    since, looked = tx.now - timedelta(days=days), 0
    before: UUID | None = None
    met: list[UUID] = []
    more, unknown, unread = True, 0, 0
    of_each = rule_of(rule).trigger is Trigger.RECEIVED
    while more and looked < MOST_LOOKED_AT:
        page = await tx.rules.past(classes, since, before, _PAGE)
        more = len(page) == _PAGE
        looked += len(page)
        before = page[-1] if page else before
        said = await tx.rules.said_in(page, first=not of_each)
        asked = [(one, message) for one in page for message in said.get(one, [None])]
        rows = await tx.rules.facts(asked)
        hours = await rules_for(tx, {row.terms for row in rows})
        judged: dict[UUID, list[Judgement]] = {one: [] for one in page}
        for row in rows:
            judged[row.interaction_id].append(_judged_then(rule, row, hours))
        met += [one for one in page if any(j.applies for j in judged[one])]
        unknown += sum(_is_unknown(judged[one]) for one in page)
        unread += sum(one not in said for one in page)
    fields = {condition.field for condition in rule.conditions}
    return Met(
        looked_at=looked, met=len(met), all_looked_at=not more, unknown=unknown, samples=await _samples(tx, met),
        unread=unread if "text" in fields else 0, as_today=sorted(fields & AS_TODAY),
    )  # fmt: skip


def _judged_then(rule: StoredRule, row: RuleFacts, rules: Mapping[str, Rules]) -> Judgement:
    """Return what the rule would have said at its moment: hours, weekday, time and how long it had waited are those of then."""
    trigger = rule_of(rule).trigger
    if trigger is Trigger.WAITING:
        at = row.waiting_since + timedelta(seconds=rule.after_s or 0)
    elif trigger is Trigger.ANSWERED:
        at = row.first_response_at or row.created_at
    elif trigger is Trigger.WRAPPED_UP:
        at = row.closed_at or row.created_at
    else:
        at = (row.said_at if trigger is Trigger.RECEIVED else None) or row.created_at
    opening = rules[row.terms].opening_hours
    waited_s = max(0.0, (at - row.waiting_since).total_seconds())
    facts = facts_of(row, at, open_now=opening is None or opening.is_open(at), waited_s=waited_s)
    return judge(rule_of(rule), facts, fold)


def _is_unknown(judged: Sequence[Judgement]) -> bool:
    return bool(judged) and not any(j.applies for j in judged) and any(f.unknown for j in judged for f in j.findings)


async def _now(tx: Tx, classes: Sequence[int] | None, rule: StoredRule) -> WouldChange:
    waiting = await tx.rules.waiting_now(classes, MOST_WAITING)
    actions: dict[str, int] = {}
    met: list[UUID] = []
    for row in await tx.rules.facts([(one, None) for one in waiting]):
        judgement = _judge(tx, rule, row)
        if judgement.applies:
            met.append(row.interaction_id)
            for action in judgement.actions:
                actions[action.verb.value] = actions.get(action.verb.value, 0) + 1
    return WouldChange(looked_at=len(waiting), met=len(met), actions=actions, samples=await _samples(tx, met))


async def check_beside(db: Database, access: Access, rule: StoredRule, conversation_id: UUID) -> RuleTest:
    """Return what a rule says of a conversation's newest enquiry. Raises Invalid, NotFound."""
    async with db.read() as tx:
        await check_rule(tx, rule)
        last = (await tx.talk.interactions_of([conversation_id])).get(conversation_id)
        rows = await tx.rules.facts([(last.id, None)]) if last else []
        if not rows or not access.sees(rows[0].access_class, rows[0].agent_id):
            raise NotFound("This conversation does not exist, or is not yours to see.")
        judgement = _judge(tx, rule, rows[0])
    return RuleTest(
        applies=judgement.applies, findings=msgspec.to_builtins(judgement.findings),
        actions=msgspec.to_builtins(judgement.actions),
    )  # fmt: skip


def _judge(tx: Tx, rule: StoredRule, row: RuleFacts) -> Judgement:
    return judge(rule_of(rule), facts_of(row, tx.now), fold)


async def _samples(tx: Tx, ids: Sequence[UUID]) -> list[WorkItem]:
    return await tx.reading.work_items(list(ids[:SAMPLES]))
