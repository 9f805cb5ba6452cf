"""The organisation's directory: who works here, and where that is read from."""

from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import FromQuery, JSONBody
from msgspec import Meta, Struct

from unisono.domain.errors import Conflict, Unavailable
from unisono.service.directory.follow import DirectoryRead, read_directory
from unisono.service.directory.look import find_people
from unisono.service.directory.source import directory_source, drop_directory, set_directory, try_directory
from unisono.service.page import Page
from unisono.service.ports.directory import DirectoryPerson, DirectoryPlace, DirectoryReader, DirectoryState
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs

SHOWN: int = 5


class DirectoryBody(Body):
    """Where the directory is. password: null keeps the one that is there, an empty text takes it away."""

    url: Annotated[str, Meta(max_length=1_000)]
    base: Annotated[str, Meta(max_length=1_000)]
    bind_dn: Annotated[str, Meta(max_length=1_000)] = ""
    password: Annotated[str, Meta(max_length=1_000)] | None = None
    filter: Annotated[str, Meta(max_length=1_000)] = DirectoryPlace(url="", base="").filter
    start_tls: bool = True
    region: Annotated[str, Meta(max_length=10)] = "DE"
    every_s: int = 3_600

    def place(self) -> DirectoryPlace:
        """Return where it is."""
        return DirectoryPlace(
            url=self.url.strip().rstrip("/"), base=self.base.strip(), bind_dn=self.bind_dn.strip(), filter=self.filter.strip(),
            start_tls=self.start_tls, region=self.region.strip().upper(), every_s=self.every_s,
        )  # fmt: skip


class ReadBody(Body):
    """shrunk: it is true that more than half of the people are gone."""

    shrunk: bool = False


class DirectorySet(Struct, frozen=True, kw_only=True):
    """The directory as it is set; null: there is none."""

    source: DirectoryState | None


class DirectoryTried(Struct, frozen=True, kw_only=True):
    """What a directory would bring: how many people, and the names of a few."""

    people: int
    names: list[str]


@get("/directory", opt=needs("agent.read"), tags=["Directory"])
async def people(
    house: HouseDep,
    actor: ActorDep,
    q: FromQuery[str] = "",
    after: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Page[DirectoryPerson]:
    """Return who works here, by name: the directory's people and who has an account. `q`: words or a number."""
    return await find_people(house.db, actor.access, q, after, limit)


@get("/directory/source", opt=needs("setting.read"), tags=["Directory"])
async def source(house: HouseDep) -> DirectorySet:
    """Return where the directory is read from and how the last reading went; null when none is set."""
    return DirectorySet(source=await directory_source(house.outside))


@put("/directory/source", opt=needs("setting.manage"), tags=["Directory"])
async def set_source(house: HouseDep, actor: ActorDep, data: JSONBody[DirectoryBody]) -> DirectoryState:
    """Set where the directory is; it is read within half a minute, and then every `every_s` seconds."""
    return await set_directory(house.outside, actor.access, data.place(), data.password)


@delete("/directory/source", opt=needs("setting.manage"), status_code=204, tags=["Directory"])
async def drop_source(house: HouseDep, actor: ActorDep) -> None:
    """Forget the directory, its password, and everybody that it told of."""
    await drop_directory(house.outside, actor.access)


@post("/directory/source/try", opt=needs("setting.manage"), status_code=200, tags=["Directory"])
async def try_source(house: HouseDep, data: JSONBody[DirectoryBody]) -> DirectoryTried:
    """Read a directory without keeping anything."""
    found = await try_directory(house.outside, _reader(house.directory_reader), data.place(), data.password)
    return DirectoryTried(people=len(found), names=sorted(entry.name for entry in found)[:SHOWN])


@post("/directory/source/read", opt=needs("setting.manage"), status_code=200, tags=["Directory"])
async def read_source(house: HouseDep, actor: ActorDep, data: JSONBody[ReadBody]) -> DirectoryRead:
    """Read the directory now."""
    found = await read_directory(
        house.outside, _reader(house.directory_reader), f"asked-by-{actor.access.user_id}", shrunk=data.shrunk
    )
    if found is None:
        raise Conflict("No directory is set, or it is being read at this moment.", code="directory_busy")
    return found


def _reader(reader: DirectoryReader | None) -> DirectoryReader:
    if reader is None:
        raise Unavailable("Directories are not read by this process.", code="directory_no_library")
    return reader


ROUTES = [people, source, set_source, drop_source, try_source, read_source]
