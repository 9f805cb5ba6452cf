"""Live topics: the last value, the whole for who comes later, nothing for who may not see."""

from uuid import UUID, uuid4

from tests.web.conftest import Browser, Served
from tests.web.stream import listening
from unisono.service.live import tell
from unisono.service.setup_views import GrantView
from unisono.web.events.live import Live


async def conversation(served: Served) -> UUID:
    channel = await served.kit.channel()
    await served.kit.hear(channel, {"id": "1", "text": "Hello"})
    return (await served.sql("select id from conversation"))[0]["id"]  # type: ignore[no-any-return]


async def test_a_colleague_hears_who_writes_and_when_they_stop(served: Served, root: Browser) -> None:
    where = await conversation(served)
    anna = await served.logged_in("anna", "agent")
    async with listening(root, f"conversation:{where},live:writing:{where}") as stream:
        assert await stream.next("live") == {"topic": f"writing:{where}", "whole": True, "values": {}}
        await anna.did("POST", f"conversations/{where}/writing", {"what": "answer"})
        frame = await stream.next("live")
        assert [v["what"] for v in frame["values"].values()] == ["answer"]
        assert not frame["whole"]
        async with listening(root, f"live:writing:{where}") as late:
            whole = await late.next("live")
            assert whole["whole"]
            assert whole["values"] == frame["values"]
        await anna.did("POST", f"conversations/{where}/writing", {"what": "nothing"})
        assert list((await stream.next("live"))["values"].values()) == [None]


async def test_of_many_changes_within_a_moment_only_the_last_is_told(served: Served, root: Browser) -> None:
    where = await conversation(served)
    async with listening(root, f"live:writing:{where}") as stream:
        await stream.next("live")
        for n in range(200):
            await tell(served.house.fanout, f"writing:{where}", "one", {"n": n})
        told = [await stream.next("live")]
        while told[-1]["values"]["one"]["n"] != 199:
            told.append(await stream.next("live"))
        assert len(told) < 20


async def test_who_may_not_see_a_conversation_hears_nothing_of_it(served: Served, root: Browser) -> None:
    where = await conversation(served)
    other = await served.kit.queue()
    eve = await served.logged_in("eve", GrantView(role="agent", scope_kind="queue", scope_id=other))
    async with listening(eve, f"work,live:writing:{where}") as stream:
        await root.did("POST", f"conversations/{where}/writing", {"what": "note"})
        await stream.nothing("live", 0.5)
    await eve.problem("POST", f"conversations/{where}/writing", {"what": "note"})


async def test_a_topic_that_does_not_exist_is_refused(root: Browser) -> None:
    problem = await root.problem("GET", "events?topics=live:secrets")
    assert problem["code"] == "no_topic"


async def test_what_nobody_repeats_is_taken_back(served: Served, root: Browser) -> None:
    where = await conversation(served)
    async with listening(root, f"live:writing:{where}") as stream:
        await stream.next("live")
        await tell(served.house.fanout, f"writing:{where}", "one", {"n": 1}, good_for_s=0.2)
        assert (await stream.next("live"))["values"] == {"one": {"n": 1}}
        assert (await stream.next("live"))["values"] == {"one": None}


async def test_what_cannot_be_understood_is_passed_over(served: Served) -> None:
    live = Live(served.house.clock.now)
    for message in ({}, {"topic": 1, "key": "a"}, {"topic": "a", "key": "b", "value": 1, "good_for_s": float("nan")}):
        live.hear(message)
    assert live.values("a") == {}
    live.put(f"writing:{uuid4()}", "k", {"n": 1})
    assert live.followed() == ()
