"""One question to a process of our own: what takes long holds no event loop up, and what ends badly ends there."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Mapping

from msgspec import Struct


class Ended(Struct, frozen=True, kw_only=True):
    """How a process ended. answer: what it wrote; empty where it failed. complaint: the end of what it said of it."""

    code: int
    answer: bytes
    complaint: str


async def ask_apart(module: str, question: bytes, limit_s: float, environment: Mapping[str, str] | None = None) -> Ended:
    """Run a module, write it the question and return how it ended. Raises TimeoutError; the process is ended then."""
    # Started and read by a thread: neither making a process nor waiting for it holds the event loop up.
    process = await asyncio.to_thread(_start, module, environment)
    talk = asyncio.create_task(asyncio.to_thread(process.communicate, question))
    try:
        async with asyncio.timeout(limit_s):
            answer, complaint = await asyncio.shield(talk)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        with contextlib.suppress(Exception):
            await asyncio.shield(talk)
    code = int(process.returncode)
    return Ended(code=code, answer=answer if code == 0 else b"", complaint=complaint.decode(errors="replace")[-2_000:])


def _start(module: str, environment: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
    )  # fmt: skip
