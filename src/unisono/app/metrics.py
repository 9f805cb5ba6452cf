"""Metrics of a process for Prometheus, on a port of their own; and the alarm for slow writes."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from prometheus_client import start_http_server

from unisono.app.build import Running
from unisono.domain.errors import Unavailable, UnisonoError
from unisono.service import metrics
from unisono.store.checkup import standing

_TICK_S, _WINDOW = 0.1, 100
_ALARM_EVERY_S, _COUNT_EVERY_S = 60.0, 15.0
_log = structlog.get_logger("metrics")


@asynccontextmanager
async def measured(running: Running, *, counts: bool) -> AsyncIterator[None]:
    """Measure this process while the block runs, and serve the figures where the settings say so.

    counts: whether this process also tells what stands in the ledgers; one role does (the clock).
    Raises Unavailable when the port is taken.
    """
    settings = running.settings
    server = None
    if settings.metrics_port:
        try:
            server, _ = start_http_server(settings.metrics_port, addr=settings.metrics_host, registry=metrics.REGISTRY)
        except OSError as error:
            raise Unavailable(
                f"Metrics cannot be served at {settings.metrics_host}:{settings.metrics_port} ({error.strerror}). Nothing was "
                "started; choose another UNISONO_METRICS_PORT."
            ) from error
        _log.info("metrics_ready", host=settings.metrics_host, port=settings.metrics_port)
    tasks = [asyncio.create_task(_watch_loop()), asyncio.create_task(_alarm())]
    if counts and server is not None:
        tasks.append(asyncio.create_task(_every(_COUNT_EVERY_S, lambda: _count(running))))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if server is not None:
            server.shutdown()
            server.server_close()


async def _watch_loop() -> None:
    late: deque[float] = deque(maxlen=_WINDOW)
    while True:
        began = time.monotonic()
        await asyncio.sleep(_TICK_S)
        late.append(max(0.0, time.monotonic() - began - _TICK_S))
        metrics.LOOP_LAG_SECONDS.set(max(late))


async def _alarm() -> None:
    told = 0.0
    while True:
        await asyncio.sleep(_ALARM_EVERY_S)
        slow = metrics.counted(metrics.WRITES_SLOW)
        if slow > told:
            _log.warning("writes_slow", transactions=int(slow - told), above_ms=int(metrics.SLOW_WRITE_S * 1000))
        told = slow


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        with contextlib.suppress(UnisonoError):
            await work()
        await asyncio.sleep(seconds)


async def _count(running: Running) -> None:
    async with running.pool.acquire() as connection:
        found = await standing(connection)
    metrics.INBOX_WAITING.set(found.inbox_waiting)
    metrics.INBOX_OLDEST_SECONDS.set(found.inbox_oldest_s)
    metrics.QUARANTINED.set(found.quarantined)
    metrics.LONGEST_WAIT_SECONDS.set(found.longest_wait_s)
    for gauge, counts in ((metrics.OUTBOX, found.outbox), (metrics.INTERACTIONS, found.interactions)):
        # What no longer stands there is nought, not what it was.
        gauge.clear()
        for state, n in counts.items():
            gauge.labels(state).set(n)
