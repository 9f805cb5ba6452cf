"""Fan-out: 1,000 desks with an open event stream, two events a second to each of them.

An event is a note that somebody writes by the API; the time runs from before the request until the frame is at a desk, so
the transaction is in it. The desks live in a process of their own. The baseline does the least: an ASGI application under
uvicorn that repeats what is posted, in frames of the same size, and writes nothing anywhere.
"""

import asyncio
import json
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from bench.asking import Asker
from bench.inbound import statuses
from bench.lists import web_process
from bench.place import add_channel, add_queue, fresh_house
from bench.processes import cpu_s, rss_mb
from bench.results import Figure, quantile
from bench.words import Words
from unisono.app.build import Running
from unisono.domain.ids import new_id
from unisono.service.actor import TOKEN_PREFIX, hash_of
from unisono.service.channel_context import open_connector, store_raw
from unisono.service.first_run import first_administrator
from unisono.service.intake import process_once

DESKS, EVENTS, WARM_UP, EVERY_S = 1_000, 120, 10, 0.5
BASELINE = "ASGI echo under uvicorn (uvloop, httptools): one frame a client, same size, nothing stored"
ROOT = Path(__file__).parent.parent


class Outcome(Struct, frozen=True, kw_only=True):
    """One side's run: seconds from request to desk, share of a core, memory, bytes a frame."""

    times: list[float]
    core_share: float
    rss_mb: float
    frame_bytes: int


async def desk_tokens(running: Running, count: int) -> list[str]:
    """Make so many colleagues, each with a token of their own."""
    tokens = [TOKEN_PREFIX + secrets.token_urlsafe(32) for _ in range(count)]
    async with running.db.write() as tx:
        await first_administrator(tx, login="boss", name="Boss", locale="en", password_hash="")
    async with running.pool.acquire() as connection:
        users = [new_id() for _ in tokens]
        await connection.executemany(
            "insert into app_user (id, login, login_key, name, name_key) values ($1, $2, $2, $2, $2)",
            [(user_id, f"desk{n}") for n, user_id in enumerate(users)],
        )
        await connection.execute("insert into agent (user_id) select unnest($1::uuid[]) on conflict do nothing", users)
        await connection.executemany(
            "insert into role_grant (id, user_id, role, scope_kind) values ($1, $2, 'agent', 'organisation')",
            [(new_id(), user_id) for user_id in users],
        )
    async with running.db.write() as tx:
        for user_id, token in zip(users, tokens, strict=True):
            await tx.people.add_token(new_id(), user_id, "bench", hash_of(token), None)
    return tokens


async def a_conversation(running: Running) -> UUID:
    """Let one customer write; returns the conversation."""
    channel = await add_channel(running, await add_queue(running))
    await store_raw(running.outside, channel.id, statuses(1, 0, Words(1)))
    await process_once(running.outside, channel, open_connector(running.outside, channel))
    async with running.pool.acquire() as connection:
        found: UUID = await connection.fetchval("select id from conversation")
        return found


@asynccontextmanager
async def desks(
    port: int, path: str, tokens: list[str]
) -> AsyncIterator[Callable[[], Awaitable[dict[str, dict[str, list[float]]]]]]:
    """Open the streams in another process; yields what ends it and returns what it noted."""
    with tempfile.NamedTemporaryFile("w", suffix=".tokens") as file:
        file.write("\n".join(tokens))
        file.flush()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.fanout_client", str(port), path, file.name, cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=200_000_000,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdin is not None
        reader, writer = process.stdout, process.stdin

        async def finish() -> dict[str, dict[str, list[float]]]:
            writer.close()
            found: dict[str, dict[str, list[float]]] = json.loads(await asyncio.wait_for(reader.readline(), 60))
            return found

        try:
            if await asyncio.wait_for(reader.readline(), 180) != b"ready\n":
                raise RuntimeError("The desks could not all connect.")
            yield finish
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def run_side(pid: int, port: int, path: str, tokens: list[str], say: Callable[[int], Awaitable[None]]) -> Outcome:
    """Say something every half second, and see when it is where."""
    said: dict[int, float] = {}
    async with desks(port, path, tokens) as finish:
        for number in range(WARM_UP):
            await say(number)
            await asyncio.sleep(EVERY_S)
        begun, cpu = time.monotonic(), cpu_s(pid)
        for number in range(WARM_UP, WARM_UP + EVENTS):
            said[number] = time.monotonic()
            await say(number)
            await asyncio.sleep(max(0.0, begun + (number - WARM_UP + 1) * EVERY_S - time.monotonic()))
        share = (cpu_s(pid) - cpu) / (time.monotonic() - begun)
        memory = rss_mb(pid)
        await asyncio.sleep(2)
        noted = await finish()
    times = [at - said[int(number)] for number, moments in noted["arrivals"].items() if int(number) in said for at in moments]
    expected = EVENTS * len(tokens)
    if len(times) != expected or noted["lost"]:
        # Events that were told in one frame would be numbered wrongly: then there is no figure either.
        raise RuntimeError(f"{len(times)} of {expected} deliveries arrived, {noted['lost']} streams broke: no figure.")
    size = statistics.median(float(str(length)) for length in noted["bytes"].values())
    return Outcome(times=times, core_share=share, rss_mb=memory, frame_bytes=int(size))


async def _ours() -> Outcome:
    async with fresh_house() as running:
        tokens = await desk_tokens(running, DESKS)
        conversation = await a_conversation(running)
        async with web_process(running) as (port, pid), Asker(port, tokens[0]) as asker:

            async def say(number: int) -> None:
                body = {"message_id": str(new_id()), "text": f"Nummer {number}. " + "So steht es um das Paket. " * 8}
                await asker.post(f"/api/v1/conversations/{conversation}/notes", body)

            return await run_side(pid, port, "/api/v1/events?topics=work", tokens, say)


async def _echo(frame_bytes: int) -> Outcome:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "uvicorn", "bench.echo_app:app", "--port", "0", "--loop", "uvloop", "--http", "httptools",
        "--no-access-log", cwd=ROOT, stderr=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stderr is not None
    try:
        port = 0
        while not port:
            line = await asyncio.wait_for(process.stderr.readline(), 30)
            if b"running on http://127.0.0.1:" in line:
                port = int(line.split(b"http://127.0.0.1:")[1].split()[0])
        async with Asker(port) as asker:

            async def say(number: int) -> None:
                await asker.post("/notes", f"{number}. ".ljust(frame_bytes - 22, "x"))

            return await run_side(process.pid, port, "/events", ["none"] * DESKS, say)
    finally:
        process.terminate()
        await process.wait()


async def measure() -> dict[str, Figure]:
    """Run both sides, one after the other, each alone on the machine's cores with its desks."""
    ours = await _ours()
    echo = await _echo(ours.frame_bytes)
    more = {
        "desks": DESKS, "events": EVENTS, "every_s": EVERY_S, "frame_bytes": ours.frame_bytes,
        "p50_ms": round(statistics.median(ours.times) * 1000, 2), "worst_ms": round(max(ours.times) * 1000, 1),
        "baseline_p50_ms": round(statistics.median(echo.times) * 1000, 2), "web_rss_mb": round(ours.rss_mb),
    }  # fmt: skip
    return {
        "fanout.p99_ms": Figure(
            value=quantile(ours.times, 0.99) * 1000, unit="ms", baseline=BASELINE,
            baseline_value=quantile(echo.times, 0.99) * 1000, more=more,
        ),
        "fanout.core_share": Figure(
            value=ours.core_share, unit="of a core", baseline=BASELINE, baseline_value=echo.core_share, more=more
        ),
    }  # fmt: skip
