"""The connector: one company page's notifications, with webhooks as hints, answered below in public."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Final

import msgspec

from unisono.connectors.linkedin import pushes
from unisono.connectors.linkedin.answering import LONGEST, Answering
from unisono.connectors.linkedin.api import VERSION, Api, Gone
from unisono.connectors.linkedin.hearing import KEPT, Hearing
from unisono.connectors.linkedin.read import read_item
from unisono.connectors.linkedin.shapes import Page as CompanyPage
from unisono.connectors.linkedin.shapes import Roles
from unisono.connectors.linkedin.words import trouble
from unisono.contract import (
    Caps,
    Challenge,
    Ctx,
    Deny,
    Event,
    Health,
    HttpRequest,
    OutMessage,
    Page,
    PullFailed,
    Purpose,
    Raw,
    ReconcileResult,
    SendResult,
    TextLimit,
    ThreadRef,
    load_manifest,
)
from unisono.domain.words import ChannelState, Visibility

_SUNSET_TOLD: Final = timedelta(days=60)
_CAPS: Final = Caps(
    visibilities=(Visibility.PUBLIC,), text=TextLimit(maximum=LONGEST), push=True, webhook=True, challenge=True,
    threads=False, edits=True, deletes=True, retract=True, refresh=True, retention_s=int(KEPT.total_seconds()), rate_per_s=50,
)  # fmt: skip


class LinkedIn:
    """One company page."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._api = Api(ctx)
        self._number = str(ctx.account.config.get("organization_id", ""))
        self._hearing = Hearing(ctx, self._api)
        self._answering = Answering(ctx, self._api)

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what comments of a page allow; LinkedIn opens private messages to no page."""
        del thread
        return self._ctx.account.caps or _CAPS

    async def check(self) -> Health:
        """Ask for the page, and whether who authorised may act for it."""
        try:
            page = await self._api.get(f"organizations/{self._number}", CompanyPage, Purpose.REPLY)
            roles = await self._api.get("organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=APPROVED", Roles, Purpose.REPLY)
        except Gone:
            return trouble("no_page", page=self._number)
        except PullFailed as error:
            return error.health
        if not any(role.page == f"urn:li:organization:{self._number}" for role in roles.elements):
            return trouble("not_admin", page=page.name or self._number)
        caps = _CAPS
        if not await self._ctx.secrets.get("client_secret"):
            caps = msgspec.structs.replace(caps, push=False, webhook=False, challenge=False)
        if not await self._renewable():
            caps = msgspec.structs.replace(caps, refresh=False)
        return msgspec.structs.replace(self._sunset(), remote_id=self._number, handle=page.name or page.vanity, caps=caps)

    async def _renewable(self) -> bool:
        return any([await self._ctx.secrets.get(name) for name in ("refresh_token", "oauth")])

    def _sunset(self) -> Health:
        """A good condition, with a warning when the version that we ask for will end soon."""
        ends = load_manifest(self.folder).sunset
        soon = datetime.fromisoformat(ends).replace(tzinfo=UTC) - _SUNSET_TOLD
        if self._api.version != VERSION or self._ctx.clock.now() < soon:
            return Health(state=ChannelState.OK)
        return trouble("sunset", version=VERSION, day=ends)

    # -- hearing -------------------------------------------------------------------------------------------------------

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return what was said since the cursor, edits and deletions among it."""
        del stream
        return await self._hearing.pull(cursor, limit)

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        """Return what a push brought, also for other pages of the app."""
        return pushes.verify(request, await self._ctx.secrets.get("client_secret"), self._ctx.clock.now())

    def read(self, raw: Raw) -> list[Event]:
        """Return what an item says. Pure. Raises Unreadable."""
        return read_item(raw)

    # -- answering -----------------------------------------------------------------------------------------------------

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Comment below what is answered."""
        del attempt
        return await self._answering.send(message)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look whether a comment of ours stands there."""
        return await self._answering.reconcile(message)

    async def retract(self, remote_id: str) -> SendResult:
        """Delete a comment of ours."""
        return await self._answering.retract(remote_id)
