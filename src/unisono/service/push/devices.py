"""Devices of somebody: to be told there is asked for in that browser, and taken back from any."""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.ports import Database
from unisono.service.ports.push import Device, DeviceChange
from unisono.service.push.seal import AUTH_BYTES, point
from unisono.service.push.services import may_be_told
from unisono.service.push.vapid import b64, house_key, public_of, unb64
from unisono.service.settings import read_settings

KINDS: Final = ("offer", "mention", "deadline")
MOST: Final = 20
NAME_CHARS: Final = 100


class DeviceView(Struct, frozen=True, kw_only=True):
    """A device as its owner sees it. host: the push service between here and there; endpoint is shown to nobody."""

    id: UUID
    name: str
    host: str
    kinds: list[str]
    created_at: datetime
    told_at: datetime | None
    failing: int


class Devices(Struct, frozen=True, kw_only=True):
    """One's devices, and the key that a browser needs to become one."""

    items: list[DeviceView]
    key: str
    kinds: tuple[str, ...] = KINDS


async def devices_of(outside: Outside, access: Access) -> Devices:
    """Return one's own devices."""
    key = await house_key(outside.db, outside.cipher)
    async with outside.db.read() as tx:
        found = await tx.push.devices([access.user_id])
    return Devices(items=[_view(device) for device in found], key=b64(public_of(key)))


async def add_device(
    outside: Outside, access: Access, *, name: str, endpoint: str, key: str, auth: str, kinds: list[str]
) -> UUID:  # fmt: skip
    """Have a browser told. Raises Invalid for what no browser hands out, and for a push service that is not allowed."""
    try:
        raw_key, raw_auth = unb64(key), unb64(auth)
        point(raw_key)
    except ValueError:
        raise Invalid("This is no key of a push subscription. Nothing was kept.", code="bad_push_key", field="key") from None
    if len(raw_auth) != AUTH_BYTES:
        raise Invalid("This is no secret of a push subscription. Nothing was kept.", code="bad_push_key", field="auth")
    async with outside.db.write() as tx:
        service = str((await read_settings(tx))["push.service"])
        if len(endpoint) > 2_000 or not may_be_told(endpoint, service):
            raise Invalid(
                "This address belongs to no push service that is known here. An administrator can allow one of your own.",
                code="push_service", field="endpoint", host=urlsplit(endpoint).hostname or "",
            )  # fmt: skip
        await tx.push.lock()
        if len(await tx.push.devices([access.user_id])) >= MOST:
            raise Invalid(f"One has up to {MOST} devices; take one away first.", code="many_devices")
        device = Device(
            id=new_id(), user_id=access.user_id, name=name.strip()[:NAME_CHARS], endpoint=endpoint, key=raw_key, auth=raw_auth,
            kinds=_kinds(kinds), created_at=tx.now,
        )  # fmt: skip
        kept = await tx.push.add(device)
        await tx.privacy.audit(access.user_id, "device.added", "device", str(kept), {})
    return kept


async def change_device(db: Database, access: Access, device_id: UUID, change: DeviceChange) -> None:
    """Say what one is told of there. Raises NotFound, Invalid."""
    if isinstance(change.kinds, list):
        _kinds(change.kinds)
    async with db.write() as tx:
        if not await tx.push.change(device_id, access.user_id, change):
            raise NotFound("This device does not exist, or is a colleague's.")


async def remove_device(db: Database, access: Access, device_id: UUID) -> None:
    """Tell nothing there any more; what was on its way is dropped. Raises NotFound."""
    async with db.write() as tx:
        if not await tx.push.remove(device_id, access.user_id):
            raise NotFound("This device does not exist, or is a colleague's.")
        await tx.privacy.audit(access.user_id, "device.removed", "device", str(device_id), {})


def _kinds(kinds: list[str]) -> list[str]:
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise Invalid(f"{unknown[0]!r} is nothing that is told; there are {', '.join(KINDS)}.", code="push_kind", field="kinds")
    return [kind for kind in KINDS if kind in kinds]


def _view(device: Device) -> DeviceView:
    return DeviceView(
        id=device.id, name=device.name, host=urlsplit(device.endpoint).hostname or "", kinds=device.kinds,
        created_at=device.created_at, told_at=device.told_at,
        failing=device.failing,
    )  # fmt: skip
