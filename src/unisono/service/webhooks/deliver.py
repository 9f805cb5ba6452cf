"""Send what is due: one at a time to each webhook, the oldest first; what fails waits, longer each time, until it is given up.

At least once: a process that dies after the other side has answered sends it again, under the same id.
"""

import asyncio
from datetime import timedelta
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from unisono.contract.context import HostRefused, NotReached, Response
from unisono.contract.manifest import Manifest
from unisono.domain.errors import UnisonoError
from unisono.service.channel_context import Outside
from unisono.service.metrics import WEBHOOK_SECONDS, WEBHOOKS
from unisono.service.ports import NewEvent
from unisono.service.ports.webhooks import Delivery, Webhook, WebhookChange
from unisono.service.secrets import bound_to
from unisono.service.webhooks.follow import follow_for_webhooks
from unisono.service.webhooks.judge import FAILING_FOR, Outcome, judge
from unisono.service.webhooks.signing import OWNER, SECRET_NAME, signature

TIMEOUT_S: Final = 10.0
LEASE_S: Final = 60.0
PAUSE_S: Final = 2.0
AT_ONCE: Final = 20
KEPT: Final = timedelta(days=30)
MAX_ANSWER_BYTES: Final = 65_536
#: By which the guard of what goes out knows where it may go: to the address that an administrator typed, nowhere else.
_MANIFEST: Final = Manifest(
    id="webhook", name="webhook", version="1", contract=1, network="webhook", medium="post", title={}, summary={}, auth="none",
    hosts=("{config.url}",),
)  # fmt: skip
_log = structlog.get_logger("webhooks")


class WebhookSender:
    """Follows the log and sends; any number of nodes may do so at once."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._running: set[UUID] = set()

    async def run(self) -> None:
        """Work until cancelled."""
        async with self._outside.bell.listen("events") as listener, asyncio.TaskGroup() as group:
            while True:
                try:
                    while await follow_for_webhooks(self._outside):
                        pass
                    for webhook_id in await self._due():
                        if webhook_id not in self._running and len(self._running) < AT_ONCE:
                            self._running.add(webhook_id)
                            group.create_task(self._drain(webhook_id))
                except UnisonoError as error:
                    _log.error("webhooks_paused", code=error.code)
                except Exception as error:
                    _log.error("webhooks_failed", exc_info=error)
                await self._outside.clock.sleep(0.2)
                await listener.wait(PAUSE_S)

    async def _due(self) -> list[UUID]:
        async with self._outside.db.read() as tx:
            return await tx.webhooks.due()

    async def _drain(self, webhook_id: UUID) -> None:
        try:
            while await self.send_next(webhook_id):
                pass
        except UnisonoError as error:
            _log.error("webhook_paused", webhook=str(webhook_id), code=error.code)
        except Exception as error:  # one webhook's trouble is not the others'; its lease brings the delivery back
            _log.error("webhook_failed", webhook=str(webhook_id), error=type(error).__name__)
        finally:
            self._running.discard(webhook_id)

    async def send_next(self, webhook_id: UUID) -> bool:
        """Send the oldest that is due; False when there is none."""
        async with self._outside.db.write() as tx:
            found = await tx.webhooks.claim(webhook_id, LEASE_S)
            webhook = next((one for one in await tx.webhooks.all() if one.id == webhook_id), None)
            sealed = await tx.secrets.get(OWNER, webhook_id, SECRET_NAME)
            said = await tx.webhooks.text_of(found.message_id) if found and found.message_id else None
        if found is None or webhook is None or sealed is None:
            return False
        secret = self._outside.cipher.open(sealed, bound_to(OWNER, webhook_id, SECRET_NAME)).decode()
        began = perf_counter()
        status, headers, failure = await self._post(webhook, found, secret, said)
        took_ms = round((perf_counter() - began) * 1_000)
        outcome = judge(found.attempts, status, headers, failure, self._outside.clock.now())
        await self._record(webhook, found, outcome, status, took_ms)
        WEBHOOKS.labels(str(webhook_id), outcome.state).inc()
        WEBHOOK_SECONDS.observe(took_ms / 1_000)
        return True

    async def _post(
        self, webhook: Webhook, found: Delivery, secret: str, said: tuple[str, str] | None
    ) -> tuple[int | None, dict[str, str], str]:
        body = body_of(webhook, found, said)
        timestamp = int(self._outside.clock.now().timestamp())
        headers = {
            "content-type": "application/json", "webhook-id": str(found.id), "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(secret, str(found.id), timestamp, body),
        }  # fmt: skip
        http = self._outside.http_for(_MANIFEST, {"url": webhook.url})
        try:
            answer: Response = await http.request(
                "POST", webhook.url, headers=headers, content=body, timeout_s=TIMEOUT_S, max_bytes=MAX_ANSWER_BYTES
            )
        except HostRefused:
            return None, {}, "refused"
        except NotReached:
            return None, {}, "not_reached"
        return answer.status, dict(answer.headers), ""

    async def _record(self, webhook: Webhook, found: Delivery, outcome: Outcome, status: int | None, took_ms: int) -> None:
        async with self._outside.db.write() as tx:
            await tx.webhooks.settle(
                found.id, state=outcome.state, next_at=outcome.next_at, status=status, error=outcome.error, took_ms=took_ms
            )
            if outcome.state == "delivered":
                if webhook.failing_since is not None:
                    await tx.webhooks.change(webhook.id, WebhookChange(failing_since=None))
                return
            since = webhook.failing_since or tx.now
            why = "gone" if outcome.gone else "failing" if tx.now - since > FAILING_FOR else ""
            change = WebhookChange(failing_since=since)
            if why:
                change = WebhookChange(failing_since=since, enabled=False, disabled_at=tx.now, disabled_why=why)
                await tx.privacy.audit(None, "webhook.disabled", "webhook", str(webhook.id), {"why": why})
                tx.emit(NewEvent(type="webhook.changed", body={"webhook_id": webhook.id}))
            if why or webhook.failing_since is None:
                await tx.webhooks.change(webhook.id, change)


def body_of(webhook: Webhook, found: Delivery, said: tuple[str, str] | None) -> bytes:
    """Return the bytes that are sent and signed. Words go along only where an administrator asked for them."""
    payload: dict[str, Any] = {"id": str(found.id), **found.payload}
    if webhook.with_text and said is not None:
        payload["message"] = {"subject": said[0], "text": said[1]}
    return msgspec.json.encode(payload)


async def forget_deliveries(outside: Outside) -> None:
    """Drop what was delivered, or given up, a month ago."""
    async with outside.db.write() as tx:
        await tx.webhooks.forget(tx.now - KEPT, 1_000)
