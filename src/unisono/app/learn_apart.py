"""What a process of its own does for one learning: a question on standard input, what came of it on standard output.

The head is checked on the newest labels, of which neither it nor the one in use has learned; then it learns from all.
"""

import os
import resource
import sys
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from unisono.service.ports.fitting import FitTask, Fitted, Live
from unisono.service.ports.triage import Lesson
from unisono.service.triage.judge import lexicon_of, packed
from unisono.triage.features import WIDTH, features
from unisono.triage.fit import NotEnough, Sample, Score, fit, gate_for, macro_f1, may_replace, score
from unisono.triage.gate import Gate, gate
from unisono.triage.heads import ENOUGH_LABELS, Head

MEMORY_BYTES: Final = 2_000_000_000
CPU_S: Final = 1_200
#: A comparison on fewer new labels says nothing; they wait for more.
LEAST_NEW: Final = 20
HELD_OUT: Final = 0.25
_NICE: Final = 10


def learn(task: FitTask) -> Fitted:
    """Learn one head, compare it with the one in use, and reckon its gate."""
    lexicon = lexicon_of(task.language)
    samples = [
        Sample(features=features(one.text, lexicon), label=one.label, group=one.group, at=one.said_at) for one in task.lessons
    ]
    live = _head(task.live, task.head) if task.live else None
    first, last = _held_out(task.lessons, samples, task.live if live else None)
    if live is not None and len(last) < LEAST_NEW:
        return Fitted(outcome="nothing_new")
    try:
        candidate = fit(task.head, first)
        if not last:
            return Fitted(outcome="too_few")
        new, old = score(candidate, last), score(live, last) if live else None
        chosen = fit(task.head, samples, candidate.strength)
    except NotEnough:
        return Fitted(outcome="too_few")
    better = may_replace(old, new) and not (live is not None and live.trained and chosen.own < ENOUGH_LABELS)
    found = gate([], []) if task.gated is None else gate_for(task.head, samples, task.gated, chosen.strength, task.loss_budget)
    return _told(chosen if better else None, chosen, new, old, _guessing(first, last), found)


def _held_out(lessons: Sequence[Lesson], samples: Sequence[Sample], live: Live | None) -> tuple[list[Sample], list[Sample]]:
    """Return what to learn from and the newest labels, of which the one in use knows none; no group stands on both sides."""
    most = max(LEAST_NEW if live else 1, int(HELD_OUT * len(lessons)))
    unknown = [n for n, one in enumerate(lessons) if live is None or one.decided_at > live.fitted_at]
    held = set(unknown[-most:])
    first = [sample for n, sample in enumerate(samples) if n not in held]
    known = {sample.group for sample in first}
    return first, [samples[n] for n in sorted(held) if samples[n].group not in known]


def _guessing(first: Sequence[Sample], last: Sequence[Sample]) -> float:
    commonest = Counter(sample.label for sample in first).most_common(1)[0][0]
    return macro_f1([sample.label for sample in last], [commonest] * len(last))


def _told(live: Head | None, head: Head, new: Score, old: Score | None, guessing: float, found: Gate) -> Fitted:
    return Fitted(
        outcome="learned" if live else "refused", labels=list(head.labels), weights=packed(live) if live else None,
        bias=head.bias.tolist(), strength=head.strength, own=head.own, f1=new.macro_f1, accuracy=new.accuracy, texts=new.texts,
        live_f1=old.macro_f1 if old else None, commonest_f1=guessing, threshold=found.threshold, gate_counted=found.counted,
        gate_lost=found.lost, gate_demoted=found.demoted,
    )  # fmt: skip


def _head(live: Live, name: str) -> Head | None:
    """Return the head in use; None for one that another version of the program made, which cannot be asked any more."""
    try:
        weights = np.frombuffer(zlib.decompress(live.weights), dtype=np.float16).reshape(WIDTH, len(live.labels))
    except (zlib.error, ValueError):
        return None
    return Head(name=name, labels=tuple(live.labels), weights=weights, bias=np.array(live.bias, np.float32), own=live.own)


def main() -> None:
    """Do one learning; below others in priority, within bounds of memory and time."""
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=FitTask)
    sys.stdout.buffer.write(msgspec.msgpack.encode(learn(task)))


if __name__ == "__main__":
    main()
