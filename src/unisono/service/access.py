"""Who may see and do what: the only door through which lists, search, stream, export and verbs ask.

A grant gives a role in a scope; a role is a named set of actions; a conversation has one access class, which stands for
its (channel, queue). For one person and one action the answer is a set of classes, or all of them.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from msgspec import Struct, field

from unisono.domain.errors import Forbidden, NotFound
from unisono.service.actions import ACTIONS, Reach


class GrantReach(Struct, frozen=True, kw_only=True):
    """One grant of a person as the store resolves it. `classes`: those that lie in its scope now."""

    role: str
    actions: tuple[str, ...]
    scope_kind: str
    scope_id: UUID | None = None
    classes: frozenset[int] = frozenset()


class Access(Struct, frozen=True, kw_only=True):
    """What one person may do, as resolved when they asked.

    actions: everything that some grant allows somewhere. classes: for each action the access classes it reaches; None
    means every class. own: actions that reach the person's own work whatever its class (scope self).
    """

    user_id: UUID
    actions: frozenset[str] = frozenset()
    classes: Mapping[str, frozenset[int] | None] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def limited_to(self, actions: Iterable[str]) -> "Access":
        """Return an access that allows at most these actions, where this one does."""
        kept = self.actions & frozenset(actions)
        classes = {action: found for action, found in self.classes.items() if action in kept}
        return Access(user_id=self.user_id, actions=kept, classes=classes, own=self.own & kept)

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
        """Tell whether the action reaches an item of this class that is in the hands of `agent_id`."""
        classes = self.classes.get(action, frozenset())
        if classes is None or access_class in classes:
            return action in self.actions
        return action in self.own and agent_id == self.user_id

    def demand(self, access_class: int, agent_id: UUID | None = None, action: str = "work.read") -> None:
        """Raise NotFound unless the item may be seen, whether it exists or not; Forbidden if only `action` lacks."""
        if not self.sees(access_class, agent_id):
            raise NotFound("This does not exist, or is not yours to see.")
        if not self.sees(access_class, agent_id, action):
            raise Forbidden(f"Here this needs the right {action!r}, which your roles do not give.", action=action)


def resolve(user_id: UUID, grants: Iterable[GrantReach]) -> Access:
    """Return what a person's grants allow together. Actions that this version does not know allow nothing."""
    actions: set[str] = set()
    own: set[str] = set()
    everywhere: set[str] = set()
    reached: dict[str, set[int]] = {}
    for grant in grants:
        house = grant.scope_kind == "organisation"
        for action in grant.actions:
            reach = ACTIONS.get(action)
            if reach is None or (reach is Reach.HOUSE and not house):
                continue
            actions.add(action)
            if reach is not Reach.CLASSES:
                continue
            if house:
                everywhere.add(action)
            elif grant.scope_kind == "self":
                own.add(action)
            else:
                reached.setdefault(action, set()).update(grant.classes)
    classes: dict[str, frozenset[int] | None] = {action: frozenset(found) for action, found in reached.items()}
    classes.update(dict.fromkeys(everywhere))
    return Access(user_id=user_id, actions=frozenset(actions), classes=classes, own=frozenset(own - everywhere))
