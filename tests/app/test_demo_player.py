"""The player keeps the script's order and pauses, remembers what it did, and goes on after a failure."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from unisono.app.demo.listening_seed import MONITORS
from unisono.app.demo.material import threads
from unisono.app.demo.outage import ENQUIRIES, outage_steps
from unisono.app.demo.played import Played
from unisono.app.demo.player import ALL_AT_ONCE, TRIES, Player, Tempo, playable
from unisono.app.demo.script import Person, Step
from unisono.app.demo.stream import BEGINS, LASTS_S, POSTS, stream_steps, voices_of
from unisono.domain.errors import Unavailable
from unisono.listening.matcher import Matcher
from unisono.listening.post import Post
from unisono.listening.syntax import parse

SOMEBODY = Person(key="p", name="P", handle="p", address="p@post.example")


class Listening:
    """A stage that writes down what it is given, and fails as often as it is told to."""

    def __init__(self, fails: int = 0) -> None:
        self.heard: list[str] = []
        self.fails = fails

    async def play(self, step: Step, played: Played) -> str:
        """Hear a step."""
        if self.fails:
            self.fails -= 1
            raise Unavailable("The stage is dark.")
        self.heard.append(step.key)
        return f"remote-{step.key}"


def step(key: str, at_s: float = 0.0) -> Step:
    """A post."""
    return Step(key=key, thread=key, at_s=at_s, kind="post", who=SOMEBODY, text=key)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unisono.app.demo.player.PAUSE_S", 0.0)


async def test_what_was_played_is_not_played_again(tmp_path: Path) -> None:
    stage, path = Listening(), tmp_path / "played.jsonl"
    for _ in range(2):
        played = Played(path)
        await Player({"network": stage}, played, Tempo(ALL_AT_ONCE)).run([step("a"), step("b")])
        played.close()
    assert stage.heard == ["a", "b"]
    assert Played(path).remote_id("b") == "remote-b"


async def test_half_a_line_of_a_killed_process_costs_that_step_alone(tmp_path: Path) -> None:
    path = tmp_path / "played.jsonl"
    played = Played(path)
    played.add("a", "1")
    played.close()
    path.write_text(path.read_text() + '{"kind": "step", "ke')
    again = Played(path)
    assert "a" in again
    again.add("b", "2")
    again.close()
    assert "b" in Played(path)


async def test_a_step_that_fails_is_tried_again_and_then_named(tmp_path: Path) -> None:
    stage = Listening(fails=TRIES + 1)
    played = Played(tmp_path / "played.jsonl")
    player = Player({"network": stage}, played, Tempo(ALL_AT_ONCE))
    assert await player.run([step("a"), step("b")]) == 1
    played.close()
    assert player.failed == ["a"]
    assert stage.heard == ["b"]


async def test_a_pause_holds_everything_and_going_on_plays_it(tmp_path: Path) -> None:
    stage, tempo, played = Listening(), Tempo(0.0), Played(tmp_path / "played.jsonl")
    playing = asyncio.create_task(Player({"network": stage}, played, tempo).run([step("a"), step("b", 3600.0)]))
    await asyncio.sleep(0.05)
    assert stage.heard == ["a"]
    tempo.set(1_000_000.0)
    await asyncio.wait_for(playing, 5)
    played.close()
    assert stage.heard == ["a", "b"]


async def test_time_goes_on_from_where_it_stood() -> None:
    tempo = Tempo(1.0, position_s=100.0)
    await asyncio.wait_for(tempo.reach(100.0), 1)
    assert 100.0 <= tempo.position() < 101.0


def test_answers_of_the_company_are_left_to_the_visitor() -> None:
    steps = playable(threads())
    ours = [one for one in steps if one.by_company]
    assert ours
    assert all(one.kind == "post" and one.parent is None for one in ours)
    keys = {one.key for one in steps}
    assert all(one.parent is None or one.parent in keys for one in steps)
    assert all(one.target is None or one.target in keys for one in steps)


def test_an_outage_is_five_hundred_enquiries_and_no_two_alike() -> None:
    steps = [one for one in outage_steps(1) if not one.by_company]
    assert len({one.thread for one in steps}) == ENQUIRIES == 500
    assert len({one.who.handle for one in steps if one.who}) == ENQUIRIES
    whole: dict[str, str] = {}
    for one in steps:
        whole[one.thread] = whole.get(one.thread, "") + one.text
    assert len(set(whole.values())) == ENQUIRIES
    assert not any("{" in one.text or "{" in one.subject for one in steps)
    assert {one.kind for one in steps} == {"post", "comment", "dm", "mail", "chat"}
    assert outage_steps(1) == outage_steps(1)
    assert {one.text for one in outage_steps(2)} != {one.text for one in outage_steps(1)}


def test_the_stream_of_a_town_hides_an_outage_that_a_search_finds_in_it() -> None:
    steps = stream_steps(1)
    assert len(steps) == POSTS == 10_000
    assert stream_steps(1) == steps
    town = [one for one in steps if one.thread.startswith("town-")]
    about = [one for one in steps if not one.thread.startswith("town-")]
    assert len({one.thread for one in about if one.thread.startswith("outage-1-")}) == voices_of(POSTS) == 500
    assert [one.at_s for one in steps] == sorted(one.at_s for one in steps)
    assert (min(one.at_s for one in about), LASTS_S * 0.6) >= (LASTS_S * BEGINS, max(one.at_s for one in about))
    # As many in every minute, and no slot is left open.
    minutes = Counter(int(one.at_s // 60) for one in town)
    assert max(minutes.values()) < 1.2 * min(minutes.values())
    assert not any("{" in one.text for one in town)
    assert len({one.text for one in town}) > 3_000
    # Of what the town says the demo's searches find a few in all, so that nobody is alarmed before there is something.
    matcher: Matcher[str] = Matcher()
    for name, query in MONITORS.items():
        matcher.put(name, parse(query))
    found = Counter(name for one in town for name in matcher.match(Post(texts=[one.text], network="sandbox")))
    assert 0 < sum(found.values()) <= 12
