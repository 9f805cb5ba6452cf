"""Who is there is shown; since when, and what one person does just now, only under a permit of two, and they see who looked."""

from typing import Any
from uuid import UUID

import pytest

from tests.web.conftest import Browser, Served
from tests.web.test_routes import filled, handlers
from unisono.service.accept import accept_offer
from unisono.service.actor import access_of
from unisono.service.instant import instant
from unisono.web.app import build_app
from unisono.web.needs import NEEDS, PUBLIC


async def at_work(served: Served) -> tuple[UUID, Browser, str]:
    """Somebody who has an enquiry in hand; returns them, their browser, and the instant of their state."""
    kit = served.kit
    queue = await kit.queue()
    channel = await kit.channel(queue)
    anna = await served.logged_in("anna", "agent")
    user_id = UUID((await anna.get("me"))["user"]["id"])
    await served.sql("insert into agent (user_id, state, since) values ($1, 'available', now() - interval '3 hours') on conflict (user_id) do update set state = 'available', since = excluded.since", user_id)  # fmt: skip
    await served.sql("insert into queue_member (queue_id, user_id) values ($1, $2)", queue, user_id)
    await kit.hear(channel, {"id": "1", "text": "Frage"})
    await kit.route()
    (offer,) = await served.sql("select id from offer where agent_id = $1 and state = 'open'", user_id)
    async with kit.db.read() as tx:
        access = await access_of(tx, user_id)
    await accept_offer(kit.db, access, offer["id"])
    since = (await served.sql("select since from agent where user_id = $1", user_id))[0]["since"]
    return user_id, anna, instant(since)


async def permit(root: Browser, served: Served, **body: Any) -> dict[str, Any]:
    """Two agree that somebody is looked at."""
    council = await served.logged_in("council", "works_council")
    asked = await root.did(
        "POST", "people-permits", {"kind": "live_view", "reason": "Einarbeitung, eine Woche", "days": 7, **body}
    )
    return await council.did("POST", f"people-permits/{asked['id']}/agree")  # type: ignore[no-any-return]


async def test_who_is_there_is_shown_without_times(served: Served, root: Browser) -> None:
    user_id, _, since = await at_work(served)
    shown = await root.get("live/people")
    (anna,) = [one for one in shown["people"] if one["agent"]["user_id"] == str(user_id)]
    assert (anna["agent"]["state"], anna["agent"]["used"], anna["since"], anna["silent"]) == ("available", 12, None, False)
    assert shown["permitted"] is False
    assert since not in str(shown)
    assert (await root.problem("GET", "live/people?since=true"))["code"] == "works_council"
    assert (await root.problem("GET", f"live/people/{user_id}"))["code"] == "works_council"
    assert await served.sql("select * from people_look") == []


async def test_under_a_permit_one_sees_and_is_seen(served: Served, root: Browser) -> None:
    user_id, anna, since = await at_work(served)
    await served.logged_in("bert", "agent")
    await permit(root, served, agent_id=str(user_id))
    live = await root.get(f"live/people/{user_id}")
    assert live["person"]["since"] == since
    assert [item["interaction"]["state"] for item in live["work"]] == ["active"]
    assert live["hidden"] == 0
    assert (await root.problem("GET", "live/people?since=true"))["code"] == "works_council", "the permit is for one"
    (look,) = (await anna.get("me/looks"))["items"]
    assert (look["name"], look["kind"], look["what"], look["reason"]) == (
        "Root",
        "live_view",
        "live.person",
        "Einarbeitung, eine Woche",
    )
    lea = await served.logged_in("lea", "supervisor")
    assert (await lea.problem("GET", f"live/people/{user_id}"))["status"] == 403, "only who may look at people looks"


async def test_a_permit_for_everybody_tells_since_when(served: Served, root: Browser) -> None:
    user_id, anna, since = await at_work(served)
    await permit(root, served)
    shown = await root.get("live/people?since=true")
    assert shown["permitted"] is True
    assert [one["since"] for one in shown["people"] if one["agent"]["user_id"] == str(user_id)] == [since]
    assert [look["what"] for look in (await anna.get("me/looks"))["items"]] == ["live.people"]


async def test_no_route_tells_since_when_somebody_is_in_their_state(served: Served, root: Browser) -> None:
    user_id, _, since = await at_work(served)
    app = build_app(served.house)[0]
    conversation, interaction = (await served.sql("select conversation_id, id from interaction"))[0]
    asked = 0
    for method, path, handler in handlers(app):
        if method != "GET" or handler.opt.get(NEEDS) == PUBLIC or path.endswith("/events"):
            continue
        place = path.replace("{user_id:uuid}", str(user_id)).replace("{conversation_id:uuid}", str(conversation))
        response = await root.ask("GET", filled(place.replace("{interaction_id:uuid}", str(interaction))))
        assert since not in response.text, path
        asked += response.status_code == 200
    assert asked > 30


@pytest.mark.parametrize("path", ["live/people/{}", "live/people?since=true"])
async def test_a_permit_that_ended_shows_nothing_more(served: Served, root: Browser, path: str) -> None:
    user_id, _, _ = await at_work(served)
    held = await permit(root, served)
    await root.get(path.format(user_id))
    await root.did("DELETE", f"people-permits/{held['id']}")
    assert (await root.problem("GET", path.format(user_id)))["code"] == "works_council"


async def test_a_lost_desk_is_told_and_logged_off_with_a_reason(served: Served, root: Browser) -> None:
    user_id, anna, _ = await at_work(served)
    await served.sql("insert into desk_seen (user_id, at) values ($1, now() - interval '10 minutes') on conflict (user_id) do update set at = excluded.at", user_id)  # fmt: skip
    (shown,) = [one for one in (await root.get("live/people"))["people"] if one["agent"]["user_id"] == str(user_id)]
    assert shown["silent"] is True
    assert (await root.problem("POST", f"agents/{user_id}/log-off", {"reason": " "}))["code"] == "empty"
    assert (await anna.problem("POST", f"agents/{user_id}/log-off", {"reason": "So"}))["status"] == 403
    gone = await root.did("POST", f"agents/{user_id}/log-off", {"reason": "Rechner ausgefallen"})
    assert (gone["state"], gone["reason"]) == ("offline", "lost")
    assert (await root.problem("POST", f"agents/{user_id}/log-off", {"reason": "Noch einmal"}))["code"] == "logged_off"
    (kept,) = await served.sql("select body from audit where action = 'agent.logged_off'")
    assert kept["body"] == {"reason": "Rechner ausgefallen"}
    (work,) = await served.sql("select state, agent_id, preferred_agent_id from interaction")
    assert work["state"] in ("waiting", "active")
