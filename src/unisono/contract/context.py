"""What a connector is given: the outside world as ports. It has no globals, opens no file, reads no clock of its own."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from msgspec import Struct, field

from unisono.contract.budgets import Budgets
from unisono.contract.capabilities import Caps
from unisono.contract.inbound import Author
from unisono.domain.words import DeliveryState, Direction

if TYPE_CHECKING:
    from unisono.contract.tokens import Tokens


class Account(Struct, frozen=True, kw_only=True):
    """The channel as configured. `config` holds the plain settings of the manifest's schema; secrets come by port.

    remote_id, handle, realm, caps: who we are at the network and what it allows, as the last successful `check` found.
    """

    channel_id: UUID
    name: str
    config: dict[str, Any] = field(default_factory=dict)
    remote_id: str | None = None
    handle: str = ""
    realm: str = ""
    caps: Caps | None = None


class Response(Struct, frozen=True, kw_only=True):
    """An HTTP answer, read whole (bounded). Header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes
    url: str = ""


class StreamResponse(Protocol):
    """An HTTP answer that is read while it comes."""

    status: int
    headers: dict[str, str]

    def lines(self) -> AsyncIterator[str]:
        """Yield the body's lines without their ends."""

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives."""


class NotReached(Exception):
    """No answer was had. `sent`: whether the request may have reached the network whole (then the outcome is unknown)."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class HostRefused(Exception):
    """The request named a host that the manifest and the configuration do not allow; nothing was sent."""


class Http(Protocol):
    """The one configured HTTP client: allowed hosts, time limits, size bounds, no redirects to other hosts."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        content: bytes | None = None,
        timeout_s: float = 20.0,
        max_bytes: int = 20_000_000,
    ) -> Response:
        """Return the answer whatever its status.

        Raises NotReached when there was none, or it was cut or larger than `max_bytes`; HostRefused before sending.
        """

    def stream(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, idle_s: float = 90.0
    ) -> AbstractAsyncContextManager[StreamResponse]:
        """Open a long-lived answer; silence of `idle_s` seconds ends it with NotReached."""


class Clock(Protocol):
    """Time, so that tests can own it."""

    def now(self) -> datetime:
        """Return the current instant, aware, UTC."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class Secrets(Protocol):
    """The channel's secrets, encrypted at rest."""

    async def get(self, name: str) -> str | None:
        """Return the secret or None."""

    async def put(self, name: str, value: str) -> None:
        """Store it durably before returning (rotating refresh tokens)."""

    def single_flight(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold the right to renew this secret, alone over all nodes; read it again once inside."""


class Memory(Protocol):
    """Small durable facts of the channel (not personal text): known ids, ETags, probed features."""

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, value: bytes, *, ttl_s: int | None = None) -> None: ...

    async def delete(self, key: str) -> None: ...


class Log(Protocol):
    """Structured log; values must be ids, enums and numbers, never text, names, handles or secrets."""

    def debug(self, event: str, **facts: object) -> None: ...

    def info(self, event: str, **facts: object) -> None: ...

    def warning(self, event: str, **facts: object) -> None: ...

    def error(self, event: str, **facts: object) -> None: ...


class LineFile(Struct, frozen=True, kw_only=True):
    """A file of a message as its customer may see it."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    alt_text: str = ""


class Line(Struct, frozen=True, kw_only=True):
    """One message of a thread as its customer may see it. `revision` rises with each change of the text."""

    message_id: UUID
    remote_id: str | None
    direction: Direction
    author_name: str
    text: str
    said_at: datetime
    state: DeliveryState | None = None
    deleted: bool = False
    revision: int = 0
    files: tuple[LineFile, ...] = ()


class Transcripts(Protocol):
    """Reading side for networks that we run ourselves (web chat): the transcript is the network's content."""

    async def read(self, root_id: str, customer: Author, *, after: UUID | None = None, limit: int = 200) -> list[Line]:
        """Return the lines of a thread of this channel in transcript order, notes left out."""

    async def file(self, root_id: str, customer: Author, file_id: UUID) -> bytes | None:
        """Return the bytes of a file that a line of this very thread names; None for any other."""

    async def wait(self, root_id: str, timeout_s: float) -> bool:
        """Wait until something in the thread changed; False when the time ran out."""


class Intake(Protocol):
    """The inbox, for items that do not come by pull or webhook."""

    async def put(self, raws: Sequence[Any]) -> None:
        """Store raw items durably before returning; the same ingest key twice is one item."""


class Ctx(Protocol):
    """All that a connector has of the world."""

    @property
    def account(self) -> Account: ...
    @property
    def http(self) -> Http: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def secrets(self) -> Secrets: ...
    @property
    def memory(self) -> Memory: ...
    @property
    def log(self) -> Log: ...
    @property
    def transcripts(self) -> Transcripts: ...
    @property
    def intake(self) -> Intake: ...
    @property
    def budgets(self) -> Budgets: ...
    @property
    def tokens(self) -> "Tokens": ...
