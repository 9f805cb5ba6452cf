"""The filtered stream as a source: rules in step with what is sought, posts, pauses, limits and money; over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from xdk import schemas

from tests.connectors.x.conftest import Desk, open_desk
from tests.listening.grammars import x_fits
from unisono.contract import BudgetSpent, Heard, Overheard, PullFailed, Sought
from unisono.domain.words import ChannelState
from unisono.listening.translate import translated
from unisono.testing.networks.x.model import Rule
from unisono.testing.sandbox.faults import Effect, Fault


def sought(**queries: str) -> list[Sought]:
    return [Sought(key, translated(query, "x") or ()) for key, query in queries.items()]


class Listening:
    """What is heard while a stream stands."""

    def __init__(self) -> None:
        self.wanted: list[Sought] = []
        self.steps: asyncio.Queue[Overheard] = asyncio.Queue()

    async def next(self) -> Heard:
        while True:
            step = await self.steps.get()
            if step.posts:
                return step.posts[0]


@asynccontextmanager
async def hearing(desk: Desk, wanted: list[Sought], place: str | None = None) -> AsyncIterator[Listening]:
    found = Listening()
    found.wanted = wanted

    async def listen() -> None:
        async for step in desk.connector.seek(place, lambda: found.wanted):
            found.steps.put_nowait(step)

    task = asyncio.create_task(listen())
    try:
        async with asyncio.timeout(15):
            yield found
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def asked_streams(desk: Desk) -> list[dict[str, str]]:
    """What is asked of the stream from now on."""
    asked: list[dict[str, str]] = []
    really = desk.ctx.http.stream

    def stream(method: str, url: str, **more: Any) -> Any:
        asked.append(dict(parse_qsl(urlsplit(url).query)))
        return really(method, url, **more)

    desk.ctx.http.stream = stream  # type: ignore[method-assign]  # the wire is cut here
    return asked


async def test_rules_follow_the_monitors_and_nobody_elses_are_touched(desk: Desk) -> None:
    app = desk.us.app.client_id
    theirs = Rule(id=desk.x.network.mint(), app=app, value="cats", tag="somebody else")
    desk.x.pushing.rules[theirs.id] = theirs
    async with hearing(desk, sought(a="acme kaputt", b="größe")) as stream:
        assert (await stream.steps.get()).gap is False
        assert {(one.tag, one.value) for one in desk.x.pushing.rules.values()} == {
            ("somebody else", "cats"),
            ("unisono-monitor:a", "((acme OR #acme OR @acme) (kaputt OR #kaputt OR @kaputt)) -is:retweet"),
            ("unisono-monitor:b", (translated("größe", "x") or ("",))[0]),
        }
        desk.x.network.post(desk.anna.id, "Bei Acme ist alles kaputt")
        desk.x.network.post(desk.anna.id, "nichts davon")
        desk.x.network.post(desk.us.user.id, "Acme ist nicht kaputt")
        desk.x.network.post(desk.ben.id, "Welche GRÖSSE hat das?")
        first, second = await stream.next(), await stream.next()
        assert (first.text, first.author, first.language is None or isinstance(first.language, str)) == (
            "Bei Acme ist alles kaputt", "anna", True,
        )  # fmt: skip
        assert first.url.startswith("https://x.com/")
        assert second.text == "Welche GRÖSSE hat das?"
        # A monitor is changed while the stream stands: with the next sign of life the rules are.
        stream.wanted = sought(a="zug")
        desk.clock.advance(20)
        desk.x.network.post(desk.ben.id, "größe")
        assert (await stream.next()).text == "größe"
        while len(desk.x.pushing.rules) != 2:
            await asyncio.sleep(0.01)
        assert {one.value for one in desk.x.pushing.rules.values()} == {"cats", "((zug OR #zug OR @zug)) -is:retweet"}
    bodies = [one for one in desk.x.app.kept if one.path == "/2/tweets/search/stream/rules" and one.method == "POST"]
    assert bodies
    for one in bodies:
        # X's own models take what we ask, and what the scripted X answered.
        schemas.UpdateRulesRequest.model_validate(msgspec.json.decode(one.body))
        schemas.UpdateRulesResponse.model_validate(msgspec.json.decode(one.answer))


async def test_what_was_said_during_a_pause_is_repeated_to_an_enterprise_and_a_gap_for_others() -> None:
    async with open_desk(access="enterprise") as desk:
        asked = asked_streams(desk)
        async with hearing(desk, sought(a="acme")) as stream:
            place = (await stream.steps.get()).place
        desk.clock.advance(130)
        async with hearing(desk, sought(a="acme"), place) as stream:
            assert (await stream.steps.get()).gap is False
        desk.clock.advance(600)
        async with hearing(desk, sought(a="acme"), place) as stream:
            assert (await stream.steps.get()).gap is True
        assert [one.get("backfill_minutes") for one in asked] == [None, "3", "5"]
    async with open_desk() as desk:
        asked = asked_streams(desk)
        async with hearing(desk, sought(a="acme"), place="1000") as stream:
            assert (await stream.steps.get()).gap is True
        assert [one.get("backfill_minutes") for one in asked] == [None]


async def test_each_post_and_author_costs_once_a_day_and_listening_ends_before_answers_are_starved() -> None:
    async with open_desk(budget_day=0.10) as desk:
        before = desk.spent()
        async with hearing(desk, sought(a="acme")) as stream:
            await stream.steps.get()
            for n in range(2):
                desk.x.network.post(desk.anna.id, f"acme {n}")
                await stream.next()
            assert desk.spent() == pytest.approx(before + 2 * 0.005 + 0.010)
        with pytest.raises(BudgetSpent):
            async with asyncio.timeout(15):
                async for _ in desk.connector.seek(None, lambda: sought(a="acme")):
                    desk.clock.advance(2)
                    desk.x.network.post(desk.x.person(f"N{len(desk.x.network.users)}").id, "acme")
        # What is left is for answers.
        assert desk.spent() < 0.10


async def test_a_refusal_says_until_when_and_a_silent_house_asks_for_nothing(desk: Desk) -> None:
    desk.x.fault(Fault(effect=Effect.RATE_LIMIT, path="/2/tweets/search/stream"))
    with pytest.raises(PullFailed) as refused:
        async with asyncio.timeout(15):
            async for _ in desk.connector.seek(None, lambda: sought(a="acme")):
                pass
    assert refused.value.health.state is ChannelState.THROTTLED


def test_the_scripted_x_and_the_grammar_read_a_rule_alike() -> None:
    rule = (translated("(acme OR bahn) größe", "x") or ("",))[0]
    assert x_fits(rule, "Acme, welche Größe?")
    assert not x_fits(rule, "Acme")
