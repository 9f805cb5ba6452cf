"""The card at the ring: who calls and all that may be seen of them, on all channels, in one question to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.callkit import ADA, OURS, Exchange
from tests.kit import START, House
from unisono.service.access import Access
from unisono.service.merge_customers import merge_customers
from unisono.service.phone_pop import card_of

pytestmark = pytest.mark.voice


@contextmanager
def asked(connection: Any) -> Iterator[list[str]]:
    """Collect what the database is asked."""
    statements: list[str] = []

    def note(record: Any) -> None:
        statements.append(record.query)

    connection.add_query_logger(note)
    try:
        yield statements
    finally:
        connection.remove_query_logger(note)


async def test_the_card_shows_what_may_be_seen_on_all_channels_the_newest_first(house: House) -> None:
    exchange = Exchange(house, house.clock)
    queue = await house.queue()
    await exchange.line(queue)
    anna = await house.agent()
    await exchange.driver.rings(ADA, OURS, display_name="Ada L.")
    await exchange.settle()
    (call,) = await house.sql("select conversation_id as id from call")
    posts, secret = await house.channel(queue), await house.channel()
    said = [
        (posts, "old", 1, "Wo ist mein Paket?"), (posts, "gone", 2, "Geloescht"), (secret, "secret", 3, "Geheim"),
        (posts, "new", 4, "Immer noch nichts"),
    ]  # fmt: skip
    for channel, name, minute, text in said:
        at = (START + timedelta(minutes=minute)).isoformat()
        await house.hear(channel, {"id": name, "by": "ada", "name": "Ada", "at": at, "text": text})
    await house.hear(posts, {"id": "gone", "kind": "deleted"})
    await house.sql("update interaction set state = 'closed', closed_at = now() from conversation c "
                    "where c.id = conversation_id and c.root_remote_id = 'old'")  # fmt: skip
    async with house.db.read() as tx:
        with asked(tx.connection) as statements:
            alone = await card_of(tx, anna.access, call["id"], "Hotline")
    assert alone is not None
    assert (alone.name, alone.handle, alone.line, alone.open, alone.last) == ("Ada L.", "+49 30 123456", "Hotline", [], [])
    assert len(statements) == 1, "at a ring each round trip is time that a person waits"

    people = await house.sql("select distinct customer_id from identity order by customer_id")
    await merge_customers(house.db, anna.access, people[0]["customer_id"], people[1]["customer_id"], "Said so on the phone.")
    seen = Access(user_id=anna.id, classes={"work.read": frozenset({posts.access_class})})
    async with house.db.read() as tx:
        card = await card_of(tx, seen, call["id"], "Hotline")
        whole = await card_of(tx, anna.access, call["id"], "Hotline")
    assert card is not None
    assert whole is not None
    assert [one.subject for one in card.last] == ["Immer noch nichts", "", "Wo ist mein Paket?"]
    assert [one.subject for one in card.open] == ["Immer noch nichts"]
    assert [one.subject for one in whole.last] == ["Immer noch nichts", "Geheim", "", "Wo ist mein Paket?"]
    assert {(one.network, one.handle) for one in card.identities} == {("phone", "+49 30 123456"), ("scripted", "@ada")}
    assert {one.proof for one in card.identities if one.network == "scripted"} == {"judgement"}
    assert {one.proof for one in card.identities if one.network == "phone"} == {"own"}


async def test_work_in_one_s_own_hands_is_on_the_card_whatever_its_class(house: House) -> None:
    exchange = Exchange(house, house.clock)
    queue = await house.queue()
    await exchange.line(queue)
    anna = await house.agent()
    await exchange.driver.rings(ADA, OURS)
    await exchange.settle()
    (call,) = await house.sql("select conversation_id as id from call")
    other = await house.channel()
    await house.hear(other, {"id": "a", "by": "ada", "text": "Meins"}, {"id": "b", "by": "ada", "text": "Fremdes"})
    await house.sql("update identity set customer_id = (select customer_id from identity where network = 'phone')")
    await house.sql("update interaction set state = 'active', agent_id = $1 from conversation c "
                    "where c.id = conversation_id and c.root_remote_id = 'a'", anna.id)  # fmt: skip
    mine = Access(user_id=anna.id, classes={"work.read": frozenset()}, own=frozenset({"work.read"}))
    async with house.db.read() as tx:
        card = await card_of(tx, mine, call["id"], "Hotline")
    assert card is not None
    assert [one.subject for one in card.last] == ["Meins"]
