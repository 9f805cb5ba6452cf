"""Tags, spam, blocked identities and bulk work."""

from datetime import timedelta
from uuid import UUID

from tests.laws.law3.scene import MORE, Scene, Step, case
from unisono.domain.ids import new_id
from unisono.service.bulk import BulkArgs, begin_bulk, go_on, undo_bulk
from unisono.service.park import park
from unisono.service.spam import block_identity, end_blocks, mark_not_spam, mark_spam, unblock_identity
from unisono.service.tags import add_tag, put_tag, take_tag
from unisono.service.transfer import transfer


async def tag(s: Scene) -> UUID:
    """A tag of the house."""
    return (await add_tag(s.house.db, s.anna.access, new_id(), name="VIP")).id


async def identity(s: Scene) -> UUID:
    """Somebody who asked, of whom something is in hand and something may wait."""
    return (await s.house.sql("select id from identity order by id limit 1"))[0]["id"]  # type: ignore[no-any-return]


@case("tags.put_tag")
async def _put_tag(s: Scene) -> Step:
    conversation, vip = await s.conversation(), await tag(s)
    return lambda: put_tag(s.house.db, s.anna.access, conversation, vip)


@case("tags.take_tag")
async def _take_tag(s: Scene) -> Step:
    conversation, vip = await s.conversation(), await tag(s)
    await put_tag(s.house.db, s.anna.access, conversation, vip)
    return lambda: take_tag(s.house.db, s.anna.access, conversation, vip)


@case("spam.mark_spam")
async def _spam(s: Scene) -> Step:
    interaction = await s.active()
    return lambda: mark_spam(s.house.db, s.anna.access, interaction)


async def _spam_of_an_offer(s: Scene) -> Step:
    [row] = await s.house.sql("select interaction_id from offer where state = 'open' order by id limit 1")
    return lambda: mark_spam(s.house.db, s.anna.access, row["interaction_id"])


MORE["spam.mark_spam, of what is offered"] = _spam_of_an_offer


@case("spam.mark_not_spam")
async def _not_spam(s: Scene) -> Step:
    interaction = await s.active()
    await mark_spam(s.house.db, s.anna.access, interaction)
    return lambda: mark_not_spam(s.house.db, s.anna.access, interaction)


@case("spam.block_identity")
async def _block(s: Scene) -> Step:
    await s.house.hear(s.channel, {"id": "9", "text": "Kauft jetzt", "by": "spammer"})
    [row] = await s.house.sql("select id from identity where remote_id = 'spammer'")
    return lambda: block_identity(s.house.db, s.anna.access, row["id"], "Werbung")


async def _heard_of_blocked(s: Scene) -> Step:
    await s.house.hear(s.channel, {"id": "9", "text": "Kauft jetzt", "by": "spammer"})
    [row] = await s.house.sql("select id from identity where remote_id = 'spammer'")
    await block_identity(s.house.db, s.anna.access, row["id"], "Werbung")
    return lambda: s.house.hear(
        s.channel, {"id": "10", "text": "Kauft!", "by": "spammer"}, {"id": "11", "root": "9", "text": "Und!", "by": "spammer"}
    )


MORE["receive.receive, of somebody blocked"] = _heard_of_blocked


@case("spam.unblock_identity")
async def _unblock(s: Scene) -> Step:
    one = await identity(s)
    await block_identity(s.house.db, s.anna.access, one, "Werbung")
    return lambda: unblock_identity(s.house.db, s.anna.access, one)


@case("spam.end_blocks")
async def _end_blocks(s: Scene) -> Step:
    one = await identity(s)
    await block_identity(s.house.db, s.anna.access, one, "Werbung", s.house.clock.now() + timedelta(seconds=60))
    s.house.clock.advance(61)
    return lambda: end_blocks(s.house.db)


@case("bulk.begin_bulk")
async def _bulk(s: Scene) -> Step:
    work, vip = [await s.active(), await s.active()], await tag(s)
    return lambda: begin_bulk(s.house.db, s.anna.access, new_id(), verb="tag", args=BulkArgs(tag_id=vip), interaction_ids=work)


@case("bulk.go_on")
async def _go_on(s: Scene) -> Step:
    work, one = [await s.active(), await s.active()], new_id()
    await begin_bulk(s.house.db, s.anna.access, one, verb="close", args=BulkArgs(code_id=s.code), interaction_ids=work)
    await undo_bulk(s.house.db, s.anna.access, one)
    await s.house.sql("update bulk_work set undone_at = null")
    await s.house.sql("update bulk_item set outcome = 'todo'")
    return lambda: go_on(s.house.db, s.anna.access, one)


async def _begun(s: Scene, verb: str, args: BulkArgs, *work: UUID) -> Step:
    one = new_id()
    view = await begin_bulk(s.house.db, s.anna.access, one, verb=verb, args=args, interaction_ids=work)
    assert (view.done, view.skipped) == (len(work), 0)
    return lambda: undo_bulk(s.house.db, s.anna.access, one)


@case("bulk.undo_bulk")
async def _undo_close(s: Scene) -> Step:
    active, parked = await s.active(), await s.active()
    await park(s.house.db, s.anna.access, parked)
    return await _begun(s, "close", BulkArgs(code_id=s.code), active, parked)


async def _undo_transfer(s: Scene) -> Step:
    return await _begun(s, "transfer", BulkArgs(queue_id=s.other_queue), await s.active())


async def _undo_spam(s: Scene) -> Step:
    return await _begun(s, "spam", BulkArgs(), await s.active())


async def _undo_park(s: Scene) -> Step:
    return await _begun(s, "park", BulkArgs(), await s.active())


async def _undo_take(s: Scene) -> Step:
    interaction = await s.active()
    await transfer(s.house.db, s.anna.access, interaction, queue_id=s.other_queue)
    return await _begun(s, "take", BulkArgs(), interaction)


async def _undo_priority(s: Scene) -> Step:
    return await _begun(s, "priority", BulkArgs(priority=5, reason="Sturm"), await s.active())


for _name, _one in (
    ("transfer", _undo_transfer), ("spam", _undo_spam), ("park", _undo_park), ("take", _undo_take), ("priority", _undo_priority),
):  # fmt: skip
    MORE[f"bulk.undo_bulk, of {_name}"] = _one
