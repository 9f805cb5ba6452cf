"""Fan-out: who does not follow hears nothing, and who sees the same is sent the same bytes, made once."""

from typing import Any

import pytest

from tests.web.conftest import Browser, Served
from tests.web.stream import listening
from unisono.service.setup_views import GrantView
from unisono.web.events import frames


async def test_a_change_is_encoded_once_for_all_who_see_the_same(
    served: Served, root: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    change = frames.change

    def counted(cursor: str, body: Any) -> Any:
        made.append(change(cursor, body))
        return made[-1]

    monkeypatch.setattr(frames, "change", counted)
    kit = served.kit
    queue = await kit.queue()
    channel = await kit.channel(queue)
    alike = [await served.logged_in(f"v{n}", "viewer") for n in range(3)]
    narrow = await served.logged_in("nora", GrantView(role="viewer", scope_kind="queue", scope_id=queue))
    async with (
        listening(alike[0]) as one, listening(alike[1]) as two, listening(alike[2]) as three, listening(narrow) as other,
    ):  # fmt: skip
        await kit.hear(channel, {"id": "0", "text": "Zero"})
        for stream in (one, two, three, other):
            await stream.texts("Zero")
        made.clear()
        for stream in (one, two, three, other):
            stream.heard.clear()
            stream._read = 0
        await kit.hear(channel, {"id": "1", "by": "bert", "text": "One"})
        for stream in (one, two, three, other):
            await stream.texts("One")
        heard = len({frame["cursor"] for frame in one.frames()})
        # Two sights are open: the house's, and that of one queue. Four desks, but no more than two frames for a batch.
        assert heard <= len(made) <= 2 * heard
        assert one.frames() == two.frames() == three.frames()
        assert one.raw.count(b'"One"') == two.raw.count(b'"One"')


async def test_a_desk_that_shows_something_else_hears_nothing(served: Served, root: Browser) -> None:
    kit = served.kit
    shown, elsewhere = await kit.channel(), await kit.channel()
    await kit.hear(shown, {"id": "1", "text": "Shown"})
    conversation = (await served.sql("select id from conversation"))[0]["id"]
    async with listening(root, f"conversation:{conversation}") as one, listening(root, "work") as desk:
        await kit.hear(elsewhere, {"id": "2", "by": "bert", "text": "Elsewhere"})
        # The first enquiry may still be told when the desk comes.
        while b"Elsewhere" not in desk.raw:
            await desk.next()
        await kit.hear(shown, {"id": "3", "root": "1", "parent": "1", "text": "Here"})
        while (await one.next())["messages"][-1]["text"] != "Here":
            pass
        assert b"Elsewhere" not in one.raw
        await one.nothing("counts", 0.1)
