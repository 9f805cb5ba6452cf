"""One connection to the server, logged in; whatever goes wrong with it is told in words a person can act on.

slixmpp carries the protocol. A connection lives as long as one piece of work; only listening keeps one open.
"""

import asyncio
import contextlib
import hashlib
import logging
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, Final, Literal, TypeVar
from xml.etree.ElementTree import Element

from slixmpp import JID, ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.util.sasl.mechanisms import SCRAM
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from unisono.connectors.xmpp.settings import TIMEOUT_S, Settings
from unisono.connectors.xmpp.words import health
from unisono.contract import PullFailed
from unisono.domain.words import ChannelState

T = TypeVar("T")
#: What a server says that wants to be left alone for a while. Source: RFC 6120, section 4.9.3.
_BUSY: Final = frozenset({"policy-violation", "resource-constraint", "system-shutdown"})
_REAUTH_PAUSE_S: Final = 300.0
# It would write every stanza, and so what people say, into a log that is set to debug.
logging.getLogger("slixmpp").setLevel(logging.CRITICAL)


def _salted(self: Any, text: Any, salt: bytes, iterations: int) -> bytes:
    """Return `Hi` of RFC 5802; the library's own counts in Python, and the whole house would wait for it."""
    return hashlib.pbkdf2_hmac(self.hash().name, bytes(text), salt, iterations)


SCRAM.Hi = _salted  # type: ignore[method-assign]


class Lost(Exception):
    """The connection ended while something was waited for; `failure` says why."""

    def __init__(self, failure: PullFailed) -> None:
        super().__init__(str(failure))
        self.failure = failure


class Refused(Exception):
    """The server answered a question with an error; `condition` is its name for it."""

    def __init__(self, condition: str) -> None:
        super().__init__(condition)
        self.condition = condition


class Line(ClientXMPP):
    """A connection. `bounced`: conditions of messages that came back, by their id."""

    def __init__(self, settings: Settings, password: str) -> None:
        # Without encryption the password itself is never said: SCRAM proves that both know it.
        plain = {"feature_mechanisms": {"unencrypted_scram": settings.security == "none"}}
        super().__init__(f"{settings.address}/unisono.{secrets.token_hex(4)}", password, plugin_config=plain)
        self.settings = settings
        self.bounced: dict[str, str] = {}
        self.found: dict[str, list[Element]] = {}
        self.enable_direct_tls = settings.security == "direct"
        self.enable_starttls = settings.security == "starttls"
        self.enable_plaintext = settings.security == "none"
        self.auto_authorize, self.auto_subscribe = True, False
        self.ended: asyncio.Future[PullFailed] = asyncio.get_running_loop().create_future()
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._why = ""
        self.register_plugin("xep_0030")
        self.add_event_handler("session_start", self._start)
        self.add_event_handler("failed_auth", self._turned_down)
        self.add_event_handler("no_auth", lambda _: self._fail(ChannelState.MISCONFIGURED, "no_login", "security"))
        self.add_event_handler("connection_failed", self._not_connected)
        self.add_event_handler("ssl_invalid_chain", self._not_trusted)
        self.add_event_handler("stream_error", self._stream_error)
        self.add_event_handler("disconnected", self._over)
        archive = MatchXPath("{jabber:client}message/{urn:xmpp:mam:2}result")
        self.register_handler(Callback("Archive", archive, lambda message: self._keep(message.xml)))
        self.register_handler(Callback("Bounced", MatchXPath("{jabber:client}message/{jabber:client}error"), self._bounce))

    def get_ssl_context(self) -> ssl.SSLContext:
        """Return how the server must prove who it is: by a certificate that this machine trusts, for its name."""
        return ssl.create_default_context()

    # -- events --------------------------------------------------------------------------------------------------------

    def _start(self, _: object) -> None:
        if not self._opened.done():
            self._opened.set_result(None)

    def _turned_down(self, _: object) -> None:
        self._fail(ChannelState.REAUTH_NEEDED, "refused", "password", after_s=_REAUTH_PAUSE_S)

    def _not_connected(self, error: object) -> None:
        # The library would try for ever.
        self.cancel_connection_attempt()
        if isinstance(error, ssl.SSLCertVerificationError):
            self._not_trusted(error)
        else:
            self._fail(ChannelState.UNREACHABLE, "silent", "host", error=str(error)[:200])

    def _not_trusted(self, _: object) -> None:
        self._fail(ChannelState.MISCONFIGURED, "certificate", "address")

    def _stream_error(self, error: Any) -> None:
        self._why = str(error["condition"])
        if self._why in _BUSY:
            # It does not say for how long; the house's own pauses grow.
            self._fail(ChannelState.THROTTLED, "busy", error=self._why)

    def _over(self, reason: object) -> None:
        if isinstance(reason, ssl.SSLCertVerificationError):
            self._not_trusted(reason)
        why = self._why or (str(reason)[:200] if reason else "closed")
        self._fail(ChannelState.UNREACHABLE, "broken", error=why)

    def _fail(
        self, state: ChannelState, key: str, field: str | None = None, *, after_s: float | None = None, **facts: str
    ) -> None:
        if not self.ended.done():
            self.ended.set_result(PullFailed(health(state, key, field, domain=self.settings.domain, **facts), after_s))

    def _keep(self, message: Element) -> None:
        result = message.find("{urn:xmpp:mam:2}result")
        sender = message.get("from", "")
        # What others forward to us is no archive of ours.
        if result is not None and sender in ("", self.settings.address):
            self.found.setdefault(result.get("queryid", ""), []).append(result)

    def _bounce(self, message: Any) -> None:
        if message["type"] == "error":
            self.bounced[str(message["id"])] = str(message["error"]["condition"])

    # -- work ----------------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect and log in. Raises PullFailed."""
        host = self.settings.host or None
        self.connect(host, self.settings.port if host else None)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self.unless_lost(self._opened)
        except TimeoutError:
            facts = {"domain": self.settings.domain, "error": f"nothing within {TIMEOUT_S:.0f} s"}
            raise PullFailed(health(ChannelState.UNREACHABLE, "silent", "host", **facts)) from None
        except Lost as lost:
            raise lost.failure from None

    async def unless_lost(self, work: Awaitable[T]) -> T:
        """Wait for something, but no longer than the connection lasts. Raises Lost."""
        task: asyncio.Future[T] = asyncio.ensure_future(work)
        both: set[asyncio.Future[Any]] = {task, self.ended}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        task.cancel()
        raise Lost(self.ended.result())

    async def ask(self, kind: Literal["get", "set"], payload: Element, to: str | None = None) -> Element | None:
        """Ask the server (`get` or `set`) and return what it answers. Raises Lost, Refused."""
        iq: Any = self.make_iq(itype=kind, ito=JID(to) if to else None)
        iq.set_payload(payload)
        try:
            answer = await self.unless_lost(iq.send(timeout=TIMEOUT_S))
        except IqError as error:
            raise Refused(str(error.condition)) from error
        except IqTimeout as error:
            facts = {"domain": self.settings.domain, "error": "no answer"}
            raise Lost(PullFailed(health(ChannelState.UNREACHABLE, "broken", **facts))) from error
        return next(iter(answer.xml), None)

    async def close(self) -> None:
        """End it, politely where that takes no time."""
        if not self.ended.done():
            self.ended.set_result(PullFailed(health(ChannelState.UNREACHABLE, "broken", domain="", error="closed")))
        self.cancel_connection_attempt()
        with contextlib.suppress(Exception):
            if self.transport is not None:
                self.send_raw(self.stream_footer)
                self.transport.close()
        filters = self._run_out_filters
        if filters is not None:
            filters.cancel()
            await asyncio.gather(filters, return_exceptions=True)


@asynccontextmanager
async def open_line(settings: Settings, password: str) -> AsyncIterator[Line]:
    """Give a connection while the block runs. Raises PullFailed when there is none to be had."""
    if not settings.address:
        raise PullFailed(health(ChannelState.MISCONFIGURED, "no_address", "address"))
    line = Line(settings, password)
    try:
        await line.open()
        yield line
    finally:
        await line.close()
