"""Around an answer, over HTTP: canned answers, signatures, mentions, what is held back, the whole history."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.kit import START
from tests.web.conftest import Browser, Served
from tests.web.stream import listening
from unisono.domain.ids import new_id
from unisono.service.setup_views import GrantView


async def work(served: Served, login: str = "anna") -> tuple[Browser, dict[str, Any]]:
    """An agent with an enquiry in hand: (their browser, the conversation as they read it)."""
    channel = await served.kit.channel()
    person = await served.person(login, "agent")
    await served.sql("update agent set state = 'busy' where user_id = $1", person)
    await served.kit.hear(channel, {"id": f"of-{login}", "by": f"customer-{login}", "name": "Erika Muster", "text": "Hallo?"})
    [row] = await served.sql("select id, conversation_id from interaction where channel_id = $1", channel.id)
    browser = served.browser()
    await browser.log_in(login)
    await browser.did("POST", f"interactions/{row['id']}/take")
    return browser, await browser.get(f"conversations/{row['conversation_id']}")


def answer(**more: Any) -> dict[str, Any]:
    return {"message_id": str(new_id()), "text": "Moin", "visibility": "public", **more}


def canned(**more: Any) -> dict[str, Any]:
    texts = {
        "de": "Hallo {customer.first_name|zusammen}, {agent.name} von {channel.brand} hier.",
        "en": "Hi {customer.first_name}!",
    }
    return {"scope_kind": "own", "key": "hallo", "name": "Begrüßung", "folder": "Alltag", "texts": texts, **more}


async def test_a_canned_answer_is_filled_in_in_the_customers_language(served: Served) -> None:
    anna, view = await work(served)
    where = view["conversation"]["id"]
    mine = await anna.did("PUT", f"canned-answers/{new_id()}", canned())
    [listed] = (await anna.get(f"canned-answers?conversation_id={where}"))["items"]
    assert listed == mine
    german = await anna.did("POST", f"canned-answers/{mine['id']}/fill", {"conversation_id": where, "language": "de"})
    assert german["text"] == "Hallo Erika, Anna von {channel.brand} hier."
    assert german["missing"] == ["channel.brand"]
    await served.sql("update interaction set language = 'en'")
    assert (await anna.did("POST", f"canned-answers/{mine['id']}/fill", {"conversation_id": where}))["text"] == "Hi Erika!"


async def test_a_variable_that_there_is_not_is_named(served: Served) -> None:
    anna, _ = await work(served)
    problem = await anna.problem("PUT", f"canned-answers/{new_id()}", canned(texts={"de": "Hallo {customer.nmae}"}))
    assert problem["code"] == "unknown_variable"
    assert "customer.nmae" in problem["detail"]
    assert "customer.name" in problem["detail"]
    assert (await anna.get("canned-answers"))["items"] == []


async def test_the_houses_texts_are_the_admins_and_ones_own_are_nobody_elses(served: Served, root: Browser) -> None:
    anna, view = await work(served)
    await anna.problem("PUT", f"canned-answers/{new_id()}", canned(scope_kind="house"))
    house = await root.did("PUT", f"canned-answers/{new_id()}", canned(scope_kind="house"))
    taken = await root.problem("PUT", f"canned-answers/{new_id()}", canned(scope_kind="house"))
    assert taken["code"] == "taken"
    mine = await anna.did("PUT", f"canned-answers/{new_id()}", canned())
    elsewhere = await served.kit.queue()
    await root.did("PUT", f"canned-answers/{new_id()}", canned(scope_kind="queue", scope_id=str(elsewhere)))
    listed = (await anna.get(f"canned-answers?conversation_id={view['conversation']['id']}"))["items"]
    assert {item["id"] for item in listed} == {house["id"], mine["id"]}
    assert mine["id"] not in {item["id"] for item in (await root.get("canned-answers"))["items"]}
    assert (await root.ask("DELETE", f"canned-answers/{mine['id']}")).status_code == 404
    await root.did("DELETE", f"canned-answers/{house['id']}")
    assert house["id"] not in {item["id"] for item in (await anna.get("canned-answers"))["items"]}


async def test_a_signature_stands_below_mails_by_itself_and_elsewhere_where_it_is_switched_on(
    served: Served, root: Browser
) -> None:
    anna, view = await work(served)
    channel, open_id = view["channel"]["id"], view["open"]["id"]
    brand = (await root.did("POST", "brands", {"key": "haus", "name": "Haus"}))["id"]
    await served.sql("update channel set brand_id = $1", UUID(brand))
    assert (await root.problem("PUT", f"brands/{brand}/signature", {"text": "{customer.name}"}))["code"] == "unknown_variable"
    await root.did("PUT", f"brands/{brand}/signature", {"text": "{agent.name}, {channel.brand}"})
    shown = await anna.get(f"conversations/{view['conversation']['id']}")
    assert shown["signature"] == {"text": "Anna, Haus", "on": False}
    await served.sql("update channel set medium = 'mail'")
    assert (await anna.get(f"conversations/{view['conversation']['id']}"))["signature"]["on"]
    await root.did("PUT", f"channels/{channel}/signature", {"text": "Team Haus", "signs": False})
    assert (await root.get(f"channels/{channel}/signature")) == {"text": "Team Haus", "signs": False}
    assert (await anna.get(f"conversations/{view['conversation']['id']}"))["signature"] == {"text": "Team Haus", "on": False}
    said = await anna.did("POST", f"interactions/{open_id}/answer", answer(signature=True))
    assert said["message"]["text"] == "Moin\n\nTeam Haus"
    plain = await anna.did("POST", f"interactions/{open_id}/answer", answer())
    assert plain["message"]["text"] == "Moin"


async def test_who_is_named_in_a_note_hears_of_it_and_reads_it_once(served: Served) -> None:
    anna, view = await work(served)
    where = view["conversation"]["id"]
    ben_id, ben = await served.person("ben", "agent"), served.browser()
    await ben.log_in("ben")
    found = (await anna.get(f"conversations/{where}/colleagues?q=be"))["items"]
    assert found == [{"user_id": str(ben_id), "name": "Ben"}]
    async with listening(ben) as stream:
        await anna.did("POST", f"conversations/{where}/notes", {
            "message_id": str(new_id()), "text": "@Ben weißt du mehr?", "mentions": [str(ben_id)],
        })  # fmt: skip
        frame = await stream.next()
        while "mentions" not in frame:
            frame = await stream.next()
    assert frame["mentions"][0]["user_id"] == str(ben_id)
    [item] = (await ben.get("me/mentions"))["items"]
    assert (item["message"]["text"], item["mention"]["read_at"]) == ("@Ben weißt du mehr?", None)
    assert (await ben.get("me/unread"))["mentions"] == 1
    assert (await anna.get("me/unread"))["mentions"] == 0
    await anna.did("POST", f"me/mentions/{item['mention']['id']}/read")
    assert (await ben.get("me/unread"))["mentions"] == 1
    await ben.did("POST", f"me/mentions/{item['mention']['id']}/read")
    assert (await ben.get("me/unread"))["mentions"] == 0


async def test_nobody_is_named_who_may_not_read_it(served: Served) -> None:
    anna, view = await work(served)
    where = view["conversation"]["id"]
    other = await served.kit.queue()
    eve = await served.person("eve", GrantView(role="agent", scope_kind="queue", scope_id=other))
    assert (await anna.get(f"conversations/{where}/colleagues?q=eve"))["items"] == []
    body = {"message_id": str(new_id()), "text": "@Eve", "mentions": [str(eve)]}
    problem = await anna.problem("POST", f"conversations/{where}/notes", body)
    assert problem["code"] == "cannot_read"
    assert await served.sql("select from message where direction = 'note'") == []


async def test_an_answer_is_scheduled_changed_and_taken_back(served: Served) -> None:
    anna, view = await work(served)
    at = datetime.now(UTC) + timedelta(hours=1)
    body = answer(send_at=at.isoformat(), stops=True)
    held = (await anna.did("POST", f"interactions/{view['open']['id']}/answer", body))["message"]
    assert (held["delivery"], held["held"]["state"], held["held"]["stops"]) == ("held", "scheduled", True)
    later = (at + timedelta(hours=1)).isoformat()
    moved = await anna.did("PUT", f"messages/{held['id']}/send-at", {"send_at": later})
    assert moved["message"]["held"]["stops"] is False
    gone = (await anna.did("POST", f"messages/{held['id']}/withdraw"))["message"]
    assert (gone["delivery"], gone["text"], gone["held"]) == ("withdrawn", "", None)
    late = await anna.problem("POST", f"messages/{held['id']}/send-now")
    assert late["code"] == "answer_on_its_way"


async def test_a_second_person_finds_decides_and_the_author_sees_it(served: Served, root: Browser) -> None:
    anna, view = await work(served)
    held = (await anna.did("POST", f"interactions/{view['open']['id']}/answer", answer(approval=True)))["message"]
    await anna.problem("POST", f"messages/{held['id']}/decision", {"approve": True})
    assert (await root.get("me/unread"))["approvals"] == 1
    [waiting] = (await root.get("approvals"))["items"]
    assert waiting["message"]["id"] == held["id"]
    decided = await root.did("POST", f"messages/{held['id']}/decision", {"approve": False, "comment": "Zu knapp"})
    assert decided["message"]["held"]["state"] == "rejected"
    assert (await root.get("approvals"))["items"] == []


async def test_the_whole_history_is_one_and_shows_only_what_one_may_see(served: Served, root: Browser) -> None:
    anna, view = await work(served)
    other = await served.kit.channel()
    for n in range(5):
        at = (START + timedelta(minutes=n)).isoformat()
        await served.kit.hear(other, {"id": f"o{n}", "by": f"x{n}", "text": f"Woanders {n}", "at": at})
    await served.sql("update identity set customer_id = $1", UUID(view["customer"]["id"]))
    path = f"customers/{view['customer']['id']}/messages"
    first = await root.get(f"{path}?limit=4")
    rest = await root.get(f"{path}?limit=4&before={first['next']}")
    texts = [m["text"] for m in rest["items"] + first["items"]]
    assert len(texts) == len(set(texts)) == 6
    assert [m["order"] for m in rest["items"] + first["items"]] == sorted(m["order"] for m in rest["items"] + first["items"])
    queue = (await served.sql("select queue_id from channel where id = $1", UUID(view["channel"]["id"])))[0]["queue_id"]
    eve = await served.logged_in("eve", GrantView(role="agent", scope_kind="queue", scope_id=queue))
    assert [m["text"] for m in (await eve.get(path))["items"]] == ["Hallo?"]
    nobody = await served.logged_in("nobody", GrantView(role="agent", scope_kind="queue", scope_id=await served.kit.queue()))
    assert (await nobody.ask("GET", path)).status_code == 404
    del anna


async def test_what_happened_to_the_work_is_told_in_order(served: Served) -> None:
    anna, view = await work(served)
    await anna.did("POST", f"interactions/{view['open']['id']}/park")
    happened = (await anna.get(f"conversations/{view['conversation']['id']}/events"))["items"]
    assert [event["type"] for event in happened] == ["interaction.created", "interaction.taken", "interaction.parked"]
    assert not {"text", "name"} & set().union(*(event["facts"] for event in happened))


async def test_a_file_of_the_conversation_can_be_passed_on(served: Served) -> None:
    anna, view = await work(served)
    file, message = new_id(), (await served.sql("select id from message"))[0]["id"]
    await served.house.files.put(file, b"\x89PNG\r\n\x1a\n")
    await served.sql(
        "insert into attachment (id, message_id, name, media_type, size_bytes, state) values ($1, $2, 'a.png', 'image/png', 8, 'stored')",
        file, message,
    )  # fmt: skip
    copied = await anna.did("POST", f"attachments/{file}/copy")
    assert (copied["name"], copied["size_bytes"], copied["state"]) == ("a.png", 8, "stored")
    assert copied["id"] != str(file)
    assert (await anna.ask("DELETE", f"attachments/{copied['id']}")).status_code == 204
    del view


async def test_context_that_the_network_does_not_give_is_said_to_be_missing(served: Served) -> None:
    anna, view = await work(served)
    context = await anna.get(f"conversations/{view['conversation']['id']}/context")
    assert context == {"items": [], "complete": False, "why": "not_offered"}
