"""Law 7: what is erased is gone, wherever it stood; what the law keeps is sealed."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from tests.kit import House
from tests.service.test_sending import send, written
from tests.service.test_work import offered, working
from unisono.domain.errors import Conflict, Forbidden, Invalid
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.assign import prioritise
from unisono.service.customer_value import set_customer_value
from unisono.service.decline import decline_offer
from unisono.service.erase import erase_again, erase_customer, expire_texts
from unisono.service.note import write_note
from unisono.service.ports.reading import Sight
from unisono.service.ports.searching import SearchFor
from unisono.service.reopen import reopen
from unisono.service.seal import open_sealed, verify_chain
from unisono.service.transfer import transfer

pytestmark = pytest.mark.law7

SECRETS = ("Zaubernuss", "Rumpelstilz", "vertraulich.pdf", "Antwortgeheimnis", "Notizgeheimnis", "sehr-privat", "Wertgrund")


async def full_house(house: House) -> tuple[Access, UUID]:
    """A customer whose words stand in every place that there is."""
    person, _, interaction = await working(house)
    channel_id = (await house.sql("select id from channel"))[0]["id"]
    async with house.db.write() as tx:
        channel = await tx.channels.facts(channel_id)
    assert channel is not None
    await house.hear(
        channel,
        {
            "id": "s1", "root": "0", "by": "c0", "name": "Rumpelstilz", "subject": "Zaubernuss", "text": "Meine Zaubernuss ist sehr-privat",
            "html": "<p>Zaubernuss</p>", "files": [{"name": "vertraulich.pdf", "type": "application/pdf", "content": "Zaubernuss"}],
        },
        {"id": "s1", "kind": "edited", "revision": 1, "text": "Meine Zaubernuss ist sehr-privat geworden"},
    )  # fmt: skip
    await house.hear(channel, {"id": "bad", "bug": True, "text": "Zaubernuss"})
    await house.sql("delete from inbox where state = 'quarantined'")
    await written(house, person, interaction, "Antwortgeheimnis")
    conversation = (await house.sql("select id from conversation"))[0]["id"]
    await write_note(house.db, person.access, conversation, new_id(), "Notizgeheimnis")
    await send(house)
    await written(house, person, interaction, "Antwortgeheimnis, noch nicht gesendet")
    customer = (await house.sql("select customer_id from identity where display_name = 'Rumpelstilz'"))[0]["customer_id"]
    await set_customer_value(house.db, person.access, customer, 2, "Wertgrund")
    return person.access, customer


async def traces(house: House) -> list[str]:
    """Every table whose rows, as text, hold one of the secrets, raw bytes and search terms included."""
    found = []
    tables = await house.sql("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")
    for table in (row["relname"] for row in tables):
        for secret in (*SECRETS, "zaubernuss", "zaubernus", "rumpelstilz"):
            rows = await house.sql(
                f'select 1 from "{table}" t where t::text like $1 or t::text like $2 limit 1',
                f"%{secret}%", f"%{secret.encode().hex()}%",
            )  # fmt: skip
            if rows:
                found.append(f"{table}: {secret}")
    return found


async def searched(house: House, word: str) -> int:
    async with house.db.read() as tx:
        return len((await tx.searching.search(Sight(classes=None), SearchFor(groups=[[word]]), None, 10)).hits)


async def test_a_customer_who_is_erased_leaves_no_trace(house: House) -> None:
    access, customer = await full_house(house)
    assert len(await traces(house)) >= 6
    assert await searched(house, "zaubernuss") == 1
    result = await erase_customer(house.outside, access, customer, "Antrag nach Art. 17 DSGVO")
    assert result.messages >= 5
    assert await traces(house) == []
    assert await searched(house, "zaubernuss") == 0
    assert house.files.content == {}
    assert [row["value"] for row in await house.sql("select value from customer where id = $1", customer)] == [1]
    assert ("customer", customer) in house.tombstones.lines


async def test_what_colleagues_said_of_it_in_their_own_words_goes_with_it(house: House) -> None:
    access, customer = await full_house(house)
    [work] = await house.sql("select id, agent_id from interaction")
    [heard] = await house.sql("select id from message where remote_id = 's1'")
    await prioritise(house.db, access, work["id"], 5, "Rumpelstilz drängt")
    await transfer(house.db, access, work["id"], queue_id=await house.queue())
    helper = await house.agent((await house.sql("select queue_id from interaction"))[0]["queue_id"])
    await house.router.load()
    await house.route()
    await decline_offer(house.db, helper.access, await offered(house, helper), "personal", "Rumpelstilz ist mein\0 Nachbar")
    async with house.db.write() as tx:
        await tx.privacy.audit(access.user_id, "message.hidden", "message", str(heard["id"]), {"reason": "Zaubernuss"})
        await tx.privacy.audit(access.user_id, "message.shown", "message", str(new_id()), {"reason": "insult"})
    await erase_customer(house.outside, access, customer, "Antrag")
    assert await traces(house) == []
    kept = {row["action"]: row["body"] for row in await house.sql("select action, body from audit order by at, id")}
    assert kept["offer.declined"] == {"reason": "personal"}
    assert kept["interaction.prioritised"] == {"from": 0, "to": 5}
    assert (kept["message.hidden"], kept["message.shown"]) == ({}, {"reason": "insult"})
    assert kept["customer.erased"]["reason"] == "Antrag"


async def test_nobody_opens_again_what_was_said_with_somebody_erased(house: House) -> None:
    access, customer = await full_house(house)
    others = {row["id"] for row in await house.sql("select id from conversation")}
    mine = {
        row["id"]
        for row in await house.sql(
            "select c.id from conversation c join identity y on y.id = c.identity_id where y.customer_id = $1", customer
        )
    }
    await house.sql("update interaction set state = 'closed', agent_id = null, closed_at = now() where state <> 'closed'")
    await erase_customer(house.outside, access, customer, "Antrag")
    before = (await house.sql("select count(*) as n from interaction"))[0]["n"]
    for conversation in mine:
        with pytest.raises(Conflict, match="erased"):
            await reopen(house.db, access, conversation)
    assert (await house.sql("select count(*) as n from interaction"))[0]["n"] == before
    for conversation in others - mine:
        assert await reopen(house.db, access, conversation), "of everybody else it goes on"


async def test_what_its_author_deletes_at_the_source_leaves_no_trace(house: House) -> None:
    _, _ = await full_house(house)
    channel_id = (await house.sql("select id from channel"))[0]["id"]
    async with house.db.write() as tx:
        channel = await tx.channels.facts(channel_id)
    assert channel is not None
    await house.hear(channel, {"id": "s1", "kind": "deleted"})
    assert [trace for trace in await traces(house) if "Zaubernuss" in trace or "sehr-privat" in trace] == []
    assert house.files.content == {}


async def test_what_was_erased_stays_out_when_the_network_delivers_it_again(house: House) -> None:
    access, customer = await full_house(house)
    channel_id = (await house.sql("select id from channel"))[0]["id"]
    async with house.db.write() as tx:
        channel = await tx.channels.facts(channel_id)
    assert channel is not None
    await erase_customer(house.outside, access, customer, "Antrag")
    await house.sql("delete from inbox")
    await house.hear(channel, {"id": "s1", "root": "0", "by": "c0", "name": "Rumpelstilz", "text": "Meine Zaubernuss"})
    assert await traces(house) == []


async def test_texts_go_when_their_time_is_over(house: House) -> None:
    await full_house(house)
    await house.sql("update message_text set expires_at = $1", house.clock.now())
    house.clock.advance(1)
    assert await expire_texts(house.outside) >= 5
    # The customer is still one: who they are, and why they count more, is not a text.
    assert [trace for trace in await traces(house) if not trace.startswith(("identity", "audit: Wertgrund"))] == []


async def test_a_restore_erases_again_what_was_erased_before(house: House) -> None:
    _, customer = await full_house(house)
    messages = [row["id"] for row in await house.sql("select id from message where direction = 'note'")]
    await erase_again(house.outside, [customer, new_id()], messages)
    assert await traces(house) == []


async def sealed_by_hold(house: House, customer: UUID) -> None:
    async with house.db.write() as tx:
        assert await tx.privacy.set_hold(customer, "Rechtsstreit 12 C 34/26")


async def sealed_by_class(house: House, customer: UUID) -> None:
    rule = {"business_letter": {"media": ["post"], "ground": "HGB § 257", "years": 6}}
    await house.sql("insert into setting (name, value) values ('retention.classes', $1)", rule)


@pytest.mark.parametrize("ground", [sealed_by_hold, sealed_by_class])
async def test_what_the_law_keeps_is_sealed_and_opened_only_with_a_reason(
    house: House, ground: Callable[[House, UUID], Awaitable[None]]
) -> None:
    access, customer = await full_house(house)
    await ground(house, customer)
    result = await erase_customer(house.outside, access, customer, "Antrag")
    assert result.sealed >= 4
    assert await traces(house) == []
    assert await verify_chain(house.db) == result.sealed
    with pytest.raises(Invalid):
        await open_sealed(house.db, house.outside.cipher, access, 1, "nur so")
    with pytest.raises(Forbidden):
        await open_sealed(house.db, house.outside.cipher, Access(user_id=new_id()), 1, "Prüfung durch das Finanzamt")
    opened = [
        await open_sealed(house.db, house.outside.cipher, access, n + 1, "Prüfung durch das Finanzamt")
        for n in range(result.sealed)
    ]
    assert any("Zaubernuss" in one.text for one in opened)
    looked = await house.sql("select count(*) as n from audit where action = 'archive.opened'")
    assert looked[0]["n"] == result.sealed


async def test_a_changed_archive_shows(house: House) -> None:
    access, customer = await full_house(house)
    await sealed_by_hold(house, customer)
    await erase_customer(house.outside, access, customer, "Antrag")
    await house.sql("update sealed_item set ground = 'anders' where number = 2")
    with pytest.raises(Invalid, match="entry 2"):
        await verify_chain(house.db)
