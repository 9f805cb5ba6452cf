"""The demo keeps everything over a stop, and its buttons do what they say."""

import asyncio
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from tests.app.demo_house import count, on_demo_loop, rows, running_demo, signed_in, until
from tests.db import Cluster
from unisono.app.demo.material import network_threads, threads
from unisono.app.demo.places import placed
from unisono.app.demo.player import playable
from unisono.app.demo.run import DemoHouse
from unisono.app.demo.script import SCRIPTED_FACES
from unisono.app.demo.seed import BRAND
from unisono.app.demo.stream import voices_of
from unisono.domain.errors import Unavailable

ALMOST_STILL = 0.001
MESSAGES = "select count(*) from message"
INBOUND = "select count(*) from message where direction = 'in'"
BY = """
select count(*) from message m join channel c on c.id = m.channel_id where m.direction = 'in' and c.connector = any($1::text[])
"""
OPEN = "select count(*) from interaction where state <> 'closed'"
DELETED = "select count(*) from message where deleted_at is not null"
HEARD = "select coalesce(sum(posts), 0) from listening_source"
ALERTS = "select count(*) from monitor_alert"
#: Of the stream; the button itself plays ten thousand.
SAID = 500
WAITING = "select count(*) from inbox where state not in ('done', 'early')"


@pytest.mark.timeout(600)
def test_after_a_stop_everything_is_still_there_and_nothing_is_said_twice(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(stopped_and_started(cluster, tmp_path))


async def stopped_and_started(cluster: Cluster, tmp_path: Path) -> None:
    """Play all of the demo's own threads, stop, start again: the second start has nothing left to play."""
    dsn, data = await cluster.create(), tmp_path / "data"
    async with running_demo(cluster, data, dsn=dsn) as demo:
        await demo.playing
        assert demo.player.failed == []
        await settled(demo)
        before = await count(demo, MESSAGES)
        password, channels = demo.password, demo.seeded.channels
        written = Counter(step.kind for step in playable(placed(threads())))
        assert await count(demo, BY, ["email"]) == written["mail"]
        assert await count(demo, BY, ["webchat"]) == written["chat"]
        assert await count(demo, BY, [*SCRIPTED_FACES]) == sum(1 for step in playable(network_threads()) if not step.by_company)
        assert await count(demo, BY, ["sandbox"]) > written["comment"] + written["dm"]
    async with running_demo(cluster, data, dsn=dsn) as demo:
        assert await demo.playing == 0
        await settled(demo)
        assert await count(demo, MESSAGES) == before
        assert (demo.password, demo.seeded.channels) == (password, channels)
        assert await count(demo, "select count(*) from brand where key = $1", BRAND) == 1
        states = {row["state"] for row in await rows(demo, "select state from channel")}
        assert states == {"ok"}
        with pytest.raises(Unavailable, match=r"already runs on .*data; nothing was changed"):
            async with running_demo(cluster, data, dsn=dsn):
                pass


@pytest.mark.timeout(400)
def test_a_stream_with_an_outage_is_noticed_and_brings_its_enquiries_alone_into_the_queues(
    cluster: Cluster, tmp_path: Path
) -> None:
    with on_demo_loop() as run:
        run(outage(cluster, tmp_path))


async def outage(cluster: Cluster, tmp_path: Path) -> None:
    """Press the button as the page does."""
    async with running_demo(cluster, tmp_path / "data", speed=ALMOST_STILL) as demo, signed_in(demo) as http:
        assert (await http.post("/demo/actions/outage", params={"posts": 20_000})).status_code == 422
        answer = await http.post("/demo/actions/outage", params={"posts": SAID})
        assert answer.status_code == 200, answer.text
        assert (await http.post("/demo/actions/outage")).json()["code"] == "outage_goes_on"
        told = answer.json()
        assert told["messages"] == SAID > told["to_us"] >= voices_of(SAID)
        await until(demo, INBOUND, lambda n: n >= told["to_us"])
        await settled(demo)
        assert await count(demo, INBOUND) == told["to_us"]
        assert await count(demo, OPEN) == voices_of(SAID)
        # The whole town was heard, and the outage was found in it.
        await until(demo, HEARD, lambda n: n >= SAID * 0.9)
        await until(demo, ALERTS, lambda n: n >= 1)


def test_the_other_buttons_and_the_speed_do_what_they_say(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(buttons(cluster, tmp_path))


async def buttons(cluster: Cluster, tmp_path: Path) -> None:
    """A complaint, the same customer by mail and chat, and the complaint taken back."""
    async with running_demo(cluster, tmp_path / "data", speed=ALMOST_STILL) as demo, signed_in(demo) as http:
        name = (await http.post("/demo/actions/complaint")).json()["name"]
        again = (await http.post("/demo/actions/same-customer")).json()
        assert again["name"] == name
        await until(demo, INBOUND, lambda n: n == 1 + again["messages"])
        media = {row["medium"] for row in await rows(demo, "select medium from message join channel c on c.id = channel_id")}
        assert media == {"post", "mail", "chat"}
        assert (await http.post("/demo/actions/author-deletes")).json()["name"] == name
        await until(demo, DELETED, lambda n: n == 1)
        assert (await http.post("/demo/actions/author-deletes")).status_code == 409
        assert (await http.post("/demo/actions/rain")).status_code == 404
        assert (await http.post("/demo/speed", json={"factor": 20})).json() == {"factor": 20.0}
        assert demo.tempo.factor == 20.0
        assert (await http.post("/demo/speed", json={"factor": -1})).status_code == 422
        stranger = httpx2.AsyncClient(base_url=f"{demo.url}/api/v1")
        async with stranger:
            assert (await stranger.get("/demo")).json()["logins"][0]["login"] == "ilka"
            assert (await stranger.post("/demo/actions/outage")).status_code in {401, 403}


async def settled(demo: DemoHouse) -> None:
    """Wait until the house has read all that it heard."""
    await until(demo, WAITING, lambda n: n == 0)
    last = -1
    while (now := await count(demo, MESSAGES)) != last:
        last = now
        await asyncio.sleep(2.0)
