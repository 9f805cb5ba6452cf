"""What time does to work in progress, and the round that looks after it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from unisono.domain.errors import UnisonoError
from unisono.service.lost import log_off_lost
from unisono.service.ports import Database
from unisono.service.silence import give_back_silent

ROUND_S: Final = 5.0
_log = structlog.get_logger("hands")
#: Each by itself: what one cannot do holds up none of the others.
_ROUND: Final[tuple[Callable[[Database], Awaitable[int]], ...]] = (log_off_lost, give_back_silent)


async def watch_work(db: Database) -> None:
    """Go round for ever."""
    while True:
        await one_round(db)
        await asyncio.sleep(ROUND_S)


async def one_round(db: Database) -> None:
    """Do once what is due."""
    for step in _ROUND:
        try:
            await step(db)
        except UnisonoError as error:
            _log.warning("watch_paused", step=step.__name__, code=error.code)
        except Exception as error:
            _log.error("watch_failed", step=step.__name__, exc_info=error)
