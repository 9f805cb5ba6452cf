"""What a rule is made of, and which words it may use: the one list that checks, the editor and the pages of the docs read."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct


class Trigger(StrEnum):
    """When a rule is looked at. WAITING: once for each enquiry, after it has waited so long."""

    CREATED = "created"
    RECEIVED = "received"
    WAITING = "waiting"
    WARNED = "warned"
    BREACHED = "breached"
    ANSWERED = "answered"
    WRAPPED_UP = "wrapped_up"
    TAGGED = "tagged"


class Op(StrEnum):
    """How a field is compared. IS, HAS: with one of the values. Words of a text are folded, `*` at the end is any ending."""

    IS = "is"
    IS_NOT = "is_not"
    HAS = "has"
    HAS_NOT = "has_not"
    CONTAINS_ANY = "contains_any"
    CONTAINS_ALL = "contains_all"
    CONTAINS_NONE = "contains_none"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"


_IS: Final = (Op.IS, Op.IS_NOT)
_HAS: Final = (Op.HAS, Op.HAS_NOT)
_NUMBER: Final = (Op.AT_LEAST, Op.AT_MOST)

#: The fields of an enquiry that a condition may ask for, and how.
FIELDS: Final[dict[str, tuple[Op, ...]]] = {
    "text": (Op.CONTAINS_ANY, Op.CONTAINS_ALL, Op.CONTAINS_NONE),
    "network": _IS,
    "channel": _IS,
    "medium": _IS,
    "visibility": _IS,
    "queue": _IS,
    "work_class": _IS,
    "language": _IS,
    "skill": _HAS,
    "tag": _HAS,
    "customer_value": _NUMBER,
    "priority": _NUMBER,
    "waiting_s": _NUMBER,
    "hours": _IS,
    "weekday": _IS,
    "time": (Op.BETWEEN,),
    "first_contact": _IS,
    "followers": _NUMBER,
}

#: What only the present tells: a look back at past work compares these as they are today.
AS_TODAY: Final = frozenset({"queue", "work_class", "skill", "tag", "customer_value", "priority", "followers"})

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

#: What is known beforehand; other values are names and numbers of the house.
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "visibility": ("public", "private"),
    "hours": ("open", "closed"),
    "weekday": WEEKDAYS,
    "first_contact": ("yes", "no"),
}

#: Whose answers a rule holds for a second person: of everybody, or of those who may not approve themselves.
APPROVALS: Final = ("everybody", "newcomers")


class Verb(StrEnum):
    """What a rule can do."""

    QUEUE = "queue"
    SKILL = "skill"
    PRIORITY = "priority"
    CLASS = "class"
    ASSIGN = "assign"
    TAG = "tag"
    NOTE = "note"
    NOTIFY = "notify"
    APPROVAL = "approval"
    WEBHOOK = "webhook"
    ACKNOWLEDGE = "acknowledge"
    CLOSE = "close"


#: Of these a look back can only tell what the condition meets: where work went afterwards nobody knows.
ON_WORK_NOW: Final = frozenset({Verb.QUEUE, Verb.SKILL, Verb.PRIORITY, Verb.CLASS, Verb.ASSIGN})


class Condition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One comparison. `values`: texts, keys, ids or numbers as the field has them, as text."""

    field: str
    op: Op
    values: tuple[str, ...]


class Action(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to do. `value`: what the verb needs: an id (queue, person, webhook, code), a skill's key, a number, a text."""

    verb: Verb
    value: str
    level: int = 1


class Rule(Struct, frozen=True, kw_only=True):
    """A rule as it is applied: `position` orders, the id decides between equals. match_all: else one condition suffices.

    stop: when it applies, those behind it are not looked at for this occasion.
    """

    id: UUID
    position: int
    trigger: Trigger
    conditions: tuple[Condition, ...] = ()
    match_all: bool = True
    actions: tuple[Action, ...] = ()
    stop: bool = False
    after_s: int | None = None
