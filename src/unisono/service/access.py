"""Who may see and do what: the only door through which lists, search, stream, export and verbs ask.

A grant gives a role in a scope; a role is a named set of actions; a conversation has one access class. For one person
and one action the answer is a set of classes, or all of them.
"""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct, field

from unisono.domain.errors import Forbidden, NotFound


class Access(Struct, frozen=True, kw_only=True):
    """What one person may do, as resolved when their session was opened or their grants changed.

    actions: everything that some grant allows somewhere. classes: for each action the access classes it reaches; None
    means every class. own: actions that reach the person's own work whatever its class (scope self).
    """

    user_id: UUID
    actions: frozenset[str] = frozenset()
    classes: Mapping[str, frozenset[int] | None] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def may(self, action: str) -> bool:
        """Tell whether the action is allowed anywhere."""
        return action in self.actions

    def require(self, action: str) -> None:
        """Raise Forbidden, naming the action, unless it is allowed somewhere."""
        if not self.may(action):
            raise Forbidden(f"This needs the right {action!r}, which none of your roles gives.", action=action)

    def visible_classes(self, action: str = "work.read") -> frozenset[int] | None:
        """Return the access classes that an action reaches; None means all."""
        return self.classes.get(action, frozenset())

    def sees(self, access_class: int, agent_id: UUID | None = None, action: str = "work.read") -> bool:
        """Tell whether the person may see an item of this class that is in the hands of `agent_id`."""
        classes = self.classes.get(action, frozenset())
        if classes is None or access_class in classes:
            return action in self.actions
        return action in self.own and agent_id == self.user_id

    def demand(self, access_class: int, agent_id: UUID | None = None, action: str = "work.read") -> None:
        """Raise NotFound unless the item may be seen: whether it exists is not told."""
        if not self.sees(access_class, agent_id, action):
            raise NotFound("This does not exist, or is not yours to see.")
