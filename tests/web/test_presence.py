"""Presence over the API and the stream: one's own in the corner of the desk, colleagues' beside their names."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.web.conftest import Browser, Served
from tests.web.stream import listening

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
