"""The channel's settings as the chat uses them, checked."""

import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from unisono.connectors.webchat.hours import Span, parse_hours

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class BadOption(ValueError):
    """A setting that cannot be used; `field` names it, the text says what would be right."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class Options(Struct, frozen=True, kw_only=True):
    """What the manifest's schema declares, with its defaults. Unknown settings are ignored."""

    title: str = ""
    greeting: str = ""
    colour: str = "#0b6360"
    language: Literal["auto", "de", "en"] = "auto"
    theme: Literal["auto", "light", "dark"] = "auto"
    allowed_origins: str = ""
    hours: str = ""
    time_zone: str = "Europe/Berlin"
    wait_minutes: int = 3
    privacy_url: str = ""
    files: bool = True
    max_file_mb: int = 5
    agent_names: Literal["first", "full", "none"] = "first"
    remember: Literal["tab", "browser"] = "tab"

    @property
    def origins(self) -> frozenset[str]:
        """Websites that may use the chat, in the form of an Origin header; `*` stands for all."""
        return frozenset(word.lower().rstrip("/") for word in self.allowed_origins.split())

    @property
    def spans(self) -> tuple[Span, ...]:
        """The opening hours, empty for always."""
        return parse_hours(self.hours)

    @property
    def zone(self) -> ZoneInfo:
        """The opening hours' time zone."""
        return ZoneInfo(self.time_zone)

    def allows(self, origin: str) -> bool:
        """Tell whether a website, named by its Origin header, may use the chat."""
        return "*" in self.origins or origin.lower() in self.origins


def options_of(config: Mapping[str, Any]) -> Options:
    """Return the settings. Raises BadOption."""
    known = {name: value for name, value in config.items() if name in Options.__struct_fields__ and value not in (None, "")}
    try:
        options = msgspec.convert(known, Options)
    except msgspec.ValidationError as error:
        field = re.search(r"\$\.(\w+)", str(error))
        raise BadOption(field[1] if field else "", f"This setting cannot be used: {error}.") from error
    if not _COLOUR.fullmatch(options.colour):
        raise BadOption("colour", f"{options.colour!r} is no colour; write it as #rrggbb, for example #0b6360.")
    try:
        _ = options.spans
    except ValueError as error:
        raise BadOption("hours", str(error)) from error
    try:
        _ = options.zone
    except (KeyError, ValueError) as error:
        text = f"{options.time_zone!r} is no time zone; write for example Europe/Berlin."
        raise BadOption("time_zone", text) from error
    for origin in options.origins - {"*"}:
        if not _is_origin(origin):
            text = f"{origin!r} is no website's address; write scheme and host only, for example https://www.company.example."
            raise BadOption("allowed_origins", text)
    if options.privacy_url and urlsplit(options.privacy_url).scheme not in ("http", "https"):
        raise BadOption("privacy_url", "The privacy policy's address must begin with https://.")
    return options


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and text == f"{parts.scheme}://{parts.netloc}"
