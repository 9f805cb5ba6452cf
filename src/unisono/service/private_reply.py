"""A public comment answered in private: where the answer goes, how long and how often the network lets us.

The private thread has no name before its first message is sent. It stands under a stand-in until the network tells its own
(`contract.Sent.root_id`), linked to the public thread that it was born from, so that both read as one customer's story.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.contract.capabilities import Caps
from unisono.contract.inbound import ThreadRef
from unisono.domain.errors import Invalid
from unisono.domain.words import Direction, ReplyRule, Visibility
from unisono.service.channel_context import Outside
from unisono.service.ports import Tx
from unisono.service.ports.talk import Answerable, ThreadKey

#: Root of a private thread that the network has not named yet.
STAND_IN = "private-reply:"


class PrivateReply(Struct, frozen=True, kw_only=True):
    """A public item that is answered in private. until: end of the network's window for it; most: how often; None for no end."""

    remote_id: str
    thread: ThreadRef
    identity_id: UUID
    until: datetime | None
    most: int | None


async def private_reply(outside: Outside, place: Answerable, message_id: UUID, caps: Caps) -> PrivateReply:
    """Return where a private answer to a public message goes. Raises Invalid when the network does not allow one."""
    async with outside.db.read() as tx:
        comment = await tx.comments.place(message_id)
        if (
            comment is None or comment.remote_id is None or comment.conversation_id != place.conversation_id or comment.deleted
            or comment.direction != Direction.INBOUND.value or comment.visibility != Visibility.PUBLIC.value
        ):  # fmt: skip
            raise Invalid("Only a customer's public message of this thread can be answered in private.", code="no_comment",
                          field="private_reply_to")  # fmt: skip
        if not caps.private_reply:
            raise Invalid("This network does not let us answer in private from here.", code="no_private_reply")
        await _check_unused(tx, place.channel_id, comment.remote_id, caps.private_replies_max)
    window = caps.private_reply_window_s
    return PrivateReply(
        remote_id=comment.remote_id,
        thread=ThreadRef(
            visibility=Visibility.PRIVATE, root_id=STAND_IN + comment.remote_id, customer=comment.author,
            links_to=comment.root_remote_id,
        ),
        identity_id=comment.identity_id,
        until=comment.occurred_at + timedelta(seconds=window) if window is not None else None,
        most=caps.private_replies_max,
    )  # fmt: skip


async def _check_unused(tx: Tx, channel_id: UUID, remote_id: str, most: int | None) -> None:
    if most is not None and await tx.comments.private_replies(channel_id, remote_id) >= most:
        raise Invalid("This comment was answered in private already; the network takes no second one before the customer writes.",
                      code="private_reply_used")  # fmt: skip


def private_caps(caps: Caps) -> Caps:
    """Return what a private thread allows by what a connector says of it, also one that states both kinds at once."""
    return msgspec.structs.replace(caps, text=caps.private_text) if caps.private_text is not None else caps


async def open_private_thread(tx: Tx, place: Answerable, private: PrivateReply) -> UUID:
    """Return the private conversation, made if this is the first word in it.

    The work is locked: of two answers at the same moment one is refused. Raises Invalid.
    """
    await _check_unused(tx, place.channel_id, private.remote_id, private.most)
    key = ThreadKey(visibility=Visibility.PRIVATE.value, root_remote_id=private.thread.root_id, identity_id=private.identity_id)
    made = (await tx.talk.conversations_of(place.channel_id, [key], place.access_class))[key]
    rule = ReplyRule.UNTIL if private.until is not None else ReplyRule.YES
    await tx.comments.open_private(made.id, private.thread.links_to or "", rule.value, private.until, "")
    return made.id
