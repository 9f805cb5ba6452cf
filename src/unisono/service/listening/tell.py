"""Mails and chats about spikes go out: each alert once to each target, whatever ends in between.

What was written with the alert is taken under a lease. Before it is handed over that is noted: what a node that ends there leaves
behind is looked for in the chat's own archive, and of a mail, which has none, told as unknown and never repeated. A webhook is
told by the event, with its own tries.
"""

import asyncio
from datetime import timedelta
from typing import Final

import structlog
from msgspec import Struct

from unisono.contract.budgets import BudgetSpent
from unisono.contract.connector import Connector, PullFailed
from unisono.contract.context import HostRefused, NotReached
from unisono.contract.inbound import Author, ThreadRef
from unisono.contract.outbound import NotSent, OutMessage, Reauth, Reject, Retry, Sent, Unknown
from unisono.contract.tokens import NoToken
from unisono.domain.errors import UnisonoError
from unisono.domain.words import Visibility
from unisono.service.channel_context import Outside, open_connector
from unisono.service.metrics import ALERTS_TOLD
from unisono.service.ports import NewEvent
from unisono.service.ports.alerts import Notice
from unisono.service.ports.report_mail import Letter, Maybe, NeverSent, NotSentYet, ReportPost
from unisono.service.settings import read_settings
from unisono.service.words import say

LEASE_S: Final = 60.0
SENDING_S: Final = 180.0
BATCH: Final = 10
PAUSE_S: Final = 2.0
#: After attempts that failed, in seconds; in all some five hours, after which nobody needs to be alarmed any more.
PAUSES_S: Final = (15, 60, 300, 900, 1_800, 3_600, 5_400, 5_400)
LOOK_AGAIN_S: Final = 20.0
_log = structlog.get_logger("alerts")


class Came(Struct, frozen=True, kw_only=True):
    """What came of an attempt. state: sent, waiting (again after_s later), unsure (to be looked for), unknown or failed."""

    state: str
    problem: str = ""
    after_s: float | None = None
    not_sent: int = 0


class _Overtaken(Exception):
    """The lease ended, and another node has the notice: what becomes of it is for that one to say."""


class Teller:
    """Sends notices of alerts; any number of nodes may do so at once."""

    def __init__(self, outside: Outside, post: ReportPost, public_url: str) -> None:
        self._outside = outside
        self._post = post
        self._url = f"{public_url}/listening/storms"

    async def run(self) -> None:
        """Work until cancelled."""
        async with self._outside.bell.listen("events") as listener:
            while True:
                try:
                    while await self.send_due():
                        pass
                except UnisonoError as error:
                    _log.warning("alerts_paused", code=error.code)
                except Exception as error:
                    _log.error("alerts_failed", exc_info=error)
                await self._outside.clock.sleep(0.2)
                await listener.wait(PAUSE_S)

    async def send_due(self) -> int:
        """Send what is due, a few at a time; returns how many were tried."""
        async with self._outside.db.write() as tx:
            notices = await tx.alerts.claim(BATCH, LEASE_S)
        await asyncio.gather(*(self._tell(one) for one in notices))
        return len(notices)

    async def _tell(self, notice: Notice) -> None:
        try:
            came = await (self._by_mail(notice) if notice.target.kind == "mail" else self._by_chat(notice))
        except _Overtaken:
            return
        except UnisonoError as error:
            # Nothing was handed over: the house itself could not, and will in a moment.
            came = Came(state="unsure" if notice.unsure else "waiting", problem=error.code)
        except Exception as error:  # a connector's bug: nobody knows whether it was said
            _log.error("alert_failed", notice_id=str(notice.id), error=type(error).__name__)
            came = Came(state="unsure", problem=type(error).__name__, after_s=LOOK_AGAIN_S, not_sent=notice.not_sent)
        await self._record(notice, came)

    async def _by_mail(self, notice: Notice) -> Came:
        if notice.unsure:
            return Came(state="unknown", problem="The node that handed it over to the mail server ended before it was answered.")
        subject, text = await self._words(notice)
        letter = Letter(recipients=(notice.target.address,), subject=subject, text=text, key=str(notice.id))
        await self._handing_over(notice)
        try:
            await self._post.send(notice.target.channel_id, letter)
        except NotSentYet as error:
            return Came(state="waiting", problem=str(error))
        except NeverSent as error:
            return Came(state="failed", problem=str(error))
        except Maybe as error:
            return Came(state="unknown", problem=str(error))
        return Came(state="sent")

    async def _by_chat(self, notice: Notice) -> Came:
        async with self._outside.db.read() as tx:
            channel = await tx.channels.facts(notice.target.channel_id) if notice.target.channel_id else None
        if channel is None:
            return Came(state="failed", problem="The channel that it would go through is archived.")
        if channel.paused:
            return Came(state="unsure" if notice.unsure else "waiting", problem="The channel that it goes through is paused.")
        connector = open_connector(self._outside, channel)
        _, text = await self._words(notice)
        address = notice.target.address
        message = OutMessage(
            key=str(notice.id), thread=ThreadRef(visibility=Visibility.PRIVATE, root_id=address), in_reply_to=None,
            recipient=Author(remote_id=address), text=text, created_at=notice.created_at,
        )  # fmt: skip
        if notice.unsure and not connector.capabilities(message.thread).native_idempotency:
            return await _looked_for(connector, message, notice)
        await self._handing_over(notice)
        return await _said(connector, message, notice)

    async def _handing_over(self, notice: Notice) -> None:
        async with self._outside.db.write() as tx:
            if not await tx.alerts.sending(notice, SENDING_S):
                raise _Overtaken

    async def _words(self, notice: Notice) -> tuple[str, str]:
        async with self._outside.db.read() as tx:
            organisation = str((await read_settings(tx))["organisation.name"]) or "Unisono"
        facts: dict[str, object] = {
            "organisation": organisation, "monitor": notice.monitor, "posts": notice.posts, "most": notice.most,
            "minutes": notice.window_s // 60, "usual": round(notice.usual, 1), "url": self._url,
        }  # fmt: skip
        locale = notice.target.locale
        return say(locale, f"alert-{notice.what}-subject", facts) or "", say(locale, f"alert-{notice.what}-text", facts) or ""

    async def _record(self, notice: Notice, came: Came) -> None:
        now = self._outside.clock.now()
        state, next_at = came.state, None
        if state in ("waiting", "unsure"):
            if notice.attempts > len(PAUSES_S):
                state = "failed" if state == "waiting" else "unknown"
            else:
                pause = PAUSES_S[notice.attempts - 1] if came.after_s is None else came.after_s
                next_at = now + timedelta(seconds=pause)
        async with self._outside.db.write() as tx:
            if not await tx.alerts.settle(notice, state, came.problem, next_at, came.not_sent):
                return
            if state in ("failed", "unknown"):
                told = notice.target
                body = {"monitor_id": told.monitor_id, "target_id": told.id, "alert_id": notice.alert_id, "state": state}
                tx.emit(NewEvent(type="monitor.not_told", access_class=notice.access_class, body=body))
        if next_at is None:
            ALERTS_TOLD.labels(notice.target.kind, state).inc()
        if state in ("failed", "unknown"):
            _log.warning("alert_not_told", notice_id=str(notice.id), kind=notice.target.kind, state=state)


async def _said(connector: Connector, message: OutMessage, notice: Notice) -> Came:
    """Say it; whatever may have arrived is looked for before it is said again."""
    try:
        result = await connector.send(message, notice.attempts)
    except BudgetSpent as error:
        return Came(state="waiting", problem=str(error), after_s=LEASE_S)
    except NoToken as error:
        return Came(state="waiting", problem=error.health.what)
    except HostRefused as error:
        return Came(state="failed", problem=str(error))
    except (PullFailed, NotReached, UnisonoError) as error:
        # Also what the house itself could not do, such as noting what was said: the network may have it by then.
        result = Unknown(reason=str(error))
    match result:
        case Sent():
            return Came(state="sent")
        case Retry(reason=reason, after_s=after_s):
            return Came(state="waiting", problem=reason, after_s=after_s)
        case Reauth(human=human):
            return Came(state="waiting", problem=human)
        case Reject(human=human):
            return Came(state="failed", problem=human)
        case Unknown(reason=reason):
            return Came(state="unsure", problem=reason, after_s=LOOK_AGAIN_S / 4)


async def _looked_for(connector: Connector, message: OutMessage, notice: Notice) -> Came:
    """Look for it on the network. Two denials, apart in time, allow to say it again."""
    try:
        result = await connector.reconcile(message)
    except (PullFailed, NotReached, HostRefused, BudgetSpent, NoToken) as error:
        return Came(state="unsure", problem=str(error), not_sent=notice.not_sent)
    match result:
        case Sent():
            return Came(state="sent")
        case NotSent(reason=reason):
            denials = notice.not_sent + 1
            if denials >= 2:
                return Came(state="waiting", problem=reason, after_s=0.0)
            return Came(state="unsure", problem=reason, after_s=LOOK_AGAIN_S, not_sent=denials)
    return Came(state="unknown", problem=result.reason)
