"""People, grants and the house's set-up through the API."""

import asyncio

import pytest

from tests.web.conftest import Browser, Served
from unisono.domain.ids import new_id
from unisono.service.setup_views import GrantView

GERMAN_ENGLISH = {"de": "Französisch", "en": "French"}


async def test_people_are_added_changed_and_listed_by_name(served: Served, root: Browser) -> None:
    for login, name in (("zora", "Zora Zorn"), ("aerger", "Ärger, Anton"), ("bert", "bert apfel"), ("mueller", "Müller, Eva")):
        added = await root.did("POST", "users", {"login": login, "name": name, "roles": [{"role": "agent"}]})
        assert added["roles"] == [{"role": "agent", "scope_kind": "organisation", "scope_id": None}]
    names: list[str] = []
    after = ""
    while True:
        page = await root.get(f"users?limit=2{after}")
        names += [user["name"] for user in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert names == ["Ärger, Anton", "bert apfel", "Müller, Eva", "Root", "Zora Zorn"]


async def test_a_login_is_taken_whatever_its_case(root: Browser) -> None:
    body = {"login": "Anna", "name": "Anna", "locale": "de"}
    await root.did("POST", "users", body)
    assert (await root.problem("POST", "users", {**body, "login": "ANNA"}))["code"] == "login_taken"
    assert (await root.problem("POST", "users", {**body, "login": "an na"}))["field"] == "login"


async def test_the_same_command_twice_is_carried_out_once(served: Served, root: Browser) -> None:
    key = {"idempotency-key": str(new_id())}
    body = {"login": "anna", "name": "Anna"}
    answers = await asyncio.gather(*(root.did("POST", "users", body, headers=dict(key)) for _ in range(4)))
    assert len({answer["id"] for answer in answers}) == 1
    other = await root.problem("POST", "users", {**body, "login": "bert"}, headers=dict(key))
    assert other["code"] == "key_reused"
    assert len(await served.sql("select 1 from app_user where login = 'anna'")) == 1
    failed = {"idempotency-key": str(new_id())}
    assert (await root.problem("POST", "users", body, headers=dict(failed)))["code"] == "login_taken"
    await root.did("POST", "users", {"login": "cleo", "name": "Cleo"}, headers=dict(failed))


async def test_commands_keep_ids_and_no_texts(served: Served, root: Browser) -> None:
    await root.did("POST", "users", {"login": "anna", "name": "Anna Secret"}, headers={"idempotency-key": str(new_id())})
    rows = await served.sql("select result::text from command")
    assert rows
    assert all("Secret" not in row["result"] for row in rows)


async def test_the_last_administrator_stays(served: Served, root: Browser) -> None:
    me = (await root.get("me"))["user"]["id"]
    assert (await root.problem("PUT", f"users/{me}/grants", {"roles": []}))["code"] == "last_administrator"
    assert (await root.problem("PATCH", f"users/{me}", {"disabled": True}))["code"] == "last_administrator"
    await served.person("ada", "administrator")
    await root.did("PUT", f"users/{me}/grants", {"roles": [{"role": "viewer"}]})
    assert (await root.problem("GET", "users"))["status"] == 403


async def test_two_administrators_cannot_take_the_role_from_each_other_at_once(served: Served, root: Browser) -> None:
    ada = await served.logged_in("ada", "administrator")
    ids = [(await browser.get("me"))["user"]["id"] for browser in (ada, root)]
    done = await asyncio.gather(
        root.ask("PUT", f"users/{ids[0]}/grants", {"roles": []}), ada.ask("PUT", f"users/{ids[1]}/grants", {"roles": []})
    )
    assert min(response.status_code for response in done) == 200
    assert len(await served.sql("select 1 from role_grant where role = 'administrator'")) >= 1


async def test_grants_name_roles_and_scopes_that_exist(served: Served, root: Browser) -> None:
    anna = await served.person("anna", "agent")
    queue = await served.kit.queue()
    for grant, code in (
        ({"role": "emperor"}, "no_role"),
        ({"role": "agent", "scope_kind": "galaxy"}, "bad_scope"),
        ({"role": "agent", "scope_kind": "queue"}, "bad_scope"),
        ({"role": "agent", "scope_kind": "queue", "scope_id": str(new_id())}, "bad_scope"),
        ({"role": "agent", "scope_kind": "organisation", "scope_id": str(queue)}, "bad_scope"),
    ):
        assert (await root.problem("PUT", f"users/{anna}/grants", {"roles": [grant]}))["code"] == code
    body = {"roles": [{"role": "agent", "scope_kind": "queue", "scope_id": str(queue)}]}
    assert (await root.did("PUT", f"users/{anna}/grants", body))["roles"][0]["scope_id"] == str(queue)


async def test_nobody_grants_more_than_they_have(served: Served, root: Browser) -> None:
    await served.sql("insert into role (name, actions) values ('personnel', $1)", ["user.read", "user.manage"])
    clerk = await served.logged_in("clerk", "personnel")
    me = (await clerk.get("me"))["user"]["id"]
    for role in ("administrator", "agent"):
        assert (await clerk.problem("PUT", f"users/{me}/grants", {"roles": [{"role": role}]}))["code"] == "grants_more"


async def test_who_answers_is_an_agent_and_who_no_longer_may_gives_work_back(served: Served, root: Browser) -> None:
    anna = await served.logged_in("anna", "agent")
    anna_id = (await anna.get("me"))["user"]["id"]
    queue = await served.kit.queue()
    await root.did("PUT", f"queues/{queue}/members", {"member_ids": [anna_id]})
    channel = await served.kit.channel(queue)
    await served.kit.hear(channel, {"id": "1", "text": "Hello"})
    (item,) = (await anna.get("work?view=waiting"))["items"]
    await anna.did("POST", f"interactions/{item['interaction']['id']}/take")
    await root.did("PUT", f"users/{anna_id}/grants", {"roles": [{"role": "viewer"}]})
    after = (await root.get(f"interactions/{item['interaction']['id']}"))["interaction"]
    assert (after["state"], after["agent_id"]) == ("waiting", None)
    (agent,) = [a for a in (await root.get("agents"))["items"] if a["user_id"] == anna_id]
    assert (agent["state"], agent["used"]) == ("offline", 0)


async def test_what_was_changed_is_written_down_and_read_by_auditors(served: Served, root: Browser) -> None:
    anna = await root.did("POST", "users", {"login": "anna", "name": "Anna"})
    auditor = await served.logged_in("otto", "auditor")
    entries = (await auditor.get("audit"))["items"]
    assert ("user.added", anna["id"]) in {(entry["action"], entry["subject_id"]) for entry in entries}
    assert (await auditor.problem("GET", "work"))["status"] == 403


async def test_a_queue_is_set_up_filled_and_archived(served: Served, root: Browser) -> None:
    body = {"key": "returns", "name": {"de": "Retouren", "en": "Returns"}, "first_response_s": 7200, "offer_s": 20}
    queue = await root.did("POST", "queues", body)
    me = (await root.get("me"))["user"]["id"]
    assert (await root.did("PUT", f"queues/{queue['id']}/members", {"member_ids": [me]}))["member_ids"] == [me]
    changed = await root.did("PATCH", f"queues/{queue['id']}", {"offer_s": 60})
    assert (changed["offer_s"], changed["first_response_s"]) == (60, 7200)
    assert changed["version"] > queue["version"]
    channel = await served.kit.channel(queue["id"])
    assert (await root.problem("PATCH", f"queues/{queue['id']}", {"archived": True}))["code"] == "queue_in_use"
    await root.did("DELETE", f"channels/{channel.id}")
    await root.did("PATCH", f"queues/{queue['id']}", {"archived": True})
    assert queue["id"] not in {q["id"] for q in (await root.get("queues"))["items"]}
    assert queue["id"] in {q["id"] for q in (await root.get("queues?archived=true"))["items"]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "Not A Key"}, "key"),
        ({"name": {"de": "nur deutsch"}}, "name"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"offer_s": 1}, "offer_s"),
        ({"first_response_s": 0}, "first_response_s"),
        ({"skills": [{"skill": "juggling", "level": 1}]}, "skills"),
        ({"team_id": str(new_id())}, "team_id"),
    ],
)
async def test_a_queue_that_makes_no_sense_is_refused(root: Browser, change: dict[str, object], field: str) -> None:
    body = {"key": "returns", "name": {"de": "Retouren", "en": "Returns"}, **change}
    assert (await root.problem("POST", "queues", body))["field"] == field


async def test_members_are_people_who_take_enquiries(served: Served, root: Browser) -> None:
    vera = await served.person("vera", "viewer")
    queue = await served.kit.queue()
    assert (await root.problem("PUT", f"queues/{queue}/members", {"member_ids": [str(vera)]}))["code"] == "no_agent"


async def test_skills_codes_teams_and_brands_are_added_once(root: Browser) -> None:
    for path in ("skills", "wrap-up-codes"):
        added = await root.did("POST", path, {"key": "french", "name": GERMAN_ENGLISH})
        assert (await root.problem("POST", path, {"key": "french", "name": GERMAN_ENGLISH}))["code"] == "key_taken"
        changed = await root.did("PATCH", f"{path}/{added['id']}", {"name": {"de": "Neu", "en": "New"}})
        assert changed["name"]["en"] == "New"
    for path in ("teams", "brands"):
        await root.did("POST", path, {"key": "north", "name": "North"})
        assert [item["key"] for item in (await root.get(path))["items"]] == ["north"]


async def test_an_archived_code_closes_nothing_any_more(root: Browser) -> None:
    code = await root.did("POST", "wrap-up-codes", {"key": "old", "name": {"de": "Alt", "en": "Old"}})
    archived = await root.did("PATCH", f"wrap-up-codes/{code['id']}", {"archived": True})
    assert archived["archived"] is True


async def test_an_agents_capacity_and_skills_are_set(served: Served, root: Browser) -> None:
    anna = await served.person("anna", "agent")
    skill = await root.did("POST", "skills", {"key": "french", "name": GERMAN_ENGLISH})
    body = {"capacity": 24, "skills": [{"skill_id": skill["id"], "level": 3}]}
    agent = await root.did("PATCH", f"agents/{anna}", body)
    assert (agent["capacity"], agent["skills"]) == (24, [{"skill_id": skill["id"], "level": 3}])
    assert (await root.problem("PATCH", f"agents/{anna}", {"capacity": -1}))["field"] == "capacity"
    wrong = {"skills": [{"skill_id": str(new_id()), "level": 3}]}
    assert (await root.problem("PATCH", f"agents/{anna}", wrong))["code"] == "no_skill"


async def test_team_and_brand_narrow_what_is_seen(served: Served, root: Browser) -> None:
    kit = served.kit
    team = await root.did("POST", "teams", {"key": "north", "name": "North"})
    brand = await root.did("POST", "brands", {"key": "shoes", "name": "Shoes"})
    northern, southern = await kit.queue(team_id=team["id"]), await kit.queue()
    first, second = await kit.channel(northern), await kit.channel(southern)
    await served.sql("update channel set brand_id = $2 where id = $1", second.id, brand["id"])
    await kit.hear(first, {"id": "1", "text": "North"})
    await kit.hear(second, {"id": "2", "text": "Shoes"})
    for kind, scope, text in (("team", team["id"], "North"), ("brand", brand["id"], "Shoes"), ("channel", first.id, "North")):
        login = f"{kind}-person"
        browser = await served.logged_in(login, GrantView(role="viewer", scope_kind=kind, scope_id=scope))
        assert [w["last"]["text"] for w in (await browser.get("work"))["items"]] == [text]
        assert len((await browser.get("channels"))["items"]) == 1
        assert (await browser.get("counts"))["waiting"] == 1


async def test_scope_self_shows_ones_own_work_only(served: Served, root: Browser) -> None:
    kit = served.kit
    queue = await kit.queue()
    sue = await served.logged_in("sue", GrantView(role="agent", scope_kind="self"))
    sue_id = (await sue.get("me"))["user"]["id"]
    await root.did("PUT", f"queues/{queue}/members", {"member_ids": [sue_id]})
    await sue.did("PUT", "me/agent-state", {"state": "available"})
    channel = await kit.channel(queue, units=60)
    await kit.hear(channel, {"id": "1", "text": "First"}, {"id": "2", "by": "bert", "text": "Second"})
    assert (await sue.get("work"))["items"] == []
    assert await kit.route() == 1
    (mine,) = (await sue.get("work"))["items"]
    (offer,) = (await sue.get("offers"))["items"]
    assert offer["item"]["interaction"]["id"] == mine["interaction"]["id"]
    await sue.did("POST", f"offers/{offer['offer']['id']}/accept")
    others = {w["interaction"]["id"] for w in (await root.get("work"))["items"]} - {mine["interaction"]["id"]}
    assert (await sue.problem("GET", f"interactions/{others.pop()}"))["status"] == 404


async def test_settings_are_changed_checked_and_put_back(root: Browser) -> None:
    changed = await root.did("PATCH", "settings", {"organisation.name": "Beispiel GmbH", "session.idle_s": 600})
    assert {s["name"]: s["value"] for s in changed["items"]}["session.idle_s"] == 600
    assert (await root.get("session"))["organisation"] == "Beispiel GmbH"
    for bad, code in (
        ({"session.idle_s": 1}, "bad_setting"),
        ({"session.idle_s": "x"}, "bad_setting"),
        ({"color": 1}, "no_setting"),
    ):
        assert (await root.problem("PATCH", "settings", bad))["code"] == code
    back = await root.did("PATCH", "settings", {"session.idle_s": None})
    assert {s["name"]: s["value"] for s in back["items"]}["session.idle_s"] == 43_200
