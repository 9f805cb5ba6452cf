"""The manifest beside each connector: what it is, how it is configured, where it may go."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct, field

_PLACE: Final = re.compile(r"\{config\.([a-z_][a-z0-9_]*)\}")


class Limit(Struct, frozen=True, kw_only=True):
    """A rate limit, `[[limits]]`: `amount` requests of a bucket in `per_s` seconds. One bucket may have several.

    scope: what shares it: the account (a channel), the app (all channels of this connector with the same `app`), or a thread.
    app: the setting that names the app, for that scope (`client_id`). keep: the share that is kept back for answers; looking
        after what we keep may use half of it, listening stops when twice as much is left.
    """

    bucket: str
    amount: int
    per_s: float
    scope: Literal["account", "app", "thread"] = "account"
    app: str = "client_id"
    keep: float = 0.2


class OAuth(Struct, frozen=True, kw_only=True):
    """How an account is authorised by OAuth 2, `[oauth]`; `{config.x}` stands for a setting (the instance's address).

    The house runs the flow, and stores what comes of it as the channel's secrets; `Ctx.tokens` hands out valid tokens.
    client_id, client_secret: the settings that hold what the network calls our app. client_auth: how it is proven.
    extra: further parameters of the authorisation (`access_type = "offline"`). scope_separator: a blank, or a comma.
    """

    authorize_url: str
    token_url: str
    revoke_url: str = ""
    scopes: tuple[str, ...] = ()
    scope_separator: str = " "
    pkce: bool = True
    client_id: str = "client_id"
    client_secret: str = "client_secret"  # noqa: S105 - the name of a setting
    client_auth: Literal["client_secret_basic", "client_secret_post", "none"] = "client_secret_basic"
    extra: dict[str, str] = field(default_factory=dict)

    def at(self, url: str, config: Mapping[str, Any]) -> str:
        """Return an address with the settings filled in; empty where a setting that it needs is."""
        values = {name: str(config.get(name) or "").strip().rstrip("/") for name in _PLACE.findall(url)}
        return _PLACE.sub(lambda found: values[found[1]], url) if all(values.values()) else ""


class Manifest(Struct, frozen=True, kw_only=True):
    """`manifest.toml`, checked.

    id: the connector's name in the entry-point group `unisono.connectors`. network: key of an identity's id space.
    title, summary: shown at set-up, by language. medium: word for reports and icons (post, mail, chat, call).
    config: JSON Schema (object) from which the desk draws the form; a property may carry `secret: true` (stored
        encrypted, never shown again), `title` and `description` by language, `format: "url"|"host"|"email"`, and
        `names_host: true` where an account's address leads to its host. Who changes a host types the secrets again.
    streams: names for `pull`. hosts: what HTTP may reach; `{config.base_url}` stands for a configured address.
    verified_against: what the connector was tested with, honestly, by language-neutral lines.
    api_version, sunset: of the network's API, and the day (ISO) on which the network will end it, if it said so.
    limits: rate limits by bucket. costs: price of an operation in `currency`; whoever states costs has the settings
        `budget_day` and `budget_month` besides its own (0 is no limit). oauth: how an account is authorised.
    """

    id: str
    name: str
    version: str
    contract: int
    network: str
    medium: Literal["post", "mail", "chat", "call", "message"]
    title: dict[str, str]
    summary: dict[str, str]
    auth: Literal["none", "token", "oauth2", "oauth1", "app_password", "password", "jwt"]
    outbound: Literal["api", "deeplink", "none"] = "api"
    config: dict[str, Any] = field(default_factory=dict)
    streams: tuple[str, ...] = ("main",)
    poll_s: float = 30.0
    hosts: tuple[str, ...] = ()
    api_version: str = ""
    sunset: str = ""
    verified_against: tuple[str, ...] = ()
    costs: dict[str, float] = field(default_factory=dict)
    currency: str = "USD"
    limits: tuple[Limit, ...] = ()
    oauth: OAuth | None = None

    @property
    def reach(self) -> tuple[str, ...]:
        """What HTTP may reach: `hosts`, and the addresses at which tokens are fetched, renewed and given back."""
        urls = (self.oauth.token_url, self.oauth.revoke_url) if self.oauth else ()
        return self.hosts + tuple(_host_of(url) for url in urls if url)

    @property
    def secret_fields(self) -> frozenset[str]:
        """Names of the settings that are secrets."""
        properties: dict[str, dict[str, Any]] = self.config.get("properties", {})
        return frozenset(name for name, schema in properties.items() if schema.get("secret"))


class BadManifest(Exception):
    """A connector's manifest is missing or wrong; the text names the file, the field and what was expected."""


def _host_of(url: str) -> str:
    """Return the part of an address that says where it is, as `hosts` spells it."""
    if url.startswith("{"):
        return url[: url.index("}") + 1]
    scheme, _, rest = url.rpartition("://")
    return f"{scheme or 'https'}://{rest.split('/', 1)[0]}"


#: Settings of every connector that states costs. Money is a number of the manifest's currency; 0 is no limit.
_MONEY: Final[dict[str, dict[str, Any]]] = {
    "budget_day": {
        "type": "number", "minimum": 0, "default": 0,
        "title": {"de": "Höchstens am Tag ({currency})", "en": "At most a day ({currency})"},
        "description": {
            "de": "Danach warten erst das Zuhören, dann das Lesen; für Antworten bleibt ein Teil zurück. 0: ohne Grenze.",
            "en": "Near it listening waits first, then reading; a share is kept back for answers. 0: no limit.",
        },
    },
    "budget_month": {
        "type": "number", "minimum": 0, "default": 0,
        "title": {"de": "Höchstens im Monat ({currency})", "en": "At most a month ({currency})"},
        "description": {"de": "Wie am Tag, im Kalendermonat (UTC).", "en": "As for the day, in a calendar month (UTC)."},
    },
}  # fmt: skip


def load_manifest(folder: Path) -> Manifest:
    """Return the manifest of a connector's folder. Raises BadManifest."""
    path = folder / "manifest.toml"
    try:
        manifest = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Manifest)
        _sound(manifest)
    except FileNotFoundError:
        raise BadManifest(f"{path} is missing: a connector's folder holds a manifest.toml beside its code.") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        raise BadManifest(f"{path} cannot be used: {error}. Compare it with the template in the documentation.") from error
    return _with_money(manifest) if manifest.costs else manifest


def _sound(manifest: Manifest) -> None:
    """Raise ValueError for what the types cannot say."""
    if manifest.sunset:
        date.fromisoformat(manifest.sunset)
    for limit in manifest.limits:
        if limit.amount < 1 or limit.per_s <= 0 or not 0 <= limit.keep < 0.5:
            raise ValueError(f"limit {limit.bucket!r}: amount >= 1, per_s > 0 and 0 <= keep < 0.5 are expected")
    if any(price < 0 for price in manifest.costs.values()):
        raise ValueError("costs: a price is below 0")
    if manifest.oauth is not None and manifest.oauth.client_id not in manifest.config.get("properties", {}):
        raise ValueError(f"oauth: the setting {manifest.oauth.client_id!r} is not among the config's properties")


def _with_money(manifest: Manifest) -> Manifest:
    """Add the settings that bound the money, unless the connector words them itself."""
    worded = {
        name: schema | {"title": {lang: text.format(currency=manifest.currency) for lang, text in schema["title"].items()}}
        for name, schema in _MONEY.items()
    }
    config = manifest.config | {"properties": manifest.config.get("properties", {}) | {
        name: schema for name, schema in worded.items() if name not in manifest.config.get("properties", {})
    }}  # fmt: skip
    return msgspec.structs.replace(manifest, config=config)
