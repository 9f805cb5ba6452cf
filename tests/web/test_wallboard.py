"""The wallboard: figures that nobody counts, the same as if somebody had; each hears of what they may see, and of changes only."""

import random
from typing import Any

from tests.service.test_work import code
from tests.web.conftest import Browser, Served
from tests.web.stream import listening
from unisono.domain.ids import new_id
from unisono.service.finish import finish, wrap_up
from unisono.service.setup_views import GrantView
from unisono.service.take import take
from unisono.service.tally import TALLIES_BELL, fold_all
from unisono.service.transfer import transfer

COUNTED = """
select i.queue_id::text as queue, count(*) filter (where i.state in ('waiting', 'offered')) as waiting,
       count(*) filter (where i.state = 'active') as active, count(*) filter (where i.state = 'wrap_up') as wrap_up,
       min(i.waiting_since) filter (where i.state in ('waiting', 'offered')) as longest
from interaction i where i.state <> 'closed' group by 1
"""


async def counted(served: Served) -> dict[str, tuple[int, int, int, str | None]]:
    """What stands in each queue, counted anew."""
    return {
        row["queue"]: (
            row["waiting"], row["active"], row["wrap_up"],
            row["longest"].isoformat(timespec="microseconds")[:-6] + "Z" if row["longest"] else None,
        )
        for row in await served.sql(COUNTED)
    }  # fmt: skip


def told(rows: dict[str, Any]) -> dict[str, tuple[int, int, int, str | None]]:
    """The same of a wallboard's queues."""
    return {
        row["key"]: (row["waiting"], row["active"], row["wrap_up"], row["longest_since"])
        for name, row in rows.items()
        if name.startswith("queues/") and (row["waiting"] or row["active"] or row["wrap_up"])
    }


async def heard(stream: Any, rows: dict[str, Any], wanted: Any) -> None:
    """Lay live frames over the rows until they are what is wanted."""
    while not wanted(rows):
        frame = await stream.next("live")
        if frame["whole"]:
            rows.clear()
        for key, value in frame["values"].items():
            if value is None:
                rows.pop(key, None)
            else:
                rows[key] = value


async def test_snapshot_and_events_are_what_a_count_says_whatever_happens(served: Served, root: Browser) -> None:
    kit, dice = served.kit, random.Random(7)
    queues = [await kit.queue() for _ in range(3)]
    channels = [await kit.channel(queue) for queue in queues]
    person = await kit.agent(*queues, capacity=6_000)
    wrapped = await code(kit)
    topic = (await root.get("wallboard"))["topic"]
    rows: dict[str, Any] = {}
    async with listening(root, f"work,live:{topic}") as stream:
        for round_ in range(3):
            for _ in range(12):
                deed = dice.choice(("come", "come", "take", "finish", "wrap_up", "move"))
                if deed == "come":
                    await kit.hear(dice.choice(channels), {"id": str(new_id()), "by": str(new_id()), "text": "Frage"})
                    continue
                state = {"take": "waiting", "finish": "active", "wrap_up": "wrap_up", "move": "waiting"}[deed]
                found = await served.sql("select id, queue_id from interaction where state = $1 order by id limit 1", state)
                if not found:
                    continue
                if deed == "take":
                    await take(kit.db, person.access, found[0]["id"])
                elif deed == "finish":
                    await finish(kit.db, person.access, found[0]["id"])
                elif deed == "wrap_up":
                    await wrap_up(kit.db, person.access, found[0]["id"], wrapped)
                else:
                    other = next(q for q in queues if q != found[0]["queue_id"])
                    await transfer(kit.db, person.access, found[0]["id"], queue_id=other)
            wanted = await counted(served)
            await heard(stream, rows, lambda rows, wanted=wanted: told(rows) == wanted)
            assert rows["total"]["waiting"] == sum(w for w, *_ in wanted.values()), round_
    fresh = (await root.get("wallboard"))["wall"]
    assert told({f"queues/{row['key']}": row for row in fresh["queues"]}) == await counted(served)
    assert fresh["total"]["people"]["available"] == 1


async def test_what_today_brought_comes_when_the_clock_has_folded_it(served: Served, root: Browser) -> None:
    kit = served.kit
    channel = await kit.channel(medium="mail")
    topic = (await root.get("wallboard"))["topic"]
    async with listening(root, f"live:{topic}") as stream:
        await kit.hear(channel, {"id": "1", "text": "Eins"}, {"id": "2", "by": "bert", "text": "Zwei"})
        assert await fold_all(kit.db) == 2
        await served.house.bell.ring(TALLIES_BELL)
        rows: dict[str, Any] = {}
        await heard(stream, rows, lambda rows: rows.get("total", {}).get("arrived") == 2)
        assert rows["media/mail"]["arrived"] == 2
        assert rows["total"]["level"] is None
    parity = await root.get("parity?days=1")
    assert [(m["medium"], m["arrived"], m["waiting"]) for m in parity["media"]] == [("mail", 2, 2)]
    assert (await root.problem("GET", "parity?days=3"))["code"] == "not_one_of"


async def test_nobody_follows_the_wallboard_of_others(served: Served, root: Browser) -> None:
    kit = served.kit
    seen, hidden = await kit.queue(), await kit.queue()
    inside, outside = await kit.channel(seen), await kit.channel(hidden)
    narrow = await served.logged_in("nora", GrantView(role="viewer", scope_kind="queue", scope_id=seen))
    all_of_it = (await root.get("wallboard"))["topic"]
    await kit.hear(outside, {"id": "1", "text": "Not yours"})
    await kit.hear(inside, {"id": "2", "by": "bert", "text": "Yours"})
    mine = (await narrow.get("wallboard"))["topic"]
    assert mine != all_of_it
    async with listening(narrow, f"live:{mine},live:{all_of_it}") as stream:
        rows: dict[str, Any] = {}
        await heard(stream, rows, lambda rows: rows.get("total", {}).get("waiting") == 1)
        assert str(hidden).encode() not in stream.raw
        assert all_of_it.encode() not in stream.raw
    assert {row["key"] for row in (await narrow.get("wallboard"))["wall"]["queues"]} == {str(seen)}
    assert (await narrow.problem("GET", "parity"))["status"] == 403


async def test_a_desk_that_does_not_follow_hears_nothing_and_a_change_is_encoded_once(
    served: Served, root: Browser, monkeypatch: Any
) -> None:
    from unisono.web.events import live

    frames: list[bytes] = []
    encode = live.ephemeral
    monkeypatch.setattr(live, "ephemeral", lambda event, json: frames.append(json) or encode(event, json))
    channel = await served.kit.channel()
    others = [await served.logged_in(f"v{n}", "viewer") for n in range(3)]
    topics = {(await one.get("wallboard"))["topic"] for one in others}
    assert len(topics) == 1, "who sees the same follows the same"
    (topic,) = topics
    async with (
        listening(others[0], f"live:{topic}") as one, listening(others[1], f"live:{topic}") as two, listening(others[2]) as idle,
    ):  # fmt: skip
        for stream in (one, two):
            await heard(stream, {}, lambda rows: "total" in rows)
        frames.clear()
        await served.kit.hear(channel, {"id": "1", "text": "Frage"})
        for stream in (one, two):
            await heard(stream, {}, lambda rows: rows.get("total", {}).get("waiting") == 1)
        assert sum(b'"waiting":1' in frame for frame in frames) == 1
        await idle.nothing("live", 0.3)


async def test_thresholds_are_set_for_a_queue_and_for_all(served: Served, root: Browser) -> None:
    queue = str(await served.kit.queue())
    house, *_ = (await root.get("wallboard/thresholds"))["items"]
    assert house["queue_id"] is None
    assert house["level_warn"] == 0.8
    topic = (await root.get("wallboard"))["topic"]
    async with listening(root, f"live:{topic}") as stream:
        rows: dict[str, Any] = {}
        await heard(stream, rows, lambda rows: "thresholds" in rows)
        await root.did("PUT", "wallboard/thresholds", {"queue_id": queue, "waiting_warn": 3, "waiting_alarm": 5})
        await heard(stream, rows, lambda rows: len(rows["thresholds"]) == 2)
    assert rows["thresholds"][1]["waiting_alarm"] == 5
    wrong = await root.problem("PUT", "wallboard/thresholds", {"waiting_warn": 5, "waiting_alarm": 3})
    assert (wrong["status"], wrong["code"]) == (422, "alarm_first")
    for bad in ({"level_warn": 2.0}, {"waiting_warn": -1}, {"level_warn": 0.5, "level_alarm": 0.9}):
        assert (await root.problem("PUT", "wallboard/thresholds", bad))["status"] == 422
    assert (await root.problem("PUT", "wallboard/thresholds", {"queue_id": str(new_id())}))["status"] == 404
    await root.did("DELETE", f"wallboard/thresholds/{queue}")
    assert len((await root.get("wallboard/thresholds"))["items"]) == 1


async def test_a_screen_sees_figures_with_its_link_and_nothing_else(served: Served, root: Browser) -> None:
    kit = served.kit
    queue = await kit.queue(name={"de": "Anliegen", "en": "Enquiries"})
    await kit.hear(await kit.channel(queue), {"id": "1", "name": "Anna Secret", "text": "Very private"})
    made = await root.did("POST", "wallboard/links", {"name": "Hall", "days": 30})
    screen = served.browser(authorization=f"Bearer {made['token']}")
    shown = await screen.get("wallboard/screen")
    while shown["wall"]["total"]["waiting"] != 1:
        shown = await screen.get("wallboard/screen")
    assert shown["names"]["queues"][str(queue)]["en"] == "Enquiries"
    assert "Secret" not in str(shown)
    assert "private" not in str(shown)
    for path in ("me", "work", "wallboard", "agents"):
        assert (await screen.problem("GET", path))["status"] == 401
    listed = (await root.get("wallboard/links"))["items"]
    assert [one["name"] for one in listed] == ["Hall"]
    assert listed[0]["last_seen_at"] is not None
    assert made["token"] not in str(await served.sql("select * from wall_link"))
    await root.did("DELETE", f"wallboard/links/{made['link']['id']}")
    assert (await screen.problem("GET", "wallboard/screen"))["code"] == "wall_link_ended"
    assert (await served.browser().problem("GET", "wallboard/screen"))["status"] == 401


async def test_a_screen_goes_dark_with_its_maker(served: Served, root: Browser) -> None:
    lea = await served.logged_in("lea", "supervisor")
    made = await lea.did("POST", "wallboard/links", {"name": "Hall"})
    screen = served.browser(authorization=f"Bearer {made['token']}")
    await screen.get("wallboard/screen")
    await served.sql("update app_user set disabled_at = now() where login = 'lea'")
    assert (await screen.problem("GET", "wallboard/screen"))["code"] == "wall_link_ended"
