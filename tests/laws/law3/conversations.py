"""The verbs on conversations that belong together."""

from uuid import UUID

from tests.laws.law3.scene import MORE, Scene, Step, case
from unisono.service.merge_conversations import (
    link_conversations,
    merge_conversations,
    split_conversation,
    unlink_conversations,
    unmerge_conversations,
)
from unisono.service.merge_customers import merge_customers, unmerge_customers


async def _two(s: Scene) -> tuple[UUID, UUID, UUID]:
    """Two conversations of one person, made one by a merge of theirs; and that merge."""
    rows = await s.house.sql(
        "select c.id, i.customer_id from conversation c join identity i on i.id = c.identity_id order by c.id limit 2"
    )
    merge = await merge_customers(s.house.db, s.anna.access, rows[0]["customer_id"], rows[1]["customer_id"], "Dieselbe")
    return rows[0]["id"], rows[1]["id"], merge


@case("merge_conversations.merge_conversations")
async def _merge(s: Scene) -> Step:
    one, other, _ = await _two(s)
    return lambda: merge_conversations(s.house.db, s.anna.access, one, other)


@case("merge_conversations.unmerge_conversations")
async def _unmerge(s: Scene) -> Step:
    one, other, _ = await _two(s)
    bond = await merge_conversations(s.house.db, s.anna.access, one, other)
    return lambda: unmerge_conversations(s.house.db, s.anna.access, bond)


@case("merge_conversations.link_conversations")
async def _link(s: Scene) -> Step:
    one, other, _ = await _two(s)
    return lambda: link_conversations(s.house.db, s.anna.access, one, other)


@case("merge_conversations.unlink_conversations")
async def _unlink(s: Scene) -> Step:
    one, other, _ = await _two(s)
    bond = await link_conversations(s.house.db, s.anna.access, one, other)
    return lambda: unlink_conversations(s.house.db, s.anna.access, bond)


@case("merge_conversations.split_conversation")
async def _split(s: Scene) -> Step:
    [row] = await s.house.sql(
        "select c.id, m.remote_id, n.remote_id as by from conversation c join message m on m.conversation_id = c.id "
        "join identity n on n.id = c.identity_id order by c.id limit 1"
    )
    at = s.house.clock.now().isoformat()
    await s.house.hear(s.channel, {"id": "later", "root": row["remote_id"], "by": row["by"], "text": "Etwas anderes", "at": at})
    [point] = await s.house.sql("select id from message where remote_id = 'later'")
    return lambda: split_conversation(s.house.db, s.anna.access, row["id"], point["id"])


async def _apart(s: Scene) -> Step:
    one, other, merge = await _two(s)
    await merge_conversations(s.house.db, s.anna.access, one, other)
    return lambda: unmerge_customers(s.house.db, s.anna.access, merge)


MORE["merge_customers.unmerge_customers: with merged conversations"] = _apart
