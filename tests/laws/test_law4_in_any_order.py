"""Laws 2 and 4 over any sequence of verbs: nothing lost, nothing in two pairs of hands, nobody above their capacity.

Hypothesis draws verbs, who does them and to what; in the middle of each a standby router may take over. After every one the sums
are looked at. The verbs and their cases stand in `verb_cases`.
"""

import asyncio
import os
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.db import Cluster
from tests.laws.test_law3_snapshot import NO_VIEW, verbs
from tests.laws.verb_cases import CASES, MOVES_NOTHING, Scene
from unisono.domain.errors import Unavailable, UnisonoError

pytestmark = [pytest.mark.law4, pytest.mark.law2]

STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(CASES)), st.integers(0, 3), st.integers(0, 7), st.sampled_from([None, None, 1, 2, 4, 7, 11])),
    min_size=4, max_size=24,
)  # fmt: skip
"""Verb, who, to what, and before which of its statements a standby takes over."""


class Stealing:
    """Counts the statements that go to the database, and lets the standby take over before the chosen one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scene: Scene | None = None
        self.left: int | None = None
        self.taking: asyncio.Task[None] | None = None
        for name in ("fetch", "fetchrow", "fetchval", "execute"):
            monkeypatch.setattr(asyncpg.Connection, name, self._counting(getattr(asyncpg.Connection, name)))

    def _counting(self, statement: Any) -> Any:
        async def counted(connection: Any, *arguments: Any, **options: Any) -> Any:
            if self.left is not None:
                self.left -= 1
                if self.left == 0:
                    self.left = None
                    assert self.scene is not None
                    # Not waited for: it may need what this transaction has locked.
                    self.taking = asyncio.create_task(self.scene.take_over())
                    await asyncio.sleep(0.002)
            return await statement(connection, *arguments, **options)

        return counted

    async def done(self) -> None:
        self.left = None
        if self.taking is not None:
            await self.taking
            self.taking = None


def test_every_verb_that_moves_work_has_a_case() -> None:
    assert verbs() - NO_VIEW.keys() - MOVES_NOTHING.keys() == CASES.keys()


def test_any_verbs_in_any_order_with_a_take_over_in_the_middle(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    stealing = Stealing(monkeypatch)

    # The same plays on every run; more and other ones by the variable. A failing play is told whole: to shorten it takes minutes.
    more = int(os.environ.get("UNISONO_TEST_PLAYS", "0"))

    @settings(
        max_examples=more or 15, derandomize=not more, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(STEPS)
    def any_verbs(steps: list[tuple[str, int, int, int | None]]) -> None:
        asyncio.run(_play(cluster, stealing, [("receive.receive", 0, 1, None), ("router.Router", 0, 0, None), *steps]))

    any_verbs()


async def _play(cluster: Cluster, stealing: Stealing, steps: list[tuple[str, int, int, int | None]]) -> None:
    dsn = await cluster.lend()
    scene = stealing.scene = Scene()
    try:
        await scene.open(dsn)
        for name, who, which, steal in steps:
            stealing.left = steal
            try:
                await CASES[name](scene, who, which)
            except Unavailable as error:
                raise AssertionError(f"{name} and the router waited for each other") from error
            except UnisonoError:
                # A legitimate no; what it left behind is looked at all the same.
                pass
            finally:
                await stealing.done()
            await scene.check(f"{name}({who}, {which}) with a take-over at {steal}")
    finally:
        stealing.left = None
        await scene.pool.close()
        await cluster.give_back(dsn)
