"""Secrets stay with the host that they were given for: whoever leads a channel elsewhere types them again.

Whoever may manage channels cannot read their secrets; a changed address must not bring them to a host of somebody's choosing.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from unisono.contract.manifest import Manifest
from unisono.domain.errors import Invalid

_PLACE: Final = re.compile(r"\{config\.([a-z_][a-z0-9_]*)\}")
_PORTS: Final = {"http": 80, "https": 443}


def leads_elsewhere(manifest: Manifest, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """Return the first setting by which the channel would speak to another host, or less safely to the same; None without one."""
    properties: Mapping[str, Mapping[str, Any]] = manifest.config.get("properties", {})
    oauth = manifest.oauth
    addresses = (*manifest.reach, *((oauth.authorize_url, oauth.token_url, oauth.revoke_url) if oauth else ()))
    named = {name for address in addresses for name in _PLACE.findall(address)}
    for name, schema in properties.items():
        bears = name in named or schema.get("format") in ("url", "host") or schema.get("names_host")
        if bears and _host(before.get(name, schema.get("default"))) != _host(after.get(name, schema.get("default"))):
            return name
    return None


def check_typed_again(stored: Iterable[str], typed: Mapping[str, str], setting: str) -> None:
    """Raise Invalid for a secret that is stored and was not typed again; one that is typed empty is given up."""
    missing = sorted(set(stored) - set(typed))
    if missing:
        raise Invalid(
            f"{setting} leads to another host; {missing[0]} is not taken along. Nothing was sent or saved; type it again.",
            code="secret_again", field=missing[0], setting=setting,
        )  # fmt: skip


def _host(value: object) -> tuple[str, str, int | None]:
    """Return how, where and at which door: `https://a.example/x` and `https://A.example` are one host."""
    text = str(value or "").strip().lower()
    if "://" not in text:
        # A host alone, or an account at one.
        return "", text.rpartition("@")[2].rstrip("."), None
    parts = urlsplit(text)
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme)
