"""The same thing in other words is found beside a storm; what customers ask on usual days is not, whatever words it shares."""

import json
import random
from pathlib import Path

from bench.outage_story import OUTAGE_QUERY, story
from unisono.app import demo
from unisono.listening.alike import alike
from unisono.listening.matcher import Matcher
from unisono.listening.post import Post
from unisono.listening.syntax import parse
from unisono.listening.topic import LEAST_KNOWN, LEAST_USUAL, same_topic

THREADS = Path(demo.__file__).parent.parent / "demo_data" / "threads-de.jsonl"


def asked_on_usual_days() -> list[str]:
    """How customers of the demo's company began, of anything but an outage."""
    threads = [json.loads(line) for line in THREADS.read_text(encoding="utf-8").splitlines()]
    return [
        next(one["text"] for one in thread["messages"] if one["from"] == "customer")
        for thread in threads if thread["topic"] != "outage"
    ]  # fmt: skip


def test_most_of_what_the_monitor_and_likeness_leave_is_found_and_nothing_that_is_about_something_else() -> None:
    matcher: Matcher[int] = Matcher()
    matcher.put(0, parse(OUTAGE_QUERY))
    usual = asked_on_usual_days()
    left = found = 0
    for seed in range(1, 5):
        random.Random(seed).shuffle(usual)
        half = len(usual) // 2
        voices = list(dict.fromkeys(one.text for one in story(10_000, seed=seed).voices))
        known = [text for text in voices if matcher.match(Post(texts=[text]))]
        rest = {text: text for text in voices if text not in set(known)}
        near = alike(known, rest)
        others = {text: text for text in rest if text not in set(near)}
        left += len(others)
        found += len(same_topic([*known, *near], usual[:half], others))
        unrelated = {text: text for text in usual[half:]}
        assert same_topic([*known, *near], usual[:half], unrelated) == []
    assert left > 100
    assert found > left / 2


def test_nobody_is_folded_by_what_is_known_of_too_few() -> None:
    usual = asked_on_usual_days()
    storm = [f"Strom weg in Haus {n}, alles dunkel" for n in range(LEAST_KNOWN)]
    other = {1: "alles dunkel, kein Strom, weg"}
    assert same_topic(storm, usual, other) == [1]
    assert same_topic(storm[1:], usual, other) == []
    assert same_topic(storm, usual[: LEAST_USUAL - 1], other) == []
    assert same_topic(storm, usual, {1: "", 2: "@brookwatt 12345", 3: "dunkel"}) == []
