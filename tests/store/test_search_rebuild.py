"""Search terms are made anew online when the way they are made has changed."""

from unittest.mock import patch

from tests.kit import House
from unisono.store import search_rebuild
from unisono.store.search_rebuild import rebuild_search


async def spoilt(house: House) -> None:
    """Messages whose terms are of an older version and lead nowhere."""
    channel = await house.channel()
    await house.hear(channel, *({"id": str(n), "text": f"Wort{n} Müller"} for n in range(7)))
    await house.sql("update message_terms set terms = array_to_tsvector(array['veraltet'])")


async def found(house: House, term: str) -> int:
    [row] = await house.sql("select count(*) as n from message_terms where terms @@ $1::text::tsquery", f"'{term}'")
    return int(row["n"])


async def test_every_message_gets_its_new_terms_once(house: House) -> None:
    await spoilt(house)
    with patch.object(search_rebuild, "BATCH", 3):
        assert await rebuild_search(house.db.pool, 3) == 7
    assert (await found(house, "muller"), await found(house, "wort3"), await found(house, "veraltet")) == (7, 1, 0)
    [row] = await house.sql("select id from access_class")
    assert await found(house, f"@{row['id']}") == 7
    assert await rebuild_search(house.db.pool, 3) == 0


async def test_what_is_of_the_present_version_is_left_alone(house: House) -> None:
    await spoilt(house)
    assert await rebuild_search(house.db.pool) == 0
    assert await found(house, "veraltet") == 7


async def test_what_was_changed_meanwhile_keeps_its_newer_terms(house: House) -> None:
    await spoilt(house)
    await house.sql(
        "update message_terms set search_version = 3 where message_id = (select id from message where remote_id = '3')"
    )
    assert await rebuild_search(house.db.pool, 3) == 6
    assert (await found(house, "wort3"), await found(house, "veraltet")) == (0, 1)
