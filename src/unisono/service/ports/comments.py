"""What is asked of the store about public items that something is done to."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.contract.inbound import Author


class CommentPlace(Struct, frozen=True, kw_only=True):
    """A message with what is needed to do something to it at its network."""

    message_id: UUID
    conversation_id: UUID
    channel_id: UUID
    remote_id: str | None
    direction: str
    visibility: str
    occurred_at: datetime
    deleted: bool
    hidden: bool
    liked: bool
    root_remote_id: str
    identity_id: UUID
    access_class: int
    author_id: str
    author_realm: str
    author_handle: str
    author_name: str

    @property
    def author(self) -> Author:
        """Whose it is."""
        return Author(remote_id=self.author_id, realm=self.author_realm, handle=self.author_handle, display_name=self.author_name)


class Comments(Protocol):
    """Public items that something is done to: hidden, liked, answered in private."""

    async def place(self, message_id: UUID) -> CommentPlace | None: ...

    async def mark(self, message_id: UUID, *, hidden: bool | None = None, liked: bool | None = None) -> None: ...

    async def private_replies(self, channel_id: UUID, remote_id: str) -> int:
        """Count the private answers to a public item that were sent or are on their way."""

    async def open_private(self, conversation_id: UUID, links_to: str, rule: str, until: datetime | None, reason: str) -> None:
        """Link a private thread to its public one, and say how long and whether it can be written to."""

    async def adopt(self, conversation_id: UUID, root_id: str, recipient: Author | None) -> UUID:
        """Give a stand-in thread the network's own root; returns the conversation it is now, which may be one from before."""
