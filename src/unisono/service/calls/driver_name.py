"""An exchange that is a channel has a name in the house, by which lines and telephones find it; so no other has it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from unisono.contract import Manifest
from unisono.domain.errors import Invalid
from unisono.service.calls.line import CONNECTOR, MEDIUM
from unisono.service.ports import Tx

#: Calls between browsers are part of the house; their driver is always there.
BROWSER: Final = "webrtc"


async def check_driver_name(tx: Tx, manifest: Manifest, config: Mapping[str, Any], channel_id: UUID | None) -> None:
    """Raise Invalid when an exchange would share its name: two under one would work one another's calls by turns."""
    if manifest.medium != MEDIUM or manifest.id == CONNECTOR:
        return
    name = str(config.get("driver") or manifest.id)
    if name == BROWSER or await tx.calls.driver_taken(name, channel_id):
        raise Invalid(
            f"The name {name} in the house belongs to another exchange already. Nothing was saved; choose another name.",
            code="driver_taken", field="driver", name=name,
        )  # fmt: skip
