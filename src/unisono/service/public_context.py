"""What a public conversation hangs on: the post, and the thread above. Asked of the network when somebody looks, kept nowhere."""

from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.contract.budgets import BudgetSpent
from unisono.contract.connector import Context, PullFailed
from unisono.contract.context import HostRefused, NotReached
from unisono.contract.inbound import ThreadRef
from unisono.domain.errors import NotFound
from unisono.domain.words import Visibility
from unisono.service.access import Access
from unisono.service.channel_context import Outside, open_connector
from unisono.service.instant import Instant, maybe_instant
from unisono.service.text import storable

MOST: Final = 20
MAX_CHARS: Final = 5_000


class AboveView(Struct, frozen=True, kw_only=True):
    """A post above the customer's: the oldest first. own: ours."""

    remote_id: str
    author: str
    handle: str
    text: str
    said_at: Instant | None
    url: str
    own: bool


class ContextView(Struct, frozen=True, kw_only=True):
    """items: what stands above. complete: the network was asked; otherwise these are only the posts that the house knows."""

    items: list[AboveView]
    complete: bool
    why: str = ""


async def public_context(outside: Outside, access: Access, conversation_id: UUID) -> ContextView:
    """Return what stands above the first item of a public conversation; empty for a private one. Raises NotFound."""
    async with outside.db.read() as tx:
        found = await tx.reading.conversation(conversation_id)
        if found is None or not access.sees(found.access_class, found.agent_id):
            raise NotFound("This conversation does not exist, or is not yours to see.")
        channel = await tx.channels.facts(found.view.channel_id)
        known = [
            AboveView(
                remote_id=row.remote_id, author=row.author, handle=row.handle, text=row.text[:MAX_CHARS],
                said_at=maybe_instant(row.said_at), url=row.url, own=row.own,
            )
            for row in await tx.reading.known_above(conversation_id, MOST)
        ]  # fmt: skip
        first = await tx.reading.first_remote_id(conversation_id)
    if found.view.visibility != Visibility.PUBLIC.value or channel is None or first is None:
        return ContextView(items=known, complete=found.view.visibility != Visibility.PUBLIC.value)
    connector = open_connector(outside, channel)
    if not connector.capabilities().context or not isinstance(connector, Context):
        return ContextView(items=known, complete=False, why="not_offered")
    thread = ThreadRef(visibility=Visibility.PUBLIC, root_id=found.view.root_remote_id)
    try:
        items = await connector.context(thread, first)
    except (PullFailed, NotReached, HostRefused, BudgetSpent):
        return ContextView(items=known, complete=False, why="not_reached")
    return ContextView(
        items=[
            AboveView(
                remote_id=item.remote_id, author=item.author.display_name or item.author.handle, handle=item.author.handle,
                text=storable(item.text)[:MAX_CHARS],
                said_at=maybe_instant(item.occurred_at), url=item.url, own=item.own,
            )
            for item in items[-MOST:]
        ],
        complete=True,
    )  # fmt: skip
