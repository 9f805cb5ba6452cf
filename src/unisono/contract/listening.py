"""What is said in public and not to us: optional powers of a connector, found by type.

A stream of strangers' posts is no inbox: almost nothing of it is kept. What a monitor finds becomes a mention; only what
somebody wants to answer is adopted, and from then on it is an item of the channel like any other.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from msgspec import Struct

from unisono.contract.inbound import Raw


class Heard(Struct, frozen=True, kw_only=True):
    """A public post as monitors look at it.

    remote_id, author_id: the network's stable ids. author: the handle, without `@`. said_at: by the network's clock.
    more: what it quotes, and what its pictures are said to show. traits: what it has and is (`has:image`, `is:reply`).
    followers: how many the author has, where the stream tells it; nothing else of the author's profile is taken.
    """

    remote_id: str
    author_id: str
    said_at: datetime
    text: str
    author: str = ""
    url: str = ""
    language: str | None = None
    root_id: str | None = None
    parent_id: str | None = None
    more: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    followers: int | None = None


class Overheard(Struct, frozen=True, kw_only=True):
    """One step of a public stream. `place` is where to go on once all of it is stored; empty where a stream has no places.

    gone: remote ids that were deleted. authors_gone: accounts that were. gap: the network says, or the place shows, that
    something between the place before and this is lost to us. at: how far the stream's own clock has come.
    """

    posts: tuple[Heard, ...] = ()
    gone: tuple[str, ...] = ()
    authors_gone: tuple[str, ...] = ()
    place: str = ""
    at: datetime | None = None
    gap: bool = False


@runtime_checkable
class Overhears(Protocol):
    """The network tells what is said on it in public, to an account or to anybody."""

    def overhear(self, place: str | None) -> AsyncIterator[Overheard]:
        """Yield what is said after a place until the connection ends; posts may come again.

        A place that the network no longer knows is told as a gap. May be called on a connector without an account, whose
        settings are the source's alone. Raises NotReached, PullFailed, HostRefused, BudgetSpent.
        """
        ...


class Sought(Struct, frozen=True):
    """What one monitor looks for, in the network's own words: posts that meet any of `asks`. key names the monitor to us."""

    key: str
    asks: tuple[str, ...]


@runtime_checkable
class Seeks(Protocol):
    """The network looks for us in what is said on it: it is told what is sought, and tells what it finds."""

    def seek(self, place: str | None, wanted: Callable[[], Sequence[Sought]]) -> AsyncIterator[Overheard]:
        """Yield what the network finds after a place until the connection ends; posts may come again, and more than is sought.

        `wanted` says what is sought at any time; the network is kept in step with it. Raises NotReached, PullFailed, HostRefused,
        BudgetSpent.
        """
        ...


@runtime_checkable
class Adopts(Protocol):
    """A public post that was not addressed to us can be answered all the same."""

    async def adopt(self, remote_id: str, url: str) -> Raw | None:
        """Return the post as an item of this channel, which `read` tells as addressed; None when it no longer stands.

        url: the post's address for people. Raises NotReached, PullFailed, HostRefused, BudgetSpent.
        """
        ...
