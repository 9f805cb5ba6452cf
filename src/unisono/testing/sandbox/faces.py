"""What each sandbox network is like: its name, its looks, and its rules. Names and marks are invented."""

from enum import StrEnum

from msgspec import Struct


class PauseHeader(StrEnum):
    """How a network says when to come back after 429: networks differ in this, and some say nothing."""

    RETRY_AFTER = "retry_after"
    RESET = "reset"
    NONE = "none"


class Rate(Struct, frozen=True, kw_only=True):
    """So many requests of one account in any `per_s` seconds."""

    requests: int
    per_s: float
    header: PauseHeader = PauseHeader.RETRY_AFTER


class Face(Struct, frozen=True, kw_only=True):
    """One network of the sandbox.

    key: its part of every address. pages: top-level posts stand on a company's page, and comments below them; else
        posts stand on their own and reach a company when they name it.
    max_text counts in `unit`; max_direct in characters. key_window_s: for how long a repeated idempotency key gives the
        first answer again. direct_window_s: a company may write a direct message for so long after the customer's last
        one. retention_s / retention_entries: how far back a pull reaches; older entries are gone. rate: for companies.
    token_life_s: access tokens expire and are renewed with a refresh token, which changes each time; None is for ever.
    """

    key: str
    name: str
    claim: dict[str, str]
    accent: str
    accent_dark: str
    pages: bool
    unit: str = "chars"
    max_text: int = 500
    url_cost: int | None = None
    max_direct: int = 2_000
    media_count: int = 4
    media_types: tuple[str, ...] = ("image/png", "image/jpeg", "image/gif", "image/webp")
    media_bytes: int = 5_000_000
    max_alt: int = 1_000
    key_window_s: float = 3_600.0
    direct_window_s: float | None = None
    retention_s: float | None = None
    retention_entries: int | None = None
    rate: Rate | None = None
    token_life_s: float | None = None


ZWITSCHER = Face(
    key="zwitscher",
    name="Zwitscher",
    claim={"de": "Kurz gesagt, weit gehört.", "en": "Said short, heard far."},
    accent="#b4480f",
    accent_dark="#ff9a5c",
    pages=False,
    unit="weighted",
    max_text=280,
    url_cost=23,
    direct_window_s=7 * 86_400.0,
)

PINNWAND = Face(
    key="pinnwand",
    name="Pinnwand",
    claim={"de": "Wo die Stadt Zettel hängt.", "en": "Where the town pins its notes."},
    accent="#2f6b3c",
    accent_dark="#8fd19e",
    pages=True,
    unit="chars",
    max_text=8_000,
    media_count=6,
)

FACES = (ZWITSCHER, PINNWAND)
