"""Presence over the API and the stream: one's own in the corner of the desk, colleagues' beside their names."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.web.conftest import Browser, Served
from tests.web.stream import listening
from unisono.domain.ids import new_id
from unisono.service.ports.accounts import LinkedAccount

pytestmark = pytest.mark.workplace


async def test_what_one_sets_reaches_every_desk_that_follows_and_one_who_comes_later(served: Served, root: Browser) -> None:
    anna = await served.logged_in("anna", "agent")
    me = (await anna.get("me"))["user"]["id"]
    ends = (datetime.now(UTC) + timedelta(minutes=45)).isoformat()
    async with listening(root, "live:presence") as stream, listening(anna, f"live:presence:{me}") as corner:
        assert await stream.next("live") == {"topic": "presence", "whole": True, "values": {}}
        assert (await corner.next("live"))["values"] == {}
        mine = await anna.did("PUT", "me/presence", {"value": "away", "until": ends, "reason": "lunch"})
        assert mine["own"]
        told = await stream.next("live")
        assert {**told["values"][me], "until": None} == {"value": "away", "source": "own", "reason": "lunch", "until": None}
        assert (await corner.next("live"))["values"][me]["value"] == "away"
        async with listening(root, "live:presence") as late:
            assert (await late.next("live"))["values"] == told["values"]
        await anna.did("DELETE", "me/presence")
        assert (await stream.next("live"))["values"] == {me: None}
    (seen,) = (await root.get(f"presence?user_id={me}"))["items"]
    assert seen == {"user_id": me, "value": "unknown"}


async def test_ones_corner_is_ones_own_and_colleagues_need_the_right(served: Served, root: Browser) -> None:
    other = (await root.get("me"))["user"]["id"]
    eve = await served.logged_in("eve", "auditor")
    me = (await eve.get("me"))["user"]["id"]
    async with listening(eve, f"live:presence:{other},live:presence,live:presence:{me}") as stream:
        await root.did("PUT", "me/presence", {"value": "away"})
        await eve.did("PUT", "me/presence", {"value": "busy"})
        while not (told := await stream.next("live"))["values"]:
            pass
        assert {heard.data["topic"] for heard in stream.heard if heard.event == "live"} == {f"presence:{me}"}
        assert told["values"][me]["value"] == "busy"
    assert (await eve.problem("GET", f"presence?user_id={other}"))["status"] == 403
    # Whoever takes no work has a presence all the same.
    await eve.did("PUT", "me/presence", {"value": "dnd"})
    assert (await eve.get("me/presence"))["presence"]["value"] == "dnd"
    assert (await root.get(f"presence?user_id={me}"))["items"][0]["value"] == "dnd"


async def test_where_ones_calls_go_is_set_by_oneself(served: Served, root: Browser) -> None:
    anna = await served.logged_in("anna", "agent")
    ben: UUID = await served.person("ben", "agent")
    mine = await anna.did("PUT", "me/call-rule", {"busy": "deputy", "deputy_id": str(ben)})
    assert (mine["busy"], mine["away"], mine["deputy_id"]) == ("deputy", "voicemail", str(ben))
    assert (await anna.problem("PUT", "me/call-rule", {"busy": "fax"}))["code"] == "no_way"
    assert (await anna.problem("PUT", "me/call-rule", {"busy": "deputy"}))["code"] == "no_deputy"
    assert (await anna.problem("PUT", "me/presence", {"value": "away", "until": "2020-01-01T00:00:00Z"}))["code"] == "bad_until"


async def test_one_sees_and_takes_back_ones_own_accounts_and_nobody_above_sees_them(served: Served, root: Browser) -> None:
    anna = await served.logged_in("anna", "agent")
    me = UUID((await anna.get("me"))["user"]["id"])
    made = await anna.did("POST", "me/accounts/code")
    assert len(made["code"]) == 11
    account = new_id()
    async with served.house.db.write() as tx:
        linked = LinkedAccount(
            id=account, user_id=me, network="xmpp", realm="", remote_id="secret@home.example", label="secret@home.example",
            commands=True, public_posts=False, linked_at=tx.now,
        )  # fmt: skip
        assert await tx.accounts.link(linked)
    assert [one["label"] for one in (await anna.get("me/accounts"))["items"]] == ["secret@home.example"]
    changed = await anna.did("PATCH", f"me/accounts/{account}", {"public_posts": True})
    assert changed["items"][0]["public_posts"]
    followed = await anna.did("PATCH", f"me/accounts/{account}", {"presence": True})
    assert followed["items"][0]["presence"] == "new"
    assert (await anna.did("PATCH", f"me/accounts/{account}", {"presence": False}))["items"][0]["presence"] == ""
    assert (await anna.did("PUT", "me/accounts/shown", {"shown": True}))["shown"]
    assert not (await root.get("me/accounts"))["shown"]
    assert not (await anna.did("PUT", "me/accounts/shown", {"shown": False}))["shown"]
    await served.sql("update linked_account set network = 'sandbox'")
    assert (await anna.problem("PATCH", f"me/accounts/{account}", {"presence": True}))["code"] == "no_xmpp_account"
    await served.sql("update linked_account set network = 'xmpp'")
    assert (await root.get("me/accounts"))["items"] == []
    for method in ("PATCH", "DELETE"):
        assert (await root.problem(method, f"me/accounts/{account}", {} if method == "PATCH" else None))["code"] == "no_account"
    # Whoever may see everything sees nothing of it, at any address that needs no more than a question.
    paths = served.app.openapi_schema.to_schema()["paths"]
    assert {path for path in paths if "account" in path} == {
        "/api/v1/me/accounts", "/api/v1/me/accounts/code", "/api/v1/me/accounts/shown", "/api/v1/me/accounts/{account_id}",
    }  # fmt: skip
    asked = 0
    for path, verbs in paths.items():
        if "get" in verbs and "{" not in path and not path.endswith(("/events", "/evidence")):
            answer = await root.ask("GET", path)
            asked += answer.status_code == 200
            assert "home.example" not in answer.text, path
    assert asked > 40
    assert (await anna.did("DELETE", f"me/accounts/{account}"))["items"] == []
