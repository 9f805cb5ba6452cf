"""Whether a rule makes sense, and names what there is."""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from unisono.domain.errors import Invalid
from unisono.policy.rules.decide import minute_of
from unisono.policy.rules.language import APPROVALS, CHOICES, FIELDS, Action, Condition, Op, Trigger, Verb
from unisono.service.assign import PRIORITY
from unisono.service.ports import Tx
from unisono.service.ports.rules import StoredRule
from unisono.service.queues import MAX_LEVEL
from unisono.service.rules.facts import fold
from unisono.service.text import storable

MOST: Final = 30
MAX_NAME_CHARS: Final = 120
MAX_TEXT_CHARS: Final = 5_000
MAX_VALUES: Final = 200
_DAY_S: Final = 86_400


async def check_rule(tx: Tx, rule: StoredRule) -> None:
    """Raise Invalid, with the field and its place, for what no rule can be."""
    name = rule.name.strip()
    if not name or len(name) > MAX_NAME_CHARS:
        raise Invalid(f"A rule has a name of 1 to {MAX_NAME_CHARS} characters.", code="bad_name", field="name")
    try:
        trigger = Trigger(rule.trigger)
    except ValueError:
        raise Invalid(f"{rule.trigger!r} is no occasion; known are {_list(Trigger)}.", code="bad_rule", field="trigger") from None
    if (trigger is Trigger.WAITING) != (rule.after_s is not None):
        raise Invalid("A rule of waiting says after how long, and no other does.", code="bad_rule", field="after_s")
    if rule.after_s is not None and not 60 <= rule.after_s <= 365 * _DAY_S:
        raise Invalid("A rule of waiting begins after one minute to one year.", code="bad_rule", field="after_s")
    if not rule.actions:
        raise Invalid("A rule does something: add what.", code="no_actions", field="actions")
    if len(rule.conditions) > MOST or len(rule.actions) > MOST:
        raise Invalid(f"A rule has at most {MOST} conditions and {MOST} actions.", code="bad_rule", field="conditions")
    known = await known_names(tx)
    for place, condition in enumerate(rule.conditions):
        _check_condition(condition, known, f"conditions.{place}")
    for place, action in enumerate(rule.actions):
        _check_action(action, known, f"actions.{place}")


async def known_names(tx: Tx) -> Mapping[str, set[str]]:
    """Return the ids and keys that conditions and actions may name, by what they name."""
    people = {str(agent.id) async for some in tx.work.everybody(MAX_VALUES) for agent in some}
    return {
        "queue": {str(queue.id) for queue in await tx.setup.queues(None)},
        "channel": {str(channel.id) for channel in await tx.setup.channels(None)},
        "skill": {skill.key for skill in await tx.setup.skills()},
        "work_class": {str(one.id) for one in await tx.setup.work_classes()},
        "tag": {str(tag.id) for tag in await tx.tags.all() if not tag.archived},
        "class": {str(one.id) for one in await tx.setup.work_classes()},
        "notify": people,
        "approval": set(APPROVALS),
        "assign": people,
        "close": {str(code.id) for code in await tx.setup.codes() if not code.archived},
    }


def _check_condition(condition: Condition, known: Mapping[str, set[str]], field: str) -> None:
    ops = FIELDS.get(condition.field)
    if ops is None:
        raise Invalid(f"{condition.field!r} is nothing to ask for; known are {_list(FIELDS)}.", code="bad_condition", field=field)
    if condition.op not in ops:
        raise Invalid(f"{condition.field} is compared by {_list(ops)}.", code="bad_condition", field=field)
    values = condition.values
    if not values or len(values) > MAX_VALUES or not all(value.strip() for value in values):
        raise Invalid("A condition compares with one value or more.", code="no_values", field=field)
    names = CHOICES.get(condition.field) or known.get(condition.field)
    if names is not None and not set(values) <= set(names):
        raise Invalid(f"A value of {condition.field} does not exist here.", code="bad_condition", field=field)
    try:
        if condition.op in (Op.AT_LEAST, Op.AT_MOST):
            [float(value) for value in values[:1]]
        elif condition.op is Op.BETWEEN:
            if len([minute_of(value) for value in values]) != 2:
                raise ValueError
        elif condition.field == "text" and not all(fold(value.removesuffix("*")) for value in values):
            raise ValueError
    except ValueError:
        said = ", ".join(values)
        raise Invalid(f"{said} cannot be compared with {condition.field}.", code="bad_condition", field=field) from None


def _check_action(action: Action, known: Mapping[str, set[str]], field: str) -> None:
    value = action.value
    names = known.get(action.verb.value)
    if names is not None and value not in names:
        raise Invalid(f"{action.verb} names something that is not here, or is archived.", code="bad_action", field=field)
    match action.verb:
        case Verb.PRIORITY:
            if not value.removeprefix("-").isdigit() or abs(int(value)) > PRIORITY:
                raise Invalid(f"A priority is a number from -{PRIORITY} to {PRIORITY}.", code="bad_action", field=field)
        case Verb.SKILL:
            if not 1 <= action.level <= MAX_LEVEL:
                raise Invalid(f"A level lies between 1 and {MAX_LEVEL}.", code="bad_action", field=field)
        case Verb.NOTE | Verb.ACKNOWLEDGE:
            if not storable(value).strip() or len(value) > MAX_TEXT_CHARS:
                raise Invalid(f"A text has 1 to {MAX_TEXT_CHARS} characters.", code="bad_action", field=field)
        case Verb.WEBHOOK:
            try:
                UUID(value)
            except ValueError:
                raise Invalid("This webhook does not exist.", code="bad_action", field=field) from None


def _list(words: Iterable[str]) -> str:
    return ", ".join(str(word) for word in words)
