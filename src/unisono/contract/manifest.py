"""The manifest beside each connector: what it is, how it is configured, where it may go."""

import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct, field


class Manifest(Struct, frozen=True, kw_only=True):
    """`manifest.toml`, checked.

    id: the connector's name in the entry-point group `unisono.connectors`. network: key of an identity's id space.
    title, summary: shown at set-up, by language. medium: word for reports and icons (post, mail, chat, call).
    config: JSON Schema (object) from which the desk draws the form; a property may carry `secret: true` (stored
        encrypted, never shown again), `title` and `description` by language, `format: "url"|"host"|"email"`.
    streams: names for `pull`. hosts: what HTTP may reach; `{config.base_url}` stands for a configured address.
    verified_against: what the connector was tested with, honestly, by language-neutral lines.
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

    @property
    def secret_fields(self) -> frozenset[str]:
        """Names of the settings that are secrets."""
        properties: dict[str, dict[str, Any]] = self.config.get("properties", {})
        return frozenset(name for name, schema in properties.items() if schema.get("secret"))


class BadManifest(Exception):
    """A connector's manifest is missing or wrong; the text names the file, the field and what was expected."""


def load_manifest(folder: Path) -> Manifest:
    """Return the manifest of a connector's folder. Raises BadManifest."""
    path = folder / "manifest.toml"
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Manifest)
    except FileNotFoundError:
        raise BadManifest(f"{path} is missing: a connector's folder holds a manifest.toml beside its code.") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadManifest(f"{path} cannot be used: {error}. Compare it with the template in the documentation.") from error
