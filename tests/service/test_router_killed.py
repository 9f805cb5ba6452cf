"""The active router's process is killed in the middle of its work, beside a hot standby: nothing is lost, nothing offered twice."""

from pathlib import Path

import pytest

from bench.router_kill import AFTER, BEFORE, DURING, cycles
from tests.db import Cluster
from unisono.store.epoch import ensure_epoch
from unisono.store.migrate import migrate

pytestmark = [pytest.mark.law1, pytest.mark.law4, pytest.mark.timeout(300)]

TAKES_OVER_WITHIN_S = 10.0
"""The promise is 2 s, measured by `make bench ONLY=router_kill`; here other tests may have the processor."""


async def test_killed_before_during_and_after_a_commit_nothing_is_lost_and_nothing_offered_twice(
    cluster: Cluster, tmp_path: Path
) -> None:
    dsn = await cluster.create()
    try:
        await migrate(dsn)
        await ensure_epoch(dsn)
        done = await cycles(dsn, tmp_path, [BEFORE, DURING, AFTER])
    finally:
        await cluster.drop(dsn)
    assert [(one.step, one.lost, one.doubled, one.broken) for one in done] == [
        (step, 0, 0, 0) for step in (BEFORE, DURING, AFTER)
    ]
    assert max(one.takeover_s for one in done) <= TAKES_OVER_WITHIN_S
