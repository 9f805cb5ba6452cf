"""Whoever sees little finds what whoever sees all finds of it, in whatever windows and by whatever index it is looked for."""

from datetime import timedelta
from typing import Any

import pytest

from tests.kit import START, House
from unisono.domain.ids import new_id
from unisono.service.ports.reading import Sight
from unisono.service.ports.searching import Place, SearchFor
from unisono.service.search_query import parse_query
from unisono.service.transfer import transfer
from unisono.store import searching
from unisono.store.maintenance import ensure_months

WORDS = ("Paket", "Rechnung", "Verspätung", "Kaffee")
ALL = Sight(classes=None)


async def looked(house: House, sight: Sight, query: str, after: Place | None = None, limit: int = 50) -> Any:
    typed = parse_query(query, house.clock.now())
    async with house.db.read() as tx:
        return await tx.searching.search(sight, SearchFor(groups=typed.groups, phrases=typed.phrases), after, limit)


async def found(house: House, sight: Sight, query: str) -> list[str]:
    result = await looked(house, sight, query)
    assert result.next is None
    return [hit.message.text for hit in result.hits]


async def talk(house: House) -> tuple[int, int]:
    """Two queues' customers talk over two months; returns the queues' access classes."""
    await ensure_months(house.db.pool, START - timedelta(days=40), START)
    classes = []
    for name in ("a", "b"):
        channel = await house.channel(await house.queue())
        classes.append(channel.access_class)
        items = [
            {
                "id": f"{name}{n}", "by": f"{name}{n % 7}", "at": (START - timedelta(days=n)).isoformat(),
                "text": f"{name}{n} {WORDS[n % 4]} und {WORDS[(n + 1) % 4]}",
            }
            for n in range(30)
        ]  # fmt: skip
        await house.hear(channel, *items)
    return classes[0], classes[1]


async def not_rebuilt(house: House, patched: pytest.MonkeyPatch) -> None:
    await house.sql("delete from setting where name = 'search.version'")


async def many_classes(house: House, patched: pytest.MonkeyPatch) -> None:
    patched.setattr(searching, "MOST_CLASSES", 0)


async def small_windows(house: House, patched: pytest.MonkeyPatch) -> None:
    """As in a large house: eight messages in the first window, twice as many in the next; the time is never up."""
    await house.sql("analyze message_terms")
    patched.setattr(searching, "FIRST_ROWS", 8)
    patched.setattr(searching, "GROWTH", 2.0)
    patched.setattr(searching, "SMALL_ROWS", 8)
    patched.setattr(searching, "SLICE_S", 1_000.0)


WAYS = [not_rebuilt, many_classes, small_windows]
QUERIES = ["Paket ", "verspaetung ", "Paket Rechnung ", '"und Kaffee"', "Rechn", "a7 ", "nichts "]


@pytest.mark.parametrize("query", QUERIES)
async def test_whoever_sees_little_finds_their_part_in_every_way(
    house: House, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    ours, _ = await talk(house)
    little = Sight(classes=frozenset({ours}))
    everything = await found(house, ALL, query)
    expected = [text for text in everything if text.startswith("a")]
    assert await found(house, little, query) == expected
    assert bool(expected) == (query != "nichts ")
    assert await found(house, Sight(classes=frozenset()), query) == []
    for way in WAYS:
        with monkeypatch.context() as patched:
            await way(house, patched)
            assert await found(house, ALL, query) == everything, way.__name__
            assert await found(house, little, query) == expected, way.__name__
            await house.sql("insert into setting (name, value) values ('search.version', '2') on conflict do nothing")


@pytest.mark.parametrize("way", [many_classes, small_windows])
async def test_pages_of_a_search_follow_each_other(house: House, monkeypatch: pytest.MonkeyPatch, way: Any) -> None:
    ours, _ = await talk(house)
    await way(house, monkeypatch)
    texts: list[str] = []
    after = None
    for _ in range(20):
        result = await looked(house, Sight(classes=frozenset({ours})), "und ", after, 4)
        texts += [hit.message.text for hit in result.hits]
        after = result.next
        if after is None:
            break
    assert [text.split()[0] for text in texts] == [f"a{n}" for n in range(30)]


async def test_words_that_never_meet_are_given_up_with_the_place_to_search_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk(house)
    await small_windows(house, monkeypatch)
    monkeypatch.setattr(searching, "SLICE_S", 0.0)
    first = await looked(house, ALL, "a29 und ")
    assert (first.hits, first.next is None) == ([], False)
    rounds = 1
    while first.next is not None and not first.hits:
        first = await looked(house, ALL, "a29 und ", first.next)
        rounds += 1
        assert rounds < 20
    assert rounds > 2
    assert [hit.message.text.split()[0] for hit in first.hits] == ["a29"]


async def test_what_goes_to_another_queue_is_found_there_and_no_longer_here(house: House) -> None:
    ours, _ = await talk(house)
    other = await house.queue()
    person = await house.agent(other)
    [row] = await house.sql(
        "select i.id from interaction i join message m on m.conversation_id = i.conversation_id where m.remote_id = 'a3'"
    )
    await house.sql("update agent set capacity = 6000")
    await house.sql("update interaction set state = 'active', agent_id = $2 where id = $1", row["id"], person.id)
    await transfer(house.db, person.access, row["id"], queue_id=other)
    [there] = await house.sql("select access_class from interaction where id = $1", row["id"])
    assert await found(house, Sight(classes=frozenset({ours})), "a3 Kaffee ") == []
    assert len(await found(house, Sight(classes=frozenset({there["access_class"]})), "a3 Kaffee ")) == 1


async def test_what_moves_to_another_conversation_takes_its_class(house: House) -> None:
    ours, theirs = await talk(house)
    await house.sql(
        "update message_terms set conversation_id = (select conversation_id from message where remote_id = 'b1') "
        "where message_id = (select id from message where remote_id = 'a1')"
    )
    rows = await house.sql(
        "select terms::text as t from message_terms where message_id = (select id from message where remote_id = 'a1')"
    )
    assert f"@{theirs}'" in rows[0]["t"]
    assert f"@{ours}'" not in rows[0]["t"]


async def test_a_number_is_found_however_it_is_written(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, {"id": "1", "text": "Ruft mich an: +49 (0)171 234 56 78", "name": str(new_id())})
    for query in ("0171 2345678", "+491712345678", "01712345678 ", "1712345678"):
        assert len(await found(house, ALL, query)) == 1, query
    assert await found(house, ALL, "0171 2345679") == []
