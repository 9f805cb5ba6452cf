"""Real threads become steps: each message of a customer once, after what it answers, in its own thread."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.app.demo_kit import FILES, feed, items, top
from unisono.app.demo.feed import BadFeed, load_feed
from unisono.app.demo.places import placed
from unisono.domain.length import measure
from unisono.testing.sandbox.faces import FACES

RULES = {face.key: face for face in FACES}


def line(**fields: Any) -> str:
    """One line of a feed."""
    known = {"id": "a", "thread_id": "a", "network": "twitter", "kind": "post", "text": "Hallo"}
    return json.dumps(known | fields)


def written(tmp_path: Path, *lines: str) -> Path:
    """A feed with these lines."""
    path = tmp_path / "feed.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", FILES)
def test_every_message_of_a_customer_is_one_step(name: str) -> None:
    path = feed(name)
    said = [item for item in items(path) if not item["author_is_company"]]
    steps = {step.key: step for step in load_feed(path) if not step.by_company}
    assert set(steps) == {item["id"] for item in said}
    assert all(steps[item["id"]].text == item["text"] for item in said)


@pytest.mark.parametrize("name", FILES)
def test_nobody_answers_what_was_not_said_yet(name: str) -> None:
    before: set[str] = set()
    for step in load_feed(feed(name)):
        assert step.parent is None or step.parent in before
        before.add(step.key)


@pytest.mark.parametrize("name", FILES)
def test_they_come_as_posts_comments_and_mails(name: str) -> None:
    kinds = Counter(step.kind for step in load_feed(feed(name)) if not step.by_company)
    assert min(kinds["post"], kinds["comment"], kinds["mail"]) > 100


@pytest.mark.parametrize("name", FILES)
def test_a_step_stands_below_what_the_file_says_it_answers(name: str) -> None:
    path = feed(name)
    by_id = {item["id"]: item for item in items(path)}
    steps = {step.key: step for step in load_feed(path)}
    for item in by_id.values():
        step = steps.get(item["id"])
        if step is None:
            continue
        up = step
        while up.parent is not None:
            up = steps[up.parent]
        if step.kind == "mail":
            assert top(by_id[up.key], by_id) == top(item, by_id)
        elif item["reply_to"] is not None:
            assert up.key == top(item, by_id) or up.key.startswith("wall/")


@pytest.mark.parametrize("name", FILES)
def test_who_wrote_nothing_known_is_somebody_else_each_time(name: str) -> None:
    path = feed(name)
    steps = {step.key: step for step in load_feed(path)}
    nameless = [item["id"] for item in items(path) if item["author"] is None and not item["author_is_company"]]
    authors = {steps[key].who.key for key in nameless if steps[key].who}  # type: ignore[union-attr]
    assert len(authors) == len(nameless)
    again = {step.key: step.who for step in load_feed(path)}
    assert all(again[key] == steps[key].who for key in nameless)


@pytest.mark.parametrize("name", FILES)
def test_every_text_fits_the_network_it_is_said_on(name: str) -> None:
    for step in placed(load_feed(feed(name)), named="brookwatt"):
        if step.face:
            rules = RULES[step.face]
            assert measure(step.text, rules.unit, url_cost=rules.url_cost) <= rules.max_text


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFeed, match="line 2"):
        load_feed(written(tmp_path, line(), '{"id": 3}'))


def test_an_id_that_stands_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFeed, match="line 2: the id a"):
        load_feed(written(tmp_path, line(), line(text="noch einmal")))


def test_an_empty_or_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFeed, match="no messages"):
        load_feed(written(tmp_path, ""))
    with pytest.raises(BadFeed, match="cannot be read"):
        load_feed(tmp_path / "missing.jsonl")


def test_messages_that_answer_each_other_in_a_ring_are_played_once_each(tmp_path: Path) -> None:
    path = written(tmp_path, line(id="a", reply_to="b", kind="reply"), line(id="b", reply_to="a", kind="reply"))
    assert sorted(step.key for step in load_feed(path)) == ["a", "b"]


def test_a_customer_who_answers_by_mail_answers_their_own_mail(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        line(id="a", network="web"),
        line(id="b", network="web", reply_to="a", kind="reply", author_is_company=True),
        line(id="c", network="web", reply_to="b", kind="reply"),
    )
    assert [(step.key, step.parent) for step in load_feed(path)] == [("a", None), ("c", "a")]
