"""One connection to an IMAP server, blocking, with every error told in words a person can act on."""

import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Any, Final

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError, ProtocolError
from msgspec import Struct

from unisono.connectors._mail.said import said
from unisono.connectors._mail.settings import Settings
from unisono.contract import Health
from unisono.domain.words import ChannelState

CONNECT_TIMEOUT_S: Final = 15.0
# What the library, the socket and TLS raise; ValueError and RecursionError come from answers that make no sense.
IMAP_ERRORS: Final = (IMAPClientError, OSError, ValueError, RecursionError, EOFError)
_BUSY: Final = (
    "[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[OVERQUOTA]", "TOO MANY", "TRY AGAIN", "RATE LIMIT", "THROTTL",
)  # fmt: skip


class Place(Struct, frozen=True, kw_only=True):
    """How to get in. `secret`: the password, or an access token."""

    settings: Settings
    secret: str


class ImapFailed(Exception):
    """The mailbox cannot be worked with; `health` says why, for a person.

    lost: the connection is of no further use. uid: the one mail at whose body it broke, if it was one.
    """

    def __init__(self, health: Health, *, lost: bool = True, uid: int | None = None) -> None:
        super().__init__(health.what)
        self.health = health
        self.lost = lost
        self.uid = uid

    @property
    def refused(self) -> bool:
        """Whether the log-in was turned down."""
        return self.health.state is ChannelState.REAUTH_NEEDED


class Broken(OSError):
    """The connection broke while the body of this one mail was fetched."""

    def __init__(self, uid: int) -> None:
        super().__init__(f"the connection broke at UID {uid}")
        self.uid = uid


def connect(place: Place, opened: Callable[[socket.socket], None] = lambda _: None) -> IMAPClient:
    """Return a logged-in connection; `opened` gets its socket as soon as there is one. Raises ImapFailed."""
    settings = place.settings
    client: IMAPClient | None = None
    try:
        client = IMAPClient(
            settings.imap.host, settings.imap.port, ssl=settings.imap.security == "tls", ssl_context=tls_context(settings),
            timeout=min(CONNECT_TIMEOUT_S, settings.timeout_s),
        )  # fmt: skip
        client.normalise_times = False
        # imaplib would format every line for its log, tokens among them, whether anybody listens or not.
        client._imap.debug = 0  # noqa: SLF001
        opened(client.socket())
        if settings.imap.security == "starttls":
            client.starttls(tls_context(settings))
            opened(client.socket())
        client.socket().settimeout(settings.timeout_s)
    except IMAP_ERRORS as error:
        if client is not None:
            leave(client)
        raise failure(error, settings) from error
    try:
        _log_in(client, place)
    except IMAP_ERRORS as error:
        leave(client)
        raise login_failure(error, settings) from error
    return client


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Return how servers must prove who they are: by a certificate that this machine trusts, for their name."""
    return None if settings.imap.security == "none" else ssl.create_default_context()


def _log_in(client: IMAPClient, place: Place) -> None:
    login = place.settings.login
    if not place.settings.oauth:
        if client.has_capability("LOGINDISABLED"):
            raise _LoginDisabled
        # PLAIN carries any character; LOGIN is for servers that know nothing else.
        if client.has_capability("AUTH=PLAIN") and not (login + place.secret).isascii():
            client.sasl_login("PLAIN", lambda _: f"\0{login}\0{place.secret}")
        else:
            # The library quotes the password alone; names like person\mailbox need it as well.
            client.login('"' + login.replace("\\", "\\\\").replace('"', '\\"') + '"', place.secret)
        return
    steps = iter([f"user={login}\1auth=Bearer {place.secret}\1\1"])
    # A refused token is explained in a challenge, which wants an empty answer (Google, XOAUTH2 mechanism).
    client.sasl_login("XOAUTH2", lambda _: next(steps, ""))


class _LoginDisabled(OSError):
    pass


def leave(client: IMAPClient) -> None:
    """Say goodbye, or just go."""
    try:
        client.logout()
    except IMAP_ERRORS:
        with contextlib.suppress(*IMAP_ERRORS):
            client.shutdown()


def cut(connection: socket.socket) -> None:
    """End a connection from another thread: whoever waits on it fails at once."""
    with contextlib.suppress(OSError):
        # SSLSocket.shutdown would take TLS away under the other thread's feet.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def login_failure(error: Exception, settings: Settings) -> ImapFailed:
    """Return what a failed log-in means. A connection that broke on the way is no refusal, though the library says so."""
    if isinstance(error, _LoginDisabled):
        what = f"{settings.imap} takes passwords over encrypted connections only. Choose TLS or STARTTLS."
        return ImapFailed(Health(state=ChannelState.MISCONFIGURED, what=what, field="imap_security"))
    if not isinstance(error, LoginError) or isinstance(error.__context__, IMAPClientAbortError):
        return failure(error.__context__ if isinstance(error.__context__, Exception) else error, settings)
    answer = str(error).upper()
    if "[PRIVACYREQUIRED]" in answer:
        what = f"{settings.imap} wants an encrypted connection. Choose TLS or STARTTLS."
        return ImapFailed(Health(state=ChannelState.MISCONFIGURED, what=what, field="imap_security"))
    if any(word in answer for word in _BUSY):
        what = f"{settings.imap} takes no log-in now; it is tried again. Other programs may hold too many connections."
        return ImapFailed(Health(state=ChannelState.THROTTLED, what=what))
    if settings.auth == "xoauth2_app":
        what = (
            f"{settings.imap} does not let the application into the mailbox {settings.login}. Give it full access "
            "to this mailbox at the provider, and check the log-in name."
        )
        return ImapFailed(Health(state=ChannelState.REAUTH_NEEDED, what=what, field="login"))
    if settings.oauth:
        what = f"{settings.imap} does not accept the authorisation for {settings.login}. Check the log-in name or authorise anew."
        return ImapFailed(Health(state=ChannelState.REAUTH_NEEDED, what=what, field="refresh_token"))
    what = (
        f"{settings.imap} refuses the log-in of {settings.login}. Check name and password; with two-step log-in an app password "
        "is needed. Mails wait in the mailbox until then."
    )
    return ImapFailed(Health(state=ChannelState.REAUTH_NEEDED, what=what, field="password"))


def failure(error: Exception, settings: Settings) -> ImapFailed:
    """Return what an error of the library, of TLS or of the network means."""
    server = settings.imap
    if isinstance(error, ImapFailed):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        what = f"The certificate of {server} is not valid for this name ({error.verify_message}). Check the server's name."
        return _told(ChannelState.MISCONFIGURED, what, "imap_host")
    if isinstance(error, ssl.SSLError):
        what = f"{server} does not speak TLS there. Port 993 goes with TLS, port 143 with STARTTLS; check both settings."
        return _told(ChannelState.MISCONFIGURED, what, "imap_security")
    if isinstance(error, socket.gaierror):
        return _told(ChannelState.UNREACHABLE, f"There is no server named {server.host!r}. Check the name.", "imap_host")
    if isinstance(error, ConnectionRefusedError):
        return _told(ChannelState.UNREACHABLE, f"Nothing listens at {server}. Check the server's name and port.", "imap_port")
    if isinstance(error, TimeoutError):
        what = f"{server} did not answer in time. It is tried again; if it stays so, check port, encryption and firewall."
        return _told(ChannelState.UNREACHABLE, what, "imap_host")
    if "STARTTLS" in str(error) and not isinstance(error, OSError):
        what = f"{server} does not offer STARTTLS. Choose TLS (port 993)."
        return _told(ChannelState.MISCONFIGURED, what, "imap_security")
    if isinstance(error, IMAPClientError) and not isinstance(error, IMAPClientAbortError | ProtocolError):
        busy = any(word in str(error).upper() for word in _BUSY)
        state = ChannelState.THROTTLED if busy else ChannelState.UNREACHABLE
        return _told(state, f"{server} refuses: {said(error)}", None, lost=busy)
    what = f"The connection to {server} broke ({type(error).__name__}). It is tried again."
    uid = error.uid if isinstance(error, Broken) else None
    return _told(ChannelState.UNREACHABLE, what, "imap_host", uid=uid)


def _told(state: ChannelState, what: str, field: str | None, *, lost: bool = True, uid: int | None = None) -> ImapFailed:
    return ImapFailed(Health(state=state, what=what, field=field), lost=lost, uid=uid)


def open_folder(client: IMAPClient, folder: str, setting: str, *, readonly: bool = True) -> dict[bytes, Any]:
    """Open a folder and return what the server says of it. Raises ImapFailed, which names the folders that there are."""
    try:
        return dict(client.select_folder(folder, readonly=readonly))
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        if any(word in str(error).upper() for word in _BUSY):
            raise
        there = ", ".join(repr(name) for name in folders(client)[:15])
        what = f"The folder {folder!r} does not exist or may not be opened. There are: {there or 'none'}."
        raise ImapFailed(Health(state=ChannelState.MISCONFIGURED, what=what, field=setting), lost=False) from error


def folders(client: IMAPClient) -> list[str]:
    """Return the names of the folders that can be opened."""
    try:
        listed = client.list_folders()
    except IMAPClientAbortError:
        raise
    except (IMAPClientError, ValueError):
        return []
    return sorted(str(name) for flags, _, name in listed if b"\\Noselect" not in flags and b"\\NonExistent" not in flags)
