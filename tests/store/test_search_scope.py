"""Whoever sees little finds what whoever sees all finds of it: the two ways of searching agree."""

from datetime import timedelta
from typing import Any

import pytest

import unisono.store.reading as reading
from tests.kit import START, House
from unisono.service.look import parse_query
from unisono.service.ports.reading import Sight
from unisono.store.maintenance import ensure_months

WORDS = ("Paket", "Rechnung", "Verspätung", "Kaffee")


async def found(house: House, sight: Sight, query: str, after: Any = None, limit: int = 50) -> list[str]:
    groups, phrases = parse_query(query)
    async with house.db.read() as tx:
        hits = await tx.reading.search(sight, groups, phrases, after, limit)
    return [hit.message.text for hit in hits]


async def talk(house: House) -> tuple[int, int]:
    """Two queues' customers talk over two months; returns the queues' access classes."""
    await ensure_months(house.db.pool, START - timedelta(days=40), START)
    classes = []
    for name in ("a", "b"):
        channel = await house.channel(await house.queue())
        classes.append(channel.access_class)
        for n in range(30):
            at = START - timedelta(days=n)
            text = f"{name}{n} {WORDS[n % 4]} und {WORDS[(n + 1) % 4]}"
            await house.hear(channel, {"id": f"{name}{n}", "by": f"{name}{n % 7}", "at": at.isoformat(), "text": text})
    return classes[0], classes[1]


@pytest.mark.parametrize("query", ["Paket ", "verspaetung ", "Paket Rechnung ", '"und Kaffee"', "Rechn", "a7 ", "nichts "])
async def test_few_conversations_are_searched_like_many(house: House, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    ours, _ = await talk(house)
    little = Sight(classes=frozenset({ours}))
    everything = await found(house, Sight(classes=None), query)
    expected = [text for text in everything if text.startswith("a")]
    assert await found(house, little, query) == expected
    monkeypatch.setattr(reading, "FEW_CONVERSATIONS", 0)
    assert await found(house, little, query) == expected
    assert bool(expected) == (query != "nichts ")


async def test_pages_of_a_search_follow_each_other_in_both_ways(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, _ = await talk(house)
    sight = Sight(classes=frozenset({ours}))
    groups, phrases = parse_query("und ")
    for few in (2_000, 0):
        monkeypatch.setattr(reading, "FEW_CONVERSATIONS", few)
        texts: list[str] = []
        after = None
        for _ in range(10):
            async with house.db.read() as tx:
                hits = await tx.reading.search(sight, groups, phrases, after, 4)
            texts += [hit.message.text for hit in hits]
            if len(hits) < 4:
                break
            rows = await house.sql("select said_at, id from message where id = $1", hits[-1].message.id)
            after = (rows[0]["said_at"], rows[0]["id"])
        assert [text.split()[0] for text in texts] == [f"a{n}" for n in range(30)]
