"""Retention and holds through the API."""

from tests.web.conftest import Browser, Served


async def test_rules_are_kept_looked_at_first_and_holds_set_by_number(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    await served.kit.hear(channel, {"id": "1", "text": "alt", "by": "a", "at": "2020-01-01T10:00:00+00:00"})
    await served.sql("update interaction set state = 'closed', closed_at = now(), agent_id = null")
    rules = [{"what": "texts", "days": 30, "channel_id": str(channel.id)}]
    going = {one["what"]: one["count"] for one in (await root.did("POST", "retention/preview", {"rules": rules}))["items"]}
    assert going["texts"] == 1
    assert (await root.get("retention"))["items"] == []
    kept = (await root.did("PUT", "retention", {"rules": rules}))["items"]
    assert [(r["what"], r["days"], r["channel_id"]) for r in kept] == [("texts", 30, str(channel.id))]
    wrong = await root.problem("PUT", "retention", {"rules": [{"what": "audit", "days": 1}]})
    assert (wrong["code"], wrong["field"]) == ("out_of_range", "rules.0")
    [row] = await served.sql("select id from conversation")
    held = await root.did("PUT", "holds", {"kind": "conversation", "id": str(row["id"]), "ground": "Klage"})
    assert [(h["kind"], h["ground"]) for h in held["items"]] == [("conversation", "Klage")]
    again = (await root.did("POST", "retention/preview", {"rules": rules}))["items"]
    assert next(one["count"] for one in again if one["what"] == "texts") == 0
    assert (await root.problem("PUT", "holds", {"kind": "case", "number": 99, "ground": "Klage"}))["code"] == "not_found"
    assert (await root.did("PUT", "holds", {"kind": "conversation", "id": str(row["id"])}))["items"] == []
    sina = await served.logged_in("sina", "supervisor")
    assert (await sina.problem("GET", "retention"))["status"] == 403
