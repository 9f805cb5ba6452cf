"""The page of triage: what the house has labelled, what was learned from it, how good that is, and how to go back."""

from collections import defaultdict

from unisono.service.access import Access
from unisono.service.instant import instant, maybe_instant
from unisono.service.ports import Database
from unisono.service.ports.fitting import Fitter
from unisono.service.ports.triage import HeadFacts
from unisono.service.settings import read_settings
from unisono.service.triage.heads import GATED, HEADS, by_language
from unisono.service.triage.learn import BUDGET
from unisono.service.triage.views import GateView, HeadView, RunView, SecondHeadView, TriagePage, VersionView
from unisono.triage.heads import ENOUGH_LABELS

MOST_RUNS = 10
MOST_VERSIONS = 10


async def triage_page(db: Database, fitter: Fitter, access: Access) -> TriagePage:
    """Return how triage stands. Raises Forbidden."""
    access.require("work.read")
    async with db.read() as tx:
        counts = await tx.triage.label_counts()
        versions = await tx.triage.heads()
        runs = await tx.triage.runs(MOST_RUNS)
        budget = int((await read_settings(tx))[BUDGET]) / 1_000
        second = await tx.second.heads()
        review = await tx.triage.review_count(access.visible_classes())
    labels = by_language(counts)
    of: defaultdict[tuple[str, str], list[HeadFacts]] = defaultdict(list)
    for one in versions:
        of[one.name, one.language].append(one)
    order = {name: place for place, name in enumerate(HEADS)}
    known = sorted({*labels, *of}, key=lambda key: (order.get(key[0], len(order)), -sum(labels.get(key, {}).values()), key[1]))
    return TriagePage(
        heads=[_head(*key, labels.get(key, {}), of[key]) for key in known if key[0] in HEADS],
        runs=[
            RunView(
                asked_at=instant(one.asked_at), began_at=maybe_instant(one.began_at), ended_at=maybe_instant(one.ended_at),
                outcome=one.outcome,
            )
            for one in runs
        ],
        loss_budget=budget, can_learn=fitter.can_learn(), review=review,
        second=[
            SecondHeadView(
                model=one.model, head=one.head, language=one.language, state=one.state, texts=one.texts,
                f1=one.f1, own_f1=one.own_f1,
            )
            for one in second
        ],
    )  # fmt: skip


def _head(name: str, language: str, labels: dict[str, int], versions: list[HeadFacts]) -> HeadView:
    live = next((one for one in versions if one.state == "live"), None)
    gate = None
    if live is not None and name == GATED and live.own >= ENOUGH_LABELS:
        gate = GateView(threshold=live.threshold, counted=live.gate_counted, lost=live.gate_lost, demoted=live.gate_demoted)
    return HeadView(
        head=name, language=language, labels=labels, labelled=sum(labels.values()), wanted=ENOUGH_LABELS,
        trained=live is not None and live.own >= ENOUGH_LABELS, gate=gate,
        versions=[
            VersionView(
                id=one.id, number=one.number, state=one.state, own=one.own, f1=one.f1, accuracy=one.accuracy, texts=one.texts,
                before_f1=one.live_f1, guessing_f1=one.commonest_f1, fitted_at=instant(one.fitted_at), usable=one.usable,
            )
            for one in versions[:MOST_VERSIONS]
        ],
    )  # fmt: skip
