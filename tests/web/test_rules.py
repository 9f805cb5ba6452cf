"""Rules through the API: kept, ordered, checked, and looked at before they work."""

from datetime import timedelta
from typing import Any

from tests.web.conftest import Browser, Served
from unisono.domain.ids import new_id

BODY: dict[str, Any] = {
    "name": "Rechnungen", "trigger": "created", "conditions": [{"field": "text", "op": "contains_any", "values": ["rechnung*"]}],
    "actions": [{"verb": "priority", "value": "7"}],
}  # fmt: skip


async def test_a_rule_is_kept_changed_moved_and_taken_away_and_all_of_it_is_in_the_audit(root: Browser) -> None:
    first = await root.did("POST", "rules", BODY)
    second = await root.did("POST", "rules", {**BODY, "name": "Zweite", "enabled": True})
    assert (first["enabled"], first["position"], second["position"]) == (False, 1, 2)
    await root.did("PUT", "rules/order", {"rule_ids": [second["id"], first["id"]]})
    changed = await root.did("PATCH", f"rules/{first['id']}", {"enabled": True, "name": "Erste", "stop": True})
    assert (changed["name"], changed["enabled"], changed["stop"], changed["version"]) == ("Erste", True, True, 2)
    assert [r["name"] for r in (await root.get("rules"))["items"]] == ["Zweite", "Erste"]
    await root.did("DELETE", f"rules/{second['id']}")
    assert (await root.problem("DELETE", f"rules/{second['id']}"))["code"] == "not_found"
    assert (await root.problem("PUT", "rules/order", {"rule_ids": [second["id"]]}))["code"] == "rules_changed"
    actions = [entry["action"] for entry in (await root.get("audit"))["items"]]
    assert actions[1:6] == ["rule.removed", "rule.changed", "rule.ordered", "rule.added", "rule.added"]


async def test_what_makes_no_rule_is_refused_with_its_place(root: Browser) -> None:
    for change, code, field in (
        ({"name": " "}, "bad_name", "name"),
        ({"trigger": "sometimes"}, "bad_rule", "trigger"),
        ({"after_s": 60}, "bad_rule", "after_s"),
        ({"trigger": "waiting"}, "bad_rule", "after_s"),
        ({"actions": []}, "no_actions", "actions"),
        ({"actions": [{"verb": "queue", "value": str(new_id())}]}, "bad_action", "actions.0"),
        ({"actions": [{"verb": "priority", "value": "viel"}]}, "bad_action", "actions.0"),
        ({"conditions": [{"field": "shoe", "op": "is", "values": ["42"]}]}, "bad_condition", "conditions.0"),
        ({"conditions": [{"field": "text", "op": "is", "values": ["x"]}]}, "bad_condition", "conditions.0"),
        ({"conditions": [{"field": "text", "op": "contains_any", "values": ["..."]}]}, "bad_condition", "conditions.0"),
        ({"conditions": [{"field": "time", "op": "between", "values": ["8", "9"]}]}, "bad_condition", "conditions.0"),
        ({"conditions": [{"field": "network", "op": "is", "values": []}]}, "no_values", "conditions.0"),
    ):
        problem = await root.problem("POST", "rules", {**BODY, **change})
        assert (problem["code"], problem["field"]) == (code, field), change
    assert (await root.get("rules"))["items"] == []


async def test_a_look_back_tells_what_the_condition_meets_and_what_would_move_now(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    now = served.house.clock.now().isoformat()
    texts = ["Wo ist die Rechnung?", "Danke", "Ihre Rechnungen sind falsch"]
    await served.kit.hear(channel, *({"id": str(n), "text": t, "by": f"c{n}", "at": now} for n, t in enumerate(texts)))
    rule = {**BODY, "match_all": True, "stop": False, "after_s": None, "enabled": True}
    looked = await root.did("POST", "rules/preview", {"rule": rule, "days": 7})
    assert (looked["past"]["looked_at"], looked["past"]["met"], looked["past"]["all_looked_at"]) == (3, 2, True)
    assert (looked["now"]["met"], looked["now"]["actions"]) == (2, {"priority": 2})
    words = {"verb": "note", "value": "x"}
    assert (await root.did("POST", "rules/preview", {"rule": {**rule, "actions": [words]}}))["now"] is None
    assert [row["priority"] for row in await served.sql("select distinct priority from interaction")] == [0]
    conversation = looked["past"]["samples"][0]["conversation"]["id"]
    tested = await root.did("POST", "rules/test", {"rule": rule, "conversation_id": conversation})
    assert (tested["applies"], tested["findings"][0]["met"]) == (True, ["rechnung*"])
    assert (await root.get("rules"))["items"] == []


async def test_why_a_rule_was_applied_stands_with_the_conversation(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    made = await root.did("POST", "rules", {**BODY, "enabled": True})
    await served.kit.hear(channel, {"id": "1", "text": "Rechnung?", "by": "c", "at": served.house.clock.now().isoformat()})
    [row] = await served.sql("select id from conversation")
    [told] = (await root.get(f"conversations/{row['id']}/rules"))["items"]
    assert (told["rule_name"], told["findings"][0]["met"]) == ("Rechnungen", ["rechnung*"])
    assert told["done"] == [{"verb": "priority", "value": "7", "outcome": "done", "from": 0}]
    assert (await root.get(f"rules/{made['id']}/applications"))["items"] == [told]
    stranger = await served.logged_in("stranger")
    assert (await stranger.problem("GET", f"conversations/{row['id']}/rules"))["status"] == 403


async def test_only_who_may_manage_rules_sees_or_changes_them(served: Served) -> None:
    agent = await served.logged_in("ina", "agent")
    for method, path, body in (
        ("GET", "rules", None), ("POST", "rules", BODY), ("POST", "rules/preview", {"rule": BODY}), ("GET", "rules/words", None),
    ):  # fmt: skip
        assert (await agent.problem(method, path, body))["status"] == 403


async def test_a_look_back_looks_as_of_then_and_says_what_nobody_knows(served: Served, root: Browser) -> None:
    """Hours, weekday and words are those of the moment; what only today knows is named, what is unknown or gone is counted."""
    channel = await served.kit.channel()
    now = served.house.clock.now()
    monday = (now - timedelta(days=now.weekday() + 7)).replace(hour=10)
    said = {"a": "Rechnung?", "b": "Rechnung", "c": "Hallo"}
    await served.kit.hear(
        channel, *({"id": by, "by": by, "text": text, "at": monday.isoformat(), "followers": 50} for by, text in said.items())
    )
    await served.kit.hear(channel, {"id": "d", "by": "d", "text": "Rechnung", "at": monday.isoformat()})
    # Since then they have written something else; the rule would have seen what was said first.
    await served.kit.hear(channel, {"id": "a2", "root": "a", "by": "a", "text": "Danke", "at": now.isoformat()})
    await served.sql("update interaction set created_at = $1, waiting_since = $1", monday)
    await served.kit.hear(channel, {"id": "b", "kind": "deleted", "at": now.isoformat()})

    async def past(trigger: str, *conditions: tuple[str, str, str]) -> dict[str, Any]:
        asked = [{"field": field, "op": op, "values": [value]} for field, op, value in conditions]
        rule = {**BODY, "trigger": trigger, "conditions": asked, "actions": [{"verb": "note", "value": "x"}]}
        found: dict[str, Any] = (await root.did("POST", "rules/preview", {"rule": rule, "days": 30}))["past"]
        return found

    words = await past("created", ("text", "contains_any", "rechnung"))
    assert (words["met"], words["looked_at"], words["unread"], words["as_today"]) == (2, 4, 1, [])
    assert (await past("received", ("text", "contains_any", "danke")))["met"] == 1
    assert (await past("created", ("text", "contains_any", "danke")))["met"] == 0
    assert (await past("created", ("weekday", "is", "monday")))["met"] == 4
    assert (await past("created", ("waiting_s", "at_least", "3600")))["met"] == 0
    followed = await past("created", ("followers", "at_most", "60"))
    assert (followed["met"], followed["unknown"], followed["as_today"]) == (3, 1, ["followers"])
