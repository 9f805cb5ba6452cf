"""Webhooks through the API: the secret is shown once, deliveries are listed and sent again."""

from tests.web.conftest import Browser, Served
from unisono.domain.ids import new_id

BODY = {"name": "CRM", "url": "https://crm.example/in", "events": ["interaction.*"]}


async def test_a_webhook_is_kept_and_its_secret_shown_once(served: Served, root: Browser) -> None:
    key = str(new_id())
    made = await root.did("POST", "webhooks", BODY, headers={"idempotency-key": key})
    assert made["secret"].startswith("whsec_")
    again = await root.problem("POST", "webhooks", BODY, headers={"idempotency-key": key})
    assert (again["status"], again["code"]) == (409, "already_done")
    [listed] = (await root.get("webhooks"))["items"]
    assert "secret" not in listed
    assert made["secret"] not in str(await served.sql("select * from secret"))
    renewed = await root.did("POST", f"webhooks/{made['id']}/secret")
    assert renewed["secret"] not in ("", made["secret"])
    changed = await root.did("PATCH", f"webhooks/{made['id']}", {"enabled": False})
    assert (changed["enabled"], changed["disabled_why"]) == (False, "by_hand")
    assert (await root.problem("POST", f"webhooks/{made['id']}/test"))["code"] == "switched_off"
    await root.did("PATCH", f"webhooks/{made['id']}", {"enabled": True, "with_text": True})
    await root.did("POST", f"webhooks/{made['id']}/test")
    [delivery] = (await root.get(f"webhooks/{made['id']}/deliveries"))["items"]
    assert (delivery["type"], delivery["state"], delivery["attempts"]) == ("webhook.test", "waiting", 0)
    assert (await root.problem("POST", f"webhooks/{made['id']}/deliveries/{delivery['id']}/replay"))["code"] == "not_found"
    await served.sql("update webhook_delivery set state = 'dead', attempts = 9")
    assert (await root.get(f"webhooks/{made['id']}/deliveries", params={"standing": "dead"}))["items"] != []
    assert await root.did("POST", f"webhooks/{made['id']}/replay") == {"count": 1}
    await root.did("DELETE", f"webhooks/{made['id']}")
    assert (await root.get("webhooks"))["items"] == []
    actions = [entry["action"] for entry in (await root.get("audit"))["items"]]
    assert actions[:2] == ["audit.read", "webhook.removed"]
    assert {"webhook.added", "webhook.secret_renewed", "webhook.tried", "webhook.replayed"} <= set(actions)


async def test_what_makes_no_sense_is_refused_and_nobody_else_gets_in(served: Served, root: Browser) -> None:
    assert (await root.problem("POST", "webhooks", {**BODY, "url": "crm"}))["field"] == "url"
    assert (await root.problem("POST", "webhooks", {**BODY, "events": ["x"]}))["code"] == "no_event"
    assert "interaction.created" in {kind["name"] for kind in (await root.get("webhooks/event-types"))["items"]}
    supervisor = await served.logged_in("sina", "supervisor")
    assert (await supervisor.problem("GET", "webhooks"))["status"] == 403
