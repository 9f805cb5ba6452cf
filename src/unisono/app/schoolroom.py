"""Heads are learned in a process of their own: one core at most, and the desk goes on meanwhile."""

import asyncio
import importlib.util
import os
from typing import Final

import msgspec
import structlog

from unisono.app.apart import ask_apart
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
        # Rows as thin as these make several threads spin more than they compute.
        one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        try:
            ended = await ask_apart("unisono.app.learn_apart", question, LIMIT_S, {**os.environ, **one})
        except TimeoutError:
            raise Unavailable("Learning took too long. What is in use stays in use.", code="learning_failed") from None
        if not ended.answer:
            _log.error("learning_failed", code=ended.code, complaint=ended.complaint)
            raise Unavailable("Learning failed; what is in use stays in use. The log says more.", code="learning_failed")
        return await asyncio.to_thread(msgspec.msgpack.decode, ended.answer, type=Fitted)
