"""How much a customer counts: the router follows at once, on every channel, in bounds, and it is written down why."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.kit import START, House
from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.agent_state import set_agent_state
from unisono.service.customer_value import set_customer_value
from unisono.service.erase import erase_customer
from unisono.service.preview import preview

AT = [(START + timedelta(minutes=n)).isoformat() for n in range(3)]


async def customer_of(house: House, text: str) -> UUID:
    [row] = await house.sql(
        "select n.customer_id from message_text t join message m on m.id = t.message_id join identity n on n.id = m.identity_id "
        "where t.text = $1", text
    )  # fmt: skip
    return row["customer_id"]  # type: ignore[no-any-return]


async def offered_texts(house: House) -> list[str]:
    rows = await house.sql(
        "select t.text from offer o join interaction i on i.id = o.interaction_id join conversation c on c.id = i.conversation_id "
        "join message_text t on t.message_id = c.last_message_id order by o.id"
    )
    return [row["text"] for row in rows]


async def two_wait(house: House) -> Access:
    """The elder one is served first as long as both customers count alike; nobody has room yet."""
    queue = await house.queue()
    channel = await house.channel(queue)
    boss = await house.agent(queue, state="busy", capacity=12)
    await house.hear(channel, *({"id": str(n), "text": text, "by": text, "at": AT[n]} for n, text in enumerate(("alt", "neu"))))
    assert await house.route() == 0
    return boss.access


@pytest.mark.parametrize(("value", "first"), [(1, "alt"), (2, "neu"), (0.5, "alt")])
async def test_the_router_follows_at_once_and_the_reason_tells_the_number(house: House, value: float, first: str) -> None:
    access = await two_wait(house)
    await set_customer_value(house.db, access, await customer_of(house, "neu"), value, "Stammkundin")
    await house.router.step()
    await set_agent_state(house.db, access, "available")
    assert await house.router.step() == 1
    assert await offered_texts(house) == [first]
    [reason] = [row["reason"] for row in await house.sql("select reason from offer")]
    assert reason["value"] == (value if first == "neu" else 1)
    if value != 1:
        [row] = await house.sql("select actor_id, subject_id, body from audit where action = 'customer.valued'")
        assert (row["actor_id"], row["body"]) == (access.user_id, {"from": 1, "to": value, "reason": "Stammkundin"})


async def test_it_holds_after_a_new_start_and_for_what_the_customer_asks_later_on_another_channel(house: House) -> None:
    access = await two_wait(house)
    await set_customer_value(house.db, access, await customer_of(house, "neu"), 4, "Ausfall einer Klinik")
    await house.hear(
        await house.channel(await the_queue(house), medium="mail"), {"id": "9", "text": "später", "by": "neu", "at": AT[2]}
    )
    await house.router.load()
    await house.sql("update agent set capacity = 24")
    await set_agent_state(house.db, access, "available")
    assert await house.router.step() == 2
    assert sorted(await offered_texts(house)) == ["neu", "später"]


async def test_it_ends_with_the_customer_and_what_still_waits_counts_as_usual(house: House) -> None:
    access = await two_wait(house)
    customer = await customer_of(house, "neu")
    await set_customer_value(house.db, access, customer, 2, "Stammkundin")
    await house.router.step()
    await erase_customer(house.outside, access, customer, "Antrag")
    assert (await house.sql("select value from customer where id = $1", customer))[0]["value"] == 1
    with pytest.raises(Conflict) as refused:
        await set_customer_value(house.db, access, customer, 2, "doch")
    assert refused.value.code == "erased"


async def test_what_would_be_given_to_whom_tells_the_number(house: House) -> None:
    access = await two_wait(house)
    await set_customer_value(house.db, access, await customer_of(house, "alt"), 1.5, "Stammkunde")
    await set_agent_state(house.db, access, "available")
    [row] = await house.sql("select i.id from interaction i order by waiting_since limit 1")
    shown = await preview(house.db, access, row["id"])
    assert shown.reason is not None
    assert shown.reason.value == 1.5


@pytest.mark.parametrize(
    ("value", "reason", "code"),
    [
        (0.25, "x", "out_of_range"),
        (4.25, "x", "out_of_range"),
        (1.1, "x", "bad_step"),
        (2, " ", "empty"),
        (2, "x" * 501, "too_long"),
    ],
)
async def test_what_does_not_fit_changes_nothing(house: House, value: float, reason: str, code: str) -> None:
    access = await two_wait(house)
    with pytest.raises(Invalid) as refused:
        await set_customer_value(house.db, access, await customer_of(house, "neu"), value, reason)
    assert refused.value.code == code
    assert {row["value"] for row in await house.sql("select value from customer")} == {1}


async def test_only_who_leads_there_sets_it_and_strangers_do_not_learn_that_the_customer_exists(house: House) -> None:
    access = await two_wait(house)
    customer = await customer_of(house, "neu")
    rights = frozenset({"work.read", "work.answer"})
    with pytest.raises(Forbidden):
        await set_customer_value(
            house.db, Access(user_id=new_id(), actions=rights, classes=dict.fromkeys(rights)), customer, 2, "x"
        )
    for stranger, whom in ((Access(user_id=new_id()), customer), (access, new_id())):
        with pytest.raises(NotFound):
            await set_customer_value(house.db, stranger, whom, 2, "x")
    await set_customer_value(house.db, access, customer, 2, "einmal")
    await set_customer_value(house.db, access, customer, 2, "noch einmal")
    assert len(await house.sql("select 1 from event where type = 'customer.changed'")) == 1


async def the_queue(house: House) -> UUID:
    return (await house.sql("select id from queue"))[0]["id"]  # type: ignore[no-any-return]
