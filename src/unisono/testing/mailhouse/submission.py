"""A provider's SMTP server: it checks passwords or access tokens, keeps what it took, and refuses by script."""

import asyncio
import base64
import binascii
import json
import logging
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from msgspec import Struct

from unisono.testing.mailhouse.dovecot import PASSWORD

MAX_MAIL_BYTES: Final = 30_000_000
# The library warns of a field of its own at each log-in.
logging.getLogger("mail.log").addHandler(logging.NullHandler())


class Taken(Struct, frozen=True, kw_only=True):
    """A mail that was taken, with its envelope. login: who had logged in, empty for nobody."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    login: str = ""


class Submission:
    """Serves on 127.0.0.1 in a thread of its own.

    token_owner: tells for whom an access token is good; None: passwords are asked for. log_in: whether mails are taken
    without a log-in. file: what the provider does with each mail that it took, such as filing a copy.
    Lists that are used up from the front: refuse_sender, refuse_recipient, refuse_data hold the answers to give instead.
    tls: encrypt, after STARTTLS or from the first byte.
    cut_after_data: so many mails are taken without an answer. explains: a refused token is explained in a challenge, as
    Google does; Microsoft refuses at once.
    """

    def __init__(
        self, *, log_in: bool = False, token_owner: Callable[[str], str | None] | None = None,
        file: Callable[[Taken], None] | None = None, tls: ssl.SSLContext | None = None, starttls: bool = True,
    ) -> None:  # fmt: skip
        self.taken: list[Taken] = []
        self.refuse_sender: deque[str] = deque()
        self.refuse_recipient: deque[str] = deque()
        self.refuse_data: deque[str] = deque()
        self.cut_after_data = 0
        self.explains = False
        self.log_ins: list[tuple[str, str]] = []
        self._log_in = log_in
        self._token_owner = token_owner
        self._file = file
        self._tls = tls
        self.starttls = starttls
        self._loop = asyncio.new_event_loop()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Submission":
        self.start()
        return self

    def __exit__(self, *why: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()
        self._ready.wait(10)

    def stop(self) -> None:
        """End it, with all its connections."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(self._session, sock=self._listening, ssl=None if self.starttls else self._tls)
        )
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in (tasks := asyncio.all_tasks(self._loop)):
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        # Transports close in the loop's next turn.
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _session(self) -> SMTP:
        return SMTP(
            self, data_size_limit=MAX_MAIL_BYTES, enable_SMTPUTF8=True, loop=self._loop, hostname="mail.provider.example",
            auth_require_tls=False, authenticator=self._password, tls_context=self._tls if self.starttls else None,
            auth_exclude_mechanism=["PLAIN", "LOGIN"] if self._token_owner else ["XOAUTH2"],
        )  # fmt: skip

    # -- aiosmtpd's hooks --------------------------------------------------------------------------------------------------

    def _password(self, server: SMTP, session: Any, envelope: Any, mechanism: str, given: LoginPassword) -> AuthResult:  # noqa: ARG002
        self.log_ins.append((given.login.decode(), mechanism))
        return AuthResult(success=given.password == PASSWORD.encode(), handled=False, auth_data=given)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """Check an access token. Source: Google, "OAuth 2.0 Mechanism", section "The SASL XOAUTH2 Mechanism"."""
        try:
            user, bearer, *_ = base64.b64decode(args[1], validate=True).decode().split("\1")
            login, token = user.removeprefix("user="), bearer.removeprefix("auth=Bearer ")
        except (binascii.Error, ValueError, IndexError):
            return AuthResult(success=False, handled=False, message="501 5.5.2 That is no XOAUTH2 string")
        self.log_ins.append((login, "XOAUTH2"))
        owner = self._token_owner(token) if self._token_owner else None
        if owner is not None and owner.rpartition("@")[2] == login.rpartition("@")[2]:
            return AuthResult(success=True, auth_data=LoginPassword(login.encode(), b""))
        if self.explains:
            await server.challenge_auth(json.dumps({"status": "400", "schemes": "Bearer"}))
        return AuthResult(success=False, handled=False, message="535 5.7.3 Authentication unsuccessful")

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: ARG002, N802
        """Take or refuse a sender."""
        if self._log_in and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self.refuse_sender:
            return self.refuse_sender.popleft()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: ARG002, N802
        """Take or refuse a recipient."""
        if self.refuse_recipient:
            return self.refuse_recipient.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail, and perhaps say nothing about it."""
        if self.refuse_data:
            return self.refuse_data.popleft()
        login = session.auth_data.login.decode() if session.authenticated else ""
        taken = Taken(
            sender=envelope.mail_from or "", recipients=tuple(envelope.rcpt_tos), content=bytes(envelope.content), login=login
        )
        if self._file is not None:
            await asyncio.to_thread(self._file, taken)
        self.taken.append(taken)
        if self.cut_after_data:
            self.cut_after_data -= 1
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 2.0.0 taken"
