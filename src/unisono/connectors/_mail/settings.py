"""A mailbox's settings, with what is known of large providers filled in."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

from msgspec import Struct

Security = Literal["tls", "starttls", "none"]
Auth = Literal["password", "xoauth2", "xoauth2_app"]
SentCopies = Literal["append", "provider", "none"]

GOOGLE_TOKENS: Final = "https://oauth2.googleapis.com/token"
MICROSOFT_TOKENS: Final = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
MICROSOFT_SCOPE: Final = "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"
MICROSOFT_APP_SCOPE: Final = "https://outlook.office365.com/.default"
_SERVERS: Final[Mapping[str, tuple[str, str]]] = {
    "google": ("imap.gmail.com", "smtp.gmail.com"),
    "microsoft": ("outlook.office365.com", "smtp.office365.com"),
}


class Server(Struct, frozen=True, kw_only=True):
    """Where a server listens, and how the connection is encrypted."""

    host: str
    port: int
    security: Security

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Settings(Struct, frozen=True, kw_only=True):
    """What an administrator set. Addresses for comparison are lower case; `own` holds all of ours.

    since: mails of the server's days from this one on are fetched at first; None: from now on.
    sent_copies: who files a copy of each answer: we (append), the provider itself, or nobody.
    timeout_s: how long a server may be silent; a whole page may take a multiple of it.
    """

    address: str
    own: frozenset[str]
    sender_name: str
    login: str
    auth: Auth
    imap: Server
    smtp: Server
    token_url: str
    client_id: str
    scope: str
    folder: str
    sent_folder: str
    sent_copies: SentCopies
    after: Literal["leave", "seen", "move"]
    done_folder: str
    history_days: int
    since: date | None
    reply_token: bool
    authserv_id: str
    max_mail_bytes: int
    max_per_hour: int
    timeout_s: float

    @property
    def oauth(self) -> bool:
        """Whether log-ins use access tokens."""
        return self.auth != "password"

    def first_day(self, now: datetime) -> date | None:
        """Return the first day whose mails are fetched when nothing was fetched yet; None: from now on."""
        if self.since is not None:
            return self.since
        return (now.astimezone(UTC) - timedelta(days=self.history_days)).date() if self.history_days > 0 else None


def settings_of(config: Mapping[str, Any]) -> Settings:
    """Return a channel's settings. What is missing has its default; the manifest's schema has checked the rest."""
    provider = _text(config, "provider") or "other"
    imap_host, smtp_host = _SERVERS.get(provider, ("", ""))
    address = _text(config, "address")
    auth: Auth = config.get("auth") or "password"
    more = config.get("own_addresses") or ()
    return Settings(
        address=address, own=frozenset(a.strip().lower() for a in (address, *map(str, more)) if a.strip()),
        sender_name=_text(config, "sender_name"), login=_text(config, "login") or address, auth=auth,
        imap=Server(
            host=_text(config, "imap_host") or imap_host, port=int(config.get("imap_port") or 993),
            security=config.get("imap_security") or "tls",
        ),
        smtp=Server(
            host=_text(config, "smtp_host") or smtp_host, port=int(config.get("smtp_port") or 587),
            security=config.get("smtp_security") or "starttls",
        ),
        token_url=_text(config, "token_url") or _token_url(provider, _text(config, "tenant")),
        client_id=_text(config, "client_id"), scope=_text(config, "scope") or _scope(provider, auth),
        folder=_text(config, "folder") or "INBOX", sent_folder=_text(config, "sent_folder"),
        sent_copies=_sent_copies(provider, _text(config, "sent_copies") or "auto"), after=config.get("after") or "leave",
        done_folder=_text(config, "done_folder"), history_days=int(config.get("history_days", 2)),
        since=_day(config.get("since")),
        reply_token=bool(config.get("reply_token")), authserv_id=_text(config, "authserv_id").lower(),
        max_mail_bytes=int(config.get("max_mail_mb") or 25) * 1_000_000, max_per_hour=int(config.get("max_per_hour", 60)),
        timeout_s=float(config.get("timeout_s") or 30),
    )  # fmt: skip


def _text(config: Mapping[str, Any], name: str) -> str:
    return str(config.get(name) or "").strip()


def _token_url(provider: str, tenant: str) -> str:
    if provider == "google":
        return GOOGLE_TOKENS
    return MICROSOFT_TOKENS.format(tenant=tenant or "common") if provider == "microsoft" else ""


def _scope(provider: str, auth: str) -> str:
    if provider != "microsoft":
        return ""
    return MICROSOFT_APP_SCOPE if auth == "xoauth2_app" else MICROSOFT_SCOPE


def _sent_copies(provider: str, asked: str) -> SentCopies:
    """Google and Microsoft file what their SMTP servers accept; elsewhere nobody does it for us."""
    if asked == "auto":
        return "provider" if provider in _SERVERS else "append"
    return asked  # type: ignore[return-value]


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
