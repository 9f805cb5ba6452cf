"""Heads are learned in a process of their own: one core at most, and the desk goes on meanwhile."""

import asyncio
import contextlib
import importlib.util
import os
import subprocess
import sys
from typing import Final

import msgspec
import structlog

from unisono.domain.errors import Unavailable
from unisono.service.ports.fitting import FitTask, Fitted

LIMIT_S: Final = 1_800.0
_log = structlog.get_logger("triage")


class Schoolroom:
    """Implements `service.ports.fitting.Fitter`."""

    def can_learn(self) -> bool:
        """Whether scikit-learn is installed, which the extra `train` brings."""
        return importlib.util.find_spec("sklearn") is not None

    async def fit(self, task: FitTask) -> Fitted:
        """Learn a head."""
        question = await asyncio.to_thread(msgspec.msgpack.encode, task)
        # Started and read by a thread: neither making a process nor waiting for it holds the event loop up.
        process = await asyncio.to_thread(_start)
        talk = asyncio.create_task(asyncio.to_thread(process.communicate, question))
        try:
            async with asyncio.timeout(LIMIT_S):
                answer, complaint = await asyncio.shield(talk)
        except TimeoutError:
            raise Unavailable("Learning took too long. What is in use stays in use.", code="learning_failed") from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            with contextlib.suppress(Exception):
                await asyncio.shield(talk)
        if process.returncode != 0 or not answer:
            _log.error("learning_failed", code=process.returncode, complaint=complaint.decode(errors="replace")[-2_000:])
            raise Unavailable("Learning failed; what is in use stays in use. The log says more.", code="learning_failed")
        return await asyncio.to_thread(msgspec.msgpack.decode, answer, type=Fitted)


def _start() -> subprocess.Popen[bytes]:
    # Rows as thin as these make several threads spin more than they compute.
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return subprocess.Popen(
        [sys.executable, "-m", "unisono.app.learn_apart"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **one},
    )  # fmt: skip
