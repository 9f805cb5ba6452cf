"""Where the organisation's directory is: set, tried and forgotten by who may."""

from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from unisono.domain.errors import Invalid, NotFound
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.ports import Tx
from unisono.service.ports.directory import DirectoryPlace, DirectoryReader, DirectoryState, Entry
from unisono.service.ports.privacy import Cipher
from unisono.service.secrets import bound_to, put_secret

OWNER: Final = "directory"
#: There is one directory: its secret needs an owner all the same.
OWNER_ID: Final = UUID(int=0)
PASSWORD: Final = "password"  # noqa: S105 - the secret's name, not a secret
MOST_PEOPLE: Final = 100_000
LEAST_EVERY_S: Final = 300
MOST_EVERY_S: Final = 7 * 86_400
_MOST_CHARS: Final = 1_000
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


async def directory_source(outside: Outside) -> DirectoryState | None:
    """Return how the directory is set; None when there is none."""
    async with outside.db.read() as tx:
        return await tx.directory.source()


async def set_directory(outside: Outside, access: Access, place: DirectoryPlace, password: str | None) -> DirectoryState:
    """Set where the directory is; it is read at once. password: None keeps the one that is there. Raises Invalid."""
    check_place(place, has_password=password != "")
    async with outside.db.write() as tx:
        before = await tx.directory.source()
        if before is not None and before.has_password and password is None and _host(before.place) != _host(place):
            raise Invalid(
                "Another server needs its own password: the one that is kept is not shown to it. Nothing was changed.",
                code="directory_other_server", field="password",
            )  # fmt: skip
        await tx.directory.put_source(place)
        if password is not None:
            await tx.secrets.remove(OWNER, OWNER_ID)
            if password:
                await put_secret(tx, outside.cipher, OWNER, OWNER_ID, PASSWORD, password)
        await tx.privacy.audit(access.user_id, "directory.set", "directory", "", {"url": place.url, "base": place.base})
        state = await tx.directory.source()
    assert state is not None
    return state


async def drop_directory(outside: Outside, access: Access) -> None:
    """Forget the directory, its password and everybody that it told of. Raises NotFound."""
    async with outside.db.write() as tx:
        if await tx.directory.source() is None:
            raise NotFound("No directory is set.")
        people = await tx.directory.drop()
        await tx.secrets.remove(OWNER, OWNER_ID)
        await tx.privacy.audit(access.user_id, "directory.dropped", "directory", "", {"people": people})


async def try_directory(outside: Outside, reader: DirectoryReader, place: DirectoryPlace, password: str | None) -> list[Entry]:
    """Read a directory without keeping anything; returns everybody. password: None takes the one that is kept.

    Raises Invalid and Unavailable, as `DirectoryReader.read` tells.
    """
    check_place(place, has_password=password != "")
    async with outside.db.read() as tx:
        before = await tx.directory.source()
        kept = await password_of(tx, outside.cipher) if before is not None and _host(before.place) == _host(place) else ""
    return await reader.read(place, kept if password is None else password, MOST_PEOPLE)


async def password_of(tx: Tx, cipher: Cipher) -> str:
    """Return the password that is kept, or an empty text. Raises Unavailable when its key is missing."""
    sealed = await tx.secrets.get(OWNER, OWNER_ID, PASSWORD)
    return "" if sealed is None else cipher.open(sealed, bound_to(OWNER, OWNER_ID, PASSWORD)).decode()


def check_place(place: DirectoryPlace, *, has_password: bool) -> None:
    """Raise Invalid for what cannot be read, or would send the password in clear over a network."""
    parts = urlsplit(place.url)
    if parts.scheme not in ("ldap", "ldaps") or not parts.hostname or parts.path not in ("", "/") or parts.username:
        raise Invalid(
            "Name the server as ldaps://host or ldap://host, with :port if it is another.", code="directory_bad_url", field="url"
        )
    try:
        _ = parts.port
    except ValueError as error:
        raise Invalid("A port lies between 1 and 65535.", code="directory_bad_url", field="url") from error
    if has_password and place.bind_dn and parts.scheme == "ldap" and not place.start_tls and parts.hostname not in _HERE:
        raise Invalid(
            "Without TLS the password would go over the network in clear. Use ldaps:// or StartTLS.", code="directory_insecure",
            field="start_tls",
        )  # fmt: skip
    for field in ("base", "filter", "region"):
        if not getattr(place, field).strip():
            raise Invalid("This is needed.", code="empty", field=field)
    for field in ("url", "base", "filter", "bind_dn"):
        if len(getattr(place, field)) > _MOST_CHARS:
            raise Invalid(f"At most {_MOST_CHARS} characters.", code="too_long", field=field)
    if len(place.region) != 2 or not (place.region.isascii() and place.region.isalpha()):
        raise Invalid("A country has two letters, like DE.", code="directory_no_country", field="region")
    if not LEAST_EVERY_S <= place.every_s <= MOST_EVERY_S:
        raise Invalid(
            f"Between {LEAST_EVERY_S} and {MOST_EVERY_S} seconds.", code="out_of_range", field="every_s", low=LEAST_EVERY_S,
            high=MOST_EVERY_S,
        )  # fmt: skip


def _host(place: DirectoryPlace) -> tuple[str | None, int | None]:
    parts = urlsplit(place.url)
    return parts.hostname, parts.port
