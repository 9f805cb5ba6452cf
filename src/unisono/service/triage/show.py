"""What texts were judged to be, with reasons in words: found in the text when somebody looks, and stored nowhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import structs

from unisono.domain.errors import NotFound
from unisono.service.access import Access
from unisono.service.listening.views import FoundMention
from unisono.service.page import Page
from unisono.service.ports import Database
from unisono.service.ports.second import Opinion
from unisono.service.ports.triage import Item, Judgement, Label
from unisono.service.triage.heads import HEADS
from unisono.service.triage.judge import Judge, alarms_of
from unisono.service.triage.second import with_opinion
from unisono.service.triage.views import ConversationTriage, SecondVerdict, TriageView, UrgencyTerm, Verdict
from unisono.triage.clean import clean
from unisono.triage.heads import surest
from unisono.triage.urgency import Facts, urgency

MOST_ITEMS: Final = 5


async def conversation_triage(db: Database, judge: Judge, access: Access, conversation_id: UUID) -> ConversationTriage:
    """Return what the newest texts of a conversation's customer were judged to be. Raises NotFound."""
    await judge.keep_up(db)
    async with db.read() as tx:
        placed = await tx.reading.conversation(conversation_id)
        if placed is None or not access.sees(placed.access_class, placed.agent_id):
            raise NotFound("This conversation does not exist, or is not yours to see.")
        items = await tx.triage.items(await tx.triage.items_of_conversation(conversation_id, MOST_ITEMS))
        scores = await tx.triage.scores([one.item_id for one in items])
        labels = await tx.triage.labels([one.item_id for one in items])
        opinions = await tx.second.opinions([one.item_id for one in items])
        now = tx.now
    return ConversationTriage(
        items=[
            triage_view(judge, one, scores[one.item_id], labels, now, opinions.get(one.item_id)) for one in items
            if one.item_id in scores
        ]
    )  # fmt: skip


async def triage_of(db: Database, judge: Judge, item_ids: Sequence[UUID]) -> dict[UUID, TriageView]:
    """Return what items were judged to be, for whoever has made sure that the asker sees them."""
    await judge.keep_up(db)
    async with db.read() as tx:
        items = await tx.triage.items(item_ids)
        scores = await tx.triage.scores([one.item_id for one in items])
        labels = await tx.triage.labels([one.item_id for one in items])
        opinions = await tx.second.opinions([one.item_id for one in items])
        now = tx.now
    return {
        one.item_id: triage_view(judge, one, scores[one.item_id], labels, now, opinions.get(one.item_id)) for one in items
        if one.item_id in scores
    }  # fmt: skip


async def with_triage(db: Database, judge: Judge, page: Page[FoundMention]) -> Page[FoundMention]:
    """Return mentions with what they were judged to be."""
    async with db.read() as tx:
        items = await tx.triage.items_of_mentions([one.id for one in page.items])
    found = await triage_of(db, judge, list(items.values()))
    return Page(items=[structs.replace(one, triage=found.get(items.get(one.id, one.id))) for one in page.items], next=page.next)


def triage_view(
    judge: Judge, item: Item, judgement: Judgement, labels: Sequence[Label], now: datetime, opinion: Opinion | None = None
) -> TriageView:
    """Return a judgement with its reasons, and what a second model says."""
    said = {one.head: one.label for one in labels if one.item_id == item.item_id}
    judgement = with_opinion(judgement, opinion)
    second = opinion.said if opinion is not None else {}
    terms = urgency_of(item, judgement, now)
    return TriageView(
        item_id=item.item_id, language=judgement.language,
        verdicts=[
            _verdict(judge, item, judgement, name, said, opinion) for name in HEADS
            if name in judgement.said or name in said or name in second
        ],
        urgency=round(sum(one.value for one in terms), 2), terms=terms, demoted=judgement.demoted, sampled=judgement.sampled,
    )  # fmt: skip


def urgency_of(item: Item, judgement: Judgement, now: datetime) -> list[UrgencyTerm]:
    """Return why a text is urgent now, the strongest reason first."""
    alarms: Mapping[str, tuple[str, ...]] = alarms_of(judgement.language).found(clean(item.text)) if judgement.alarms else {}
    found = urgency(Facts(
        negative=judgement.said.get("sentiment", {}).get("negative"), alarms=alarms, repeated=item.repeated, reach=item.reach,
        left_s=(item.due_at - now).total_seconds() if item.due_at else None, promised_s=item.promised_s,
    ))  # fmt: skip
    return [UrgencyTerm(code=one.code, value=round(one.value, 2), because=str(one.because)) for one in found]


def _verdict(
    judge: Judge, item: Item, judgement: Judgement, name: str, said: Mapping[str, str], opinion: Opinion | None
) -> Verdict:
    second = None
    if opinion is not None and name in opinion.said:
        label, share = surest(opinion.said[name])
        second = SecondVerdict(label=label, probability=round(share, 2), model=opinion.model, proven=name in opinion.proven)
        if name not in said and (second.proven or name not in judgement.said):
            return Verdict(
                head=name,
                label=label,
                probability=second.probability,
                trained=second.proven,
                by="model",
                because=[],
                second=second,
            )
    if name in said:
        return Verdict(head=name, label=said[name], probability=1.0, trained=True, by="person", because=[], second=second)
    label, probability = surest(judgement.said[name])
    because = judge.telling(name, label, item.text, judgement.language)
    listed = name == "sentiment" and name not in judgement.trained and not because
    return Verdict(
        head=name, label=label, probability=round(probability, 2), trained=name in judgement.trained,
        by="list" if listed else "head", because=because, second=second,
    )  # fmt: skip
