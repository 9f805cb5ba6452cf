"""Classes of work: what waiting costs and how such work behaves."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from litestar import get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from unisono.service.once import once
from unisono.service.page import Page
from unisono.service.ports.setup import WorkClassChange
from unisono.service.setup_views import Names, WorkClassView
from unisono.service.work_classes import add_class, change_class
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class NewWorkClassBody(Body):
    """A class of work to add; meanings and units as in `WorkClassView`."""

    key: str
    name: Names
    cost: float = 1.0
    handling_s: int = 300
    patience_s: int | None = None
    decay_s: int | None = None
    growth: float = 0.02
    cap: float = 4.0
    fades: bool = False
    deferrable: bool = False
    learns: bool = True
    parked_share: float = 0.0
    interrupts: Sequence[UUID] = ()
    parks_interrupted: bool = False


class ChangeWorkClassBody(Body):
    """What changes of a class of work; what is not named stays."""

    key: str | UnsetType = UNSET
    name: Names | UnsetType = UNSET
    cost: float | UnsetType = UNSET
    handling_s: int | UnsetType = UNSET
    patience_s: int | UnsetType | None = UNSET
    decay_s: int | UnsetType | None = UNSET
    growth: float | UnsetType = UNSET
    cap: float | UnsetType = UNSET
    fades: bool | UnsetType = UNSET
    deferrable: bool | UnsetType = UNSET
    learns: bool | UnsetType = UNSET
    parked_share: float | UnsetType = UNSET
    interrupts: list[UUID] | UnsetType = UNSET
    parks_interrupted: bool | UnsetType = UNSET


@get("/work-classes", opt=needs("queue.read"), tags=["Administration"])
async def work_classes(house: HouseDep) -> Page[WorkClassView]:
    """Return the classes of work."""
    async with house.db.read() as tx:
        return Page(items=await tx.setup.work_classes())


@post("/work-classes", opt=needs("queue.manage"), tags=["Administration"])
async def new_work_class(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewWorkClassBody]) -> WorkClassView:
    """Add a class of work."""
    key = await key_of(request)
    work_class = msgspec.convert({"id": id_under(key), **msgspec.structs.asdict(data)}, WorkClassView)
    return await once(house.db, key, lambda db: add_class(db, actor.access, work_class), WorkClassView)


@patch("/work-classes/{class_id:uuid}", opt=needs("queue.manage"), tags=["Administration"])
async def edit_work_class(
    house: HouseDep, actor: ActorDep, class_id: FromPath[UUID], data: JSONBody[ChangeWorkClassBody]
) -> WorkClassView:
    """Change a class of work; what waits is ordered anew at once."""
    named = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not UNSET}
    return await change_class(house.db, actor.access, class_id, WorkClassChange(**named))


ROUTES = [work_classes, new_work_class, edit_work_class]
