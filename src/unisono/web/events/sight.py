"""What a connection may see, in the form by which connections that see the same share their frames."""

from typing import NamedTuple
from uuid import UUID

from unisono.service.access import Access


class Sight(NamedTuple):
    """Equal sights get equal bytes. `own`: whose work is seen whatever its class (scope self), else None."""

    work: frozenset[int] | None
    own: UUID | None
    channels: frozenset[int] | None
    agents: bool
    queues: bool

    def sees_work(self, access_class: int | None, agent_id: UUID | None) -> bool:
        """Tell whether work of this class in the hands of `agent_id` is seen."""
        if self.work is None or (access_class is not None and access_class in self.work):
            return True
        return self.own is not None and agent_id == self.own

    def sees_channel(self, classes: frozenset[int]) -> bool:
        """Tell whether a channel is seen to which these access classes belong."""
        return self.channels is None or bool(self.channels & classes)


NOTHING = Sight(frozenset(), None, frozenset(), agents=False, queues=False)


def sight_for(access: Access) -> Sight:
    """Return what a person's stream may carry."""
    return Sight(
        work=access.visible_classes("work.read"),
        own=access.user_id if "work.read" in access.own else None,
        channels=access.visible_classes("channel.read"),
        agents=access.may("agent.read"),
        queues=access.may("queue.read"),
    )
