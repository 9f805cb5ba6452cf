"""Classes of work, steps and reserves through the API."""

from tests.web.conftest import Browser, Served
from unisono.domain.ids import new_id

NAME = {"de": "Eilig", "en": "Urgent"}


async def test_the_usual_classes_are_there_and_one_can_be_added_and_changed(root: Browser) -> None:
    assert [c["key"] for c in (await root.get("work-classes"))["items"]] == ["call", "chat", "mail", "message", "post"]
    added = await root.did("POST", "work-classes", {"key": "urgent", "name": NAME, "cost": 9, "patience_s": 60})
    assert (added["cost"], added["patience_s"], added["deferrable"]) == (9, 60, False)
    changed = await root.did("PATCH", f"work-classes/{added['id']}", {"patience_s": None, "deferrable": True})
    assert (changed["patience_s"], changed["deferrable"], changed["cost"], changed["version"]) == (None, True, 9, 2)


async def test_a_wrong_class_is_refused_with_the_field(root: Browser) -> None:
    for body, field in (
        ({"cost": 0}, "cost"),
        ({"cap": 0.5}, "cap"),
        ({"handling_s": 0}, "handling_s"),
        ({"decay_s": -1}, "decay_s"),
    ):
        problem = await root.problem("POST", "work-classes", {"key": "x", "name": NAME, **body})
        assert (problem["code"], problem["field"]) == ("out_of_range", field)
    assert (await root.problem("POST", "work-classes", {"key": "call", "name": NAME}))["code"] == "key_taken"
    assert (await root.problem("PATCH", f"work-classes/{new_id()}", {"cost": 2}))["code"] == "not_found"


async def test_what_may_interrupt_what_is_set_and_what_makes_no_sense_is_refused(served: Served, root: Browser) -> None:
    classes = {c["key"]: c for c in (await root.get("work-classes"))["items"]}
    assert set(classes["call"]["interrupts"]) == {classes["mail"]["id"], classes["post"]["id"]}
    assert [c["key"] for c in classes.values() if c["interrupts"]] == ["call"]
    chat = classes["chat"]["id"]
    body = {"interrupts": [classes["post"]["id"]], "parks_interrupted": True}
    changed = await root.did("PATCH", f"work-classes/{chat}", body)
    assert {name: changed[name] for name in body} == body
    for wrong, code in (
        ({"interrupts": [chat]}, "no_class"), ({"interrupts": [str(new_id())]}, "no_class"), ({"deferrable": True}, "deferrable_interrupts"),
    ):  # fmt: skip
        problem = await root.problem("PATCH", f"work-classes/{chat}", wrong)
        assert (problem["code"], problem["field"]) == (code, "interrupts")
    added = await root.did("POST", "work-classes", {"key": "alarm", "name": NAME, "interrupts": [chat]})
    assert (added["interrupts"], added["parks_interrupted"]) == ([chat], False)


async def test_a_channel_takes_the_class_of_its_choice(served: Served, root: Browser) -> None:
    queue = await served.kit.queue()
    channel = await served.kit.channel(queue)
    added = await root.did("POST", "work-classes", {"key": "urgent", "name": NAME})
    changed = await root.did("PATCH", f"channels/{channel.id}", {"work_class_id": added["id"]})
    assert changed["work_class_id"] == added["id"]
    wrong = await root.problem("PATCH", f"channels/{channel.id}", {"work_class_id": str(new_id())})
    assert wrong["code"] == "no_work_class"


async def test_steps_and_reserve_of_a_queue_are_checked_and_kept(root: Browser) -> None:
    skill = await root.did("POST", "skills", {"key": "french", "name": NAME})
    other = await root.did("POST", "queues", {"key": "other", "name": NAME})
    step = {"after_s": 60, "lower": 1, "drop": [skill["key"]], "queue_ids": [other["id"]]}
    queue = await root.did("POST", "queues", {"key": "first", "name": NAME, "steps": [step], "reserve_agents": 1.5})
    assert (queue["steps"], queue["reserve_agents"], queue["reserve_units"]) == ([step], 1.5, 60)
    for wrong, code in (
        ([step, step], "bad_steps"), ([{**step, "drop": ["nothing"]}], "no_skill"),
        ([{**step, "queue_ids": [str(new_id())]}], "no_queue"), ([{**step, "after_s": 0}], "out_of_range"),
    ):  # fmt: skip
        assert (await root.problem("PATCH", f"queues/{queue['id']}", {"steps": wrong}))["code"] == code
    assert (await root.problem("PATCH", f"queues/{queue['id']}", {"reserve_agents": -1}))["field"] == "reserve_agents"
    assert (await root.did("PATCH", f"queues/{queue['id']}", {"steps": []}))["steps"] == []
