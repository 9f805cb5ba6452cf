"""Access tokens by OAuth 2: the house authorises (manifest: `[oauth]`) and renews, the connector asks for one that is good."""

from typing import Protocol

from unisono.contract.connector import PullFailed


class NoToken(PullFailed):
    """There is no token that could be used: REAUTH_NEEDED when somebody must authorise anew, else UNREACHABLE, THROTTLED or
    MISCONFIGURED. It is raised before anything of the connector's went out, so it may pass through `pull`, `send`, `check`
    and every optional power; the house takes it for what its `health` says.
    """


class Tokens(Protocol):
    """The channel's OAuth 2 access token."""

    async def access(self, *, refused: str | None = None) -> str:
        """Return a token that is good for some minutes; `refused` names one that the network just turned down (401).

        However many workers and nodes ask at once, one of them renews; a rotated refresh token is stored before the access
        token that came with it is used. Where there is nothing to renew with, a typed `access_token` is returned as it is,
        until it is refused. Raises NoToken.
        """
