"""Commands by message: carried out once, for the linked account alone, and answered; everybody else is a customer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.kit import House, Person, Scripted, StepClock
from unisono.contract import NotReached, Retry
from unisono.domain.ids import new_id
from unisono.service.by_message.heed import MOST
from unisono.service.by_message.links import change_account, code_in, my_accounts, new_link_code, unlink_account
from unisono.service.by_message.replies import send_replies
from unisono.service.ports.accounts import AccountChange
from unisono.service.ports.channels import ChannelFacts
from unisono.service.presence.look import my_presence

pytestmark = pytest.mark.workplace


async def line_of(house: House, queue_id: UUID | None = None, network: str = "sandbox") -> ChannelFacts:
    """Add a channel of a network that proves who writes."""
    channel = await house.channel(queue_id)
    await house.sql("update channel set network = $2 where id = $1", channel.id, network)
    return replace(channel, network=network)


async def writes(house: House, channel: ChannelFacts, by: str, text: str, **more: Any) -> str:
    """Let somebody write in private; returns the network's id of it."""
    if isinstance(house.clock, StepClock):
        house.clock.advance(1)
    item = {"id": str(new_id()), "by": by, "visibility": "private", "root": f"dm-{by}", "text": text}
    item |= {"at": house.clock.now().isoformat(), **more}
    await house.hear(channel, item)
    return str(item["id"])


async def link(house: House, person: Person, channel: ChannelFacts, by: str) -> None:
    """Link an account as its owner does."""
    code = (await new_link_code(house.db, person.access)).code
    await writes(house, channel, by, code)
    assert [one.label for one in (await my_accounts(house.db, person.access)).items if one.label == f"@{by}"] == [f"@{by}"]


async def said_back(house: House, channel: ChannelFacts) -> list[str]:
    """Send what is to be said; returns all that was said since the last look."""
    before = len(Scripted.sent)
    await send_replies(house.outside, channel, Scripted(None))  # type: ignore[arg-type]  # asks its inbox for nothing
    return [message.text for message in Scripted.sent[before:]]


async def presence(house: House, person: Person) -> tuple[str, str]:
    shown = (await my_presence(house.db, person.access)).presence
    return shown.value, shown.reason


async def enquiries(house: House) -> int:
    return int((await house.sql("select count(*) as n from interaction"))[0]["n"])


async def anna_of(house: House) -> tuple[Person, ChannelFacts]:
    anna, channel = await house.agent(await house.queue()), await line_of(house)
    await link(house, anna, channel, "a1")
    await said_back(house, channel)
    return anna, channel


async def test_a_command_is_carried_out_answered_and_leaves_nothing_behind(house: House) -> None:
    anna, channel = await anna_of(house)
    await writes(house, channel, "a1", "/away 45m lunch")
    assert await presence(house, anna) == ("away", "lunch")
    assert (await house.sql("select state from agent"))[0]["state"] == "away"
    # 11:45 by the clock of the house, not by UTC.
    assert await said_back(house, channel) == [
        "Eingetragen: abwesend (Mittag) bis 11:45. Früher zurück: /back. Zurücknehmen: /undo."
    ]
    (reply,) = Scripted.sent[-1:]
    assert reply.thread.visibility == "private"
    assert reply.recipient.remote_id == "a1"
    await writes(house, channel, "a1", "/back")
    assert await presence(house, anna) == ("unknown", "")
    assert (await enquiries(house), await house.transcript()) == (0, [])
    assert await house.sql("select 1 from identity") == []
    assert await house.sql("select 1 from inbox where body is not null") == []
    assert await house.sql("select 1 from event where body::text like '%lunch%' and type not like 'agent%'") == []


@pytest.mark.parametrize("by", ["a2", "A1", "а1", "a1 ", "a1\u200b", "@a1", "boss"])
async def test_nobody_but_the_linked_account_commands_whatever_they_are_called(house: House, by: str) -> None:
    anna, channel = await anna_of(house)
    # The same handle and the same name as Anna's account, with the id of somebody else.
    for text in ("/away 45m", "/dnd", "bin bis 14 Uhr im Termin", "1", "/take"):
        await writes(house, channel, by, text, name="Anna", handle="@a1")
    assert await presence(house, anna) == ("unknown", "")
    assert await said_back(house, channel) == []
    assert await enquiries(house) == 1
    assert len(await house.transcript()) == 5


async def test_a_renamed_account_is_still_its_owners_and_another_network_is_not(house: House) -> None:
    anna, channel = await anna_of(house)
    await writes(house, channel, "a1", "/dnd 2h", name="Somebody Else", handle="@renamed")
    assert (await presence(house, anna))[0] == "dnd"
    other = await line_of(house, network="mastodon")
    await writes(house, other, "a1", "/back")
    assert (await presence(house, anna))[0] == "dnd"
    mail = await line_of(house, network="email")
    code = (await new_link_code(house.db, anna.access)).code
    await writes(house, mail, "anna@example.org", code)
    assert len((await my_accounts(house.db, anna.access)).items) == 1


async def test_the_same_message_is_carried_out_once_by_whatever_way_it_comes(house: House) -> None:
    anna, channel = await anna_of(house)
    second = await line_of(house)
    one = await writes(house, channel, "a1", "/away 45m")
    house.clock.advance(10)
    await writes(house, channel, "a1", "/back")
    for way in (channel, second):
        for revision in range(3):
            await writes(house, way, "a1", "/away 45m", id=one, revision=revision)
    await house.hear(channel, {"kind": "edited", "id": one, "revision": 9, "text": "/dnd"})
    assert await presence(house, anna) == ("unknown", "")
    assert len(await said_back(house, channel)) == 2
    assert await said_back(house, second) == []
    assert await enquiries(house) == 0
    assert await house.sql("select 1 from inbox where state <> 'done'") == []


async def test_free_text_only_proposes_and_one_says_yes(house: House) -> None:
    anna, channel = await anna_of(house)
    await writes(house, channel, "a1", "bin bis 14 Uhr im Termin")
    assert await presence(house, anna) == ("unknown", "")
    (asked,) = await said_back(house, channel)
    assert asked.startswith("Meinen Sie: beschäftigt (Besprechung) bis 14:00?")
    await writes(house, channel, "a1", "0")
    assert await presence(house, anna) == ("unknown", "")
    await writes(house, channel, "a1", "bin bis 14 Uhr im Termin")
    await writes(house, channel, "a1", "1")
    assert await presence(house, anna) == ("busy", "meeting")
    await writes(house, channel, "a1", "/undo")
    assert await presence(house, anna) == ("unknown", "")
    # A proposal is answered once, and only while it is remembered.
    await writes(house, channel, "a1", "1")
    await writes(house, channel, "a1", "kurz weg")
    house.clock.advance(601)
    await writes(house, channel, "a1", "ja")
    assert await presence(house, anna) == ("unknown", "")
    assert await enquiries(house) == 1


async def test_undo_brings_back_what_held_before(house: House) -> None:
    anna, channel = await anna_of(house)
    await writes(house, channel, "a1", "/away 3h travel")
    house.clock.advance(60)
    await writes(house, channel, "a1", "/dnd 1h")
    house.clock.advance(60)
    await writes(house, channel, "a1", "/undo")
    assert await presence(house, anna) == ("away", "travel")
    assert (await said_back(house, channel))[-1].startswith("Zurückgenommen; es gilt wieder: abwesend (unterwegs) bis 14:00")
    house.clock.advance(60)
    await writes(house, channel, "a1", "/undo")
    assert await presence(house, anna) == ("away", "travel")


async def test_an_employee_is_a_customer_too(house: House) -> None:
    _, channel = await anna_of(house)
    await writes(house, channel, "a1", "Wo bleibt mein Paket?")
    assert await enquiries(house) == 1
    assert await said_back(house, channel) == []


async def test_take_takes_what_is_due_next_and_only_what_one_may(house: House) -> None:
    queue, other = await house.queue(), await house.queue()
    anna, channel = await house.agent(queue), await line_of(house)
    await link(house, anna, channel, "a1")
    await writes(house, channel, "a1", "/take")
    mine, others = await house.channel(queue), await house.channel(other)
    await house.hear(others, {"id": "1", "text": "anderswo"})
    await house.hear(mine, {"id": "2", "text": "bei mir"})
    one = await writes(house, channel, "a1", "/take")
    await house.hear(mine, {"id": "3", "by": "ben", "text": "danach"})
    await writes(house, channel, "a1", "/take", id=one, revision=1)
    taken = await house.sql("select q.queue_id from interaction q where agent_id = $1", anna.id)
    assert [row["queue_id"] for row in taken] == [queue]
    back = await said_back(house, channel)
    assert back[1:] == [
        "In Ihren Warteschlangen wartet nichts, das Sie nehmen könnten.",
        "Das nächste Anliegen ist jetzt bei Ihnen; es liegt an Ihrem Arbeitsplatz.",
    ]


async def test_who_names_only_those_who_can_be_reached(house: House) -> None:
    queue = await house.queue()
    anna, channel = await house.agent(queue), await line_of(house)
    ben = await house.agent(queue, skills={"sap": 3, "lang-de": 5})
    cleo = await house.agent(queue, skills={"sap": 3})
    for person, name in ((ben, "Ben"), (cleo, "Cleo")):
        await house.sql("update app_user set name = $2 where id = $1", person.id, name)
    await house.sql("update role set actions = actions || '{agent.read}'")
    await link(house, anna, channel, "a1")
    await link(house, ben, channel, "b1")
    await said_back(house, channel)
    await writes(house, channel, "a1", "/who sap")
    await writes(house, channel, "a1", "/who SAP de")
    await writes(house, channel, "b1", "/away 45m")
    await writes(house, channel, "a1", "/who sap de")
    await writes(house, channel, "a1", "/who cobol")
    await house.sql("update role set actions = array_remove(actions, 'agent.read')")
    await writes(house, channel, "a1", "/who sap")
    back = await said_back(house, channel)
    assert back[:2] == ["Jetzt zu erreichen mit sap: Ben, Cleo.", "Jetzt zu erreichen mit sap, de: Ben."]
    assert back[3:5] == [
        "Mit sap, de ist jetzt niemand zu erreichen; frühestens wieder um 11:45.",
        "Mit cobol ist jetzt niemand zu erreichen.",
    ]
    assert back[5].startswith("Das ging nicht, geändert wurde nichts")


async def test_public_posts_count_only_where_their_owner_says_so_and_are_answered_in_private(house: House) -> None:
    anna, channel = await anna_of(house)
    await writes(house, channel, "a1", "@firma bin in der Mittagspause", visibility="public", id="p1", root="p1")
    assert await enquiries(house) == 1
    assert await said_back(house, channel) == []
    (account,) = (await my_accounts(house.db, anna.access)).items
    await change_account(house.db, anna.access, account.id, AccountChange(public_posts=True))
    await writes(house, channel, "a1", "@firma bin in der Mittagspause", visibility="public", id="p2", root="p2")
    (asked,) = await said_back(house, channel)
    assert asked.startswith("Meinen Sie: abwesend (Mittag) bis 12:00?")
    assert (Scripted.sent[-1].thread.visibility, Scripted.sent[-1].private_reply_to) == ("private", "p2")
    await writes(house, channel, "a1", "/who sap", visibility="public", id="p3", root="p3")
    await writes(house, channel, "a1", "1")
    assert await presence(house, anna) == ("away", "lunch")
    assert (await said_back(house, channel))[0] == "Das geht nur per privater Nachricht. Geändert wurde nichts."


async def test_a_code_is_good_once_for_a_while_and_never_from_where_everybody_reads_it(house: House) -> None:
    anna, channel = await house.agent(await house.queue()), await line_of(house)
    old = (await new_link_code(house.db, anna.access)).code
    code = (await new_link_code(house.db, anna.access)).code
    await writes(house, channel, "x", old)
    await writes(house, channel, "x", code, visibility="public", id="p", root="p")
    # Whoever copied it from there comes too late.
    await writes(house, channel, "thief", code)
    assert (await my_accounts(house.db, anna.access)).items == []
    late = (await new_link_code(house.db, anna.access)).code
    house.clock.advance(901)
    await writes(house, channel, "a1", late)
    assert (await my_accounts(house.db, anna.access)).items == []
    code = (await new_link_code(house.db, anna.access)).code
    await writes(house, channel, "a1", f"  unisono {code.lower()} ")
    ben = await house.agent(await house.queue())
    await writes(house, channel, "a1", (await new_link_code(house.db, ben.access)).code)
    assert [one.label for one in (await my_accounts(house.db, anna.access)).items] == ["@a1"]
    assert (await my_accounts(house.db, ben.access)).items == []


async def test_what_is_taken_back_is_gone_and_commands_no_more(house: House) -> None:
    anna, channel = await anna_of(house)
    await writes(house, channel, "a1", "bin im Termin")
    (account,) = (await my_accounts(house.db, anna.access)).items
    await unlink_account(house.db, anna.access, account.id)
    for table in ("linked_account", "message_command", "command_proposal", "command_reply"):
        assert await house.sql(f"select 1 from {table}") == []
    await writes(house, channel, "a1", "/dnd")
    assert await presence(house, anna) == ("unknown", "")
    assert await enquiries(house) == 1


async def test_commands_can_be_switched_off_and_end_with_the_good_account_here(house: House) -> None:
    anna, channel = await anna_of(house)
    (account,) = (await my_accounts(house.db, anna.access)).items
    await change_account(house.db, anna.access, account.id, AccountChange(commands=False))
    await writes(house, channel, "a1", "/dnd")
    assert await presence(house, anna) == ("unknown", "")
    await change_account(house.db, anna.access, account.id, AccountChange(commands=True))
    await house.sql("update app_user set disabled_at = now() where id = $1", anna.id)
    await writes(house, channel, "a1", "/dnd")
    assert await presence(house, anna) == ("unknown", "")
    async with house.db.write() as tx:
        await tx.accounts.forget_old()
    assert await house.sql("select 1 from linked_account") == []


async def test_old_messages_are_not_carried_out_and_none_from_before_the_link(house: House) -> None:
    anna, channel = await anna_of(house)
    before = (house.clock.now() - timedelta(hours=2)).isoformat()
    await writes(house, channel, "a1", "/dnd 8h", at=before)
    assert await enquiries(house) == 1
    house.clock.advance(4 * 3_600)
    late = (house.clock.now() - timedelta(hours=1)).isoformat()
    await writes(house, channel, "a1", "/dnd 8h", at=late)
    assert await presence(house, anna) == ("unknown", "")
    assert [one[:26] for one in await said_back(house, channel)] == ["Ihre Nachricht kam erst je"]


async def test_a_flood_is_answered_once_and_carried_out_no_more(house: House) -> None:
    anna, channel = await anna_of(house)
    for _ in range(MOST):
        await writes(house, channel, "a1", "/help")
    await writes(house, channel, "a1", "/dnd")
    await writes(house, channel, "a1", "/dnd")
    assert await presence(house, anna) == ("unknown", "")
    back: list[str] = []
    while more := await said_back(house, channel):
        back += more
    assert len(back) == MOST + 1
    assert back[-1].startswith("Das sind zu viele")
    house.clock.advance(601)
    await writes(house, channel, "a1", "/dnd")
    assert (await presence(house, anna))[0] == "dnd"


async def test_a_reply_is_said_again_only_when_it_was_surely_not_said(house: House) -> None:
    _, channel = await anna_of(house)
    Scripted.results = [Retry(reason="busy", after_s=5)]
    await writes(house, channel, "a1", "/help")
    assert len(await said_back(house, channel)) == 1
    assert await said_back(house, channel) == []
    house.clock.advance(6)
    assert len(await said_back(house, channel)) == 1
    # And the network tells us what we said: it is no enquiry and no message to a customer.
    key = Scripted.sent[-1].key
    await writes(house, channel, "firma", Scripted.sent[-1].text, own=True, to="a1", key=key)
    assert (await enquiries(house), await house.transcript()) == (0, [])

    async def cut(message: object, attempt: int) -> None:
        raise NotReached("cut", sent=True)

    await writes(house, channel, "a1", "/help")
    broken = Scripted(None)  # type: ignore[arg-type]  # asks its inbox for nothing
    broken.send = cut  # type: ignore[assignment,method-assign]  # the network fails here
    await send_replies(house.outside, channel, broken)
    house.clock.advance(120)
    assert await said_back(house, channel) == []


async def test_what_is_wrong_is_told_and_changes_nothing(house: House) -> None:
    anna, channel = await anna_of(house)
    for text in (
        "/frei",
        "/away until gestern",
        "/take 12",
        "/who",
        "/conf x",
        "/call 1",
        "/back jetzt",
        "/take #99",
        "/undo",
        "/call +4930123456",
    ):
        await writes(house, channel, "a1", text)
    back = await said_back(house, channel)
    assert len(back) == 10
    assert all("eändert wurde nichts" in one or "/who" in one or "wartet nichts" in one for one in back), back
    assert await presence(house, anna) == ("unknown", "")
    assert await enquiries(house) == 0


async def test_a_person_sees_their_own_accounts_alone(house: House) -> None:
    anna, _ = await anna_of(house)
    ben = await house.agent(await house.queue())
    (account,) = (await my_accounts(house.db, anna.access)).items
    assert (await my_accounts(house.db, ben.access)).items == []
    for act in (
        change_account(house.db, ben.access, account.id, AccountChange(public_posts=True)),
        unlink_account(house.db, ben.access, account.id),
    ):
        with pytest.raises(Exception, match="no such linked account"):
            await act
    assert (await my_accounts(house.db, anna.access)).items == [account]


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_but_a_code_is_a_code(text: str) -> None:
    found = code_in(text)
    assert found is None or (len(found) == 10 and found.isascii() and found.isupper() | found.isdigit())
