"""Simulations, each in a process of its own: the desk goes on meanwhile, and whoever gives up ends theirs."""

import asyncio
import contextlib
import subprocess
import sys
from typing import Any, Final, Literal

import msgspec
import structlog

from unisono.app.play import Question
from unisono.domain.errors import Invalid, Unavailable
from unisono.routing.simulator.plan import Plan
from unisono.routing.simulator.report import Report
from unisono.routing.simulator.staffing import Advice

LIMIT_S: Final = 25.0
"""The process itself ends with what it has by then; proxies commonly wait a minute."""
GRACE_S: Final = 10.0
AT_ONCE: Final = 2
WAIT_S: Final = 10.0
_log = structlog.get_logger("simulations")


class Playroom:
    """Implements `service.ports.simulating.Simulator`."""

    def __init__(self, limit_s: float = LIMIT_S, grace_s: float = GRACE_S, wait_s: float = WAIT_S) -> None:
        self._limit_s = limit_s
        self._grace_s = grace_s
        self._wait_s = wait_s
        self._room = asyncio.Semaphore(AT_ONCE)
        self.running: set[int] = set()

    async def simulate(self, plan: Plan) -> Report:
        """Play a plan."""
        return msgspec.convert(await self._answer("simulate", plan), Report)

    async def advise(self, plan: Plan) -> Advice:
        """Return how many people a plan takes."""
        return msgspec.convert(await self._answer("advise", plan), Advice)

    async def _answer(self, what: Literal["simulate", "advise"], plan: Plan) -> Any:
        try:
            async with asyncio.timeout(self._wait_s):
                await self._room.acquire()
        except TimeoutError:
            raise Unavailable("Other simulations are being played; ask again in a moment.", code="simulations_busy") from None
        try:
            question = msgspec.json.encode(Question(what=what, plan=plan, limit_s=self._limit_s))
            said = msgspec.json.decode(await self._ask(question))
        finally:
            self._room.release()
        if "error" in said:
            raise Invalid(said["error"], code=said["code"], field="plan", **said["facts"])
        return said["result"]

    async def _ask(self, question: bytes) -> bytes:
        # Started and read by a thread: neither making a process nor waiting for it holds the event loop up.
        process = await asyncio.to_thread(_start)
        self.running.add(process.pid)
        talk = asyncio.create_task(asyncio.to_thread(process.communicate, question))
        try:
            async with asyncio.timeout(self._limit_s + self._grace_s):
                answer, complaint = await asyncio.shield(talk)
        except TimeoutError:
            raise Invalid(
                "This takes too long. Nothing was changed; take fewer minutes, runs or arrivals, or `unisono simulate`.",
                code="plan_too_long", field="plan",
            ) from None  # fmt: skip
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            # What the thread still reads ends with the process.
            with contextlib.suppress(Exception):
                await asyncio.shield(talk)
            self.running.discard(process.pid)
        if process.returncode != 0 or not answer:
            _log.error("simulation_failed", code=process.returncode, complaint=complaint.decode(errors="replace")[-2_000:])
            raise Unavailable("The simulation broke off; nothing was changed. The log says more.", code="simulation_failed")
        return answer


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "unisono.app.play"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
