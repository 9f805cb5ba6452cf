"""A demo on the tests' database server, and what came of what was played."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import uvloop

from tests.db import Cluster
from unisono.app.demo.run import DemoHouse, open_demo
from unisono.app.settings import Settings

QUIET_S = 240.0


Run = Callable[[Coroutine[Any, Any, None]], None]


@contextmanager
def on_demo_loop() -> Iterator[Run]:
    """Give what runs a test on the event loop that the demo has when it is started by hand."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        yield runner.run


@asynccontextmanager
async def running_demo(
    cluster: Cluster, data: Path, feed: Path | None = None, speed: float = 0.0, *, dsn: str = "", opens_late: bool = False
) -> AsyncIterator[DemoHouse]:
    """Run a demo on this data directory and an empty database, or on the one named."""
    settings = Settings(data=str(data), database_url=dsn or await cluster.create(), port=0)
    async with open_demo(settings, feed, speed, opens_late=opens_late) as demo:
        # That an answer can be taken back has tests of its own; here each would wait for it.
        async with demo.running.pool.acquire() as connection:
            await connection.execute("insert into setting (name, value) values ('answer.undo_s', '0') on conflict do nothing")
        yield demo


async def rows(demo: DemoHouse, statement: str, *values: object) -> list[dict[str, Any]]:
    """Look at the tables."""
    async with demo.running.pool.acquire() as connection:
        return [dict(row) for row in await connection.fetch(statement, *values)]


async def row_once_there(demo: DemoHouse, statement: str, *values: object, within_s: float = 60.0) -> dict[str, Any]:
    """Return the only row of a statement as soon as there is one: what a customer says takes its way through the house."""
    ends = time.monotonic() + within_s
    while not (found := await rows(demo, statement, *values)):
        assert time.monotonic() < ends, f"nothing after {within_s:g} s: {statement}"
        await asyncio.sleep(0.05)
    (row,) = found
    return row


async def count(demo: DemoHouse, statement: str, *values: object) -> int:
    """Return the one number of a statement."""
    return int(next(iter((await rows(demo, statement, *values))[0].values())))


async def until(
    demo: DemoHouse, statement: str, reached: Callable[[int], bool], *values: object, within_s: float = QUIET_S
) -> int:
    """Ask until the number is reached; raises AssertionError with the last one otherwise."""
    ends = time.monotonic() + within_s
    while not reached(found := await count(demo, statement, *values)):
        assert not demo.work.done(), demo.work
        assert time.monotonic() < ends, f"{found} after {within_s:g} s: {statement}"
        await asyncio.sleep(0.2)
    return found


@asynccontextmanager
async def signed_in(demo: DemoHouse) -> AsyncIterator[httpx2.AsyncClient]:
    """Give what talks to the API as an agent's browser does."""
    async with httpx2.AsyncClient(base_url=f"{demo.url}/api/v1", timeout=60.0) as http:
        await http.get("/session")
        answer = await http.post(
            "/session", json={"login": "ilka", "password": demo.password}, headers={"x-csrftoken": http.cookies["csrftoken"]}
        )
        assert answer.status_code == 200, answer.text
        http.headers["x-csrftoken"] = http.cookies["csrftoken"]
        yield http
