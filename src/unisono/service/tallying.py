"""The round that keeps the figures of days: folds the log whenever something has happened, at most once a second."""

import asyncio
from datetime import date
from typing import Final

import structlog

from unisono.contract.context import Clock
from unisono.domain.errors import UnisonoError
from unisono.service.ports import Bell, Database
from unisono.service.tally import TALLIES_BELL, fold_all, forget_old

PAUSE_S: Final = 1.0
POLL_S: Final = 30.0
_log = structlog.get_logger("tallies")


async def tally_on(db: Database, bell: Bell, clock: Clock) -> None:
    """Go on until cancelled. Another node that does it at the same moment holds up nothing."""
    tidied: date | None = None
    async with bell.listen("events") as listener:
        while True:
            try:
                if await fold_all(db):
                    await bell.ring(TALLIES_BELL)
                if tidied != clock.now().date():
                    await forget_old(db)
                    tidied = clock.now().date()
            except UnisonoError as error:
                _log.warning("tallies_paused", code=error.code)
            except Exception as error:
                _log.error("tallies_failed", exc_info=error)
            await asyncio.sleep(PAUSE_S)
            await listener.wait(POLL_S)
