"""Faults that a connector or the house could have, one for each case of the conformance suite that must notice it."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import httpx2
import msgspec
import pytest
from msgspec import Struct

from unisono.connectors.sandbox import Sandbox, pushes
from unisono.connectors.sandbox import protocol as sandbox
from unisono.contract import (
    CanReply,
    Challenge,
    Created,
    Ctx,
    Deleted,
    Deny,
    Event,
    HttpRequest,
    HttpResponse,
    OutMessage,
    Page,
    Raw,
    Retry,
    SendResult,
    Sent,
    Unknown,
    Unreadable,
)
from unisono.domain.words import ChannelState, Visibility
from unisono.service import intake, receive_statuses
from unisono.service.ports import NewEvent
from unisono.service.sender import Sender
from unisono.store import outbox


class TakesOneAtATime(Sandbox):
    """While one push is looked at the others are sent away."""

    busy: ClassVar[bool] = False

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        if TakesOneAtATime.busy:
            return Deny(reason="busy", status=429)
        TakesOneAtATime.busy = True
        try:
            await asyncio.sleep(0.05)
            return await super().verify(request)
        finally:
            TakesOneAtATime.busy = False


class StuckOnGarbage(Sandbox):
    """A cursor that it cannot read is kept, and nothing comes any more."""

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        if cursor is not None and sandbox._place(cursor) is None:
            return Page(raws=[], next_cursor=cursor)
        return await super().pull(stream, cursor, limit)


class HidesGaps(Sandbox):
    """What was missed is not told."""

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        return msgspec.structs.replace(await super().pull(stream, cursor, limit), gap=False)


class NeverDoubts(Sandbox):
    """An answer whose sending was cut off counts as not sent."""

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        result = await super().send(message, attempt)
        return Retry(reason=result.reason) if isinstance(result, Unknown) else result


class Impatient(Sandbox):
    """The pause that the network asks for is too long for it."""

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        result = await super().send(message, attempt)
        return msgspec.structs.replace(result, after_s=1.0) if isinstance(result, Retry) and result.throttled else result


class RenewsForItself(Sandbox):
    """Each worker renews the token, whoever else does."""

    def __init__(self, ctx: Ctx) -> None:
        super().__init__(ctx)
        ctx.secrets.single_flight = lambda name: contextlib.nullcontext()  # type: ignore[method-assign]


class TakesAnyPush(Sandbox):
    """Any signature is good enough."""

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        if request.method == "POST" and pushes.SIGNATURE in request.headers:
            now = self._ctx.clock.now()
            signed = pushes._hmac(
                await self._ctx.secrets.get("webhook_secret") or "", f"{int(now.timestamp())}.".encode() + request.body
            )
            header = f"t={int(now.timestamp())},v1={signed}"
            request = msgspec.structs.replace(request, headers={**request.headers, pushes.SIGNATURE: header})
        return await super().verify(request)


class EchoesChallenges(Sandbox):
    """Whoever asks gets back what they sent."""

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        for asked in request.query.values():
            return Challenge(response=HttpResponse(body=asked[0].encode(), media_type="text/plain"))
        return await super().verify(request)


class CutsTexts(Sandbox):
    """What is too long is cut."""

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        maximum = self.capabilities(message.thread).text.maximum or 0
        return await super().send(msgspec.structs.replace(message, text=message.text[: maximum - 100]), attempt)


class AnswersInPublic(Sandbox):
    """A short answer is a post, whatever it answers."""

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        if message.thread.visibility is Visibility.PUBLIC or len(message.text) > 200 or message.attachments:
            return await super().send(message, attempt)
        return await _as_post(self, message)


async def _as_post(connector: Sandbox, message: OutMessage) -> SendResult:
    """The network takes no public answer to a private message, so it becomes a post of its own."""
    body = {"text": message.text, "media": []}
    answer = await connector._api.request("POST", "/items", json=body, headers={"idempotency-key": message.key})
    return Sent(remote_id=msgspec.json.decode(answer.body)["id"])


class ForgetsParents(Sandbox):
    """What an item answers is not told."""

    def read(self, raw: Raw) -> list[Event]:
        return [_without_parent(event) if isinstance(event, Created) else event for event in super().read(raw)]


def _without_parent(event: Created) -> Created:
    return msgspec.structs.replace(event, thread=msgspec.structs.replace(event.thread, parent_id=None))


class IgnoresDeletions(Sandbox):
    """What authors take back stays."""

    def read(self, raw: Raw) -> list[Event]:
        return [event for event in super().read(raw) if not isinstance(event, Deleted)]


class TakesItselfForACustomer(Sandbox):
    """What we say with another program is like everybody's."""

    def read(self, raw: Raw) -> list[Event]:
        return [
            msgspec.structs.replace(event, own=False) if isinstance(event, Created) and event.client_key is None else event
            for event in super().read(raw)
        ]


class ForgetsTheWindow(Sandbox):
    """Until when an item can be answered is not told."""

    def read(self, raw: Raw) -> list[Event]:
        return [msgspec.structs.replace(e, can_reply=CanReply()) if isinstance(e, Created) else e for e in super().read(raw)]


class TrustsTheSignature(Sandbox):
    """What is signed must be readable."""

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        found = await super().verify(request)
        if isinstance(found, list):
            msgspec.json.decode(request.body)
        return found


class KnowsAllFields(Sandbox):
    """A field that was not there when it was written is an error."""

    def read(self, raw: Raw) -> list[Event]:
        if b"since_next_year" in raw.body:
            raise Unreadable("An unknown field.")
        return super().read(raw)


class FetchesAnything(Sandbox):
    """A file is fetched from wherever it is said to be."""

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        if ref.startswith("http"):
            async with httpx2.AsyncClient(trust_env=False) as client:
                return (await client.get(ref)).content
        return await super().get_media(ref, max_bytes)


class Talkative(Sandbox):
    """What it asks for stands in the log, with its token."""

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        self._ctx.log.debug("asking", headers=str(await self._api.headers()))
        return await super().pull(stream, cursor, limit)


class DropsTheLastOfAPage(Sandbox):
    """Of a full page one item is missing."""

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        page = await super().pull(stream, cursor, limit)
        return msgspec.structs.replace(page, raws=page.raws[:-1]) if page.has_more and len(page.raws) > 100 else page


def cursor_first(patch: pytest.MonkeyPatch) -> None:
    """The cursor is committed before its items."""

    async def pull_once(outside: Any, channel: Any, connector: Any, stream: str) -> intake.Pulled:
        async with outside.db.read() as tx:
            cursor = await tx.inbox.cursor(channel.id, stream)
        page = await connector.pull(stream, cursor, intake.PAGE)
        async with outside.db.write() as tx:
            await tx.inbox.set_cursor(channel.id, stream, page.next_cursor)
        async with outside.db.write() as tx:
            await tx.inbox.put(channel.id, page.raws, outside.raw_kept_s)
            if page.gap and await tx.inbox.note_gap(channel.id, stream):
                tx.emit(NewEvent(type="gap.found", channel_id=channel.id, access_class=channel.access_class))
        return intake.Pulled(items=len(page.raws), has_more=page.has_more, gap=page.gap)

    patch.setattr(intake, "pull_once", pull_once)


def newest_report_wins(patch: pytest.MonkeyPatch) -> None:
    """What the network reports last is believed."""
    for module in (receive_statuses, outbox):
        patch.setattr(module, "later_delivery", lambda current, reported: reported)


def one_pause_for_all(patch: pytest.MonkeyPatch) -> None:
    """When reading is throttled, answers wait as well."""
    real = Sender.send_due

    async def send_due(self: Any, channel_id: Any) -> int:
        async with self._outside.db.write() as tx:
            facts = await tx.channels.facts(channel_id)
            if facts is not None and facts.state == ChannelState.THROTTLED.value:
                await tx.outbox.defer_lane(channel_id, tx.now + timedelta(hours=1))
        return await real(self, channel_id)

    patch.setattr(Sender, "send_due", send_due)


class Planted(Struct, frozen=True, kw_only=True):
    """A fault: other code for the sandbox, or something changed in the house; and what its case must say."""

    case: int
    says: str
    connector: type[Sandbox] = Sandbox
    house: Callable[[pytest.MonkeyPatch], None] | None = None

    def __str__(self) -> str:
        return f"{self.case}: {self.house.__name__ if self.house else self.connector.__name__}"


PLANTED = [
    Planted(case=1, connector=TakesOneAtATime, says="were refused"),
    Planted(case=2, house=cursor_first, says="stands 0 times in the house"),
    Planted(case=3, connector=StuckOnGarbage, says="stands 0 times in the house"),
    Planted(case=4, connector=HidesGaps, says="nobody was told"),
    Planted(case=5, connector=NeverDoubts, says="stands 2 times at the network"),
    Planted(case=6, connector=Impatient, says="Asked (retry_after) for 90 s, it waits 1 s"),
    Planted(case=7, connector=RenewsForItself, says="of 20 pulls failed"),
    Planted(case=8, connector=TakesAnyPush, says="signed with another secret is answered with status 200"),
    Planted(case=9, connector=EchoesChallenges, says="challenge"),
    Planted(case=10, connector=CutsTexts, says="does not stand whole at the network"),
    Planted(case=11, connector=AnswersInPublic, says="stands there as public"),
    Planted(case=12, connector=ForgetsParents, says="The parents of a thread are"),
    Planted(case=13, connector=IgnoresDeletions, says="still stands in the transcript"),
    Planted(case=14, connector=TakesItselfForACustomer, says="was taken for a customer's"),
    Planted(case=15, house=newest_report_wins, says="backwards as"),
    Planted(case=16, connector=ForgetsTheWindow, says="no item that was taken in tells when it ends"),
    Planted(case=17, connector=TrustsTheSignature, says="is answered with 500"),
    Planted(case=18, connector=KnowsAllFields, says="An unknown field"),
    Planted(case=19, connector=FetchesAnything, says="to a host that nobody named"),
    Planted(case=20, connector=Talkative, says="The log holds the secret token"),
    Planted(case=21, house=one_pause_for_all, says="an answer waits while only reading was throttled"),
    Planted(case=22, connector=DropsTheLastOfAPage, says="are missing"),
]
