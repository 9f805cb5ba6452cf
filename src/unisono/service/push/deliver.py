"""Tell devices what is due: sealed for each, in its owner's language, and only until it is too late to matter.

At least once: a process that dies after the push service has answered tells it again; the device shows one for the same thing,
because both carry the same tag.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric import ec

from unisono.contract.context import HostRefused, NotReached
from unisono.domain.errors import UnisonoError
from unisono.service.channel_context import Outside
from unisono.service.ports.push import Device, Reader, Telling
from unisono.service.push.follow import follow_for_push
from unisono.service.push.seal import seal
from unisono.service.push.services import push_http
from unisono.service.push.vapid import house_key, statement
from unisono.service.settings import read_settings
from unisono.service.words import FALLBACK, say

TIMEOUT_S: Final = 10.0
LEASE_S: Final = 60.0
PAUSE_S: Final = 2.0
AT_ONCE: Final = 20
#: Refused so often in a row, a device will not come back.
MOST_FAILURES: Final = 50
TEXT_CHARS: Final = 140
#: The subscription is over (RFC 8030, 7.3).
GONE: Final = frozenset({404, 410})
_URGENT: Final = {"offer": "high", "deadline": "high", "mention": "normal"}
_log = structlog.get_logger("push")


class PushSender:
    """Follows the log and tells; any number of nodes may do so at once. contact: an https or mailto address of the house."""

    def __init__(self, outside: Outside, contact: str = "") -> None:
        self._outside = outside
        self._contact = contact if contact.startswith(("https://", "mailto:")) else ""
        self._key: ec.EllipticCurvePrivateKey | None = None

    async def run(self) -> None:
        """Work until cancelled."""
        async with self._outside.bell.listen("events") as listener:
            while True:
                try:
                    while await follow_for_push(self._outside):
                        pass
                    while await self.tell_due():
                        pass
                except UnisonoError as error:
                    _log.error("push_paused", code=error.code)
                except Exception as error:
                    _log.error("push_failed", exc_info=error)
                await self._outside.clock.sleep(0.2)
                await listener.wait(PAUSE_S)

    async def tell_due(self) -> bool:
        """Tell what is due; tells whether there may be more."""
        async with self._outside.db.write() as tx:
            await tx.push.forget(1_000)
            due = await tx.push.claim(AT_ONCE, LEASE_S)
            readers = await tx.push.readers() if due else {}
            settings = await read_settings(tx) if due else {}
        if not due:
            return False
        self._key = self._key or await house_key(self._outside.db, self._outside.cipher)
        await asyncio.gather(*(self._tell(telling, device, readers.get(device.user_id), settings) for telling, device in due))
        return len(due) == AT_ONCE

    async def _tell(self, telling: Telling, device: Device, reader: Reader | None, settings: dict[str, Any]) -> None:
        if reader is None:
            await self._settle(telling, device, None, None)
            return
        words = await self._words(telling) if settings["push.with_text"] else None
        now = self._outside.clock.now()
        body = msgspec.json.encode(message(telling, reader.locale, words))
        assert self._key is not None
        headers = {
            "content-type": "application/octet-stream", "content-encoding": "aes128gcm",
            "ttl": str(max(0, int((telling.expires_at - now).total_seconds()))), "urgency": _URGENT[telling.kind],
            "topic": topic(telling), "authorization": statement(self._key, device.endpoint, now, self._contact),
        }  # fmt: skip
        try:
            answer = await push_http(self._outside, str(settings["push.service"])).request(
                "POST", device.endpoint, headers=headers, content=seal(body, device.key, device.auth), timeout_s=TIMEOUT_S,
                max_bytes=65_536,
            )  # fmt: skip
        except HostRefused:
            await self._settle(telling, device, 410, None)
        except NotReached:
            await self._settle(telling, device, 503, None)
        else:
            await self._settle(telling, device, answer.status, answer.headers.get("retry-after"))

    async def _words(self, telling: Telling) -> tuple[str, str] | None:
        found = telling.place.get("interaction_id")
        if found is None:
            return None
        async with self._outside.db.read() as tx:
            return await tx.push.words_of(UUID(found))

    async def _settle(self, telling: Telling, device: Device, status: int | None, wait: str | None) -> None:
        """Write what became of it. status: None when there is nobody to tell any more."""
        async with self._outside.db.write() as tx:
            if status is None or 200 <= status < 300:
                await tx.push.settle(telling.id, next_at=None)
                if status is not None:
                    await tx.push.told(device.id, well=True)
                return
            failing = await tx.push.told(device.id, well=False)
            if status in GONE or failing > MOST_FAILURES:
                await tx.push.remove(device.id)
                await tx.privacy.audit(None, "device.removed", "device", str(device.id), {"why": str(status)})
                return
            again = next_attempt(telling, status, wait, tx.now)
            await tx.push.settle(telling.id, next_at=again)
        _log.info("push_refused", device=str(device.id), status=status, again=again is not None)


def next_attempt(telling: Telling, status: int, wait: str | None, now: datetime) -> datetime | None:
    """Return when to try again; None when that would be too late, or the refusal is final.

    wait: the answer's Retry-After in seconds, as push services write it.
    """
    if status != 429 and status < 500:
        return None
    pause = int(wait) if wait and wait.isdecimal() else min(2**telling.attempts, 300)
    at = now + timedelta(seconds=pause)
    return at if at < telling.expires_at else None


def topic(telling: Telling) -> str:
    """Return what replaces an older message of the same matter that the device has not got yet (RFC 8030, 5.4: 32 characters)."""
    about = telling.place.get("interaction_id") or telling.place.get("conversation_id") or str(telling.event_id)
    return UUID(about).hex


def message(telling: Telling, locale: str, words: tuple[str, str] | None = None) -> dict[str, str]:
    """Return what the device gets: ids, and general words unless the house allows the customer's."""
    title = say(locale, f"push-{telling.kind}-title") or say(FALLBACK, f"push-{telling.kind}-title") or ""
    body = say(locale, f"push-{telling.kind}-text") or say(FALLBACK, f"push-{telling.kind}-text") or ""
    if words is not None:
        name, text = words
        shown = " ".join(text.split())
        body = f"{name}: {shown[:TEXT_CHARS]}{'…' if len(shown) > TEXT_CHARS else ''}" if name else shown[:TEXT_CHARS]
    return {"kind": telling.kind, "title": title, "body": body, "tag": f"{telling.kind}-{topic(telling)}", **telling.place}
