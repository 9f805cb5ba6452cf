"""Roles, what grants give, sessions, service accounts, limited tokens, and the audit, through the API."""

import csv
import io

from tests.web.conftest import Browser, Served
from unisono.domain.ids import new_id
from unisono.service.audit_log import check_audit, seal_audit
from unisono.service.setup_views import GrantView


async def test_a_role_of_ones_own_is_made_given_changed_and_kept_while_somebody_has_it(served: Served, root: Browser) -> None:
    made = await root.did("PUT", "roles/Rechnungen", {"actions": ["work.read", "audit.read"]})
    assert (made["name"], made["built_in"]) == ("Rechnungen", False)
    ina = await served.logged_in("ina", "Rechnungen")
    assert (await ina.get("audit"))["items"]
    assert (await root.problem("DELETE", "roles/Rechnungen"))["code"] == "role_in_use"
    await root.did("PUT", "roles/Rechnungen", {"actions": ["work.read"]})
    assert (await ina.problem("GET", "audit"))["status"] == 403
    assert (await root.problem("PUT", "roles/agent", {"actions": ["work.read"]}))["code"] == "built_in_role"
    assert (await root.problem("PUT", "roles/x", {"actions": ["fly"]}))["code"] == "no_action"
    assert (await root.problem("PUT", "roles/x", {"actions": ["archive.open"]}))["code"] == "grants_more"
    await served.sql("delete from role_grant where role = 'Rechnungen'")
    await root.did("DELETE", "roles/Rechnungen")
    assert "Rechnungen" not in {role["name"] for role in (await root.get("roles"))["items"]}


async def test_before_somebody_gets_grants_one_sees_what_they_would_see(served: Served, root: Browser) -> None:
    first, second = await served.kit.queue(), await served.kit.queue()
    one, two = await served.kit.channel(first), await served.kit.channel(second)
    await served.kit.hear(one, {"id": "1", "text": "Hallo", "by": "a"}, {"id": "2", "text": "Hallo", "by": "b"})
    await served.kit.hear(two, {"id": "3", "text": "Hallo", "by": "c"})
    seen = await root.did("POST", "users/preview", {"roles": [{"role": "agent", "scope_kind": "queue", "scope_id": str(first)}]})
    assert (seen["house"], seen["conversations"], seen["open"]) == (False, 2, 2)
    assert seen["places"] == [{"channel_id": str(one.id), "queue_id": str(first)}]
    assert "work.answer" in seen["actions"]
    assert "user.manage" not in seen["actions"]
    all_of_it = await root.did("POST", "users/preview", {"roles": [{"role": "viewer"}]})
    assert (all_of_it["house"], all_of_it["conversations"]) == (True, 3)
    assert (await root.did("POST", "users/preview", {"roles": []}))["actions"] == []
    ina = await served.logged_in("ina", GrantView(role="agent", scope_kind="queue", scope_id=first))
    assert len((await ina.get("work", params={"view": "open"}))["items"]) == seen["open"]


async def test_the_last_administrator_stays_whatever_is_tried(served: Served, root: Browser) -> None:
    me = (await root.get("me"))["user"]["id"]
    assert (await root.problem("PUT", f"users/{me}/grants", {"roles": []}))["code"] == "last_administrator"
    assert (await root.problem("PATCH", f"users/{me}", {"disabled": True}))["code"] == "last_administrator"
    assert (await root.problem("PUT", "roles/administrator", {"actions": ["work.read"]}))["code"] == "built_in_role"


async def test_sessions_are_seen_and_ended(served: Served, root: Browser) -> None:
    ina = await served.logged_in("ina", "agent")
    elsewhere = served.browser(**{"user-agent": "Kiosk"})
    await elsewhere.log_in("ina")
    mine = (await ina.get("me/sessions"))["items"]
    assert [s["current"] for s in mine].count(True) == 1
    kiosk = next(s for s in mine if s["user_agent"] == "Kiosk")
    await ina.did("DELETE", f"me/sessions/{kiosk['id']}")
    assert (await elsewhere.problem("GET", "me"))["status"] == 401
    assert (await ina.problem("DELETE", f"me/sessions/{kiosk['id']}"))["code"] == "not_found"
    user_id = (await ina.get("me"))["user"]["id"]
    assert len((await root.get(f"users/{user_id}/sessions"))["items"]) == 1
    assert await root.did("DELETE", f"users/{user_id}/sessions") == {"count": 1}
    assert (await ina.problem("GET", "me"))["status"] == 401


async def test_a_service_account_works_by_token_alone_and_a_token_may_do_less(served: Served, root: Browser) -> None:
    made = await root.did("POST", "services", {"login": "crm", "name": "CRM", "roles": [{"role": "viewer"}]})
    assert (made["service"], made["disabled"]) == (True, False)
    assert (await root.problem("POST", f"users/{made['id']}/password-link"))["code"] == "service_account"
    token = await root.did("POST", f"services/{made['id']}/tokens", {"name": "nachts", "actions": ["queue.read"]})
    program = served.browser(authorization=f"Bearer {token['token']}")
    assert (await program.get("queues"))["items"]
    assert (await program.problem("GET", "work"))["status"] == 403
    assert (await program.problem("GET", "events"))["code"] == "limited_token"
    [listed] = (await root.get(f"services/{made['id']}/tokens"))["items"]
    assert (listed["actions"], listed["last_used_at"] is not None, "token" in listed) == (["queue.read"], True, False)
    whole = await root.did("POST", f"services/{made['id']}/tokens", {"name": "ganz"})
    assert (await served.browser(authorization=f"Bearer {whole['token']}").get("work"))["items"] == []
    await root.did("DELETE", f"services/{made['id']}/tokens/{token['id']}")
    assert (await program.problem("GET", "queues"))["status"] == 401
    ina = await served.person("ina", "agent")
    assert (await root.problem("POST", f"services/{ina}/tokens", {"name": "x"}))["code"] == "not_found"


async def test_a_limited_token_of_ones_own_reaches_no_further_than_oneself(served: Served) -> None:
    ina = await served.logged_in("ina", "agent")
    token = await ina.did("POST", "me/tokens", {"name": "x", "actions": ["queue.read", "user.manage"]})
    program = served.browser(authorization=f"Bearer {token['token']}")
    assert (await program.get("queues"))["items"]
    assert (await program.problem("GET", "users"))["status"] == 403
    assert (await ina.problem("POST", "me/tokens", {"name": "x", "actions": []}))["code"] == "no_action"


async def test_the_audit_is_looked_through_by_who_what_and_when_and_the_look_is_written_down(
    served: Served, root: Browser
) -> None:
    await served.logged_in("ina", "agent")
    other = await served.logged_in("otto", "administrator")
    await other.did("PUT", "roles/Neu", {"actions": ["work.read"]})
    me = (await other.get("me"))["user"]["id"]
    found = (await root.get("audit", params={"actor_id": me, "action": "role."}))["items"]
    assert [(e["action"], e["subject_id"], e["body"]["actions"]) for e in found] == [("role.added", "Neu", ["work.read"])]
    assert (await root.get("audit", params={"since": "2100-01-01T00:00:00Z"}))["items"] == []
    assert (await root.problem("GET", "audit", params={"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}))[
        "code"
    ] == ("bad_span")
    looks = (await root.get("audit", params={"action": "audit.read"}))["items"]
    assert looks[1]["body"] == {"since": "2100-01-01 00:00:00+00:00"}
    text = (await root.ask("GET", "audit/export", params={"action": "role."})).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["action"], row["subject_id"]) for row in rows] == [("role.added", "Neu")]
    assert (await root.get("audit", params={"action": "audit.exported"}))["items"]


async def test_what_somebody_changes_in_the_audit_shows(served: Served, root: Browser) -> None:
    for _ in range(3):
        await root.did("PUT", "roles/Neu", {"actions": ["work.read"]})
    await served.sql("update audit set at = at - interval '1 hour'")
    assert await seal_audit(served.house.db) > 3
    assert await seal_audit(served.house.db) == 0
    assert (await check_audit(served.house.db)).broken_seal is None
    await served.sql("update audit set body = body || '{\"reason\": \"egal\"}' where action = 'role.changed'")
    assert (await root.get("audit/check"))["broken_seal"] is None
    await served.sql("update audit set subject_id = $1 where action = 'role.added'", str(new_id()))
    assert (await root.get("audit/check"))["broken_seal"] == 1
