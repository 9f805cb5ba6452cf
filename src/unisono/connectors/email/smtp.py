"""Handing a mail to the SMTP server, with an honest word on whether it was taken."""

import re
import socket
import ssl
from typing import Final

import aiosmtplib
from msgspec import Struct

from unisono.connectors._mail.said import said
from unisono.connectors._mail.settings import Settings
from unisono.contract import Health, Reauth, Reject, Retry, SendResult, Sent, Unknown
from unisono.domain.words import ChannelState

GREYLISTED_S: Final = 120.0
_THROTTLED: Final = ("4.7.", "4.3.2", "4.2.1 ", "rate", "too many", "throttl", "limit", "try again later")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_LOGIN_WANTED: Final = frozenset({530, 534, 535, 538})
_FIRST_CODE: Final = 200
SMTP_ERRORS: Final = (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError)


class Door(Struct, frozen=True, kw_only=True):
    """The way to the SMTP server. `secret`: password or access token; None: no log-in."""

    settings: Settings
    secret: str | None


class Parcel(Struct, frozen=True, kw_only=True):
    """A mail ready to go."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    message_id: str


class Refused(Exception):
    """The server wants another log-in."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


async def deliver(door: Door, parcel: Parcel) -> SendResult:
    """Hand the mail over. Before its text goes out it surely did not arrive; from then on, without an answer, nobody knows.

    Raises Refused when the log-in was turned down.
    """
    handed_over = False
    client = _client(door.settings)
    server = door.settings.smtp
    try:
        await _enter(client)
        await log_in(client, door)
        if (refusal := _too_large(client, parcel)) is not None:
            return refusal
        if (refused := await _envelope(client, parcel)) is not None:
            return refused
        handed_over = True
        await client.data(parcel.content, timeout=_transfer_s(door.settings, parcel))
    except aiosmtplib.SMTPNotSupported as error:
        return Reject(code="not_supported", human=f"{server} cannot take this mail: {said(error)}")
    except (aiosmtplib.SMTPConnectResponseError, aiosmtplib.SMTPHeloError) as error:
        # Whatever the code, it was said to our connection and not to this mail.
        return Retry(reason=f"{server} turns the connection down: {error.code} {said(error.message)}")
    except aiosmtplib.SMTPResponseException as error:
        if error.code >= _FIRST_CODE:
            return answered(error.code, str(error.message))
        # No reply of SMTP at all, such as a proxy's error page.
        reason = f"{server} answers something that is no SMTP"
        return Unknown(reason=reason) if handed_over else Retry(reason=reason)
    except SMTP_ERRORS as error:
        reason = f"{server}: {type(error).__name__}"
        return Unknown(reason=reason) if handed_over else Retry(reason=reason)
    finally:
        client.close()
    return Sent(remote_id=parcel.message_id)


def _client(settings: Settings) -> aiosmtplib.SMTP:
    server = settings.smtp
    return aiosmtplib.SMTP(
        hostname=server.host, port=server.port, timeout=max(settings.timeout_s, 1.0), use_tls=server.security == "tls",
        start_tls=server.security == "starttls", tls_context=None if server.security == "none" else ssl.create_default_context(),
        # Looking up this machine's own name can take as long as a time-out, and submission servers do not care.
        local_hostname=_plain_domain(settings.address),
    )  # fmt: skip


def _plain_domain(address: str) -> str:
    domain = address.rpartition("@")[2]
    return domain if _DOMAIN.fullmatch(domain) else "localhost"


async def _enter(client: aiosmtplib.SMTP) -> None:
    """Connect, encrypt as set, and learn what the server can do."""
    await client.connect()
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


def _transfer_s(settings: Settings, parcel: Parcel) -> float:
    """Servers look for viruses before they answer (RFC 5321, section 4.5.3.2, even allows ten minutes)."""
    return 4 * settings.timeout_s + len(parcel.content) / 20_000


async def log_in(client: aiosmtplib.SMTP, door: Door) -> None:
    """Log in where the server offers it. Raises Refused, and the library's errors for anything temporary."""
    if door.secret is None or not client.supports_extension("auth"):
        return
    try:
        if door.settings.oauth:
            await client.auth_xoauth2(door.settings.login, door.secret)
        else:
            await client.login(door.settings.login, door.secret)
    except aiosmtplib.SMTPAuthenticationError as error:
        if 400 <= error.code < 500:
            raise
        raise Refused(f"{error.code} {said(error.message)}") from error


def _too_large(client: aiosmtplib.SMTP, parcel: Parcel) -> Reject | None:
    limit = size_limit(client)
    if limit is None or len(parcel.content) <= limit:
        return None
    human = f"The mail has {len(parcel.content):,} bytes, the mail server takes {limit:,}. Send fewer or smaller files."
    return Reject(code="too_large", human=human)


def size_limit(client: aiosmtplib.SMTP) -> int | None:
    """Return how large a mail may be (SIZE, RFC 1870); None when the server does not say."""
    said = client.esmtp_extensions.get("size", "").strip()
    return int(said) if said.isdigit() and int(said) > 0 else None


async def _envelope(client: aiosmtplib.SMTP, parcel: Parcel) -> SendResult | None:
    """Name sender and recipients; whoever is refused, nobody gets it, and the agent learns of whom it is."""
    options = _options(client, parcel)
    encoding = "utf-8" if "SMTPUTF8" in options else "ascii"
    await client.mail(parcel.sender, options=options, encoding=encoding)
    for recipient in parcel.recipients:
        try:
            await client.rcpt(recipient, encoding=encoding)
        except aiosmtplib.SMTPRecipientRefused as error:
            return answered(error.code, f"{recipient}: {error.message}")
    return None


def _options(client: aiosmtplib.SMTP, parcel: Parcel) -> list[str]:
    if all(address.isascii() for address in (parcel.sender, *parcel.recipients)):
        return [f"SIZE={len(parcel.content)}"] if client.supports_extension("size") else []
    if not client.supports_extension("smtputf8"):
        raise aiosmtplib.SMTPNotSupported("an address has letters that this mail server does not know (SMTPUTF8)")
    return ["SMTPUTF8", "BODY=8BITMIME"]


def answered(code: int, text: str) -> SendResult:
    """Return what a reply code means (RFC 5321, section 4.2.1)."""
    text = said(text, 300)
    if 400 <= code < 500:
        throttled = code == 421 or any(word in text.lower() for word in _THROTTLED)
        after = None if throttled else GREYLISTED_S if code in (450, 451) else None
        return Retry(reason=f"{code} {text}", after_s=after, throttled=throttled)
    if code in _LOGIN_WANTED:
        return Reauth(human=_login_wanted(f"{code} {text}"))
    return Reject(code=f"smtp_{code}", human=f"The mail server refuses: {code} {text}")


def _login_wanted(text: str) -> str:
    return f"The SMTP server wants a valid log-in ({text}). Renew the password or the authorisation; answers wait until then."


def refused(error: Refused) -> Reauth:
    """Return what a refused log-in means for the channel."""
    return Reauth(human=_login_wanted(error.said))


class Looked(Struct, frozen=True, kw_only=True):
    """What a look at the SMTP server brought."""

    problem: Health | None = None
    size_limit: int | None = None


async def look(door: Door, address: str) -> Looked:
    """Say hello, log in and ask whether the server would take a mail from our address; nothing is sent."""
    client = _client(door.settings)
    server = door.settings.smtp
    try:
        await _enter(client)
        await log_in(client, door)
        limit = size_limit(client)
        await client.mail(address)
        await client.rcpt(address)
        await client.rset()
        return Looked(size_limit=limit)
    except Refused as error:
        field = "refresh_token" if door.settings.oauth else "password"
        what = f"{server} refuses the log-in of {door.settings.login} ({error.said}). Some providers allow SMTP per mailbox only."
        return Looked(problem=Health(state=ChannelState.REAUTH_NEEDED, what=what, field=field))
    except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused) as error:
        return Looked(problem=_sender_refused(error, server, address))
    except aiosmtplib.SMTPResponseException as error:
        what = f"{server} answers {error.code} {said(error.message)}. Check the server's settings."
        return Looked(problem=Health(state=ChannelState.MISCONFIGURED, what=what, field="smtp_host"))
    except SMTP_ERRORS as error:
        return Looked(problem=_unreachable(error, door.settings))
    finally:
        client.close()


def _sender_refused(error: aiosmtplib.SMTPResponseException, server: object, address: str) -> Health | None:
    text = f"{error.code} {said(error.message)}"
    if error.code in _LOGIN_WANTED:
        what = f"{server} wants a log-in before it takes mails ({text}), but offers none on this connection. Choose encryption."
        return Health(state=ChannelState.MISCONFIGURED, what=what, field="smtp_security")
    if 400 <= error.code < 500 or isinstance(error, aiosmtplib.SMTPRecipientRefused):
        # Greylisting, or a server that takes mails for others only: answers go to others.
        return None
    what = f"{server} does not take mails from {address} ({text}). The log-in must be allowed to send as this address."
    return Health(state=ChannelState.MISCONFIGURED, what=what, field="address")


def _unreachable(error: Exception, settings: Settings) -> Health:
    server = settings.smtp
    cause = next((e for e in (error.__cause__, error.__context__, error) if isinstance(e, ssl.SSLError)), error)
    text = str(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        what = f"The certificate of {server} is not valid for this name ({cause.verify_message}). Check the server's name."
        return Health(state=ChannelState.MISCONFIGURED, what=what, field="smtp_host")
    if isinstance(cause, ssl.SSLError) or "STARTTLS" in text.upper():
        what = f"{server} does not encrypt that way. Port 465 goes with TLS, port 587 with STARTTLS; check both settings."
        return Health(state=ChannelState.MISCONFIGURED, what=what, field="smtp_security")
    if isinstance(error.__cause__, socket.gaierror):
        return Health(state=ChannelState.UNREACHABLE, what=f"There is no server named {server.host!r}.", field="smtp_host")
    if isinstance(error, TimeoutError):
        what = f"{server} did not answer in time. Check port, encryption and firewall."
        return Health(state=ChannelState.UNREACHABLE, what=what, field="smtp_host")
    what = f"{server} cannot be reached ({type(error).__name__}). Check the server's name and port."
    return Health(state=ChannelState.UNREACHABLE, what=what, field="smtp_port")
