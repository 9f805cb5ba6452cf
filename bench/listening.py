"""How fast all monitors are matched against a post, beside mokaccino and a naive loop, with the same queries and the same result.

CPU time on one core, words taken apart included, both sides in turn on the same posts. No ratio is kept before the results
agree. mokaccino is asked in two ways, with all features of a post and with those only that some query asks for; the baseline
is the faster of the two. The matcher is measured in Python alone and with its compiled part, which is the figure where there is a
compiler; both stand in `more`. `BENCH_MONITORS` (a number) plays one size only.
"""

import gc
import os
import shutil
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.listening_data import MATCHES, Language
from bench.listening_mokaccino import Percolator
from bench.results import Figure, quantile
from unisono.app.accelerate import compile_core
from unisono.listening.fast import Core, FastMatcher
from unisono.listening.matcher import Matcher
from unisono.listening.post import Post, seen
from unisono.listening.syntax import parse
from unisono.listening.words import words_of

SIZES = {1_000: ("1k", 20_000), 10_000: ("10k", 10_000), 100_000: ("100k", 3_000)}
BRANDS = {1_000: 250, 10_000: 1_000, 100_000: 1_000}
REPEATS = 5
SEED = 20_261_128
NAIVE_S = 4.0
CHANGES = 1_000

Match = Callable[[Post], Sequence[int]]


async def measure() -> dict[str, Figure]:
    """Measure each size."""
    only = os.environ.get("BENCH_MONITORS")
    figures: dict[str, Figure] = {}
    for size, (name, posts) in SIZES.items():
        if only in (None, str(size)):
            figures |= _size(size, name, posts)
    return figures


def _size(size: int, name: str, count: int) -> dict[str, Figure]:
    language = Language(SEED, BRANDS[size])
    texts = [language.query() for _ in range(size)]
    rate = _rate(language, texts, MATCHES[size])
    heard = language.posts(3_000, rate)
    bytes_each = _memory(texts, heard)
    matcher = _matcher(texts, heard)
    fast = _filed(_compiled(), texts, heard)
    trees = [parse(text) for text in texts]
    percolators = [Percolator(trees, known_only=known) for known in (False, True)]
    posts = language.posts(count, rate)
    naive, agreed = _naive(trees, posts, matcher)
    gc.collect()
    gc.freeze()
    sides: list[Match] = [matcher.match, fast.match, *(one.match for one in percolators)]
    if not agreed or len({_digest(side, posts) for side in sides}) != 1:
        raise ValueError(f"With {size} monitors the results differ; no figure is kept.")
    matcher.candidates = 0
    times: list[list[float]] = [[] for _ in sides]
    for _ in range(REPEATS):
        for spent, side in zip(times, sides, strict=True):
            spent.append(_cpu(side, posts))
    candidates = matcher.candidates / REPEATS
    found = sum(len(matcher.match(post)) for post in posts)
    gc.unfreeze()
    python, ours, every, known = (count / statistics.median(spent) for spent in times)
    ratios = sorted(min(a, b) / own for _, own, a, b in zip(*times, strict=True))
    changes = _changes(matcher, language, size)
    more: dict[str, Any] = {
        "monitors": size, "posts": count, "seed": SEED, "brand_rate": round(rate, 3), "matches_per_post": round(found / count, 2),
        "what": "with the compiled part", "python_alone": round(python), "python_ratio": round(python / max(every, known), 2),
        "mokaccino_all_features": round(every), "mokaccino_known_features": round(known), "naive_posts_per_s": round(naive, 1),
        "ratio_range": [round(ratios[0], 2), round(ratios[-1], 2)], "repeats": REPEATS,
    }  # fmt: skip
    return {
        f"listening.posts_per_s_{name}": Figure(
            value=ours, unit="posts/s", baseline="mokaccino 0.9.1, the faster of two adapters", baseline_value=max(every, known),
            more=more,
        ),
        f"listening.candidates_per_match_{name}": Figure(
            value=candidates / found, unit="", baseline="every monitor looked at", baseline_value=size * count / found
        ),
        f"listening.bytes_per_monitor_{name}": Figure(
            value=bytes_each, unit="bytes", baseline="the query's text", baseline_value=statistics.mean(map(len, texts))
        ),
        f"listening.change_p99_ms_{name}": Figure(
            value=quantile(changes, 0.99) * 1000, unit="ms", baseline="the median", baseline_value=quantile(changes, 0.5) * 1000,
            more={"what": "a monitor added or changed, parsing included", "max_ms": round(max(changes) * 1000, 2)},
        ),
    }  # fmt: skip


def _compiled() -> Matcher[int]:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise ValueError("There is no C compiler (apt-get install gcc libc6-dev); no figure is kept.")
    with TemporaryDirectory() as folder:
        library = Path(folder) / "core.so"
        compile_core(compiler, library)
        return FastMatcher(Core(library))


def _matcher(texts: Sequence[str], heard: Sequence[Post]) -> Matcher[int]:
    return _filed(Matcher(), texts, heard)


def _filed(matcher: Matcher[int], texts: Sequence[str], heard: Sequence[Post]) -> Matcher[int]:
    for post in heard:
        matcher.frequencies.observe(set(words_of(post.texts).plain))
    for number, text in enumerate(texts):
        matcher.put(number, parse(text))
    return matcher


def _rate(language: Language, texts: Sequence[str], wanted: float) -> float:
    """How many brands a post needs to be found by as many monitors as meant."""
    matcher = _matcher(texts, language.posts(1_000, 1.0))
    rate = 1.0
    for _ in range(5):
        posts = language.posts(1_000, rate)
        found = sum(len(matcher.match(post)) for post in posts) / len(posts)
        rate = min(2.0, rate * wanted / found)
    return rate


def _memory(texts: Sequence[str], heard: Sequence[Post]) -> float:
    gc.collect()
    tracemalloc.start()
    matcher = _matcher((), heard)
    before = tracemalloc.get_traced_memory()[0]
    for number, text in enumerate(texts):
        matcher.put(number, parse(text))
    gc.collect()
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return used / len(texts)


def _naive(trees: Sequence[Any], posts: Sequence[Post], matcher: Matcher[int]) -> tuple[float, bool]:
    """Posts a second of a loop over all queries, on as many posts as it gets through; and whether it finds the same."""
    began, done, agreed = time.process_time(), 0, True
    for post in posts:
        view = seen(post)
        found = [number for number, tree in enumerate(trees) if tree.fits(view)]
        agreed = agreed and sorted(matcher.match(post)) == found
        done += 1
        if time.process_time() - began > NAIVE_S:
            break
    return done / (time.process_time() - began), agreed


def _digest(side: Match, posts: Sequence[Post]) -> int:
    return hash(tuple(tuple(sorted(side(post))) for post in posts))


def _cpu(side: Match, posts: Sequence[Post]) -> float:
    began = time.process_time()
    for post in posts:
        side(post)
    return time.process_time() - began


def _changes(matcher: Matcher[int], language: Language, size: int) -> list[float]:
    spent: list[float] = []
    for number in range(CHANGES):
        text, key = language.query(), size + number if number % 2 else number
        began = time.perf_counter()
        matcher.put(key, parse(text))
        spent.append(time.perf_counter() - began)
    return spent
