"""Second opinions: a model from a folder judges what ours has judged already, later and beside it, and is held against labels.

It stands in nobody's way: nothing that comes in waits for it, and nothing is ever demoted by it. Until it is proven not worse
than ours on labels of the house its word is shown and counts nothing. Then it is the verdict that is shown, and a post that it
thinks needs an answer leaves the review list.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from msgspec import structs

from unisono.domain.errors import UnisonoError
from unisono.service.channel_context import Outside
from unisono.service.intake import lease
from unisono.service.ports import Database, NewEvent
from unisono.service.ports.second import Compared, Opinion, SecondHead
from unisono.service.ports.triage import Judgement
from unisono.service.triage.heads import GATED, HEADS, WANTED
from unisono.triage.backends.protocol import Backend, Job, Task, Words
from unisono.triage.fit import Score, macro_f1, may_replace
from unisono.triage.heads import ENOUGH_LABELS, surest

AT_ONCE: Final = 16
LOOK_S: Final = 5.0
MOST_LABELS: Final = 5_000
#: From here on the model itself thinks it likelier than not.
_LIKELY: Final = 0.5
_log = structlog.get_logger("triage")


async def judge_again_and_again(outside: Outside, backend: Backend, languages: Sequence[str], holder: str) -> None:
    """Give opinions until cancelled; one node at a time."""
    async with outside.bell.listen("events") as listener:
        measured: datetime | None = None
        begun = False
        while True:
            try:
                async with lease(outside, "triage:second", holder) as held:
                    if held and not begun:
                        await begin_opinions(outside.db, backend)
                        begun = True
                    while held and await judge_again(outside.db, backend, languages):
                        pass
                    if held:
                        measured = await measure_if_labelled(outside.db, backend, languages, measured)
            except UnisonoError as error:
                _log.warning("opinions_paused", code=error.code, complaint=str(error))
            except Exception as error:
                _log.error("opinions_failed", exc_info=error)
            await outside.clock.sleep(0.5)
            await listener.wait(LOOK_S)


async def begin_opinions(db: Database, backend: Backend) -> None:
    """Begin with what came within the last week; what another model said before is dropped."""
    async with db.write() as tx:
        await tx.second.forget_others(backend.name)
        await tx.second.mark(backend.name, None)


async def judge_again(db: Database, backend: Backend, languages: Sequence[str]) -> int:
    """Give opinions of the next few texts; returns how many. Raises Unavailable; they are asked for again then."""
    async with db.read() as tx:
        found = await tx.second.next(backend.name, languages, AT_ONCE)
    if found:
        await _give(db, backend, [item_id for item_id, _ in found], found[-1][1])
    return len(found)


async def measure_if_labelled(
    db: Database, backend: Backend, languages: Sequence[str], measured: datetime | None
) -> datetime | None:
    """Hold the model against labels where there are new ones since; returns when the newest was said."""
    async with db.read() as tx:
        newest = await tx.triage.newest_label()
    if newest is not None and newest != measured:
        await measure(db, backend, languages)
    return newest


async def measure(db: Database, backend: Backend, languages: Sequence[str]) -> list[SecondHead]:
    """Hold the model against all labels of the house, question by question and language by language."""
    while True:
        async with db.read() as tx:
            ids = await tx.second.labelled(backend.name, languages, AT_ONCE)
        if not ids:
            break
        await _give(db, backend, ids, None)
    found: list[SecondHead] = []
    async with db.read() as tx:
        for head in HEADS:
            rows = await tx.second.compared(backend.name, head, MOST_LABELS)
            found += [
                compare(backend.name, head, language, [one for one in rows if one.language == language])
                for language in sorted({one.language for one in rows})
            ]
    async with db.write() as tx:
        before = {(one.head, one.language): one.state for one in await tx.second.heads()}
        for one in found:
            await tx.second.put_head(one)
            if before.get((one.head, one.language), "trial") != one.state:
                await tx.privacy.audit(
                    None, f"triage.second_{one.state}", "triage_head", f"{one.model}/{one.head}/{one.language}", {}
                )
        tx.emit(NewEvent(type="triage.changed"))
    return found


def compare(model: str, head: str, language: str, rows: Sequence[Compared]) -> SecondHead:
    """Return how a model does beside ours, by the rule by which a head of ours replaces another.

    Where ours said nothing yet, it is held against whoever always gives the commonest answer.
    """
    true = [one.label for one in rows]
    commonest = Counter(true).most_common(1)[0][0]
    ours = [surest(one.ours)[0] if one.ours else commonest for one in rows]
    theirs = [surest(one.theirs)[0] for one in rows]
    scores = [Score(macro_f1=macro_f1(true, said), accuracy=0.0, texts=len(rows)) for said in (ours, theirs)]
    proven = len(rows) >= ENOUGH_LABELS and may_replace(scores[0], scores[1])
    return SecondHead(
        model=model, head=head, language=language, state="proven" if proven else "trial", texts=len(rows), f1=scores[1].macro_f1,
        own_f1=scores[0].macro_f1,
    )  # fmt: skip


async def _give(db: Database, backend: Backend, ids: Sequence[UUID], done_to: datetime | None) -> None:
    async with db.read() as tx:
        items = await tx.triage.items(ids)
    done = await backend.do(Job(task=Task.JUDGE, words=[Words("customer", one.text) for one in items])) if items else None
    said = {one.item_id: shares for one, shares in zip(items, done.said, strict=True)} if done is not None else {}
    async with db.write() as tx:
        # What is gone meanwhile has nothing said of it; it is not asked about again.
        await tx.second.keep(backend.name, {item_id: said.get(item_id, {}) for item_id in ids})
        opinions = await tx.second.opinions(list(said))
        for item_id, opinion in opinions.items():
            if GATED in opinion.proven and opinion.said.get(GATED, {}).get(WANTED, 0.0) >= _LIKELY:
                await tx.triage.restore(item_id)
        if done_to is not None:
            await tx.second.mark(backend.name, done_to)


def with_opinion(judgement: Judgement, opinion: Opinion | None) -> Judgement:
    """Return a judgement in which the proven questions are answered by the model."""
    if opinion is None:
        return judgement
    proven = {head: opinion.said[head] for head in opinion.proven if head in opinion.said}
    return structs.replace(judgement, said={**judgement.said, **proven}) if proven else judgement
