"""Keep what the next versions must be able to take over: a backup of this version's house with 5,000 items, and its API.

`python -m scripts.keep_release` writes `tests/releases/VERSION.zip` and `VERSION.openapi.json` (law 9), and `VERSION.tasks.json`:
what the named tasks at the desk took when they were measured last (`make bench ONLY=tasks`).
"""

import asyncio
import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.results import FILE
from bench.tasks_page import of_release
from unisono import __version__
from unisono.app.backup import backup
from unisono.app.demo.run import DemoHouse, open_demo
from unisono.app.settings import Settings
from unisono.contract import Raw
from unisono.service.channel_context import store_raw

ROOT = Path(__file__).parent.parent
RELEASES = ROOT / "tests" / "releases"
ITEMS = 5_000
_PATIENCE_S = 600


async def grown(demo: DemoHouse) -> None:
    """Play the demo to its end, and let further customers say things until there are 5,000 items."""
    await demo.playing
    async with demo.running.pool.acquire() as connection:
        there = int(await connection.fetchval("select count(*) from inbox"))
    channel_id = next(id_ for name, id_ in demo.seeded.channels.items() if name.startswith(demo.networks.faces[0].name))
    raws = [_said(n) for n in range(max(0, ITEMS - there))]
    await store_raw(demo.running.outside, channel_id, raws)
    for _ in range(_PATIENCE_S):
        async with demo.running.pool.acquire() as connection:
            unread = await connection.fetchval("select count(*) from inbox where state = 'new'")
            read = await connection.fetchval("select count(*) from inbox where state = 'done'")
        if not unread and read >= ITEMS:
            return
        await asyncio.sleep(1)
    raise RuntimeError(f"{unread} of the items were not read, {read} were; nothing was kept.")


def _said(n: int) -> Raw:
    """A post as the sandbox network tells of it."""
    now = datetime.now(UTC)
    who = {"id": f"person{n % 500}", "handle": f"person{n % 500}", "name": f"Person {n % 500}"}
    item = {
        "id": f"kept{n}", "author": who, "created_at": now.isoformat(), "kind": "post", "visibility": "public",
        "text": f"Anliegen {n}: Zählerstand {n * 7}, bitte prüfen.", "root_id": f"kept{n}", "parent_id": None,
        "thread_author_id": who["id"],
    }  # fmt: skip
    body = json.dumps({"type": "item.created", "at": now.isoformat(), "why": "mention", "item": item}).encode()
    return Raw(ingest_key=f"item:kept{n}:0", body=body, received_at=now)


async def keep() -> int:
    """Write both files anew."""
    RELEASES.mkdir(exist_ok=True)
    target = RELEASES / f"{__version__}.zip"
    with tempfile.TemporaryDirectory(prefix="unisono-release-") as directory:
        data = Path(directory) / "data"
        async with open_demo(Settings(data=str(data), port=0), None, 0.0) as demo:
            await grown(demo)
            made = Path(directory) / "house.zip"
            manifest = await backup(demo.running.dsn, data, made)
        await asyncio.to_thread(shutil.copyfile, made, target)
    shutil.copyfile(ROOT / "docs" / "openapi.json", RELEASES / f"{__version__}.openapi.json")
    keep_tasks()
    print(f"{target.relative_to(ROOT)}: {manifest.summary}, {target.stat().st_size / 1e6:.1f} MB")
    return 0


def keep_tasks() -> None:
    """Write down what the tasks at the desk take, beside the release's house."""
    measured = of_release(json.loads(FILE.read_text(encoding="utf-8")))
    (RELEASES / f"{__version__}.tasks.json").write_text(json.dumps(measured, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(asyncio.run(keep()))
