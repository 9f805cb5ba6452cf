"""What judging costs where things come in: the same items through the whole intake, with triage and without it.

Six heads of one language stand in the store, as of a house that has labelled for all questions; topics have ten answers. Items
come batched, as in `bench.inbound`, and both sides take turns in the same house, so that what grows meanwhile grows for both.
"""

import asyncio
import statistics

import msgspec
import numpy as np

from bench.inbound import BATCH, SEED, Stopwatch, Timed, statuses
from bench.place import add_agents, add_channel, add_queue, fresh_house, postgres_pid
from bench.results import Figure
from bench.words import Words
from unisono.app.build import Running
from unisono.contract import Connector, Raw
from unisono.domain.ids import new_id
from unisono.service.channel_context import Outside, open_connector, store_raw
from unisono.service.intake import process_once
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.triage import NewHead
from unisono.service.triage.heads import HEADS
from unisono.service.triage.judge import Judge, packed
from unisono.service.understand import Understood
from unisono.triage.features import WIDTH
from unisono.triage.heads import Head

ITEMS, ROUNDS, WARM_UP, TOPICS = 4_000, 8, 200, 10
BASELINE = "the same intake with triage left out"


class _Silent(Judge):
    """Judges nothing."""

    def with_judgements(self, understood: Understood) -> Understood:
        return understood


async def measure() -> dict[str, Figure]:
    """Take turns, and compare processor time an item, PostgreSQL's included."""
    raws = await asyncio.to_thread(statuses, WARM_UP + ITEMS, 0, Words(SEED))
    async with fresh_house() as running:
        queue_id = await add_queue(running)
        channel = await add_channel(running, queue_id)
        await add_agents(running, queue_id, 20)
        await _add_heads(running)
        judging = running.outside
        silent = msgspec.structs.replace(judging, judge=_Silent())
        await _take(running, judging, channel, raws[:WARM_UP])
        with_triage: list[Timed] = []
        without: list[Timed] = []
        step = ITEMS // ROUNDS
        for number in range(ROUNDS):
            some = raws[WARM_UP + number * step : WARM_UP + (number + 1) * step]
            kept, outside = (with_triage, judging) if number % 2 == 0 else (without, silent)
            kept.append(await _take(running, outside, channel, some))
        await _check(running, WARM_UP + (ROUNDS + 1) // 2 * step)
    ours, bare = _per_item(with_triage, step), _per_item(without, step)
    return {
        "triage.intake_cpu_ms_per_item": Figure(
            value=ours, unit="ms", baseline=BASELINE, baseline_value=bare,
            more={
                "items": ITEMS, "rounds": ROUNDS, "batch": BATCH, "heads": len(HEADS), "topics": TOPICS, "seed": SEED,
                "triage_ms_per_item": round(ours - bare, 3),
                "python_ms": [round(_median(one, "cpu", step), 3) for one in (with_triage, without)],
                "postgres_ms": [round(_median(one, "postgres", step), 3) for one in (with_triage, without)],
            },
        )
    }  # fmt: skip


async def _add_heads(running: Running) -> None:
    dice = np.random.default_rng(SEED)
    async with running.db.write() as tx:
        for name, answers in HEADS.items():
            labels = list(answers or (f"t{n}" for n in range(TOPICS)))
            weights = dice.normal(0, 0.1, (WIDTH, len(labels))).astype(np.float16)
            head = Head(name=name, labels=tuple(labels), weights=weights, bias=np.zeros(len(labels), np.float32), own=500)
            await tx.triage.add_head(
                NewHead(
                    id=new_id(), name=name, language="de", state="live", labels=labels, weights=packed(head),
                    bias=head.bias.tolist(), strength=1.0, own=500, f1=0.5, accuracy=0.5, texts=100, live_f1=None,
                    commonest_f1=0.4, threshold=0.0,
                    gate_counted=0, gate_lost=0.0, gate_demoted=0.0,
                )
            )  # fmt: skip


async def _take(running: Running, outside: Outside, channel: ChannelFacts, raws: list[Raw]) -> Timed:
    connector: Connector = open_connector(outside, channel)
    with Stopwatch(postgres_pid(running)) as watch:
        for start in range(0, len(raws), BATCH):
            await store_raw(outside, channel.id, raws[start : start + BATCH])
            while await process_once(outside, channel, connector):
                pass
    return watch.timed


async def _check(running: Running, judged: int) -> None:
    """Refuse to report a figure unless what was judged, by all heads, is what was to be."""
    async with running.pool.acquire() as connection:
        found = await connection.fetchval("select count(*) from triage_score where said ?& $1::text[]", list(HEADS))
        messages = await connection.fetchval("select count(*) from message")
    if (found, messages) != (judged, WARM_UP + ITEMS):
        raise RuntimeError(f"{found} of {judged} texts were judged by all heads, {messages} of {WARM_UP + ITEMS} came in.")


def _per_item(runs: list[Timed], step: int) -> float:
    return _median(runs, "cpu", step) + _median(runs, "postgres", step)


def _median(runs: list[Timed], name: str, step: int) -> float:
    return float(statistics.median(getattr(run, name) for run in runs)) * 1_000 / step
