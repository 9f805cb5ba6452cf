"""How the servers are entered: the settings, with a password or a fresh access token."""

from unisono.connectors._mail.imap import Place
from unisono.connectors._mail.oauth import access_token
from unisono.connectors._mail.settings import Settings, settings_of
from unisono.connectors.email.smtp import Door
from unisono.contract import Ctx


class Gate:
    """Gives a mailbox's place and door. `refused`: the secret that was just turned down, so that a token is renewed."""

    def __init__(self, ctx: Ctx) -> None:
        self.ctx = ctx

    @property
    def settings(self) -> Settings:
        """The channel's settings."""
        return settings_of(self.ctx.account.config)

    async def secret(self, refused: str | None = None) -> str:
        """Return the password, or an access token. Raises PullFailed when no token is to be had."""
        settings = self.settings
        if settings.oauth:
            return await access_token(self.ctx, settings, refused=refused)
        return await self.ctx.secrets.get("password") or ""

    async def place(self, refused: str | None = None) -> Place:
        """Return how to enter the IMAP server."""
        return Place(settings=self.settings, secret=await self.secret(refused))

    async def door(self, refused: str | None = None) -> Door:
        """Return how to enter the SMTP server; without any password there is no log-in."""
        return Door(settings=self.settings, secret=await self.secret(refused) or None)
