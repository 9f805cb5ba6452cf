"""Groups of offers on their way into the store, two at a time: each enquiry once, nobody above their capacity."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.kit import START, House
from unisono.service import router
from unisono.store.work import PgWork

GROUP, AGENTS, EACH, WAITING = 4, 5, 5, 40


async def test_two_groups_are_committed_at_a_time_and_nothing_is_offered_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = await house.queue()
    channel = await house.channel(queue, units=12)
    for _ in range(AGENTS):
        await house.agent(queue, capacity=12 * EACH)
    for name, value in {"FIRST": 1, "GROUP": GROUP, "SLICE": 1}.items():
        monkeypatch.setattr(router, name, value)
    both = asyncio.Event()
    sizes: list[int] = []
    commit = PgWork.commit_offers

    async def slow(self: PgWork, token: int, decisions: Any, told: Any) -> Any:
        sizes.append(len(decisions))
        # The first group is not through before another is on its way.
        if len(sizes) > 1:
            both.set()
        async with asyncio.timeout(20):
            await both.wait()
        return await commit(self, token, decisions, told)

    monkeypatch.setattr(PgWork, "commit_offers", slow)
    await house.hear(
        channel,
        *({"id": str(n), "text": "?", "by": f"c{n}", "at": (START + timedelta(seconds=n)).isoformat()} for n in range(WAITING)),
    )
    assert await house.route() == AGENTS * EACH
    assert both.is_set()
    assert max(sizes) <= GROUP
    offered = await house.sql("select interaction_id, agent_id from offer where state = 'open'")
    assert len({row["interaction_id"] for row in offered}) == len(offered) == AGENTS * EACH
    used = await house.sql(
        "select a.used, a.capacity, (select sum(units) from capacity_hold h where h.agent_id = a.user_id) as held from agent a"
    )
    assert all(row["used"] == row["held"] == row["capacity"] for row in used)
    # Who has waited longest is served first, whichever group they flew in.
    served = await house.sql("select state from interaction order by waiting_since")
    assert [row["state"] for row in served] == ["offered"] * AGENTS * EACH + ["waiting"] * (WAITING - AGENTS * EACH)
