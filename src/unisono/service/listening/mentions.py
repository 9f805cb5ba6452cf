"""Mentions: what monitors found, looked through, and decided on with one click: answer, ignore, not ours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from unisono.contract.budgets import BudgetSpent
from unisono.contract.connector import PullFailed
from unisono.contract.context import HostRefused, NotReached
from unisono.contract.inbound import Created
from unisono.contract.listening import Adopts
from unisono.domain.errors import Conflict, Invalid, NotFound, Unavailable
from unisono.service.access import Access
from unisono.service.channel_context import INBOX_BELL, Outside, open_connector
from unisono.service.listening.enquire import enquire
from unisono.service.listening.views import FoundMention
from unisono.service.page import Page, paged, parse_place, place
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.listening import MentionFacts, MentionFilter
from unisono.service.triage.labels import learn_from_decision

DECISIONS: Final = ("new", "ignored", "not_ours")
STATES: Final = ("new", "asked", "work", "ignored", "not_ours")
BATCH: Final = 20
_NOT_THERE: Final = "This mention does not exist, or is not yours to see."


async def mentions_page(db: Database, access: Access, which: MentionFilter, after: str | None, limit: int) -> Page[FoundMention]:
    """Return a page of mentions, the last said first. Raises Invalid."""
    if unknown := set(which.states) - set(STATES):
        raise Invalid(f"{', '.join(sorted(unknown))}: none of {', '.join(STATES)}.", code="not_one_of", field="states")
    key = parse_place(after, tuple[datetime, UUID]) if after else None
    async with db.read() as tx:
        rows, more = paged(await tx.listening.mentions(access.visible_classes(), which, key, limit + 1), limit)
    return Page(items=rows, next=place(rows[-1].said_at, rows[-1].id) if more else None)


async def mention_of(db: Database, access: Access, mention_id: UUID) -> FoundMention:
    """Return one mention. Raises NotFound."""
    async with db.read() as tx:
        found = await tx.listening.mention_views([mention_id], access.visible_classes())
    if not found:
        raise NotFound(_NOT_THERE)
    return found[0]


async def decide_mention(db: Database, access: Access, mention_id: UUID, state: str) -> FoundMention:
    """Say that a mention is nothing to answer, not ours, or open again; what leads to nothing expires all the same.

    Raises NotFound, Forbidden, Invalid; Conflict for what is being answered.
    """
    if state not in DECISIONS:
        raise Invalid(f"{state!r} is none of {', '.join(DECISIONS)}.", code="not_one_of", field="state")
    async with db.write() as tx:
        mention = await _reach(tx, access, mention_id)
        if mention.state == "work":
            raise Conflict("This is being answered already; decide in the conversation.", code="is_work")
        if mention.state != state:
            await tx.listening.decide(mention.id, state, access.user_id)
            await _learn(tx, mention, state, access.user_id)
            _tell(tx, mention, access.user_id, state)
    return await mention_of(db, access, mention_id)


async def answer_mention(outside: Outside, access: Access, mention_id: UUID) -> FoundMention:
    """Bring a public post into the queue as an enquiry of the channel that can answer it; twice is once.

    What came by a channel without being said to us becomes an enquiry in its own conversation.

    Raises NotFound, Forbidden; Conflict where no channel can answer, or where the post no longer stands (the mention is gone
    then); Unavailable when the network does not answer now.
    """
    async with outside.db.read() as tx:
        mention = await _reach(tx, access, mention_id, lock=False)
        channels = await tx.channels.running()
    if mention.message_id is not None:
        await _enquire(outside.db, mention_id, access.user_id)
    elif mention.conversation_id is None and mention.state != "work":
        able = _able(outside, channels, mention)
        mine = [one for one in able if access.sees(one.access_class, None, "work.answer")]
        if not mine:
            raise Conflict("None of your channels can answer on this network. Open the post there instead.", code="cannot_answer")
        await _adopt(outside, mine[0], mention, access.user_id)
    return await mention_of(outside.db, access, mention_id)


async def adopt_asked(outside: Outside) -> int:
    """Answer what monitors ask for by themselves; returns how many were looked at. Who cannot be answered stays on the list."""
    async with outside.db.read() as tx:
        ids = await tx.listening.asked(BATCH)
        facts = [one for mention_id in ids if (one := await tx.listening.mention(mention_id)) is not None]
        channels = await tx.channels.running() if ids else []
    for mention in facts:
        able = _able(outside, channels, mention)
        try:
            if mention.message_id is not None:
                await _enquire(outside.db, mention.id, None)
                continue
            if able:
                await _adopt(outside, able[0], mention, None)
                continue
        except (Conflict, BudgetSpent):
            pass
        except Unavailable:
            return 0
        await _back(outside.db, mention.id)
    return len(facts)


async def _enquire(db: Database, mention_id: UUID, by: UUID | None) -> None:
    async with db.write() as tx:
        mention = await tx.listening.mention(mention_id, lock=True)
        if mention is None:
            return
        begun = await enquire(tx, mention, by)
        if begun or mention.state == "asked":
            state = "work" if begun or mention.enquiry else "new"
            await tx.listening.decide(mention.id, state, by)
            _tell(tx, mention, by, state)


async def _back(db: Database, mention_id: UUID) -> None:
    async with db.write() as tx:
        found = await tx.listening.mention(mention_id, lock=True)
        if found is not None and found.state == "asked":
            await tx.listening.decide(mention_id, "new", None)
            _tell(tx, found, None, "new")


def answerable_networks(outside: Outside, channels: list[ChannelFacts]) -> Mapping[str, list[ChannelFacts]]:
    """Return which channels can answer a stranger's public post, by network."""
    found: dict[str, list[ChannelFacts]] = {}
    for channel in channels:
        code = outside.registry.code(channel.connector)
        if callable(getattr(code, "adopt", None)):
            found.setdefault(channel.network, []).append(channel)
    return found


def _able(outside: Outside, channels: list[ChannelFacts], mention: MentionFacts) -> list[ChannelFacts]:
    """The channels that can answer it; the one whose account heard it comes first."""
    found = answerable_networks(outside, channels).get(mention.network, [])
    return sorted(found, key=lambda one: one.id != mention.source_channel_id)


async def _adopt(outside: Outside, channel: ChannelFacts, mention: MentionFacts, by: UUID | None) -> None:
    connector = open_connector(outside, channel)
    assert isinstance(connector, Adopts)
    try:
        raw = await connector.adopt(mention.remote_id, mention.url)
    except (NotReached, PullFailed, HostRefused) as error:
        raise Unavailable(
            "The network does not answer now. The mention is kept; try again in a moment.", code="network_silent"
        ) from error
    if raw is None:
        async with outside.db.write() as tx:
            await tx.listening.forget_posts(mention.network, [mention.remote_id])
        raise Conflict("Its author has taken the post back; it is gone here too.", code="post_gone")
    remote_id = next((event.remote_id for event in connector.read(raw) if isinstance(event, Created)), None)
    async with outside.db.write() as tx:
        found = await tx.listening.mention(mention.id, lock=True)
        if found is None or found.state == "work":
            return
        await tx.inbox.put(channel.id, [raw], outside.raw_kept_s)
        await tx.listening.decide(mention.id, "work", by, channel.id, remote_id)
        if by is not None:
            await _learn(tx, found, "work", by)
        _tell(tx, found, by, "work")
    await outside.bell.ring(INBOX_BELL)


async def _reach(tx: Tx, access: Access, mention_id: UUID, *, lock: bool = True) -> MentionFacts:
    mention = await tx.listening.mention(mention_id, lock=lock)
    if mention is None or not _sees(access, mention, "work.read"):
        raise NotFound(_NOT_THERE)
    access.require("work.answer")
    if not _sees(access, mention, "work.answer"):
        raise NotFound(_NOT_THERE)
    return mention


def _sees(access: Access, mention: MentionFacts, action: str) -> bool:
    classes = access.visible_classes(action)
    if classes is None:
        return access.may(action)
    if mention.conversation_class is not None and mention.conversation_class not in classes:
        return False
    return any(one in classes for one in mention.access_classes)


async def _learn(tx: Tx, mention: MentionFacts, state: str, by: UUID) -> None:
    item_id = mention.message_id or mention.id
    await learn_from_decision(tx, item_id, None if mention.message_id else mention.id, state, by)


def _tell(tx: Tx, mention: MentionFacts, by: UUID | None, state: str) -> None:
    first = next((one for one in mention.access_classes if one is not None), None)
    tx.emit(
        NewEvent(type="monitor.mention_changed", actor_id=by, access_class=first, body={"mention_id": mention.id, "state": state})
    )
