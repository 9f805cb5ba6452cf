"""Who has a conversation open: told to those who have it open too, kept nowhere."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

TOPIC: Final = "viewers"
GOOD_FOR: Final = timedelta(seconds=45)
REPEAT_S: Final = 15.0


class Viewers:
    """What each node told of its own connections; a node that falls silent is forgotten."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._told: dict[UUID, dict[str, tuple[datetime, tuple[UUID, ...]]]] = {}

    def message(self, conversation_id: UUID, user_ids: Iterable[UUID]) -> tuple[str, dict[str, Any]]:
        """Return (key, value) for the ephemeral topic: ids only."""
        ids = sorted(str(user_id) for user_id in set(user_ids))
        return f"{conversation_id}/{self._node}", {"conversation_id": str(conversation_id), "node": self._node, "user_ids": ids}

    def hear(self, value: Mapping[str, Any], now: datetime) -> UUID | None:
        """Take in what a node told; returns the conversation if who views it has changed."""
        try:
            conversation_id = UUID(str(value["conversation_id"]))
            ids = tuple(UUID(str(user_id)) for user_id in value["user_ids"])
            node = str(value["node"])
        except (KeyError, ValueError, TypeError):
            return None
        before = self.of(conversation_id, now)
        nodes = self._told.setdefault(conversation_id, {})
        if ids:
            nodes[node] = (now, ids)
        else:
            nodes.pop(node, None)
        if not nodes:
            del self._told[conversation_id]
        return conversation_id if self.of(conversation_id, now) != before else None

    def of(self, conversation_id: UUID, now: datetime) -> frozenset[UUID]:
        """Return who views a conversation now, on all nodes."""
        nodes = self._told.get(conversation_id, {})
        return frozenset(user_id for at, ids in nodes.values() if now - at <= GOOD_FOR for user_id in ids)
