"""Who would get this now, and why: asked by a supervisor, refused to agents."""

from datetime import timedelta

from tests.web.conftest import Browser, Served

NAME = {"de": "Eins", "en": "One"}


async def test_a_supervisor_sees_step_by_step_what_is_missing(served: Served, root: Browser) -> None:
    queue = await served.kit.queue()
    await root.did("POST", "skills", {"key": "french", "name": NAME})
    needed = {"skills": [{"skill": "french", "level": 2}], "steps": [{"after_s": 3600, "lower": 1}]}
    await root.did("PATCH", f"queues/{queue}", needed)
    channel = await served.kit.channel(queue)
    await served.kit.hear(channel, {"id": "1", "text": "Bonjour", "at": served.kit.clock.now().isoformat()})
    [row] = await served.sql("select id, waiting_since from interaction")
    path = f"interactions/{row['id']}/preview"
    counts = ("agent_id", "serving", "skilled", "available", "with_room", "step")

    nobody = await root.get(path)
    assert [nobody[name] for name in counts] == [None, 0, 0, 0, 0, 0]
    assert nobody["next_step_at"] == (row["waiting_since"] + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    beginner = await served.kit.agent(queue, skills={"french": 1})
    assert [(await root.get(path))[name] for name in counts] == [None, 1, 0, 0, 0, 0]
    away = await served.kit.agent(queue, skills={"french": 2}, state="away")
    assert [(await root.get(path))[name] for name in counts] == [None, 2, 1, 0, 0, 0]
    await served.sql("update agent set state = 'available', used = capacity where user_id = $1", away.id)
    assert [(await root.get(path))[name] for name in counts] == [None, 2, 1, 1, 0, 0]
    await served.sql("update agent set used = 0 where user_id = $1", away.id)
    found = await root.get(path)
    assert [found[name] for name in counts] == [str(away.id), 2, 1, 1, 1, 0]
    assert (found["reason"]["code"], found["reason"]["skills"]) == ("skilled", ["french"])
    assert beginner.id != away.id


async def test_an_agent_may_not_ask_and_what_does_not_wait_has_no_preview(served: Served, root: Browser) -> None:
    queue = await served.kit.queue()
    channel = await served.kit.channel(queue)
    anna = await served.logged_in("anna", "agent")
    await served.kit.hear(channel, {"id": "1", "text": "Hello"})
    [row] = await served.sql("select id from interaction")
    assert (await anna.problem("GET", f"interactions/{row['id']}/preview"))["status"] == 403
    person = await served.kit.agent(queue)
    assert await served.kit.route() == 1
    assert (await root.problem("GET", f"interactions/{row['id']}/preview"))["code"] == "state"
    assert person.id
