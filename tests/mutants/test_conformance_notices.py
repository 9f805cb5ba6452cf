"""Each case of the conformance suite fails when a fault is planted that it is there for."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.conformance.conftest import EFFORT
from tests.db import Cluster
from tests.mutants.connectors import PLANTED, Planted
from unisono.app.conformance import conformance_stage
from unisono.testing.conformance import CASES, Outcome, run_case
from unisono.testing.conformance.stage import Overlay, Stage
from unisono.testing.labs.sandbox import SandboxLab

pytestmark = pytest.mark.law5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(cluster: Cluster) -> AsyncIterator[Stage]:
    dsn = await cluster.create()
    async with conformance_stage(dsn) as made:
        yield made
    await cluster.drop(dsn)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab(stage: Stage) -> AsyncIterator[SandboxLab]:
    made = SandboxLab()
    await made.start(stage.clock)
    yield made
    await made.stop()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("planted", PLANTED, ids=str)
async def test_the_case_notices(planted: Planted, stage: Stage, lab: SandboxLab, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = stage.outside.registry
    assert isinstance(registry, Overlay)
    monkeypatch.setitem(registry.replaced, "sandbox", planted.connector)
    if planted.house is not None:
        planted.house(monkeypatch)
    verdict = await run_case(stage, lab, CASES[planted.case], EFFORT)
    assert verdict.outcome is Outcome.FAILED, f"Nobody noticed: {planted}"
    assert planted.says.lower() in verdict.reason.lower(), verdict.reason


def test_every_case_has_a_planted_fault() -> None:
    assert {planted.case for planted in PLANTED} == set(CASES)
