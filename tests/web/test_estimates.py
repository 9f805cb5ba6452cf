"""What was learnt, and the reserve that follows the load, through the API."""

from datetime import UTC, datetime, timedelta

from tests.kit import House, StepClock
from tests.service.test_learning import channel_of, over, team
from tests.web.conftest import Browser, Served
from unisono.service.learner import one_round
from unisono.store.database import PgDatabase

NAME = {"de": "Eilig", "en": "Urgent"}


async def test_every_class_tells_its_default_before_anything_was_learnt(root: Browser) -> None:
    found = await root.get("estimates")
    numbers = {(e["key"], e["quantity"]): e for e in found["items"]}
    assert numbers.keys() == {
        ("call", "handling"), ("call", "patience"), ("chat", "handling"), ("chat", "patience"), ("mail", "handling"),
        ("message", "handling"), ("post", "handling"),
    }  # fmt: skip
    mail = numbers["mail", "handling"]
    assert (mail["default_s"], mail["used_s"], mail["in_use"], mail["why"]) == (420, 420, "default", "nothing_yet")
    assert (mail["estimate_s"], mail["low_s"], mail["high_s"], mail["samples"], mail["since"]) == (None,) * 5
    assert (found["half_life_days"], found["least_samples"], found["least_people"]) == (14, 50, 5)


async def test_what_was_learnt_is_told_with_interval_samples_and_use(served: Served, root: Browser) -> None:
    clock = StepClock(datetime.now(UTC) - timedelta(minutes=10))
    kit = House(PgDatabase(served.house.db.pool, clock, served.house.bell), served.house.bell, clock)  # type: ignore[attr-defined,arg-type]
    queue = await kit.queue()
    channel = await channel_of(kit, queue)
    await over(kit, channel, await team(kit, queue, 5, state="away"), 60)
    await one_round(served.house.db)
    found = await root.get("estimates")
    (chat,) = [e for e in found["items"] if (e["key"], e["quantity"], e["skill"]) == ("chat", "handling", None)]
    assert (chat["in_use"], chat["samples"], chat["why"], chat["default_s"]) == ("estimate", 60, "", 480)
    assert chat["low_s"] <= chat["estimate_s"] <= chat["high_s"] < chat["used_s"] < 480
    assert chat["since"].endswith("Z")
    off = await root.did("PATCH", f"work-classes/{chat['work_class_id']}", {"learns": False})
    assert off["learns"] is False
    (chat,) = [e for e in (await root.get("estimates"))["items"] if (e["key"], e["quantity"]) == ("chat", "handling")]
    assert (chat["in_use"], chat["used_s"], chat["why"]) == ("default", 480, "learning_off")


async def test_how_much_it_takes_is_a_setting_of_the_house(root: Browser) -> None:
    await root.did("PATCH", "settings", {"estimates.least_samples": 200, "estimates.half_life_days": 30})
    found = await root.get("estimates")
    assert (found["half_life_days"], found["least_samples"]) == (30, 200)
    assert (await root.problem("PATCH", "settings", {"estimates.half_life_days": 0}))["code"] == "bad_setting"


async def test_only_who_supervises_reads_estimates(served: Served) -> None:
    agent = await served.logged_in("anna", "agent")
    assert (await agent.problem("GET", "estimates"))["code"] == "forbidden"
    supervisor = await served.logged_in("vera", "supervisor")
    assert (await supervisor.get("estimates"))["items"]


async def test_a_queue_lets_its_reserve_follow_the_load(root: Browser) -> None:
    queue = await root.did("POST", "queues", {"key": "first", "name": NAME, "reserve_agents": 2})
    assert (queue["reserve_auto"], queue["reserve_share"], queue["reserve_within_s"], queue["reserve_now"]) == (False, 0.8, 20, 2)
    changed = await root.did(
        "PATCH", f"queues/{queue['id']}", {"reserve_auto": True, "reserve_share": 0.9, "reserve_within_s": 10}
    )
    assert (changed["reserve_auto"], changed["reserve_share"], changed["reserve_within_s"]) == (True, 0.9, 10)
    assert (changed["reserve_now"], changed["reserve_agents"]) == (0, 2)
    for wrong in ({"reserve_share": 1}, {"reserve_share": 0}, {"reserve_within_s": -1}):
        problem = await root.problem("PATCH", f"queues/{queue['id']}", wrong)
        assert (problem["code"], problem["field"]) == ("out_of_range", next(iter(wrong)))
    by_hand = await root.did("PATCH", f"queues/{queue['id']}", {"reserve_auto": False})
    assert by_hand["reserve_now"] == 2
