"""Learning: each night, or when somebody asks, heads are learned from the labels of the house in a process of their own.

A head takes the place of the one in use only where it is not worse on the newest labels, of which neither had learned.
"""

import asyncio
from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from unisono.domain.errors import Conflict, NotFound, Unavailable, UnisonoError
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.intake import lease
from unisono.service.metrics import TRIAGE_RUNS
from unisono.service.ports import Database, NewEvent
from unisono.service.ports.fitting import FitTask, Fitted, Fitter, Live
from unisono.service.ports.triage import HeadFacts, NewHead
from unisono.service.settings import read_settings
from unisono.service.triage.heads import GATED, UNKNOWN, WANTED, by_language, main_language

MANAGE: Final = "monitor.manage"
BUDGET: Final = "triage.loss_per_thousand"
#: Learning takes the newest; what is older says little about what is said today.
MOST_LESSONS: Final = 20_000
LOOK_S: Final = 5.0
NIGHT: Final = range(1, 5)
_PAUSE: Final = timedelta(hours=12)
_log = structlog.get_logger("triage")


async def ask_learning(db: Database, fitter: Fitter, access: Access) -> None:
    """Ask for a learning now; while one goes on, it is that one. Raises Forbidden; Conflict where nothing can learn."""
    access.require(MANAGE)
    if not fitter.can_learn():
        raise Conflict(
            'Learning needs scikit-learn: pip install "unisono[train]", and start again. Judging goes on without it.',
            code="no_learning",
        )
    async with db.write() as tx:
        if await tx.triage.ask_run(new_id(), access.user_id):
            tx.emit(NewEvent(type="triage.changed", actor_id=access.user_id))


async def use_version(db: Database, access: Access, head_id: UUID) -> None:
    """Go back to a version that was kept. Raises Forbidden, NotFound."""
    access.require(MANAGE)
    async with db.write() as tx:
        if not await tx.triage.use(head_id):
            raise NotFound("There is no such version to go back to: its weights are gone, or it is in use.")
        await tx.privacy.audit(access.user_id, "triage.version_chosen", "triage_head", str(head_id), {})
        tx.emit(NewEvent(type="triage.changed", actor_id=access.user_id))


async def learn_on_nights(outside: Outside, fitter: Fitter, holder: str) -> None:
    """Look for what is to be learned until cancelled; one node at a time."""
    async with outside.bell.listen("events") as listener:
        while True:
            try:
                async with lease(outside, "triage:learn", holder) as held:
                    if held:
                        await ask_at_night(outside.db, fitter)
                        await learn_once(outside.db, fitter)
            except UnisonoError as error:
                _log.warning("learning_paused", code=error.code)
            except Exception as error:
                _log.error("learning_failed", exc_info=error)
            await outside.clock.sleep(0.5)
            await listener.wait(LOOK_S)


async def ask_at_night(db: Database, fitter: Fitter) -> bool:
    """Ask for a learning where it is night, something was labelled since the last, and it was not this night's."""
    async with db.read() as tx:
        zone = ZoneInfo(str((await read_settings(tx))["reports.time_zone"]))
        newest, last = await tx.triage.newest_label(), await tx.triage.runs(1)
        begun = last[0].asked_at if last else None
        due = tx.now.astimezone(zone).hour in NIGHT and newest is not None and (begun is None or tx.now - begun > _PAUSE)
    if not due or newest is None or (begun is not None and newest <= begun) or not fitter.can_learn():
        return False
    async with db.write() as tx:
        return await tx.triage.ask_run(new_id(), None)


async def learn_once(db: Database, fitter: Fitter) -> str | None:
    """Do the learning that waits; returns what came of it, None where none waits."""
    async with db.write() as tx:
        run = await tx.triage.next_run()
    if run is None:
        return None
    try:
        outcomes = await _learn_all(db, fitter)
        outcome = next((one for one in ("learned", "refused", "nothing_new") if one in outcomes), "too_few")
    except Unavailable:
        outcome = "failed"
    async with db.write() as tx:
        await tx.triage.end_run(run.id, outcome)
        tx.emit(NewEvent(type="triage.changed"))
    TRIAGE_RUNS.labels(outcome).inc()
    _log.info("triage_learned", outcome=outcome)
    return outcome


async def _learn_all(db: Database, fitter: Fitter) -> list[str]:
    async with db.read() as tx:
        counts = await tx.triage.label_counts()
        versions = await tx.triage.heads()
        budget = int((await read_settings(tx))[BUDGET]) / 1_000
    outcomes = []
    for head, language in sorted(key for key in by_language(counts) if key[1] != UNKNOWN):
        live = next((one for one in versions if (one.name, one.language, one.state) == (head, language, "live")), None)
        spoken = [language, UNKNOWN] if language == main_language(counts, head) else [language]
        task = await _task(db, head, spoken, live, budget)
        found = await fitter.fit(task)
        outcomes.append(found.outcome)
        if found.outcome in ("learned", "refused"):
            await _keep(db, head, language, found)
        await asyncio.sleep(0)
    return outcomes


async def _task(db: Database, head: str, spoken: list[str], live: HeadFacts | None, budget: float) -> FitTask:
    async with db.read() as tx:
        lessons = await tx.triage.lessons(head, spoken, MOST_LESSONS)
        weights = await tx.triage.weights(live.id) if live else None
    used = (
        Live(labels=live.labels, weights=weights, bias=live.bias, own=live.own, fitted_at=live.fitted_at)
        if live is not None and weights is not None else None
    )  # fmt: skip
    gated = WANTED if head == GATED else None
    return FitTask(head=head, language=spoken[0], lessons=lessons, live=used, gated=gated, loss_budget=budget)


async def _keep(db: Database, head: str, language: str, found: Fitted) -> None:
    facts = {name: getattr(found, name) for name in Fitted.__struct_fields__ if name != "outcome"}
    state = "live" if found.outcome == "learned" else "refused"
    async with db.write() as tx:
        number = await tx.triage.add_head(NewHead(id=new_id(), name=head, language=language, state=state, **facts))
        await tx.privacy.audit(None, f"triage.{found.outcome}", "triage_head", f"{head}/{language}/{number}", {})
