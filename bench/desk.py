"""The desk: how much script its first load takes, and how soon a key has been painted on a slow machine.

Keys are pressed in Chromium with the processor throttled four times, at a house in which 100,000 enquiries wait and twenty things
a second happen to those that are in sight: through the list of work, and in the composer. Then the list is scrolled, and the time
of each frame kept. The baseline of the size is the same script uncompressed; of the painting, a bare page with one text field; of
the frames, the same page at rest. `BENCH_ROWS` makes it smaller, to see that it works.
"""

import asyncio
import contextlib
import itertools
import json
import os
import re
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from bench.lists import web_process
from bench.place import fresh_house
from bench.results import Figure
from bench.talk_data import load
from unisono.app.build import Running
from unisono.service.access import Access
from unisono.service.actions import ACTIONS
from unisono.service.assign import prioritise
from unisono.service.first_run import first_administrator

ROOT = Path(__file__).parent.parent
NODE = ROOT / ".cache" / "node-env" / "bin" / "node"
STATIC = ROOT / "src" / "unisono" / "web" / "static"
ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
EVENTS_PER_S, IN_SIGHT = 20, 60
OPEN, WAITING = 0.9, 0.6
SEED = 482
SIZE_KB, PAINT_MS, FRAME_MS = 150.0, 100.0, 50.0


async def tool(name: str, *arguments: str) -> dict[str, float]:
    """Run one of the desk's own measuring tools and return what it prints."""
    process = await asyncio.create_subprocess_exec(
        NODE, f"dev/{name}.ts", *arguments, cwd=ROOT / "ui", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaint = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{name}: {complaint.decode()[-1000:] or said.decode()[-1000:]}")
    if complaint:
        print(complaint.decode(), file=sys.stderr)
    found: dict[str, float] = json.loads(said)
    return found


def plain_kb() -> float:
    """The first load's script as it is without compression, in kB."""
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    names = re.findall(r'(?:src|href)="/([^"]+\.js)"', page)
    return float(sum((STATIC / name).stat().st_size for name in names)) / 1000


async def measure() -> dict[str, Figure]:
    """Weigh the built desk, then press keys in it."""
    weight = await tool("size")
    password = secrets.token_urlsafe(16)
    async with fresh_house() as running:
        await load(running, round(ROWS / OPEN / WAITING), SEED, is_open=OPEN, searched=False)
        async with running.db.write() as tx:
            boss = await first_administrator(
                tx, login="boss", name="Boss", locale="de", password_hash=await running.passwords.hash(password)
            )
        async with running.pool.acquire() as connection:
            waiting = await connection.fetchval("select count(*) from interaction where state = 'waiting'")
        async with web_process(running) as (port, _), _much_happens(running, boss) as happened:
            paint = await tool("key-to-paint", f"http://127.0.0.1:{port}", "boss", password)
    return {
        "desk.gzip_kb": Figure(
            value=weight["desk.gzip_kb"], unit="kB", baseline="the same script without compression, one language less",
            baseline_value=plain_kb(), limit=SIZE_KB, more={"files": weight["files"], "later_texts_kb": weight["later_texts_kb"]},
        ),
        "desk.key_to_paint_p95_ms": Figure(
            value=paint["desk.key_to_paint_p95_ms"], unit="ms", baseline="a bare page with one text field, throttled as much",
            baseline_value=paint["baseline_p95_ms"], limit=PAINT_MS,
            more={
                "list_p95_ms": paint["list_p95_ms"], "writing_p95_ms": paint["writing_p95_ms"], "waiting": waiting,
                "events": len(happened), "events_per_s": EVENTS_PER_S,
            },
        ),
        "desk.scroll_frame_p95_ms": Figure(
            value=paint["scroll_frame_p95_ms"], unit="ms", baseline="the same list at rest, throttled as much",
            baseline_value=paint["rest_frame_p95_ms"], limit=FRAME_MS,
            more={
                "frames": paint["scroll_frames"], "longest_ms": paint["scroll_frame_max_ms"],
                "rows_passed": paint["scrolled_rows"],
                "waiting": waiting, "events_per_s": EVENTS_PER_S,
            },
        ),
    }  # fmt: skip


@asynccontextmanager
async def _much_happens(running: Running, user_id: UUID) -> AsyncIterator[list[UUID]]:
    """Let twenty things a second happen to the enquiries that stand first in the list; yields to what, so far."""
    access = Access(user_id=user_id, actions=frozenset(ACTIONS), classes=dict.fromkeys(ACTIONS))
    async with running.pool.acquire() as connection:
        rows = await connection.fetch("select id from interaction where state = 'waiting' order by due_at, id limit $1", IN_SIGHT)
    happened: list[UUID] = []

    async def happen() -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for turn, row in enumerate(itertools.cycle(rows)):
            await prioritise(running.db, access, row["id"], 1 + turn % 7, "bench")
            happened.append(row["id"])
            await asyncio.sleep(max(0.0, begun + (turn + 1) / EVENTS_PER_S - loop.time()))

    task = asyncio.create_task(happen())
    try:
        yield happened
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
