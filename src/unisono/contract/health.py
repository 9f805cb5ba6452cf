"""What a look at the network tells of a channel."""

from datetime import datetime

from msgspec import Struct

from unisono.contract.capabilities import Caps
from unisono.domain.words import ChannelState


class Health(Struct, frozen=True, kw_only=True):
    """Result of `check`: is everything there to work with this account?

    state: OK, REAUTH_NEEDED, FORBIDDEN, THROTTLED (see `until`), UNREACHABLE or MISCONFIGURED.
    what: what is wrong, for a person, with what to do next; field: the setting at fault, if one is.
    texts: `what` by language, where the connector can tell it in more than one.
    account: who we are at the network (remote id, handle), filled when OK.
    """

    state: ChannelState
    what: str = ""
    field: str | None = None
    until: datetime | None = None
    remote_id: str | None = None
    handle: str = ""
    realm: str = ""
    caps: Caps | None = None
    texts: dict[str, str] = {}
