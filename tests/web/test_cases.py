"""Cases through the API: opened, found by number, changed, solved; told on the stream to those who may see them."""

from tests.web.conftest import Browser, Served
from unisono.domain.ids import new_id
from unisono.service.setup_views import GrantView


async def one_waits(served: Served, text: str = "Mein Paket ist kaputt") -> tuple[str, str]:
    """Return the queue and the interaction of something that waits."""
    queue = await served.kit.queue()
    channel = await served.kit.channel(queue)
    await served.kit.hear(channel, {"id": "p1", "text": text})
    [row] = await served.sql("select id from interaction")
    return str(queue), str(row["id"])


async def test_a_case_is_opened_noted_changed_and_solved(served: Served, root: Browser) -> None:
    _, work = await one_waits(served)
    key = {"idempotency-key": str(new_id())}
    body = {"interaction_id": work, "title": "Paket kaputt", "priority": 1}
    first = await root.did("POST", "cases", body, headers=dict(key))
    again = await root.did("POST", "cases", body, headers=dict(key))
    assert first["case"]["number"] == again["case"]["number"]
    number = first["case"]["number"]
    assert (await root.problem("POST", "cases", body))["code"] == "in_a_case"
    note = {"note_id": str(new_id()), "text": "Ersatz ist bestellt"}
    await root.did("POST", f"cases/{number}/notes", note)
    details = await root.did("POST", f"cases/{number}/notes", note)
    assert [n["text"] for n in details["notes"]] == ["Ersatz ist bestellt"]
    changed = await root.did("PATCH", f"cases/{number}", {"state": "waiting", "due_at": "2026-12-01T09:00:00Z"})
    assert (changed["case"]["state"], changed["case"]["due_at"]) == ("waiting", "2026-12-01T09:00:00.000000Z")
    found = await root.get(f"cases?q=%23{number}")
    assert [row["case"]["title"] for row in found["items"]] == ["Paket kaputt"]
    assert [row["open"] for row in (await root.get("cases?states=waiting&q=paket"))["items"]] == [1]
    solved = await root.did("POST", f"cases/{number}/solve", {})
    assert (solved["case"]["state"], solved["solved"]) == ("solved", {"closed": 0, "left": 1})
    [item] = (await root.get(f"cases/{number}"))["items"]
    assert item["interaction"]["case_number"] == number
    await root.did("DELETE", f"cases/{number}/items/{work}")
    assert (await root.get(f"cases/{number}"))["items"] == []
    assert (await root.get(f"interactions/{work}"))["interaction"]["case_number"] is None


async def test_who_may_not_see_the_queue_finds_no_case(served: Served, root: Browser) -> None:
    queue, work = await one_waits(served)
    number = (await root.did("POST", "cases", {"interaction_id": work, "title": "Geheim"}))["case"]["number"]
    elsewhere = await served.kit.queue()
    other = await served.logged_in("ben", GrantView(role="agent", scope_kind="queue", scope_id=elsewhere))
    assert (await other.get("cases"))["items"] == []
    for method, path, body in (
        ("GET", f"cases/{number}", None), ("PATCH", f"cases/{number}", {"title": "x"}),
        ("POST", f"cases/{number}/notes", {"note_id": str(new_id()), "text": "x"}),
        ("POST", f"cases/{number}/solve", {}), ("PUT", f"cases/{number}/members", {"member_ids": []}),
    ):  # fmt: skip
        assert (await other.problem(method, path, body))["status"] == 404
    viewer = await served.logged_in("vera", "viewer")
    assert (await viewer.get(f"cases/{number}"))["case"]["title"] == "Geheim"
    assert (await viewer.problem("PATCH", f"cases/{number}", {"title": "x"}))["status"] == 403
    assert queue
