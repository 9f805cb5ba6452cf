"""Plays steps at a chosen speed: what customers do, over the ways that real customers have."""

import asyncio
import math
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

import msgspec
import structlog

from unisono.app.demo.played import Played
from unisono.app.demo.script import PUBLIC_KINDS, SCRIPTED_FACES, Step
from unisono.domain.errors import UnisonoError

TRIES: Final = 5
PAUSE_S: float = 0.2
POSITION: Final = "position"
ALL_AT_ONCE: Final = math.inf
SCRIPTED: Final = "scripted"
_log = structlog.get_logger("demo")


class Stage(Protocol):
    """A way in: a network, the post, the chat."""

    async def play(self, step: Step, played: Played) -> str:
        """Do what the step says; returns what the network calls the new message, or nothing. Raises UnisonoError."""


class Tempo:
    """How fast the script's time goes: factor 1 as written, 0 stands still, ALL_AT_ONCE skips every pause."""

    def __init__(self, factor: float, position_s: float = 0.0) -> None:
        self._factor = factor
        self._position = position_s
        self._since = 0.0
        self._started = False
        self._changed = asyncio.Event()

    @property
    def factor(self) -> float:
        """The factor that holds now."""
        return self._factor

    def set(self, factor: float) -> None:
        """Go on at another speed."""
        self._position = self.position()
        self._since = asyncio.get_running_loop().time()
        self._factor = factor
        self._changed.set()
        self._changed = asyncio.Event()

    def position(self) -> float:
        """Return the script's time, in seconds."""
        if not self._started or math.isinf(self._factor):
            return self._position
        return self._position + (asyncio.get_running_loop().time() - self._since) * self._factor

    async def reach(self, at_s: float) -> None:
        """Wait until the script's time has come to `at_s`."""
        if not self._started:
            self._since = asyncio.get_running_loop().time()
            self._started = True
        while not math.isinf(self._factor) and self.position() < at_s:
            pause = (at_s - self.position()) / self._factor if self._factor else None
            changed = self._changed
            try:
                async with asyncio.timeout(pause):
                    await changed.wait()
            except TimeoutError:
                continue
        if math.isinf(self._factor):
            self._position = max(self._position, at_s)


class Player:
    """Plays steps in their order on each stage, stages side by side; what was played before is left out."""

    def __init__(self, stages: Mapping[str, Stage], played: Played, tempo: Tempo) -> None:
        self.stages = stages
        self._played = played
        self.tempo = tempo
        self.failed: list[str] = []

    async def run(self, steps: Iterable[Step], *, starts_s: float = 0.0) -> int:
        """Play all that was not played yet; returns how many steps that was.

        starts_s: where in the tempo's time the steps begin. A step that fails five times is named in `failed` and left out.
        """
        todo = list(steps)
        lanes = {name: [step for step in todo if lane_of(step) == name] for name in self.stages}
        counts = await asyncio.gather(*(self._lane(name, lane, starts_s) for name, lane in lanes.items()))
        return sum(counts)

    async def _lane(self, name: str, steps: list[Step], starts_s: float) -> int:
        count = 0
        for step in steps:
            if step.key in self._played:
                continue
            await self.tempo.reach(starts_s + step.at_s)
            # Meanwhile a button may have played it.
            if step.key not in self._played:
                count += await self._perform(self.stages[name], step)
        return count

    async def _perform(self, stage: Stage, step: Step) -> bool:
        for attempt in range(1, TRIES + 1):
            try:
                remote_id = await stage.play(step, self._played)
            except UnisonoError as error:
                _log.warning("step_failed", step=step.key, attempt=attempt, code=error.code, what=str(error))
                await asyncio.sleep(min(PAUSE_S * 2**attempt, 5.0))
            else:
                self._played.add(step.key, remote_id)
                return True
        self.failed.append(step.key)
        return False


def lane_of(step: Step) -> str:
    """Return the stage on which a step is played. Edits and deletions happen on networks only."""
    if step.kind in {"mail", "chat"}:
        return step.kind
    return SCRIPTED if step.face in SCRIPTED_FACES else "network"


def playable(steps: Iterable[Step], *, company_answers: bool = False) -> list[Step]:
    """Return the steps without the company's answers, which an agent gives; what answered them answers what they answered.

    The company's own posts stay: comments hang on them.
    """
    kept: list[Step] = []
    left_out: dict[str, str | None] = {}
    for step in steps:
        if step.by_company and not company_answers and (step.parent is not None or step.kind not in PUBLIC_KINDS):
            left_out[step.key] = step.parent
            continue
        parent = step.parent
        while parent is not None and parent in left_out:
            parent = left_out[parent]
        kept.append(step if parent == step.parent else msgspec.structs.replace(step, parent=parent))
    return kept
