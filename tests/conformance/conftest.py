"""One house and one lab for all cases of a connector: its module says which by `CONNECTOR`."""

import os
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio

from tests.db import Cluster
from unisono.app.conformance import conformance_stage, lab_of
from unisono.testing.conformance import CASES, Case, Effort, Outcome, Stage, run_case
from unisono.testing.lab import Lab, PeerMissing

# The whole volume, and the clock, are for the command `unisono conformance`: a test is not timed.
EFFORT = Effort(volume=250, timed=False)


class Played(NamedTuple):
    """A house with a lab that runs."""

    stage: Stage
    lab: Lab


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(request: pytest.FixtureRequest, cluster: Cluster) -> AsyncIterator[Played]:
    """The house and the lab of the module's connector."""
    dsn = await cluster.create()
    async with conformance_stage(dsn) as stage:
        lab = lab_of(request.module.CONNECTOR)
        try:
            await lab.start(stage.clock)
        except PeerMissing as error:
            if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
                pytest.fail(str(error), pytrace=False)
            pytest.skip(str(error))
        yield Played(stage, lab)
        await lab.stop()
    await cluster.drop(dsn)


def all_cases() -> pytest.MarkDecorator:
    """Parametrise a test by all cases, by number and name."""
    cases = [pytest.param(case, id=f"{case.number}: {case.name}") for _, case in sorted(CASES.items())]
    return pytest.mark.parametrize("case", cases)


async def passes(played: Played, case: Case) -> None:
    """Play a case; being excused counts as passing, the excuse follows from the capabilities."""
    verdict = await run_case(played.stage, played.lab, case, EFFORT)
    assert verdict.outcome is not Outcome.FAILED, verdict.reason
