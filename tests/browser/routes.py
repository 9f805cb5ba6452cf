"""Every address of the desk, out of its own route table: what is new there is visited without anybody's doing."""

import functools
import json
import subprocess
from pathlib import Path

from msgspec import Struct

from tests.app.demo_house import rows, signed_in
from unisono.app.demo.run import DemoHouse

ROOT = Path(__file__).parents[2]

# What may stand for a part of an address: a word, or a statement that finds one in the demo's house.
SAMPLES = {
    ":view": "waiting",
    ":name": "webhooks",
    ":connector": "mastodon",
    ":conversation": "select id::text from conversation order by id limit 1",
    ":customer": "select id::text from customer order by id limit 1",
    ":case": "select number::text from case_file order by number limit 1",
    ":channel": "select id::text from channel order by connector, id limit 1",
}
# What an address needs to show something.
QUERIES = {"/search": "?q=Storch"}
# Seen by nobody who is signed in: the walk through the demo and the story of the first minutes look at them.
STRANGERS = ("/login", "/setup/:token")


class Route(Struct, frozen=True):
    """One row of the desk's route table."""

    path: str
    title: str
    open: bool


@functools.cache
def table() -> list[Route]:
    """Return the desk's route table, as the desk's own tool prints it."""
    node = ROOT / ".cache" / "node-env" / "bin" / "node"
    printed = subprocess.run([node, "dev/routes.ts"], cwd=ROOT / "ui", capture_output=True, text=True, check=True)
    return [Route(**row) for row in json.loads(printed.stdout)]


async def furnish(demo: DemoHouse) -> None:
    """Put into the house what the demo's customers alone do not bring about, so that every page has something to show."""
    (work,) = await rows(demo, "select id from interaction order by id limit 1")
    async with signed_in(demo) as http:
        answer = await http.post(
            "/cases", json={"interaction_id": str(work["id"]), "title": "Zähler und Abschlag passen nicht zusammen"}
        )
        assert answer.status_code == 201, answer.text


async def addresses(demo: DemoHouse) -> dict[str, str]:
    """Return an address for every row of the table that is seen signed in; raises AssertionError for a part without a sample."""
    found = {}
    for route in table():
        if route.path in STRANGERS:
            continue
        parts = [await _sample(demo, part) if part.startswith(":") else part for part in route.path.split("/")]
        found[route.path] = "/".join(parts) + QUERIES.get(route.path, "")
    return found


async def _sample(demo: DemoHouse, part: str) -> str:
    """Find what stands for one part."""
    assert part in SAMPLES, f"{part} has no sample: add one to {Path(__file__).name}, so that its page can be seen"
    sample = SAMPLES[part]
    if not sample.startswith("select "):
        return sample
    row = next(iter(await rows(demo, sample)), None)
    assert row is not None, f"the demo holds nothing for {part}: {sample}"
    return str(next(iter(row.values())))
