"""One's own devices: browsers that show what waits while no desk is open."""

from uuid import UUID

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from unisono.service.ports.push import DeviceChange
from unisono.service.push.devices import Devices, add_device, change_device, devices_of, remove_device
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import SIGNED_IN, needs


class NewDevice(Body):
    """What a browser's subscription says, and what to tell: offer, mention, deadline. key and auth are base64url."""

    name: str
    endpoint: str
    key: str
    auth: str
    kinds: list[str]


class ChangeDevice(Body):
    """What changes; what is not named stays."""

    name: str | UnsetType = UNSET
    kinds: list[str] | UnsetType = UNSET


@get("/me/devices", opt=needs(SIGNED_IN), tags=["Session"])
async def devices(house: HouseDep, actor: ActorDep) -> Devices:
    """Return one's devices, and the key by which a browser becomes one."""
    return await devices_of(house.outside, actor.access)


@post("/me/devices", opt=needs(SIGNED_IN), tags=["Session"])
async def add(house: HouseDep, actor: ActorDep, data: JSONBody[NewDevice]) -> Devices:
    """Have this browser told. Again with the same endpoint is once."""
    await add_device(
        house.outside, actor.access, name=data.name, endpoint=data.endpoint, key=data.key, auth=data.auth, kinds=data.kinds
    )
    return await devices_of(house.outside, actor.access)


@patch("/me/devices/{device_id:uuid}", opt=needs(SIGNED_IN), tags=["Session"])
async def change(house: HouseDep, actor: ActorDep, device_id: FromPath[UUID], data: JSONBody[ChangeDevice]) -> Devices:
    """Say what one is told of there."""
    await change_device(house.db, actor.access, device_id, DeviceChange(name=data.name, kinds=data.kinds))
    return await devices_of(house.outside, actor.access)


@delete("/me/devices/{device_id:uuid}", opt=needs(SIGNED_IN), tags=["Session"])
async def drop(house: HouseDep, actor: ActorDep, device_id: FromPath[UUID]) -> Response[None]:
    """Tell nothing there any more."""
    await remove_device(house.db, actor.access, device_id)
    return Response(None, status_code=204)


ROUTES = [devices, add, change, drop]
