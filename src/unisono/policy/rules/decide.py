"""Which rules apply to an enquiry on an occasion, in which order, and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from unisono.policy.rules.language import Action, Condition, Op, Rule, Trigger, Verb

#: So often a rule is applied to one enquiry within a day; what comes more often goes round in a circle with somebody's robot.
MOST_TIMES: Final = 20
_ONE: Final = frozenset({Verb.QUEUE, Verb.PRIORITY, Verb.CLASS, Verb.ASSIGN, Verb.APPROVAL})


class Facts(Struct, frozen=True, kw_only=True):
    """An enquiry at the moment of the occasion.

    words: the folded words of what was said, with a space before, between and behind. minute: of the day, by the queue's wall
    clock. followers: of who said it; None where the network does not tell. approval: whose answers wait for a second person.
    """

    words: str = " "
    network: str = ""
    channel: str = ""
    medium: str = ""
    visibility: str = ""
    queue: str = ""
    work_class: str = ""
    language: str = ""
    skills: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    customer_value: float = 1.0
    priority: int = 0
    waiting_s: float = 0.0
    hours: str = "open"
    weekday: str = "monday"
    minute: int = 0
    first_contact: str = "no"
    agent: str = ""
    closed: bool = False
    followers: float | None = None
    approval: str = ""


class Finding(Struct, frozen=True, kw_only=True):
    """What became of one condition: whether it holds, and the values of the rule that were met.

    unknown: what it asks for is not known of this enquiry; it does not hold then, whichever way it is asked.
    """

    field: str
    op: Op
    holds: bool
    met: tuple[str, ...] = ()
    unknown: bool | UnsetType = UNSET


class Judgement(Struct, frozen=True, kw_only=True):
    """A rule beside the facts. `why_not`: conditions, or too_often."""

    rule_id: UUID
    applies: bool
    findings: tuple[Finding, ...]
    actions: tuple[Action, ...] = ()
    why_not: str = ""


Fold = Callable[[str], str]


def decide(
    rules: Iterable[Rule], trigger: Trigger, facts: Facts, fold: Fold, applied: Mapping[UUID, int] = {}
) -> list[Judgement]:
    """Return a judgement for each rule that was looked at, in order; the facts follow what the rules before did.

    fold: makes a phrase comparable with `Facts.words`. applied: how often each rule was applied to this enquiry lately.
    """
    judged: list[Judgement] = []
    for rule in sorted(rules, key=lambda r: (r.position, r.id)):
        if rule.trigger is not trigger:
            continue
        judgement = judge(rule, facts, fold)
        if judgement.applies and applied.get(rule.id, 0) >= MOST_TIMES:
            judgement = replace(judgement, applies=False, why_not="too_often", actions=())
        judged.append(judgement)
        if judgement.applies:
            for action in judgement.actions:
                facts = after(facts, action)
            if rule.stop:
                break
    return judged


def judge(rule: Rule, facts: Facts, fold: Fold) -> Judgement:
    """Return whether a rule's conditions hold (with none it always applies), and what of its actions would change anything."""
    findings = tuple(_find(condition, facts, fold) for condition in rule.conditions)
    holds = [finding.holds for finding in findings]
    applies = not holds or (all(holds) if rule.match_all else any(holds))
    if not applies:
        return Judgement(rule_id=rule.id, applies=False, findings=findings, why_not="conditions")
    actions: list[Action] = []
    then = facts
    last = {action.verb: place for place, action in enumerate(rule.actions)}
    for place, action in enumerate(rule.actions):
        # Of two queues in one rule the last is meant; on its way there it visits no other.
        if action.verb in _ONE and place != last[action.verb]:
            continue
        if _changes(then, action):
            actions.append(action)
            then = after(then, action)
    return Judgement(rule_id=rule.id, applies=True, findings=findings, actions=tuple(actions))


def after(facts: Facts, action: Action) -> Facts:
    """Return the facts as they are once an action was carried out."""
    match action.verb:
        case Verb.QUEUE:
            return replace(facts, queue=action.value)
        case Verb.SKILL:
            return replace(facts, skills=facts.skills | {action.value})
        case Verb.PRIORITY:
            return replace(facts, priority=int(action.value))
        case Verb.CLASS:
            return replace(facts, work_class=action.value)
        case Verb.APPROVAL:
            return replace(facts, approval=action.value)
        case Verb.TAG:
            return replace(facts, tags=facts.tags | {action.value})
        case Verb.ASSIGN:
            return replace(facts, agent=action.value)
        case Verb.CLOSE:
            return replace(facts, closed=True)
    return facts


def _changes(facts: Facts, action: Action) -> bool:
    """Whether an action does anything: a closed enquiry is only written about, and what is so already stays."""
    if action.verb in (Verb.NOTE, Verb.NOTIFY, Verb.WEBHOOK):
        return True
    if action.verb is Verb.TAG:
        return action.value not in facts.tags
    return not facts.closed and (action.verb is Verb.ACKNOWLEDGE or after(facts, action) != facts)


def _find(condition: Condition, facts: Facts, fold: Fold) -> Finding:
    if getattr(facts, condition.field, "") is None:
        return Finding(field=condition.field, op=condition.op, holds=False, unknown=True)
    met, holds = _compare(condition, facts, fold)
    return Finding(field=condition.field, op=condition.op, holds=holds, met=met)


def _compare(condition: Condition, facts: Facts, fold: Fold) -> tuple[tuple[str, ...], bool]:
    values = condition.values
    match condition.op:
        case Op.CONTAINS_ANY | Op.CONTAINS_ALL | Op.CONTAINS_NONE:
            met = tuple(v for v in values if said(v, facts.words, fold))
            holds = {Op.CONTAINS_ANY: bool(met), Op.CONTAINS_ALL: len(met) == len(values), Op.CONTAINS_NONE: not met}
            return met, holds[condition.op]
        case Op.HAS | Op.HAS_NOT:
            there = facts.skills if condition.field == "skill" else facts.tags
            met = tuple(v for v in values if v in there)
            return met, bool(met) == (condition.op is Op.HAS)
        case Op.AT_LEAST | Op.AT_MOST:
            number: float = getattr(facts, condition.field)
            holds_number = number >= float(values[0]) if condition.op is Op.AT_LEAST else number <= float(values[0])
            return values if holds_number else (), holds_number
        case Op.BETWEEN:
            inside = between(facts.minute, values)
            return values if inside else (), inside
    found = str(getattr(facts, condition.field))
    met = tuple(v for v in values if v == found)
    return met, bool(met) == (condition.op is Op.IS)


def said(phrase: str, words: str, fold: Fold) -> bool:
    """Tell whether a phrase is among folded words: whole words, one behind the other; with `*` at its end any ending."""
    folded = fold(phrase.removesuffix("*"))
    if not folded:
        return False
    return f" {folded}" in words if phrase.endswith("*") else f" {folded} " in words


def between(minute: int, values: Sequence[str]) -> bool:
    """Tell whether a minute of the day lies from the first time up to the second; the second may be on the next day."""
    begins, ends = (minute_of(value) for value in values)
    return begins <= minute < ends if begins < ends else minute >= begins or minute < ends


def minute_of(time: str) -> int:
    """Return the minute of the day of HH:MM. Raises ValueError for anything else."""
    hours, _, minutes = time.partition(":")
    if not (len(hours) == len(minutes) == 2 and hours.isdigit() and minutes.isdigit() and int(hours) < 25 and int(minutes) < 60):
        raise ValueError(time)
    return int(hours) * 60 + int(minutes)
