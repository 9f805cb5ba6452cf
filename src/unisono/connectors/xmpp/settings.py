"""The channel's settings, as the connection needs them."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from slixmpp import JID, InvalidJID

TIMEOUT_S: Final = 20.0


class Settings(Struct, frozen=True, kw_only=True):
    """address: our bare address, empty when it is none. security: starttls, direct or none. host: empty asks the DNS."""

    address: str
    host: str
    port: int
    security: str
    upload_url: str
    history_days: int

    @property
    def domain(self) -> str:
        """The part of the address that names the server."""
        return self.address.partition("@")[2]


def settings_of(config: Mapping[str, Any]) -> Settings:
    """Return the settings; what is missing has its default."""
    security = str(config.get("security") or "starttls")
    return Settings(
        address=address_of(str(config.get("address") or "").strip()), host=str(config.get("host") or "").strip(),
        port=int(config.get("port") or (5223 if security == "direct" else 5222)), security=security,
        upload_url=str(config.get("upload_url") or "").strip().rstrip("/"), history_days=int(config.get("history_days", 2)),
    )  # fmt: skip


def address_of(text: str) -> str:
    """Return the bare form of an address; empty for what is no person's."""
    try:
        found = JID(text)
    except InvalidJID:
        return ""
    return str(found.bare) if found.local and found.domain else ""
