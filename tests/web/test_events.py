"""The event stream: who hears what, nothing missed, nothing that is not theirs."""

import asyncio
import socket
import time
from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from tests.web.conftest import Browser, MakeHouse, Served, serve
from tests.web.stream import listening
from unisono.domain.ids import new_id
from unisono.service.desk_state import DeskState, apply_frame, plain
from unisono.service.ports.reading import Sight
from unisono.service.setup_views import GrantView
from unisono.web.events import hub, sink
from unisono.web.events.connection import Connection
from unisono.web.events.sse import Frame, ephemeral
from unisono.web.protocol import HouseProtocol


async def test_a_new_enquiry_appears_without_asking(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    async with listening(root) as stream:
        await served.kit.hear(channel, {"id": "1", "text": "Is anybody there?"})
        frame = await stream.next()
    assert frame["work"][0]["last"]["text"] == "Is anybody there?"
    assert frame["work"][0]["interaction"]["state"] == "waiting"
    assert "messages" not in frame


async def test_an_open_conversation_hears_its_messages(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    await served.kit.hear(channel, {"id": "1", "text": "First"})
    conversation_id = (await served.sql("select id from conversation"))[0]["id"]
    async with listening(root, f"work,conversation:{conversation_id}") as stream:
        await served.kit.hear(channel, {"id": "2", "root": "1", "parent": "1", "text": "Second"})
        frame = await stream.next()
        while frame["messages"][-1]["text"] != "Second":
            frame = await stream.next()
        assert frame["customers"][0]["identities"][0]["handle"] == "@anna"
        await served.kit.hear(channel, {"id": "other", "by": "bert", "text": "Elsewhere"})
        assert "messages" not in await stream.next()


async def test_who_comes_back_hears_what_was_missed_once(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    async with listening(root) as stream:
        await served.kit.hear(channel, {"id": "1", "text": "One"})
        await stream.next()
        last = stream.last_id
    await served.kit.hear(channel, {"id": "2", "by": "bert", "text": "Two"})
    await served.kit.hear(channel, {"id": "3", "by": "cleo", "text": "Three"})
    assert last is not None
    async with listening(root, **{"last-event-id": last}) as stream:
        await stream.texts("Two", "Three")
        await served.kit.hear(channel, {"id": "4", "by": "dora", "text": "Four"})
        await stream.texts("Four")
    async with listening(root, after=last) as stream:
        await stream.texts("Two", "Three", "Four")


async def test_a_place_that_is_too_old_or_no_place_says_reset(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    for place in ("garbage", f"0-1-{UUID(int=0)}", f"99-1-{UUID(int=0)}"):
        async with listening(root, after=place) as stream:
            await stream.next("reset")
            await served.kit.hear(channel, {"id": place, "by": place, "text": "Still live"})
            assert (await stream.next())["work"]


async def test_too_much_missed_says_reset(served: Served, root: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = await served.kit.channel()
    async with listening(root) as stream:
        await served.kit.hear(channel, {"id": "0", "text": "Zero"})
        await stream.next()
        last = stream.last_id
    monkeypatch.setattr(hub, "MAX_REPLAY", 3)
    for n in range(1, 4):
        await served.kit.hear(channel, {"id": str(n), "by": f"p{n}", "text": "More"})
    async with listening(root, after=last) as stream:
        await stream.next("reset")


async def test_nobody_hears_of_work_out_of_their_sight(served: Served, root: Browser) -> None:
    kit = served.kit
    seen, hidden = await kit.queue(), await kit.queue()
    inside, outside = await kit.channel(seen), await kit.channel(hidden)
    narrow = await served.logged_in("nora", GrantView(role="viewer", scope_kind="queue", scope_id=seen))
    async with listening(narrow) as stream, listening(root) as everything:
        await kit.hear(outside, {"id": "1", "text": "Not yours"})
        await kit.hear(inside, {"id": "2", "text": "Yours"})
        await stream.texts("Yours")
        await everything.texts("Yours", "Not yours")
        await stream.nothing()
        assert b"Not yours" not in stream.raw
        assert b"Not yours" in everything.raw


async def test_work_that_moves_out_of_sight_is_gone(served: Served, root: Browser) -> None:
    kit = served.kit
    seen, hidden = await kit.queue(), await kit.queue()
    channel = await kit.channel(seen)
    narrow = await served.logged_in("nora", GrantView(role="viewer", scope_kind="queue", scope_id=seen))
    async with listening(narrow) as stream:
        await kit.hear(channel, {"id": "1", "text": "Moving"})
        item = (await stream.next())["work"][0]["interaction"]
        await root.did("POST", f"interactions/{item['id']}/transfer", {"queue_id": str(hidden), "note": "a secret reason"})
        frames = [await stream.next()]
        while "gone" not in frames[-1]:
            frames.append(await stream.next())
        assert frames[-1]["gone"] == {"work": [item["id"]]}
        state = DeskState()
        for frame in stream.frames():
            apply_frame(state, frame)
        assert state.work == {}
    assert (await narrow.problem("GET", f"interactions/{item['id']}"))["status"] == 404


async def test_a_conversation_out_of_sight_is_passed_over_in_silence(served: Served) -> None:
    kit = served.kit
    seen, hidden = await kit.queue(), await kit.queue()
    channel = await kit.channel(hidden)
    await kit.hear(channel, {"id": "1", "text": "Hidden"})
    conversation_id = (await served.sql("select id from conversation"))[0]["id"]
    narrow = await served.logged_in("nora", GrantView(role="viewer", scope_kind="queue", scope_id=seen))
    async with listening(narrow, f"work,conversation:{conversation_id},conversation:{new_id()}") as stream:
        await kit.hear(channel, {"id": "2", "root": "1", "parent": "1", "text": "Hidden too"})
        await stream.nothing()
        await stream.nothing("viewers", 0.1)


async def test_offers_reach_their_agent_alone(served: Served, root: Browser) -> None:
    kit = served.kit
    queue = await kit.queue()
    channel = await kit.channel(queue)
    anna = await served.logged_in("anna", "agent")
    bert = await served.logged_in("bert", "agent")
    anna_id = (await anna.get("me"))["user"]["id"]
    await root.did("PUT", f"queues/{queue}/members", {"member_ids": [anna_id]})
    async with listening(anna) as hers, listening(bert) as his:
        await anna.did("PUT", "me/agent-state", {"state": "available"})
        await kit.hear(channel, {"id": "1", "text": "For Anna"})
        assert await kit.route() == 1
        frames = [await hers.next()]
        while "offers" not in frames[-1]:
            frames.append(await hers.next())
        offer = frames[-1]["offers"][0]
        assert offer["agent_id"] == anna_id
        assert frames[-1]["agents"][0]["used"] == 12
        answer = await anna.did("POST", f"offers/{offer['id']}/accept")
        assert answer["interaction"]["state"] == "active"
        state = ""
        while state != "active":
            state = next((w["interaction"]["state"] for w in (await his.next()).get("work", ())), "")
        assert all("offers" not in frame for frame in his.frames())


async def test_who_is_offered_something_hears_it_before_everybody_else(
    served: Served, root: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = served.kit
    queue = await kit.queue()
    channel = await kit.channel(queue)
    people = [await served.logged_in(name, "agent") for name in ("anna", "bert", "carl", "dora", "emil")]
    ids = [(await one.get("me"))["user"]["id"] for one in people]
    told: dict[bytes, list[tuple[UUID, bool]]] = {}
    send = Connection.send

    def noted(self: Connection, frame: Frame) -> None:
        # What was told with one cursor is one batch.
        told.setdefault(frame.data.split(b"\n", 1)[0], []).append((self.user_id, b'"offers":[' in frame.data))
        send(self, frame)

    monkeypatch.setattr(Connection, "send", noted)
    async with AsyncExitStack() as stack:
        desks = [await stack.enter_async_context(listening(one)) for one in people]
        for number, (agent, agent_id) in enumerate(zip(people, ids, strict=True)):
            await root.did("PUT", f"queues/{queue}/members", {"member_ids": [agent_id]})
            await agent.did("PUT", "me/agent-state", {"state": "available"})
            told.clear()
            await kit.hear(channel, {"id": str(number), "text": "For one of them"})
            assert await kit.route() == 1
            while "offers" not in await desks[number].next():
                pass
            (batch,) = [heard for heard in told.values() if any(offered for _, offered in heard)]
            assert batch[0] == (UUID(agent_id), True)


async def test_a_grant_taken_away_takes_effect_before_the_next_frame(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    vera = await served.logged_in("vera", "viewer")
    vera_id = (await vera.get("me"))["user"]["id"]
    async with listening(vera) as stream:
        await served.kit.hear(channel, {"id": "1", "text": "Before"})
        await stream.next()
        await root.did("PUT", f"users/{vera_id}/grants", {"roles": [{"role": "auditor"}]})
        await stream.next("reset")
        await served.kit.hear(channel, {"id": "2", "by": "bert", "text": "After"})
        await stream.nothing()
    async with listening(vera) as stream:
        await root.did("PATCH", f"users/{vera_id}", {"disabled": True})
        await asyncio.wait_for(stream.ended.wait(), 10)


async def test_logging_out_ends_the_stream(served: Served, root: Browser) -> None:
    async with listening(root) as stream:
        await root.did("DELETE", "session")
        await asyncio.wait_for(stream.ended.wait(), 10)
    async with asyncio.timeout(10):
        response = await root.ask("GET", "events")
    assert response.status_code == 401


async def test_counts_are_kept_and_equal_to_counting(served: Served, root: Browser) -> None:
    kit = served.kit
    queue = await kit.queue()
    channel = await kit.channel(queue)
    root_id = (await root.get("me"))["user"]["id"]
    await root.did("PUT", f"queues/{queue}/members", {"member_ids": [root_id]})
    async with listening(root) as stream:
        await root.did("PUT", "me/agent-state", {"state": "available"})
        for n in range(7):
            await kit.hear(channel, {"id": str(n), "by": f"p{n}", "text": "Hello"})
        await kit.route()
        told = await stream.next("counts")
        while told["waiting"] != 2:
            told = await stream.next("counts")
        assert told["offered"] == 5
        assert told["mine"]["offered"] == 5
        assert told["by_queue"][str(queue)] == {"waiting": 2, "offered": 5}
        assert told == await root.get("counts")
        async with served.house.db.read() as tx:
            counted = await tx.reading.counts(Sight(classes=None), UUID(root_id))
        assert plain(counted) == told


async def test_who_has_a_conversation_open_is_told_to_the_others(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    await served.kit.hear(channel, {"id": "1", "text": "Hello"})
    conversation_id = (await served.sql("select id from conversation"))[0]["id"]
    anna = await served.logged_in("anna", "agent")
    topics = f"work,conversation:{conversation_id}"
    async with listening(root, topics) as stream:
        async with listening(anna, topics):
            names: set[str] = set()
            while names != {"Root", "Anna"}:
                told = await stream.next("viewers")
                names = {viewer["name"] for viewer in told["viewers"]}
            assert told["conversation_id"] == str(conversation_id)
        while names != {"Root"}:
            names = {viewer["name"] for viewer in (await stream.next("viewers"))["viewers"]}


async def test_typing_is_passed_on_to_open_conversations(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    await served.kit.hear(channel, {"id": "1", "text": "Hello"})
    conversation_id = (await served.sql("select id from conversation"))[0]["id"]
    async with listening(root, f"conversation:{conversation_id}") as stream:
        value = {"conversation_id": str(conversation_id), "on": True}
        await served.house.fanout.publish("typing", str(conversation_id), value)
        assert await stream.next("typing") == value


async def test_silence_is_broken_by_a_comment_that_keeps_the_place(make_house: MakeHouse) -> None:
    house = await make_house(event_keep_alive_s=0.2)
    running = await serve(house)
    try:
        browser = await running.logged_in("vera", "viewer")
        async with listening(browser) as stream:
            while b": keep-alive\nid: " not in stream.raw:
                await asyncio.sleep(0.05)
            assert stream.last_id is not None
    finally:
        await running.close()


async def test_a_client_that_takes_nothing_is_let_go_and_the_others_hear_on(
    served: Served, root: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sink, "ABORT_AFTER_S", 0.5)
    channel = await served.kit.channel()
    cookies = "; ".join(f"{name}={value}" for name, value in root.http.cookies.items())
    reader, writer = await asyncio.open_connection("127.0.0.1", served.server.port, limit=1_000)
    writer.write(f"GET /api/v1/events HTTP/1.1\r\nhost: x\r\ncookie: {cookies}\r\n\r\n".encode())
    await writer.drain()
    await reader.readuntil(b"hello")
    the_hub = served.app.state["hub"]
    async with listening(root) as stream:
        assert len(list(the_hub.connections())) == 2
        long = "x" * 400_000
        for _ in range(40):
            for connection in list(the_hub.connections()):
                connection.send(ephemeral("typing", b'"' + long.encode() + b'"'))
            await asyncio.sleep(0.05)
            if len(list(the_hub.connections())) == 1:
                break
        assert len(list(the_hub.connections())) == 1
        await served.kit.hear(channel, {"id": "1", "text": "Still here"})
        assert (await stream.next())["work"]
    writer.close()


async def test_the_server_ends_at_once_with_streams_open(make_house: MakeHouse) -> None:
    running = await serve(await make_house())
    browser = await running.logged_in("vera", "viewer")
    async with listening(browser) as stream:
        began = time.monotonic()
        await running.server.stop()
        assert time.monotonic() - began < 3
        await asyncio.wait_for(stream.ended.wait(), 5)
    await running.close()


async def test_the_fallback_through_asgi_carries_the_same_bytes(make_house: MakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []
    for raw in (True, False):
        if not raw:
            monkeypatch.setattr(HouseProtocol, "on_message_begin", HouseProtocol.__mro__[1].on_message_begin)
        running = await serve(await make_house())
        try:
            browser = await running.logged_in(f"vera{raw}", "viewer")
            channel = await running.kit.channel()
            cookies = "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
            reader, writer = await asyncio.open_connection("127.0.0.1", running.server.port)
            writer.write(f"GET /api/v1/events HTTP/1.1\r\nhost: x\r\ncookie: {cookies}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            greeting = await reader.readuntil(b"\n\n\r\n")
            await running.kit.hear(channel, {"id": f"1{raw}", "text": "Same"})
            frame = await reader.readuntil(b"\n\n\r\n")
            size, _, rest = frame.partition(b"\r\n")
            assert int(size, 16) == len(rest) - 2
            assert greeting.partition(b"\r\n")[2].startswith(b"retry: ")
            names = sorted(line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:] if line)
            heard.append(b" ".join(names) + rest[:4])
            writer.close()
        finally:
            await running.close()
    assert heard[0] == heard[1]


async def test_who_left_before_the_stream_began_is_no_error() -> None:
    gone = socket.socket()
    gone.close()

    class Left(asyncio.Transport):
        def is_closing(self) -> bool:
            return True

    sink.TransportSink(Left({"socket": gone})).write(ephemeral("typing", b"{}"))


async def test_who_has_no_rights_hears_nothing_and_is_not_thrown_out(served: Served) -> None:
    channel = await served.kit.channel()
    nobody = await served.logged_in("nemo")
    async with listening(nobody) as stream:
        await served.kit.hear(channel, {"id": "1", "text": "Hello"})
        await stream.nothing()
        assert not stream.ended.is_set()
