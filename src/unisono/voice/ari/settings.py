"""What an administrator says of the exchange, checked."""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import phonenumbers
from msgspec import Struct

_APP: Final = re.compile(r"[A-Za-z0-9_-]{1,30}")
_DIGITS: Final = re.compile(r"\d{1,15}")
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,60}")


class BadSettings(Exception):
    """A setting cannot be used; the text says which and what is expected. `field`: its name."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """The exchange and how it is dialled; `manifest.toml` words each for people.

    url: of its HTTP server, without `/ari`. app: the Stasis application; one node uses it at a time. phone, trunk: dial
    strings with `{address}` or `{number}`; an empty trunk dials nobody outside. allowed: how a number that may be dialled must
    begin, in E.164. transfer_context: where in the dialplan a caller who is passed on goes; empty, and nobody is. region: the
    country (ISO 3166) in which national numbers are meant. music_class: of music on hold. sound_folder: the folder of our own
    announcements at the exchange. headers: of a SIP call, those that the house may read.
    """

    url: str
    username: str
    password: str
    app: str = "unisono"
    phone: str = "PJSIP/{address}"
    trunk: str = ""
    allowed: tuple[str, ...] = ()
    transfer_context: str = ""
    region: str = "DE"
    music_class: str = "default"
    sound_folder: str = "unisono"
    headers: tuple[str, ...] = ()


def read_settings(raw: Mapping[str, Any]) -> Settings:
    """Return the settings. Raises BadSettings."""
    shaped = {name: value for name, value in raw.items() if value not in (None, "")}
    for name in ("allowed", "headers"):
        if isinstance(shaped.get(name), str):
            shaped[name] = tuple(re.split(r"[,\s]+", shaped[name].strip()))
    for name in ("url", "username", "password"):
        if not shaped.get(name):
            raise BadSettings(name, f"{name} is missing: the exchange cannot be asked without it.")
    try:
        settings = msgspec.convert(shaped, Settings, strict=False)
    except msgspec.ValidationError as error:
        field = str(error).partition("$.")[2].strip("`[].0123456789") or "url"
        raise BadSettings(field, f"{field} cannot be used: {error}.") from None
    return _sound(msgspec.structs.replace(settings, url=settings.url.rstrip("/").removesuffix("/ari")))


def _sound(settings: Settings) -> Settings:
    if not settings.url.startswith(("http://", "https://")):
        raise BadSettings("url", "url must begin with http:// or https://, such as https://pbx.example.org:8089.")
    if not _APP.fullmatch(settings.app):
        raise BadSettings("app", "app may have letters, digits, - and _, 30 at the most; the dialplan names the same.")
    if "{address}" not in settings.phone:
        raise BadSettings("phone", "phone must contain {address}, such as PJSIP/{address}.")
    if settings.trunk and "{number}" not in settings.trunk:
        raise BadSettings("trunk", "trunk must contain {number}, such as PJSIP/{number}@carrier.")
    wrong = [one for one in settings.allowed if not _DIGITS.fullmatch(one.removeprefix("+"))]
    if wrong:
        raise BadSettings("allowed", f"{wrong[0]!r} is no beginning of a number, such as +49.")
    strange = [one for one in settings.headers if not _HEADER.fullmatch(one)]
    if strange:
        raise BadSettings("headers", f"{strange[0]!r} is no name of a header, such as X-Customer-Number.")
    if not phonenumbers.country_code_for_region(settings.region):
        raise BadSettings("region", "region is a country in two letters, such as DE.")
    return settings
