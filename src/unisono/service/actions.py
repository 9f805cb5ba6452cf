"""What can be allowed: the closed list of actions, how far each can be narrowed, and the roles that are built in.

Nobody opens the sealed archive, or agrees that single people are looked at, by being an administrator: those are roles of their
own.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct


class Reach(StrEnum):
    """How a grant's scope narrows an action.

    CLASSES: to the conversations (and channels) of the scope. ANYWHERE: a grant in any scope gives it whole; names and
    states that everybody at work needs. HOUSE: only a grant for the whole organisation gives it.
    """

    CLASSES = "classes"
    ANYWHERE = "anywhere"
    HOUSE = "house"


ACTIONS: Final[dict[str, Reach]] = {
    "work.read": Reach.CLASSES,
    "work.answer": Reach.CLASSES,
    "work.transfer": Reach.CLASSES,
    "work.supervise": Reach.CLASSES,
    "report.read": Reach.CLASSES,
    "answer.approve": Reach.CLASSES,
    "report.send": Reach.ANYWHERE,
    "customer.erase": Reach.HOUSE,
    "channel.read": Reach.CLASSES,
    "quarantine.manage": Reach.HOUSE,
    "queue.read": Reach.ANYWHERE,
    "agent.read": Reach.ANYWHERE,
    "token.own": Reach.ANYWHERE,
    "channel.manage": Reach.HOUSE,
    "queue.manage": Reach.HOUSE,
    "agent.manage": Reach.HOUSE,
    "user.read": Reach.HOUSE,
    "user.manage": Reach.HOUSE,
    "retention.manage": Reach.HOUSE,
    "rule.manage": Reach.HOUSE,
    "monitor.manage": Reach.HOUSE,
    "webhook.manage": Reach.HOUSE,
    "setting.read": Reach.HOUSE,
    "setting.manage": Reach.HOUSE,
    "audit.read": Reach.HOUSE,
    "archive.open": Reach.HOUSE,
    "people.look": Reach.HOUSE,
    "people.agree": Reach.HOUSE,
}

#: What an administrator does not have by being one, and may grant all the same.
APART: Final = frozenset({"archive.open", "people.agree"})

ADMINISTRATOR: Final = "administrator"

_AT_WORK = ("work.read", "channel.read", "queue.read", "agent.read")


class BuiltInRole(Struct, frozen=True):
    """A role that comes with the house; its actions follow the program's version."""

    name: str
    actions: tuple[str, ...]


BUILT_IN_ROLES: Final = (
    BuiltInRole(ADMINISTRATOR, tuple(action for action in ACTIONS if action not in APART)),
    BuiltInRole(
        "supervisor",
        (
            *_AT_WORK, "work.answer", "work.transfer", "work.supervise", "token.own", "quarantine.manage",
            "queue.manage", "agent.manage", "user.read", "report.read", "answer.approve", "report.send", "monitor.manage",
        ),
    ),
    BuiltInRole("agent", (*_AT_WORK, "work.answer", "work.transfer", "token.own")),
    BuiltInRole("viewer", _AT_WORK),
    BuiltInRole("auditor", ("audit.read", "user.read", "setting.read")),
    BuiltInRole("archivist", ("archive.open",)),
    BuiltInRole("works_council", ("people.agree",)),
)  # fmt: skip
