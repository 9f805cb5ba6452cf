"""What is said back to a linked account: in private, where the command came from, each once."""

from datetime import timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from unisono.contract.budgets import BudgetSpent
from unisono.contract.connector import Connector, PullFailed
from unisono.contract.context import HostRefused, NotReached
from unisono.contract.inbound import Author, Created, ThreadRef
from unisono.contract.outbound import OutMessage, Retry, SendResult, Sent, Unknown
from unisono.domain.words import Visibility
from unisono.service.channel_context import Outside
from unisono.service.ports.accounts import Reply
from unisono.service.ports.channels import ChannelFacts

BATCH: Final = 20
LEASE_S: Final = 60.0
#: What could not be said within so long is of no use any more.
GIVEN_UP: Final = timedelta(minutes=30)
_PAUSE_S: Final = 5.0


class Place(Struct, frozen=True, kw_only=True):
    """Where a reply goes: to one account, in private. public: it answers a post that everybody sees."""

    root_id: str
    message_id: str
    public: bool
    author_id: str
    realm: str
    handle: str

    def plain(self) -> dict[str, Any]:
        """Return it as it is kept."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


def place_of(event: Created) -> Place:
    """Return where the reply to a message goes."""
    return Place(
        root_id=event.thread.root_id, message_id=event.remote_id, public=event.thread.visibility is not Visibility.PRIVATE,
        author_id=event.author.remote_id, realm=event.author.realm, handle=event.author.handle,
    )  # fmt: skip


def message_of(reply: Reply) -> OutMessage:
    """Return a reply as it is sent; never to where others read it."""
    place = msgspec.convert(reply.place, Place)
    thread = ThreadRef(
        visibility=Visibility.PRIVATE, root_id=place.message_id if place.public else place.root_id,
        parent_id=None if place.public else place.message_id, links_to=place.root_id if place.public else None,
    )  # fmt: skip
    return OutMessage(
        key=str(reply.id), thread=thread, in_reply_to=place.message_id,
        recipient=Author(remote_id=place.author_id, realm=place.realm, handle=place.handle), text=reply.text,
        created_at=reply.created_at, private_reply_to=place.message_id if place.public else None,
    )  # fmt: skip


async def send_replies(outside: Outside, channel: ChannelFacts, connector: Connector) -> int:
    """Send what is due of a channel; returns how many were tried. The caller holds the channel's lease."""
    async with outside.db.read() as tx:
        if not await tx.accounts.replies_due(channel.id):
            return 0
    async with outside.db.write() as tx:
        replies = await tx.accounts.claim_replies(channel.id, BATCH, LEASE_S)
    for reply in replies:
        await _send(outside, channel, connector, reply)
    return len(replies)


async def _send(outside: Outside, channel: ChannelFacts, connector: Connector, reply: Reply) -> None:
    message = message_of(reply)
    native = connector.capabilities(message.thread).native_idempotency
    now = outside.clock.now()
    result: SendResult
    try:
        result = await connector.send(message, reply.attempts)
    except BudgetSpent as error:
        result = Retry(reason=str(error), after_s=60.0)
    except (PullFailed, NotReached, HostRefused) as error:
        result = Unknown(reason=type(error).__name__)
    except Exception as error:  # a connector's bug: nobody knows whether it was said, so it is not said again
        outside.log_for(channel.id, channel.connector).error("reply_failed", error=type(error).__name__)
        result = Unknown(reason=type(error).__name__)
    again = isinstance(result, Retry) or (isinstance(result, Unknown) and native)
    next_at = None
    if again and now - reply.created_at < GIVEN_UP:
        asked = result.after_s if isinstance(result, Retry) else None
        next_at = now + timedelta(seconds=asked if asked is not None else _PAUSE_S * 2 ** min(reply.attempts, 6))
    if next_at is None and not isinstance(result, Sent | Unknown):
        outside.log_for(channel.id, channel.connector).warning("reply_given_up", result=type(result).__name__)
    async with outside.db.write() as tx:
        sent = result.remote_id if isinstance(result, Sent) else None
        await tx.accounts.settle_reply(reply.id, remote_id=sent, next_at=next_at)
