"""The round that learns: each minute what is over is folded and reserves follow the load; now and then estimates are reckoned."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from unisono.domain.errors import UnisonoError
from unisono.service.adapt_reserves import adapt_reserves
from unisono.service.learn import fold_all, forget_old
from unisono.service.ports import Database
from unisono.service.reckon import reckon

ROUND_S: Final = 60.0
_log = structlog.get_logger("learner")


async def _fold(db: Database) -> None:
    await fold_all(db)


async def _reckon(db: Database) -> None:
    await reckon(db)
    await forget_old(db)


async def _adapt(db: Database) -> None:
    await adapt_reserves(db)


#: In this order: each looks at what the one before has written. What one cannot do holds up none of the others.
_ROUND: Final[tuple[Callable[[Database], Awaitable[None]], ...]] = (_fold, _reckon, _adapt)


async def learn_on(db: Database) -> None:
    """Go round until cancelled."""
    while True:
        await one_round(db)
        await asyncio.sleep(ROUND_S)


async def one_round(db: Database) -> None:
    """Do once what there is to do."""
    for step in _ROUND:
        try:
            await step(db)
        except UnisonoError as error:
            _log.warning("learning_paused", code=error.code)
        except Exception as error:
            _log.error("learning_failed", exc_info=error)
