"""What may be done to a customer's item at its network: hide and show it, delete it, like it, report it. Each is written down."""

from collections.abc import Awaitable
from typing import Final, Literal, get_args
from uuid import UUID

from unisono.contract.budgets import BudgetSpent
from unisono.contract.capabilities import Caps
from unisono.contract.connector import Connector, DeleteComment, HideComment, Like, PullFailed, ReportItem
from unisono.contract.context import HostRefused, NotReached
from unisono.contract.health import Health
from unisono.contract.inbound import ThreadRef
from unisono.contract.outbound import Reauth, Reject, Retry, SendResult, Sent, Unknown
from unisono.domain.errors import Conflict, Invalid, NotFound, Unavailable
from unisono.domain.words import ChannelState, Direction, Visibility
from unisono.service.access import Access
from unisono.service.channel_context import Outside, open_connector
from unisono.service.erase import erase_messages
from unisono.service.evidence import gather, is_reported, keep
from unisono.service.intake import record_health
from unisono.service.ports import NewEvent
from unisono.service.ports.comments import CommentPlace

Deed = Literal["hide", "unhide", "delete", "like", "unlike", "report"]
DEEDS: Final[tuple[str, ...]] = get_args(Deed)
#: Taking somebody's words from sight needs a reason, and to take them away for good needs more than an agent.
_NEEDS_REASON: Final = frozenset({"hide", "unhide", "delete", "report"})


async def moderate(outside: Outside, access: Access, message_id: UUID, deed: Deed, reason: str = "") -> None:
    """Do it at the network and record it with its reason. Doing it twice is doing it once.

    Raises NotFound; Invalid for what the network cannot, or without a reason; Conflict when the network refuses; Unavailable
    when it cannot be asked now, and nothing is recorded then.
    """
    reason = reason.strip()
    async with outside.db.read() as tx:
        place = await tx.comments.place(message_id)
        work = await tx.work.open_of(place.conversation_id) if place else None
        agent_id = work.agent_id if work else None
        if place is None or not access.sees(place.access_class, agent_id):
            raise NotFound("This message does not exist, or is not yours to see.")
        access.demand(place.access_class, agent_id, "work.supervise" if deed == "delete" else "work.answer")
        channel = await tx.channels.facts(place.channel_id)
    if deed in _NEEDS_REASON and not reason:
        raise Invalid(
            "Hiding, showing, deleting and reporting need a reason; it is written down.", field="reason", code="reason_missing"
        )
    if channel is None:
        raise Conflict("The channel is archived; nothing can be done on it.", code="channel_archived")
    if place.deleted and deed == "delete":
        return
    if place.remote_id is None or place.deleted or place.direction != Direction.INBOUND.value:
        raise Invalid("Only what a customer said, and what still stands, can be moderated.", code="cannot_moderate")
    if deed not in ("like", "unlike", "report") and place.visibility != Visibility.PUBLIC.value:
        raise Invalid("Nobody else reads this; only public items are hidden or deleted.", code="cannot_moderate")
    if deed == "report" and await is_reported(outside.db, message_id):
        return
    connector = open_connector(outside, channel)
    thread = ThreadRef(visibility=Visibility(place.visibility), root_id=place.root_remote_id, customer=place.author)
    asked = _asked(connector, connector.capabilities(thread), deed, place.remote_id, place.author_id, reason)
    if asked is None:
        raise Invalid("This network does not let us do that.", code="cannot_moderate")
    # As it was when it was reported: what its author changes or deletes later changes nothing in it.
    evidence = await gather(outside, message_id) if deed == "report" else None
    _judge(await _result(outside, asked, channel.id))
    if evidence is not None:
        await keep(outside, access, evidence, reason)
        return
    await _record(outside, access, place, deed, reason)


def _asked(
    connector: Connector, caps: Caps, deed: Deed, remote_id: str, author_id: str, reason: str
) -> Awaitable[SendResult] | None:
    """Return what is asked of the connector, None for what it cannot."""
    match deed:
        case "hide" | "unhide" if caps.hide and isinstance(connector, HideComment):
            return connector.hide(remote_id, deed == "hide")
        case "delete" if caps.delete_comment and isinstance(connector, DeleteComment):
            return connector.delete_comment(remote_id)
        case "like" | "unlike" if caps.like and isinstance(connector, Like):
            return connector.like(remote_id, deed == "like")
        case "report" if caps.report and isinstance(connector, ReportItem):
            return connector.report(remote_id, author_id, reason)
    return None


async def _result(outside: Outside, asked: Awaitable[SendResult], channel_id: UUID) -> SendResult:
    try:
        result = await asked
    except BudgetSpent as error:
        when = f" until {error.until:%Y-%m-%d %H:%M} UTC" if error.until is not None else ""
        raise Unavailable(
            f"The budget {error.bucket!r} of this channel is spent{when}. Nothing was done; try again then.",
            code="budget_spent", bucket=error.bucket,
        ) from error  # fmt: skip
    except PullFailed as error:
        health = error.health
        result = Reauth(human=health.what) if health.state is ChannelState.REAUTH_NEEDED else Retry(reason=health.what)
    except (NotReached, HostRefused) as error:
        result = Retry(reason=str(error))
    if isinstance(result, Reauth):
        async with outside.db.read() as tx:
            channel = await tx.channels.facts(channel_id)
        if channel is not None:
            await record_health(outside, channel, Health(state=ChannelState.REAUTH_NEEDED, what=result.human))
    return result


def _judge(result: SendResult) -> None:
    """Raise what a result means, unless it is done."""
    match result:
        case Sent():
            return
        case Reject():
            raise Conflict(
                f"The network refuses: {result.human}", code="network_refuses", said=result.human, network_code=result.code
            )
        case Reauth():
            raise Conflict(f"{result.human} Nothing was changed.", code="reauth_needed", said=result.human)
        case Retry() | Unknown():
            raise Unavailable(
                f"Whether it is done is not sure ({result.reason}). Do it again; twice is once.", code="try_again",
                said=result.reason,
            )  # fmt: skip


async def _record(outside: Outside, access: Access, place: CommentPlace, deed: Deed, reason: str) -> None:
    if deed == "delete":
        await outside.tombstones.add("message", [place.message_id])
    async with outside.db.write() as tx:
        attachments: list[UUID] = []
        if deed == "delete":
            _, erased = await erase_messages(tx, outside.cipher, [place.message_id])
            attachments = erased.attachments
        else:
            await tx.comments.mark(
                place.message_id,
                hidden=deed == "hide" if deed in ("hide", "unhide") else None,
                liked=deed == "like" if deed in ("like", "unlike") else None,
            )
            tx.emit(
                NewEvent(
                    type="message.edited", actor_id=access.user_id, access_class=place.access_class,
                    channel_id=place.channel_id, conversation_id=place.conversation_id, body={"message_id": place.message_id},
                )
            )  # fmt: skip
        await tx.privacy.audit(
            access.user_id, f"message.{_PAST[deed]}", "message", str(place.message_id), {"reason": reason} if reason else {}
        )
    if attachments:
        await outside.files.delete(attachments)


_PAST: Final = {"hide": "hidden", "unhide": "shown", "delete": "deleted", "like": "liked", "unlike": "unliked"}
