"""Sending: the outbox's rows to the networks, each answer once.

An attempt whose outcome is unknown is never repeated before the network was asked; a worker that died in the middle
leaves its row claimed, and whoever finds it next asks the network first as well.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.contract.budgets import BudgetSpent
from unisono.contract.connector import Connector, PullFailed
from unisono.contract.context import HostRefused, NotReached
from unisono.contract.health import Health
from unisono.contract.inbound import Author, ThreadRef
from unisono.contract.outbound import (
    NotSent,
    OutAttachment,
    OutMessage,
    Reauth,
    ReconcileResult,
    Reject,
    Retry,
    SendResult,
    Sent,
    TemplateChoice,
    Undecidable,
    Unknown,
)
from unisono.contract.tokens import NoToken
from unisono.domain.errors import UnisonoError
from unisono.domain.words import ChannelState, DeliveryState, Visibility
from unisono.service.channel_context import THREAD_BELL, Outside, open_connector
from unisono.service.intake import record_health
from unisono.service.metrics import SENT as SEND_ATTEMPTS
from unisono.service.ports import NewEvent
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.ledgers import OutboxChange, OutboxItem
from unisono.service.release import OUTBOX_BELL, release_due

#: Under which detail of a message the template stands with which it is sent.
TEMPLATE = "template"
#: Under which detail stands how many characters of a text are our signature; it is for the desk alone.
SIGNATURE = "signature_chars"
#: Under which detail stands that a text began as a draft of the writing aid; it is for the desk alone.
DRAFTED = "drafted"
_OURS = frozenset({TEMPLATE, SIGNATURE, DRAFTED})
SEND_LEASE_S = 30.0
IN_FLIGHT = 8
MAX_ATTEMPTS = 8
_PAUSES_S = (5.0, 30.0, 120.0, 300.0, 900.0, 1_800.0, 3_600.0)
_RECONCILE_AFTER_S = 5.0
_RECONCILE_AGAIN_S = 20.0
_THROTTLE_S = 30.0
_REAUTH_LOOK_S = 60.0


class Outcome(Struct, frozen=True, kw_only=True):
    """What is recorded of an attempt, and what it means for the whole channel.

    root_id, recipient: what the network calls the private thread that the answer opened, and the customer in it.
    """

    change: OutboxChange
    health: Health | None = None
    lane_until: datetime | None = None
    root_id: str | None = None
    recipient: Author | None = None


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts that surely did not arrive."""
    return timedelta(seconds=_PAUSES_S[min(attempts, len(_PAUSES_S)) - 1 if attempts else 0])


def judge_sent(result: SendResult, item: OutboxItem, now: datetime, *, native_idempotency: bool) -> Outcome:
    """Decide what an attempt's result means; pure."""
    attempts = item.attempts + 1
    match result:
        case Sent():
            return Outcome(change=_sent(result), root_id=result.root_id, recipient=result.recipient)
        case Retry(throttled=True):
            until = now + timedelta(seconds=result.after_s if result.after_s is not None else _THROTTLE_S)
            change = OutboxChange(
                state="retrying", next_at=until, error_code="throttled", error=result.reason, count_attempt=False
            )
            return Outcome(change=change, lane_until=until)
        case Retry():
            if attempts >= MAX_ATTEMPTS:
                return Outcome(change=OutboxChange(state="dead", error_code="gave_up", error=result.reason))
            wait = max(pause_after(attempts), timedelta(seconds=result.after_s or 0))
            return Outcome(change=OutboxChange(state="retrying", next_at=now + wait, error_code="retry", error=result.reason))
        case Reject():
            return Outcome(change=OutboxChange(state="failed", error_code=result.code, error=result.human))
        case Reauth():
            until = now + timedelta(seconds=_REAUTH_LOOK_S)
            change = OutboxChange(
                state="retrying", next_at=until, error_code="reauth_needed", error=result.human, count_attempt=False
            )
            health = Health(state=ChannelState.REAUTH_NEEDED, what=result.human)
            return Outcome(change=change, health=health, lane_until=until)
        case Unknown():
            if attempts >= MAX_ATTEMPTS:
                return Outcome(change=OutboxChange(state="dead", error_code="undecided", error=result.reason))
            wait = pause_after(1) if native_idempotency else timedelta(seconds=_RECONCILE_AFTER_S)
            state = "retrying" if native_idempotency else "unknown"
            change = OutboxChange(state=state, next_at=now + wait, error_code="unknown", error=result.reason, not_sent=0)
            return Outcome(change=change)


def judge_reconciled(result: ReconcileResult, item: OutboxItem, now: datetime) -> Outcome:
    """Decide what the network's own word on an uncertain attempt means; pure. Two denials, apart in time, allow a retry."""
    match result:
        case Sent():
            return Outcome(change=_sent(result), root_id=result.root_id, recipient=result.recipient)
        case NotSent():
            denials = item.not_sent + 1
            state = "retrying" if denials >= 2 else "unknown"
            wait = timedelta(0) if denials >= 2 else timedelta(seconds=_RECONCILE_AGAIN_S)
            change = OutboxChange(
                state=state, next_at=now + wait, error_code="not_sent", error=result.reason, count_attempt=False,
                not_sent=denials,
            )  # fmt: skip
            return Outcome(change=change)
        case Undecidable():
            return Outcome(change=OutboxChange(state="dead", error_code="undecided", error=result.reason))


def _sent(result: Sent) -> OutboxChange:
    return OutboxChange(state=DeliveryState.SENT.value, remote_id=result.remote_id, remote_ids=result.remote_ids, url=result.url)


def judge_spent(spent: BudgetSpent, item: OutboxItem, now: datetime) -> Outcome:
    """Decide what a spent budget means for an answer: it waits as it is, and no other waits for it; pure."""
    until = max(spent.until or now + timedelta(seconds=_THROTTLE_S), now + timedelta(seconds=0.1))
    asked = item.state == DeliveryState.UNKNOWN.value
    state = DeliveryState.UNKNOWN.value if asked else DeliveryState.RETRYING.value
    change = OutboxChange(state=state, next_at=until, error_code="budget_spent", error=str(spent), count_attempt=False)
    return Outcome(change=change)


def _no_token(error: NoToken) -> SendResult:
    """What it means for an answer that there is no token; nothing was sent."""
    match error.health.state:
        case ChannelState.REAUTH_NEEDED:
            return Reauth(human=error.health.what)
        case ChannelState.THROTTLED:
            return Retry(reason=error.health.what, after_s=error.after_s, throttled=True)
    return Retry(reason=error.health.what, after_s=error.after_s)


class Sender:
    """Sends what is due, for all channels that run; any number of nodes may do so at once."""

    def __init__(self, outside: Outside, worker: str) -> None:
        self._outside = outside
        self._worker = worker
        self._connectors: dict[UUID, tuple[int, Connector]] = {}
        self._running: set[UUID] = set()

    async def run(self) -> None:
        """Work until cancelled."""
        async with self._outside.bell.listen(OUTBOX_BELL) as listener, asyncio.TaskGroup() as group:
            while True:
                wait = 1.0
                try:
                    while await release_due(self._outside.db):
                        pass
                    for channel_id in await self._due_channels():
                        if channel_id not in self._running:
                            self._running.add(channel_id)
                            group.create_task(self._drain(channel_id))
                    wait = await self._until_next()
                except UnisonoError as error:
                    self._outside.log_for(UUID(int=0), "sender").error("sending_paused", code=error.code)
                await listener.wait(wait)

    async def _due_channels(self) -> list[UUID]:
        async with self._outside.db.read() as tx:
            return await tx.outbox.due_channels()

    async def _until_next(self) -> float:
        async with self._outside.db.read() as tx:
            times = [await tx.outbox.next_due(), await tx.held.next_due()]
        due = min((at for at in times if at is not None), default=None)
        if due is None:
            return 1.0
        return min(1.0, max(0.02, (due - self._outside.clock.now()).total_seconds()))

    async def _drain(self, channel_id: UUID) -> None:
        try:
            while await self.send_due(channel_id):
                pass
        except UnisonoError as error:
            self._outside.log_for(channel_id, "sender").error("sending_paused", code=error.code)
        except Exception as error:  # what one channel's connector broke must not stop the others; its lease brings it back
            self._outside.log_for(channel_id, "sender").error("sending_failed", error=type(error).__name__)
        finally:
            self._running.discard(channel_id)

    async def send_due(self, channel_id: UUID) -> int:
        """Send what is due of one channel, a few at a time; returns how many were tried."""
        async with self._outside.db.write() as tx:
            channel = await tx.channels.facts(channel_id)
            if channel is None or channel.paused:
                await tx.outbox.defer_lane(channel_id, tx.now + timedelta(seconds=_REAUTH_LOOK_S))
                return 0
            items = await tx.outbox.claim(channel_id, self._worker, SEND_LEASE_S, IN_FLIGHT)
        connector = self._connector(channel)
        await asyncio.gather(*(self._attempt_held(channel, connector, item) for item in items))
        return len(items)

    async def _attempt_held(self, channel: ChannelFacts, connector: Connector, item: OutboxItem) -> None:
        """Attempt while the lease is renewed: a slow upload stays ours, a killed process loses it within half a minute."""
        renewing = asyncio.create_task(self._renew(item.id))
        try:
            await self._attempt(channel, connector, item)
        finally:
            renewing.cancel()

    async def _renew(self, item_id: UUID) -> None:
        while True:
            await asyncio.sleep(SEND_LEASE_S / 3)
            with contextlib.suppress(UnisonoError):
                async with self._outside.db.write() as tx:
                    await tx.outbox.renew(item_id, self._worker, SEND_LEASE_S)

    def _connector(self, channel: ChannelFacts) -> Connector:
        known = self._connectors.get(channel.id)
        if known is None or known[0] != channel.version:
            self._connectors[channel.id] = (channel.version, open_connector(self._outside, channel))
        return self._connectors[channel.id][1]

    async def _attempt(self, channel: ChannelFacts, connector: Connector, item: OutboxItem) -> None:
        message = await self._message(item)
        caps = connector.capabilities(message.thread)
        ask_first = item.state == DeliveryState.UNKNOWN.value and not caps.native_idempotency
        now = self._outside.clock.now
        try:
            if ask_first:
                outcome = await self._ask(connector, message, item)
            else:
                result = await self._send(connector, message, item)
                outcome = judge_sent(result, item, now(), native_idempotency=caps.native_idempotency)
        except BudgetSpent as error:
            outcome = judge_spent(error, item, now())
        except NoToken as error:
            result = _no_token(error)
            outcome = judge_sent(result, item, now(), native_idempotency=caps.native_idempotency)
        except Exception as error:  # a connector's bug: whether it was sent is unknown, the lane goes on
            self._outside.log_for(channel.id, channel.connector).error("send_failed", error=type(error).__name__)
            result = Unknown(reason=f"The connector failed with {type(error).__name__}.")
            outcome = judge_sent(result, item, now(), native_idempotency=caps.native_idempotency)
        await self._record(channel, item, outcome)

    async def _ask(self, connector: Connector, message: OutMessage, item: OutboxItem) -> Outcome:
        """Ask the network about an attempt. When it cannot be asked nothing is known, and it is asked again later."""
        try:
            return judge_reconciled(await connector.reconcile(message), item, self._outside.clock.now())
        except (PullFailed, NotReached, HostRefused) as error:
            later = self._outside.clock.now() + timedelta(seconds=_RECONCILE_AGAIN_S)
            change = OutboxChange(
                state=DeliveryState.UNKNOWN.value, next_at=later, error_code="unknown", error=str(error), count_attempt=False
            )
            return Outcome(change=change)

    async def _send(self, connector: Connector, message: OutMessage, item: OutboxItem) -> SendResult:
        if (refusal := window_closed(item, self._outside.clock.now())) is not None:
            return refusal
        if message.private_reply_to is not None and message.thread.visibility is not Visibility.PRIVATE:
            return Reject(code="visibility", human="This was written for one person alone; it was not sent to a public thread.")
        try:
            return await connector.send(message, item.attempts + 1)
        except HostRefused as error:
            return Reject(code="host_refused", human=str(error))

    async def _record(self, channel: ChannelFacts, item: OutboxItem, outcome: Outcome) -> None:
        change = outcome.change
        async with self._outside.db.write() as tx:
            if not await tx.outbox.settle(item.id, self._worker, change):
                return
            SEND_ATTEMPTS.labels(str(channel.id), change.state).inc()
            await tx.talk.set_delivery(
                item.message_id, change.state, change.error_code if change.state != "sent" else "", change.remote_id,
                change.url,
            )  # fmt: skip
            conversation_id = item.conversation_id
            if item.private_reply_to is not None and outcome.root_id is not None:
                conversation_id = await tx.comments.adopt(conversation_id, outcome.root_id, outcome.recipient)
            if outcome.lane_until is not None:
                await tx.outbox.defer_lane(channel.id, outcome.lane_until)
            tx.emit(
                NewEvent(
                    type="answer.changed", channel_id=channel.id, access_class=channel.access_class,
                    conversation_id=conversation_id,
                    body={"message_id": item.message_id, "delivery": change.state},
                )
            )  # fmt: skip
        await self._outside.bell.ring(f"{THREAD_BELL}:{channel.id}")
        if outcome.health is not None:
            await record_health(self._outside, channel, outcome.health)

    async def _message(self, item: OutboxItem) -> OutMessage:
        async with self._outside.db.read() as tx:
            references = await tx.outbox.references(item.conversation_id, item.aside_identity_id, 50)
            attachments = await tx.talk.attachments_of(item.message_id)
        return OutMessage(
            key=str(item.message_id),
            thread=ThreadRef(
                visibility=Visibility(item.visibility), root_id=item.root_remote_id, parent_id=item.in_reply_to,
                links_to=item.links_to,
            ),
            in_reply_to=item.in_reply_to,
            recipient=Author(
                remote_id=item.identity_remote_id, realm=item.identity_realm, handle=item.identity_handle,
                display_name=item.identity_name,
            ),
            text=item.text, html=item.html, subject=item.subject, created_at=item.created_at,
            details={name: value for name, value in item.details.items() if name not in _OURS},
            references=tuple(references), private_reply_to=item.private_reply_to,
            template=msgspec.convert(item.details[TEMPLATE], TemplateChoice) if TEMPLATE in item.details else None,
            attachments=tuple(
                OutAttachment(
                    name=a.name, media_type=a.media_type, size_bytes=a.size_bytes or 0, alt_text=a.alt_text,
                    read=self._reader(a.id),
                )
                for a in attachments
            ),
        )  # fmt: skip

    def _reader(self, attachment_id: UUID) -> Callable[[], "asyncio.Future[bytes]"]:
        return lambda: asyncio.ensure_future(self._outside.files.read(attachment_id))


def window_closed(item: OutboxItem, now: datetime) -> Reject | None:
    """Return the refusal when the network's reply window has ended since the answer was written."""
    if item.reply_until is not None and now >= item.reply_until and TEMPLATE not in item.details:
        return Reject(
            code="window_closed",
            human=f"The network's reply window ended at {item.reply_until:%Y-%m-%d %H:%M} UTC. The answer was kept, not sent.",
        )
    return None
