"""What is asked many times a second is planned once: the server keeps the plan, whatever the keys and their number."""

from datetime import UTC, datetime

from unisono.domain.ids import new_id
from unisono.service.ports.base import Cursor, LoggedEvent
from unisono.store.database import PgDatabase, PgTx

ASKED = 14
# The server looks five times what a plan made for the values would cost before it keeps one; see the setting `plan_cache_mode`.
TRIED = 5


async def test_the_statements_on_the_way_of_an_offer_keep_their_plans(db: PgDatabase) -> None:
    async with db.read() as tx:
        for _ in range(ASKED):
            await _as_for_an_offer(tx)
        asked = await tx.connection.fetch(
            "select statement, custom_plans from pg_prepared_statements where custom_plans + generic_plans >= $1", ASKED
        )

    assert len(asked) >= 12
    assert [row["statement"] for row in asked if row["custom_plans"] > TRIED] == []


async def _as_for_an_offer(tx: PgTx) -> None:
    """Ask what the router, the desks' stream and the request that closes an enquiry ask for one offer."""
    event = LoggedEvent(
        cursor=Cursor(1, 1, new_id()), at=datetime.now(UTC), type="agent.changed", v=1, actor_id=None, access_class=None,
        channel_id=None, conversation_id=new_id(), interaction_id=new_id(), queue_id=None, agent_id=new_id(),
        body={"offer_id": str(new_id()), "customer_id": str(new_id())},
    )  # fmt: skip
    await tx.log.after_without(await tx.log.head(), 500, "interaction.offered")
    await tx.work.waiting([new_id()])
    await tx.work.agents([new_id()])
    await tx.reading.views_for([event])
    await tx.people.reach_of([new_id()])
    await tx.hands.lock_agents([new_id()])
    await tx.levels.clocks([new_id()], lock=True)
    await tx.work.duties()
