"""How well and how fast posts are judged: German relevance and polarity, the noise gate's loss, posts a second, memory.

On real German posts about one company that are licensed for tests only, so they lie beside the repository
(`UNISONO_TEST_FEEDS`, default `../shared/data`) and nothing of them is kept. Split by time: heads learn from the earlier half
(posts of unknown time by the set they came in) and are asked about the later one, without texts that stand in both. Beside them,
in the same run and on the same split: always the commonest answer, and TF-IDF of words and signs with a linear support vector
machine.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from bench.results import Figure
from unisono.triage.features import Features, features
from unisono.triage.fit import Sample, fit, gate_for, macro_f1, score
from unisono.triage.gate import DEFAULT_BUDGET, at_least, at_most
from unisono.triage.heads import Head, Heads
from unisono.triage.language import language_of
from unisono.triage.lexicon import Lexicon

FEEDS = Path(os.environ.get("UNISONO_TEST_FEEDS", Path(__file__).parents[2] / "shared" / "data"))
FILE = "de-bahn.jsonl"
#: Posts of unknown time: after all of known time, for the gate counts forward.
UNKNOWN = datetime(2017, 1, 1, tzinfo=UTC)
HEADS = 8
REPEATS = 5
#: Of an interval of 95 %, half the doubt on each side.
DOUBT = 0.025
CALM = "from bench.triage import worker; worker()"


async def measure() -> dict[str, Figure]:
    """Measure both questions, the gate, and speed and memory with eight heads."""
    first, last = _split(_posts())
    relevance, head = _question("relevance", first, last, lambda post: "yes" if post["labels"]["relevant"] else "no")
    polarity, other = _question("polarity", first, last, lambda post: post["labels"]["sentiment"])
    return {
        "triage.relevance_de_f1": relevance,
        "triage.polarity_de_f1": polarity,
        "triage.demoted_loss": _loss(first, last, head),
        "triage.posts_per_s": _speed(last, [head, other]),
        "triage.rss_mb": _memory(),
    }


def _posts() -> list[dict[str, Any]]:
    """Read the posts. Raises FileNotFoundError where they are not."""
    path = FEEDS / FILE
    if not path.exists():
        raise FileNotFoundError(f"No {FILE} in {FEEDS}: set UNISONO_TEST_FEEDS to the folder that holds it. No figure.")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _split(posts: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    times = sorted(post["created_at"] for post in posts if post["created_at"])
    middle = times[len(times) // 2]
    first = [post for post in posts if (post["created_at"] < middle if post["created_at"] else "dev" in post["source"])]
    known = {post["text"] for post in first}
    chosen = {post["id"] for post in first}
    return first, [post for post in posts if post["id"] not in chosen and post["text"] not in known]


def lexicon() -> Lexicon:
    """Return the German words that ship."""
    return Lexicon(files("unisono.triage").joinpath("words", "de.txt").read_text(encoding="utf-8").splitlines())


def _samples(posts: Sequence[dict[str, Any]], answer: Any) -> list[Sample]:
    words = lexicon()
    return [
        Sample(
            features=features(post["text"], words), label=answer(post), group=post["text"],
            at=datetime.fromisoformat(post["created_at"]) if post["created_at"] else UNKNOWN,
        )
        for post in posts
    ]  # fmt: skip


def _question(name: str, first: list[dict[str, Any]], last: list[dict[str, Any]], answer: Any) -> tuple[Figure, Head]:
    begun = time.process_time()
    head = fit(name, _samples(first, answer))
    took = time.process_time() - begun
    found = score(head, _samples(last, answer))
    true = [answer(post) for post in last]
    commonest = Counter(answer(post) for post in first).most_common(1)[0][0]
    said = _vector_machine([post["text"] for post in first], [answer(post) for post in first], [post["text"] for post in last])
    return Figure(
        value=100 * found.macro_f1, unit="% macro-F1", baseline="TF-IDF and a linear SVM, balanced",
        baseline_value=100 * macro_f1(true, said),
        more={
            "accuracy": round(100 * found.accuracy, 1), "learned_from": len(first), "asked": len(last), "strength": head.strength,
            "learning_cpu_s": round(took, 1), "commonest_answer_f1": round(100 * macro_f1(true, [commonest] * len(true)), 1),
            "svm_accuracy": round(100 * sum(a == b for a, b in zip(true, said, strict=True)) / len(true), 1),
        },
    ), head  # fmt: skip


def _vector_machine(texts: list[str], answers: list[str], asked: list[str]) -> list[str]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    both = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char", ngram_range=(2, 4), sublinear_tf=True),
    )
    machine = make_pipeline(both, LinearSVC(class_weight="balanced")).fit(texts, answers)
    return [str(one) for one in machine.predict(asked)]


def _loss(first: list[dict[str, Any]], last: list[dict[str, Any]], head: Head) -> Figure:
    samples = _samples(first, lambda post: "yes" if post["labels"]["relevant"] else "no")
    found = gate_for("relevance", samples, "yes", head.strength)
    asked = Heads([head])
    pairs = [
        (asked.probabilities(sample.features)["relevance"]["yes"] < found.threshold, sample.label == "yes")
        for sample in _samples(last, lambda post: "yes" if post["labels"]["relevant"] else "no")
    ]
    wanted = [demoted for demoted, needed in pairs if needed]
    others = [demoted for demoted, needed in pairs if not needed]
    return Figure(
        value=100 * sum(wanted) / len(wanted), unit="%", baseline="the loss budget", baseline_value=100 * DEFAULT_BUDGET,
        more={
            "interval_95": [round(100 * bound(sum(wanted), len(wanted), DOUBT), 2) for bound in (at_least, at_most)],
            "needed_an_answer": len(wanted), "demoted_of_all": round(100 * sum(demoted for demoted, _ in pairs) / len(pairs), 1),
            "demoted_of_what_needed_none": round(100 * sum(others) / len(others), 1), "threshold": round(found.threshold, 4),
        },
    )  # fmt: skip


def _speed(posts: list[dict[str, Any]], heads: list[Head]) -> Figure:
    """Language, features and eight heads of three answers, one post after the other as they come."""
    words, texts = lexicon(), [post["text"] for post in posts]
    many = Heads([*heads, *(_named(heads[1], str(n)) for n in range(HEADS - len(heads)))])

    def judge(text: str) -> None:
        language_of(text)
        many.probabilities(features(text, words))

    def hashed(text: str) -> Features:
        return features(text, words)

    rates = {what.__name__: statistics.median(_rate(what, texts) for _ in range(REPEATS)) for what in (judge, hashed)}
    return Figure(
        value=rates["judge"], unit="posts/s", baseline="the goal", baseline_value=2_000,
        more={"features_alone": round(rates["hashed"]), "heads": HEADS, "posts": len(texts),
              "mean_chars": round(statistics.mean(map(len, texts)))},
    )  # fmt: skip


def _named(head: Head, name: str) -> Head:
    return Head(name=name, labels=head.labels, weights=head.weights, bias=head.bias)


def _rate(what: Any, texts: list[str]) -> float:
    begun = time.process_time()
    for text in texts:
        what(text)
    return len(texts) / (time.process_time() - begun)


def _memory() -> Figure:
    """Memory of a process that does nothing but judge, and of one that has loaded the same code and judges nothing."""
    (full, peak), (empty, _) = (_memory_of(heads) for heads in (HEADS, 0))
    return Figure(
        value=full, unit="MB", baseline="the same process before it judges", baseline_value=empty,
        more={"heads": HEADS, "languages": 1, "peak_mb": round(peak, 1), "what": "resident, after all posts"},
    )  # fmt: skip


def _memory_of(heads: int) -> list[float]:
    told = subprocess.run([sys.executable, "-c", CALM, str(heads)], capture_output=True, text=True, check=True).stdout
    return [float(number) for number in told.split()]


def worker() -> None:
    """Judge the posts with so many heads and print this process's memory and its peak in megabytes (10^6 bytes)."""
    import numpy as np

    from unisono.triage.features import WIDTH

    count = int(sys.argv[1])
    if count:
        words = lexicon()
        heads = Heads([
            Head(name=str(n), labels=("a", "b", "c"), weights=np.ones((WIDTH, 3), np.float16), bias=np.zeros(3, np.float32))
            for n in range(count)
        ])  # fmt: skip
        with (FEEDS / FILE).open(encoding="utf-8") as lines:
            for line in lines:
                text = json.loads(line)["text"]
                language_of(text)
                heads.probabilities(features(text, words))
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    print(*(int(status.partition(name)[2].split()[0]) * 1024 / 1e6 for name in ("VmRSS:", "VmHWM:")))
