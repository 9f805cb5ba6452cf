"""What is asked of the store about the organisation's directory, and of whoever reads that directory."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class PhoneNumber(Struct, frozen=True, kw_only=True):
    """A number: which kind (work, mobile), as the directory writes it, and as it is dialled (E.164; empty when it is none)."""

    kind: str
    shown: str
    number: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """One person as the directory tells it. remote_id: what stays when they are renamed."""

    remote_id: str
    name: str
    email: str = ""
    title: str = ""
    department: str = ""
    place: str = ""
    phones: tuple[PhoneNumber, ...] = ()


class DirectoryPlace(Struct, frozen=True, kw_only=True):
    """Where the directory is and what of it is read.

    url: ldaps://host, or ldap://host with start_tls; region: ISO 3166, how numbers without a country code are read.
    """

    url: str
    base: str
    bind_dn: str = ""
    filter: str = "(&(objectClass=person)(|(mail=*)(telephoneNumber=*)(mobile=*)))"
    start_tls: bool = True
    region: str = "DE"
    every_s: int = 3_600


class DirectoryState(Struct, frozen=True, kw_only=True):
    """The directory as it is set, and what became of the last reading. problem: the code of what stands in the way, or empty."""

    place: DirectoryPlace
    has_password: bool
    people: int
    next_at: datetime
    read_at: datetime | None = None
    problem: str = ""
    problem_at: datetime | None = None


class NewPerson(Struct, frozen=True, kw_only=True):
    """An entry with the keys under which it is sorted and found."""

    id: UUID
    entry: Entry
    name_key: str
    words: str


class DirectoryPerson(Struct, frozen=True, kw_only=True):
    """Somebody of the directory. user_id: their account here, if they have one with the same mail address."""

    id: UUID
    name: str
    email: str
    title: str
    department: str
    place: str
    phones: list[PhoneNumber]
    user_id: UUID | None
    name_key: str


class DirectoryPort(Protocol):
    """Port for the directory."""

    async def source(self) -> DirectoryState | None: ...

    async def put_source(self, place: DirectoryPlace) -> None:
        """Keep where the directory is; it is due at once."""

    async def drop(self) -> int:
        """Forget the directory and everybody in it; returns how many people that were."""

    async def due(self) -> bool: ...

    async def settle(self, *, problem: str, next_at: datetime) -> None:
        """Note what became of a reading."""

    async def remote_ids(self) -> set[str]: ...

    async def put(self, people: Sequence[NewPerson]) -> int:
        """Write people, each joined with the account of the same mail address; returns how many are new or have changed."""

    async def remove(self, remote_ids: Collection[str]) -> int: ...

    async def find(self, words: Sequence[str], after: tuple[str, UUID] | None, limit: int) -> list[DirectoryPerson]:
        """Return people in whom each word begins a word, by name."""


class DirectoryReader(Protocol):
    """Reads an organisation's directory."""

    async def read(self, place: DirectoryPlace, password: str, most: int) -> list[Entry]:
        """Return everybody.

        Raises Unavailable (`directory_unreachable`, `directory_insecure`), Invalid (`directory_refused`, `directory_bad_base`,
        `directory_bad_filter`, `directory_too_large`, `directory_limited`).
        """
