"""Labels: what people say customers' texts are, and what follows from what they decide about work. Never about the people.

What somebody says of the text itself outweighs what follows from a decision. Who it was stands beside it for the audit alone.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from unisono.domain.errors import Invalid, NotFound
from unisono.service.access import Access
from unisono.service.instant import instant
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.triage import Item, Judged
from unisono.service.triage.heads import GATED, HEADS, WANTED, by_language
from unisono.service.triage.judge import Judge
from unisono.service.triage.show import triage_view
from unisono.service.triage.views import LabelTask, LabelTasks, TriageView
from unisono.triage.heads import ENOUGH_LABELS, surest
from unisono.triage.language import language_of

SOURCES: Final = ("page", "correction")
MOST_CHARS: Final = 1_500
_LOOKED_AT: Final = 400
_SAYS: Final = {
    "ignored": {"answer": "no"},
    "not_ours": {"answer": "no", "relevance": "no"},
    "work": {"answer": "yes", "relevance": "yes"},
}
_NOT_THERE: Final = "This text does not exist, is not a customer's, or is not yours to see."


async def label_item(
    db: Database, judge: Judge, access: Access, item_id: UUID, head: str, label: str | None, source: str = "correction"
) -> TriageView:
    """Say what a customer's text is; None takes back what was said. A text that needs an answer leaves the review list.

    Raises NotFound, Forbidden, Invalid.
    """
    if source not in SOURCES:
        raise Invalid(f"{source!r} is none of {', '.join(SOURCES)}.", code="not_one_of", field="source")
    await judge.keep_up(db)
    async with db.write() as tx:
        item = await _reach(tx, access, item_id)
        await _check(tx, head, label)
        scores = await tx.triage.scores([item_id])
        if item_id not in scores:
            language = item.language or language_of(item.text)
            scores = {item_id: judge.judge(item.text, language, item_id)}
            await tx.triage.keep([Judged(item_id=item_id, mention_id=item.mention_id, judgement=scores[item_id])])
        if label is None:
            await tx.triage.drop_label(item_id, head, ("page", "correction", "decision", "wrap_up"))
        else:
            await tx.triage.put_label(item_id, item.mention_id, head, label, source, access.user_id)
            if head == GATED and label == WANTED:
                await tx.triage.restore(item_id)
        scores = await tx.triage.scores([item_id])
        labels = await tx.triage.labels([item_id])
        first = next((one for one in item.access_classes if one is not None), None)
        tx.emit(
            NewEvent(
                type="triage.labelled", actor_id=access.user_id, access_class=first, conversation_id=item.conversation_id,
                body={"item_id": item_id, "head": head},
            )
        )  # fmt: skip
    return triage_view(judge, item, scores[item_id], labels, tx.now)


async def label_tasks(db: Database, judge: Judge, access: Access, head: str, language: str, limit: int) -> LabelTasks:
    """Return texts to label about a question, those first of which its head is least sure: they teach most. Raises Invalid."""
    if head not in HEADS:
        raise _no_head(head)
    await judge.keep_up(db)
    async with db.read() as tx:
        ids = await tx.triage.unlabelled(head, language, access.visible_classes("work.answer"), _LOOKED_AT)
        scores = await tx.triage.scores(ids)
        labels = by_language(await tx.triage.label_counts())
        # By the newest head, also of what an older one judged; without one by when it was said.
        sure = {one: surest(scores[one].said[head])[1] for one in ids if head in scores[one].said and head in scores[one].trained}
        chosen = sorted(ids, key=lambda one: sure.get(one, 1.0))
        items = await tx.triage.items(chosen[: 4 * limit])
    shown = [one for one in items if one.text.strip()][:limit]
    return LabelTasks(
        items=[
            LabelTask(
                item_id=one.item_id, network=one.network, language=scores[one.item_id].language, text=one.text[:MOST_CHARS],
                said_at=instant(one.said_at), sure=round(sure[one.item_id], 2) if one.item_id in sure else None,
            )
            for one in shown
        ],
        labelled=sum(sum(n.values()) for (name, spoken), n in labels.items() if name == head and language in ("", spoken)),
        wanted=ENOUGH_LABELS,
    )  # fmt: skip


async def learn_from_decision(tx: Tx, item_id: UUID, mention_id: UUID | None, state: str, by: UUID | None) -> None:
    """Take what was decided about a mention for what it says of its text; opened again, it says nothing any more."""
    said = _SAYS.get(state, {})
    for head in ("answer", "relevance"):
        if head in said:
            await tx.triage.put_label(item_id, mention_id, head, said[head], "decision", by)
        else:
            await tx.triage.drop_label(item_id, head, ("decision",))


async def learn_from_work(tx: Tx, interaction_id: UUID, code_id: UUID, by: UUID | None) -> None:
    """Take a wrap-up for what it says of the customer's first text: its topic, and that it needed the answer that it had."""
    await tx.triage.label_work(interaction_id, "topic", str(code_id), by)
    if await tx.triage.was_answered(interaction_id):
        await tx.triage.label_work(interaction_id, "answer", "yes", by)
        await tx.triage.label_work(interaction_id, "relevance", "yes", by)


async def learn_from_spam(tx: Tx, interaction_id: UUID, by: UUID | None, *, spam: bool) -> None:
    """Take the mark of spam for what it says of the text."""
    await tx.triage.label_work(interaction_id, "spam", "yes" if spam else "no", by)


async def _reach(tx: Tx, access: Access, item_id: UUID) -> Item:
    found: Sequence[Item] = await tx.triage.items([item_id])
    if not found or not _sees(access, found[0], "work.read"):
        raise NotFound(_NOT_THERE)
    access.require("work.answer")
    if not _sees(access, found[0], "work.answer"):
        raise NotFound(_NOT_THERE)
    return found[0]


def _sees(access: Access, item: Item, action: str) -> bool:
    classes = access.visible_classes(action)
    return access.may(action) if classes is None else any(one in classes for one in item.access_classes)


async def _check(tx: Tx, head: str, label: str | None) -> None:
    if head not in HEADS:
        raise _no_head(head)
    answers = HEADS[head]
    if label is None:
        return
    if answers is None:
        try:
            known = await tx.work.code_exists(UUID(label))
        except ValueError:
            known = False
        if not known:
            raise Invalid("A topic is a wrap-up code, named by its id; this one does not exist or is archived.", code="no_code")
    elif label not in answers:
        raise Invalid(f"{label!r} is none of {', '.join(answers)}.", code="not_one_of", field="label")


def _no_head(head: str) -> Invalid:
    return Invalid(f"{head!r} is no question; known are {', '.join(HEADS)}.", code="not_one_of", field="head")
