"""The live topic of what waits for repair: two counts, for whoever looks after the quarantine."""

from typing import Final

from unisono.service.access import Access
from unisono.service.ports import Database

REPAIR: Final = "repair"


async def who_repairs(_: Database, access: Access, argument: str) -> bool:
    """Let those follow who may manage the quarantine of the whole house."""
    return argument == "" and access.may("quarantine.manage")
