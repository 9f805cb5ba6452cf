"""Conversations that belong together: merged into one view with one open unit of work, linked, or split in two.

Merging moves nothing. Each conversation stays the thread that it is, with its own channel, visibility and root; an answer names
the conversation it is for and goes there and nowhere else (law 6). What is merged is a function of the merges that stand.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.identity.partition import groups
from unisono.routing.clocks import What
from unisono.service.access import Access
from unisono.service.clocks import Happened, feed
from unisono.service.give_back import give_back
from unisono.service.locks import busy, lock_people
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.bonds import Bond, Talk
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.work_events import work_event

MERGED: Final = "merged"
_ORDER: Final = ("active", "wrap_up", "parked", "offered", "waiting")


async def merge_conversations(db: Database, access: Access, one_id: UUID, other_id: UUID, bond_id: UUID | None = None) -> UUID:
    """Show and work on two conversations of one person as one; returns the merge. One unit of work of them stays open.

    What is in hand stays, else what has waited longest; the other is closed as merged, and waits again when the merge is undone
    while the one that stayed is open. Raises NotFound, Forbidden; Conflict for different people, or when the other one is in a
    colleague's hands.
    """
    async with db.write() as tx:
        ids = await tx.bonds.merged_with([one_id, other_id])
        works = await _locked_work(tx, ids)
        talks = await _reach(tx, access, ids, works, one_id, other_id)
        if talks[one_id].customer_id != talks[other_id].customer_id:
            raise Conflict("These are of different people; merge the people first.", code="different_people")
        if talks[one_id].merge_id is not None and talks[one_id].merge_id == talks[other_id].merge_id:
            raise Conflict("These are one already; nothing was changed.", code="merged_already")
        closed = await _keep_one(tx, access, works)
        bond = Bond(id=bond_id or new_id(), kind="merge", a=one_id, b=other_id, standing=True, closed_work=closed)
        if not await tx.bonds.add(bond, access.user_id):
            raise Conflict("These are one already; nothing was changed.", code="merged_already")
        await _regroup(tx, ids)
        await _told(tx, access.user_id, "merged", talks.values(), bond)
    return bond.id


async def unmerge_conversations(db: Database, access: Access, bond_id: UUID) -> None:
    """Undo a merge: what shows together is what it would be had it never been made. Twice is once. Raises NotFound, Forbidden."""
    async with db.write() as tx:
        bond = await tx.bonds.bond(bond_id)
        if bond is None or bond.kind != "merge":
            raise NotFound("This merge does not exist, or is not yours to see.")
        ids = await tx.bonds.merged_with([bond.a, bond.b])
        works = await _locked_work(tx, ids, bond.closed_work)
        await _reach(tx, access, ids, works, bond.a, bond.b)
        if bond.standing:
            await end_merge(tx, access.user_id, bond, ids, works)


async def end_merge(tx: Tx, user_id: UUID | None, bond: Bond, ids: Sequence[UUID], works: Sequence[InteractionFacts]) -> None:
    """Undo a merge within a verb's own transaction; the work of all that it held together is locked."""
    talks = await tx.bonds.talks(ids)
    await tx.bonds.end(bond.id, user_id)
    await _regroup(tx, ids)
    closed = next((work for work in works if work.id == bond.closed_work), None)
    if closed is not None and closed.state == InteractionState.CLOSED.value:
        # Only while the one that stayed is open, and if nothing else is where it would wait: that would be two in one group.
        still_open = any(work.state != InteractionState.CLOSED.value for work in works)
        if still_open and not await tx.bonds.open_work(await tx.bonds.merged_with([closed.conversation_id])):
            await _wait_again(tx, user_id, closed)
            await _regroup(tx, await tx.bonds.merged_with([closed.conversation_id]))
    await _told(tx, user_id, "unmerged", talks.values(), bond)


async def part_conversations(tx: Tx, user_id: UUID, customer_ids: Sequence[UUID]) -> None:
    """Undo merges between conversations whose people were told apart just now, within that verb's transaction."""
    bonds = await tx.bonds.across(customer_ids)
    # All that any of them holds together is locked before the first is undone: work, then conversations.
    everything = await tx.bonds.merged_with([one for bond in bonds for one in (bond.a, bond.b)])
    closed = [bond.closed_work for bond in bonds if bond.closed_work is not None]
    for one in sorted({*await tx.bonds.open_work(everything), *closed}):
        await tx.work.interaction(one, lock=True)
    await tx.bonds.talks(everything, lock=True)
    for bond in bonds:
        ids = await tx.bonds.merged_with([bond.a, bond.b])
        await end_merge(tx, user_id, bond, ids, await _locked_work(tx, ids, bond.closed_work))


async def link_conversations(db: Database, access: Access, one_id: UUID, other_id: UUID, bond_id: UUID | None = None) -> UUID:
    """Let two conversations point to each other, whoever they are with; returns the link.

    Raises NotFound, Forbidden, Conflict.
    """
    async with db.write() as tx:
        works = await _locked_work(tx, [one_id, other_id])
        talks = await _reach(tx, access, [one_id, other_id], works, one_id, other_id)
        bond = Bond(id=bond_id or new_id(), kind="link", a=one_id, b=other_id, standing=True, closed_work=None)
        if not await tx.bonds.add(bond, access.user_id):
            raise Conflict("These are linked already; nothing was changed.", code="linked_already")
        await tx.bonds.group({talk.id: talk.merge_id for talk in talks.values()})
        await _told(tx, access.user_id, "linked", talks.values(), bond)
    return bond.id


async def unlink_conversations(db: Database, access: Access, bond_id: UUID) -> None:
    """Take a link away. Twice is once. Raises NotFound, Forbidden."""
    async with db.write() as tx:
        bond = await tx.bonds.bond(bond_id)
        if bond is None or bond.kind != "link":
            raise NotFound("This link does not exist, or is not yours to see.")
        works = await _locked_work(tx, [bond.a, bond.b])
        talks = await _reach(tx, access, [bond.a, bond.b], works, bond.a, bond.b)
        if bond.standing:
            await tx.bonds.end(bond.id, access.user_id)
            await tx.bonds.group({talk.id: talk.merge_id for talk in talks.values()})
            await _told(tx, access.user_id, "unlinked", talks.values(), bond)


async def split_conversation(
    db: Database, access: Access, conversation_id: UUID, message_id: UUID, new_conversation_id: UUID | None = None
) -> UUID:
    """Make a message and all after it a conversation of its own; returns it. It is the same thread at the network: answers go
    there, and what the customer writes in it next belongs to the newer part.

    Raises NotFound, Forbidden, Invalid when the message is not of this conversation, or is its first.
    """
    async with db.write() as tx:
        works = await _locked_work(tx, [conversation_id])
        talks = await _reach(tx, access, [conversation_id], works, conversation_id)
        message = (await tx.talk.messages_by_id([message_id])).get(message_id)
        if message is None or message.conversation_id != conversation_id:
            raise Invalid("This message is not in this conversation.", code="not_here", field="message_id")
        begun = new_conversation_id or new_id()
        moved = await tx.bonds.split(conversation_id, begun, message_id)
        talk = await tx.talk.conversation(conversation_id)
        if not moved or talk is None or talk.last_said_at is None:
            raise Invalid("Before the first message there is nothing to split off.", code="first_message", field="message_id")
        bond = Bond(id=new_id(), kind="link", a=conversation_id, b=begun, standing=True, closed_work=None)
        await tx.bonds.add(bond, access.user_id)
        for one in moved:
            tx.emit(NewEvent(type="message.edited", actor_id=access.user_id, body={"message_id": one}))
        await _told(tx, access.user_id, "split", [*talks.values(), (await tx.bonds.talks([begun]))[begun]], bond)
    return begun


# ---- what the verbs share ------------------------------------------------------------------------------------------


async def _locked_work(tx: Tx, ids: Sequence[UUID], also: UUID | None = None) -> list[InteractionFacts]:
    """Lock the open work of conversations, in the order of the ids, before the conversations themselves."""
    wanted = {*await tx.bonds.open_work(ids), *([also] if also else [])}
    return [work for one in sorted(wanted) if (work := await tx.work.interaction(one, lock=True)) is not None]


async def _reach(
    tx: Tx, access: Access, ids: Sequence[UUID], works: Sequence[InteractionFacts], *named: UUID
) -> dict[UUID, Talk]:
    """Lock conversations and return them. Raises NotFound, Forbidden; Unavailable when work came between two looks."""
    talks = await tx.bonds.talks(ids, lock=True)
    hands = {work.conversation_id: work.agent_id for work in works if work.state != InteractionState.CLOSED.value}
    for one in named:
        if one not in talks or not access.sees(talks[one].access_class, hands.get(one)):
            raise NotFound("This conversation does not exist, or is not yours to see.")
        access.demand(talks[one].access_class, hands.get(one), "work.answer")
    if len(set(named)) < len(named):
        raise Invalid("Choose another conversation than this one.", code="same_conversation")
    if set(await tx.bonds.open_work(ids)) - {work.id for work in works}:
        raise busy()
    return talks


async def _keep_one(tx: Tx, access: Access, works: Sequence[InteractionFacts]) -> UUID | None:
    """Close all open work but one as merged; returns what was closed."""
    if len(works) < 2:
        return None
    kept, *rest = sorted(works, key=lambda w: (w.agent_id != access.user_id, _ORDER.index(w.state), w.id))
    others = [w for w in rest if w.agent_id not in (None, access.user_id, kept.agent_id) and w.state in _ORDER[:3]]
    if others:
        raise Conflict(
            "A colleague works on the other one. Let them finish or hand it over first; nothing was changed.", code="other_hands"
        )
    await lock_people(tx, works, access.user_id)
    for work in rest:
        if work.state != InteractionState.WAITING.value:
            await give_back(tx, work, MERGED, actor_id=access.user_id)
        await tx.work.change(
            work.id, InteractionChange(state=InteractionState.CLOSED.value, closed_at=tx.now, reason={"code": MERGED})
        )
        await feed(tx, [Happened(interaction_id=work.id, what=What.CLOSED, at=tx.now)])
        tx.emit(work_event("wrapped_up", work, actor_id=access.user_id, code=MERGED))
    return rest[0].id


async def _wait_again(tx: Tx, user_id: UUID | None, work: InteractionFacts) -> None:
    """Let work that a merge closed wait again, at its old place."""
    change = InteractionChange(state=InteractionState.WAITING.value, closed_at=None, agent_id=None, reason={"code": "unmerged"})
    await tx.work.change(work.id, change)
    await feed(tx, [Happened(interaction_id=work.id, what=What.REOPENED, at=tx.now)])
    tx.emit(work_event("returned", work, actor_id=user_id, cause="unmerged"))


async def _regroup(tx: Tx, ids: Iterable[UUID]) -> None:
    """Write anew what is merged under what: all that is connected carries the smallest of its ids."""
    wanted = set(ids)
    merges = await tx.bonds.merges_of(wanted)
    found = groups(wanted, [(bond.a, bond.b) for bond in merges])
    await tx.bonds.group({one: (min(group) if len(group) > 1 else None) for group in found for one in group})


async def _told(tx: Tx, user_id: UUID | None, how: str, talks: Iterable[Talk], bond: Bond) -> None:
    facts = {"bond_id": str(bond.id), "with": str(bond.b)}
    await tx.privacy.audit(user_id, f"conversation.{how}", "conversation", str(bond.a), facts)
    for talk in sorted(talks, key=lambda one: one.id):
        tx.emit(
            NewEvent(
                type="conversation.changed", actor_id=user_id, access_class=talk.access_class, conversation_id=talk.id,
                body={"how": how, "bond_id": bond.id},
            )
        )  # fmt: skip
