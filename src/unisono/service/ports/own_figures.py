"""What is asked of the store about what one handled oneself."""

from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from unisono.service.own_figures import Handled


class OwnFiguresPort(Protocol):
    """Port for one's own figures. Asked with the asker's own id alone."""

    async def handled(self, user_id: UUID, since: datetime) -> "list[Handled]":
        """Return what somebody closed since."""
