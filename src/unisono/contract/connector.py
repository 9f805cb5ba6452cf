"""What a connector is: a small mandatory core, and optional powers that are found by type."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from msgspec import Struct, field

from unisono.contract.capabilities import Caps
from unisono.contract.context import Ctx
from unisono.contract.health import Health
from unisono.contract.inbound import Above, Author, Event, Page, Raw, ThreadRef
from unisono.contract.outbound import OutMessage, ReconcileResult, SendResult, Template

CONTRACT_VERSION = 1


class Connector(Protocol):
    """One network's protocol for one channel. Built anew from its context at any time; keeps nothing that matters.

    Set `folder` to the directory that holds `manifest.toml`. The constructor makes no network call.
    """

    folder: ClassVar[Path]

    def __init__(self, ctx: Ctx) -> None: ...

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what the channel, or one thread of it, allows; no I/O (use what `check` learnt)."""
        ...

    async def check(self) -> Health:
        """Look at the network with the present settings, also before they are saved; never raises for bad settings."""
        ...

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return the next items of a stream (manifest: `streams`) after the cursor, oldest first.

        None, garbage or a cursor from the future restarts safely (overlap is normal, the inbox removes doubles).
        Raises PullFailed.
        """
        ...

    def read(self, raw: Raw) -> list[Event]:
        """Return what a raw item says. Pure: no I/O, no clock. Unknown fields and enum values survive.

        Raises Unreadable.
        """
        ...

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Try once. Never raises for what a network may do."""
        ...

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Find out whether an attempt with unknown outcome arrived."""
        ...


class PullFailed(Exception):
    """A pull did not work. `health` becomes the channel's state; `after_s` is when to try again (None: our choice)."""

    def __init__(self, health: Health, after_s: float | None = None) -> None:
        super().__init__(health.what)
        self.health = health
        self.after_s = after_s


class HttpRequest(Struct, frozen=True, kw_only=True):
    """An inbound request, raw. Header names are lower case; `path` is what follows the route's mount point."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    path_params: dict[str, str] = field(default_factory=dict)
    client: str = ""


class HttpResponse(Struct, frozen=True, kw_only=True):
    """An answer; `stream` instead of `body` for server-sent events."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    media_type: str = "application/json"
    stream: AsyncIterator[bytes] | None = None


class Challenge(Struct, frozen=True, kw_only=True):
    """The network proves that the address is ours; answer so."""

    response: HttpResponse


class Deny(Struct, frozen=True, kw_only=True):
    """Not from the network (signature, replay, token): nothing is stored. `reason` goes to the log and the counter."""

    reason: str
    status: int = 401


@runtime_checkable
class Webhook(Protocol):
    """Pushes over HTTP, mounted at `/hooks/{channel_id}`. Items are stored before the 2xx."""

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        """Check the signature over the raw bytes in constant time, then split the batch. Waits for its secret, nothing else."""
        ...


@runtime_checkable
class Stream(Protocol):
    """A push connection that we open. Each item is a hint: None means "pull now", a Raw is stored as well."""

    def listen(self) -> AsyncIterator[Raw | None]:
        """Yield until the connection ends; the runner reconnects with growing pauses and pulls after each start."""
        ...


@runtime_checkable
class Media(Protocol):
    """Files that must be fetched apart from their item."""

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        """Return the bytes. Raises NotReached, or PullFailed for a refused token."""
        ...


@runtime_checkable
class Retract(Protocol):
    """Our own message can be taken back at the network."""

    async def retract(self, remote_id: str) -> SendResult: ...


@runtime_checkable
class Typing(Protocol):
    """The network shows that somebody is writing."""

    async def typing(self, thread: ThreadRef, on: bool) -> None: ...


@runtime_checkable
class DeleteSync(Protocol):
    """Networks that send no deletions: look again whether items still stand."""

    async def still_there(self, remote_ids: list[str]) -> dict[str, bool]: ...


@runtime_checkable
class HideComment(Protocol):
    """A customer's public item under ours can be hidden from others, and shown again (`Caps.hide`)."""

    async def hide(self, remote_id: str, hidden: bool) -> SendResult:
        """Hide or show it; `Sent` with the item's own id when it stands so, also when it did before."""
        ...


@runtime_checkable
class DeleteComment(Protocol):
    """A customer's public item under ours can be deleted at the network (`Caps.delete_comment`)."""

    async def delete_comment(self, remote_id: str) -> SendResult:
        """Delete it; `Sent` with the item's own id when it is gone, also when it was before."""
        ...


@runtime_checkable
class Like(Protocol):
    """We can say that we like a customer's item, and take it back (`Caps.like`)."""

    async def like(self, remote_id: str, on: bool) -> SendResult:
        """Like it or no longer; `Sent` with the item's own id when it stands so, also when it did before."""
        ...


@runtime_checkable
class ReportItem(Protocol):
    """A customer's item can be reported to those who run the network (`Caps.report`)."""

    async def report(self, remote_id: str, author_id: str, reason: str) -> SendResult:
        """Report it with a reason in words, which the network's people read; `Sent` with the item's own id."""
        ...


@runtime_checkable
class Templates(Protocol):
    """The network sends some texts only when it approved them beforehand (`Caps.templates`)."""

    async def templates(self) -> list[Template]:
        """Return what was approved for this account, the unusable ones included. Raises PullFailed or NotReached."""
        ...


@runtime_checkable
class Forward(Protocol):
    """What a customer wrote can be passed on to somebody else (`Caps.forward`).

    `OutMessage.recipient` is then that person, and `references` name only what was said with them: nothing of it may reach the
    customer.
    """

    def third_party(self, address: str) -> Author:
        """Return who is meant by an address that a person typed. Raises ValueError when nobody can be written to there."""
        ...


@runtime_checkable
class Context(Protocol):
    """What stands above a public item can be asked for (`Caps.context`)."""

    async def context(self, thread: ThreadRef, remote_id: str) -> list[Above]:
        """Return the post and the thread above an item, the oldest first, without the item itself; at most 40.

        Called when somebody looks at it, so it asks once and does not wait long. Raises PullFailed, NotReached or BudgetSpent.
        """
        ...


@runtime_checkable
class Backfill(Protocol):
    """What a gap left out can be fetched by another way (`Caps.backfill`)."""

    async def backfill(self, stream: str, since: datetime, until: datetime, cursor: str | None, limit: int) -> Page:
        """Return items said between two instants, oldest first, with the ingest keys that `pull` gives them.

        Called with the page's `next_cursor` until there is no more; `gap` says that some are lost for good. Raises PullFailed.
        """
        ...


class Route(Struct, frozen=True, kw_only=True):
    """A page or endpoint that the connector serves, mounted at `/c/{channel_id}{path}`; `path` may hold `{name}`.

    cors: any web page may call it (chat widgets). max_bytes bounds the body.
    """

    method: str
    path: str
    handle: Callable[[HttpRequest], Awaitable[HttpResponse]]
    max_bytes: int = 1_000_000
    cors: bool = False


@runtime_checkable
class Routes(Protocol):
    """Connectors that are a network themselves (web chat) declare their HTTP routes as data; `web` mounts them."""

    def routes(self) -> list[Route]: ...


ConnectorType = Callable[[Ctx], Connector]
Headers = Mapping[str, str]
