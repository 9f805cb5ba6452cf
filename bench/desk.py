"""The desk: how much script its first load takes, and how soon a key has been painted on a slow machine.

Keys are pressed in Chromium with the processor throttled four times, on a demo with real lists: through the list of work,
and in the composer. The baseline of the size is the same script uncompressed; of the painting, a bare page with one text field.
"""

import asyncio
import json
import re
import tempfile
from pathlib import Path

from bench.results import Figure
from unisono.app.demo.run import open_demo
from unisono.app.settings import Settings

ROOT = Path(__file__).parent.parent
NODE = ROOT / ".cache" / "node-env" / "bin" / "node"
STATIC = ROOT / "src" / "unisono" / "web" / "static"


async def tool(name: str, *arguments: str) -> dict[str, float]:
    """Run one of the desk's own measuring tools and return what it prints."""
    process = await asyncio.create_subprocess_exec(
        NODE, f"dev/{name}.ts", *arguments, cwd=ROOT / "ui", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaint = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{name}: {complaint.decode()[-1000:] or said.decode()[-1000:]}")
    found: dict[str, float] = json.loads(said)
    return found


def plain_kb() -> float:
    """The first load's script as it is without compression, in kB."""
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    names = re.findall(r'(?:src|href)="/([^"]+\.js)"', page)
    return sum((STATIC / name).stat().st_size for name in names) / 1000


async def measure() -> dict[str, Figure]:
    """Weigh the built desk, then press keys in it."""
    weight = await tool("size")
    with tempfile.TemporaryDirectory(prefix="unisono-bench-") as directory:
        Path(directory).chmod(0o755)  # noqa: ASYNC240 - before anything runs
        async with open_demo(Settings(data=str(Path(directory) / "data"), port=0), None, 0.0) as demo:
            await demo.playing
            await asyncio.sleep(5)
            paint = await tool("key-to-paint", demo.url, "ilka", demo.password)
    return {
        "desk.gzip_kb": Figure(
            value=weight["desk.gzip_kb"], unit="kB", baseline="the same script without compression, one language less",
            baseline_value=plain_kb(), more={"files": weight["files"], "later_texts_kb": weight["later_texts_kb"]},
        ),
        "desk.key_to_paint_p95_ms": Figure(
            value=paint["desk.key_to_paint_p95_ms"], unit="ms", baseline="a bare page with one text field, throttled as much",
            baseline_value=paint["baseline_p95_ms"],
            more={"list_p95_ms": paint["list_p95_ms"], "writing_p95_ms": paint["writing_p95_ms"]},
        ),
    }  # fmt: skip
