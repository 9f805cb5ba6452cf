"""What the demo listens for, and where: the company's name and an outage, on the sandbox's networks, to strangers as well."""

from collections.abc import Iterable
from typing import Final

from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.listening.monitors import add_monitor, list_monitors
from unisono.service.listening.sources import add_source, list_sources
from unisono.testing.sandbox.faces import Face

OUTAGE_MONITOR: Final = "Störung"
MONITORS: Final = {
    "Brookwatt": "brookwatt OR #brookwatt OR @brookwatt",
    OUTAGE_MONITOR: (
        'störung* OR ausfall OR ausgefallen OR offline OR lahmgelegt OR glasfaser* OR krähenfleth OR bagger* OR "kein netz" OR '
        "((internet OR internett OR netz OR wlan OR leitung OR telefon OR mbit OR router OR modem OR gerät) "
        "(weg OR tot OR nix OR nichts OR kein OR keine OR geht OR seit OR wieder OR wann OR aus OR flackert OR brauche OR null))"
    ),
}


async def seed_listening(outside: Outside, access: Access, url: str, faces: Iterable[Face]) -> None:
    """Keep the demo's monitors and sources, where they are not there yet; what a visitor changed stays."""
    known = {one.name for one in await list_monitors(outside.db, access)}
    for name, query in MONITORS.items():
        if name not in known:
            await add_monitor(outside.db, access, new_id(), name=name, query=query)
    heard = {one.name for one in await list_sources(outside.db)}
    for face in faces:
        if face.name not in heard:
            config = {"base_url": url, "face": face.key}
            await add_source(outside, access, new_id(), connector="sandbox", name=face.name, config=config)
