"""Bluesky is asked for what monitors look for: on its own PDS, with the double of its search behind it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.connectors.bluesky.conftest import Desk
from unisono.contract import BudgetSpent, Overheard, Purpose, Sought
from unisono.listening.translate import translated
from unisono.testing.networks.bluesky.accounts import post_record

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="module")]


def sought(*queries: str) -> list[Sought]:
    return [Sought(query, translated(query, "bluesky") or ()) for query in queries]


async def looked(desk: Desk, wanted: Sequence[Sought], place: str | None, rounds: int = 1) -> tuple[list[Overheard], str | None]:
    """Look once for each word; returns what came, and the place behind it."""
    steps: list[Overheard] = []
    async for step in desk.connector.seek(place, lambda: wanted):
        steps.append(step)
        place = step.place or place
        rounds -= bool(step.place)
        if rounds == 0:
            break
    return steps, place


def told(steps: Sequence[Overheard]) -> list[str]:
    return [post.text for step in steps for post in step.posts]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unisono.connectors.bluesky.seeking.PAUSE_S", 0.0)


async def test_what_is_said_from_now_on_is_found_once_though_pages_are_long_and_the_index_is_late(desk: Desk) -> None:
    zoe = await desk.town.network.join("zoe")
    word = "acmewerk"
    await zoe.post(f"{word}, lange her", desk.now() - timedelta(hours=1))
    wanted = sought(f"{word} kaputt network:bluesky", "#acme network:mastodon")
    steps, place = await looked(desk, wanted, None)
    assert told(steps) == []
    # More than a page, by many at once, and one that the index shows late: said before the look before.
    desk.town.clock.advance(60)
    await zoe.post_many([post_record(f"{word} kaputt {n}", desk.now()) for n in range(130)])
    steps, place = await looked(desk, wanted, place)
    assert len(told(steps)) == len(set(told(steps))) == 130
    (first, *_) = [post for step in steps for post in step.posts]
    assert (first.author, first.author_id, first.language) == (zoe.handle, zoe.did, "de")
    assert [bool(step.place) for step in steps] == [False] * (len(steps) - 1) + [True]
    desk.town.clock.advance(60)
    await zoe.post(f"{word} kam spaet", desk.now() - timedelta(minutes=3))
    ids = {post.remote_id for step in steps for post in step.posts}
    steps, _ = await looked(desk, wanted, place)
    new = [post.text for step in steps for post in step.posts if post.remote_id not in ids]
    assert new == [f"{word} kam spaet"]


async def test_a_word_that_was_asked_longest_ago_is_asked_first_and_each_has_a_place(desk: Desk) -> None:
    wanted = sought("eins network:bluesky", "zwei network:bluesky")
    _, place = await looked(desk, wanted, None)
    steps, place = await looked(desk, wanted, place)
    assert place is not None
    assert "eins" in place
    assert "zwei" in place
    # What nobody looks for any more is forgotten.
    desk.town.clock.advance(60)
    _, place = await looked(desk, wanted[1:], place)
    assert place is not None
    assert "eins" not in place
    # What is no place of a search, such as that of the whole stream, begins anew.
    steps, _ = await looked(desk, wanted[1:], "1767225600000000")
    assert told(steps) == []


async def test_looking_keeps_to_its_share_of_the_requests_and_leaves_the_rest(desk: Desk) -> None:
    for _ in range(299):
        await desk.ctx.budgets.take("search", Purpose.LISTEN)
    with pytest.raises(BudgetSpent):
        await looked(desk, sought("eins network:bluesky", "zwei network:bluesky"), None, rounds=2)
    # What was said to us is pulled all the same.
    await desk.new()
