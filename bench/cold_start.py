"""Cold start: `unisono up` on an empty data directory until the log-in page, its script and the API answer.

The time holds everything a new user waits for: making the database's cluster, the schema, the keys, the first answers.
The memory is that of the one process with all roles, when the log-in page has been served; PostgreSQL's own is told apart.
The baseline is the ASGI echo under uvicorn, from its start to its first answer.
"""

import asyncio
import os
import re
import shutil
import socket
import statistics
import sys
import time
from pathlib import Path

from bench.asking import Asker
from bench.place import open_directory
from bench.processes import children, rss_mb
from bench.results import Figure

REPEATS, LIMIT_S = 5, 120.0
BASELINE = "ASGI echo under uvicorn: start to first answer"
ROOT = Path(__file__).parent.parent


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def until_answers(port: int, paths: list[str], begun: float) -> float:
    """Ask until all paths are served; returns the seconds since `begun`."""
    while time.monotonic() - begun < LIMIT_S:
        try:
            async with Asker(port) as asker:
                for path in paths:
                    await asker.get(path)
                return time.monotonic() - begun
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.01)
    raise RuntimeError(f"Nothing answered on port {port} within {LIMIT_S:.0f} seconds.")


async def start_ours(data: str) -> tuple[float, float, float]:
    """Start on a directory; returns seconds to the log-in page, megabytes of the process, and of PostgreSQL's."""
    port = free_port()
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("unisono"), "up", "--data", data, "--port", str(port),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("UNISONO_")},
    )  # fmt: skip
    try:
        await until_answers(port, ["/"], begun)
        async with Asker(port) as asker:
            _, page = await asker.get("/")
            script = re.search(rb'src="(/[^"]+\.js)"', page)
            if script is None:
                raise RuntimeError("The log-in page names no script: is the desk built? Type: make ui")
            took = await until_answers(port, [script[1].decode(), "/api/v1/session"], begun)
        memory = rss_mb(process.pid)
        database = sum(rss_mb(pid) for child in children(process.pid) for pid in (child, *_below(child)))
    finally:
        process.terminate()
        await process.wait()
    return took, memory, database


def _below(pid: int) -> list[int]:
    return [found for child in children(pid) for found in (child, *_below(child))]


async def start_echo() -> tuple[float, float]:
    """Start the baseline; returns seconds and megabytes."""
    port = free_port()
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "uvicorn", "bench.echo_app:app", "--port", str(port), "--no-access-log",
        cwd=ROOT, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(LIMIT_S):
            while True:
                try:
                    async with Asker(port) as asker:
                        await asker.post("/notes", "x")
                        break
                except OSError:
                    await asyncio.sleep(0.01)
        return time.monotonic() - begun, rss_mb(process.pid)
    finally:
        process.terminate()
        await process.wait()


async def measure() -> dict[str, Figure]:
    """Start both sides some times; the first round warms the disk's cache and is not counted."""
    ours, again, echo = [], [], []
    for _ in range(REPEATS + 1):
        directory = open_directory()
        try:
            ours.append(await start_ours(directory))
            again.append((await start_ours(directory))[0])
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        echo.append(await start_echo())
    ours, again, echo = ours[1:], again[1:], echo[1:]
    seconds = [took for took, _, _ in ours]
    return {
        "cold_start.seconds": Figure(
            value=statistics.median(seconds), unit="s", baseline=BASELINE,
            baseline_value=statistics.median(took for took, _ in echo),
            more={
                "range": [round(min(seconds), 2), round(max(seconds), 2)], "repeats": REPEATS,
                "second_start_s": round(statistics.median(again), 2),
            },
        ),
        "cold_start.rss_mb": Figure(
            value=statistics.median(memory for _, memory, _ in ours), unit="MB", baseline=BASELINE,
            baseline_value=statistics.median(memory for _, memory in echo),
            more={
                "process": "unisono up, all roles",
                "postgres_mb_with_shared_pages": round(statistics.median(d for _, _, d in ours)),
            },
        ),
    }  # fmt: skip
