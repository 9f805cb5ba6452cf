"""What `unisono doctor` says of listening over NATS, on a real server: silent, without JetStream, as it should be, meddled with, behind."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.js.api import DiscardPolicy, StreamConfig

from tests.lanes.broker import Broker, broker
from unisono.app import doctor_lanes
from unisono.app.doctor_lanes import look_at_lanes
from unisono.app.findings import Finding, Level
from unisono.bus.nats import STREAM, NatsLanes

pytestmark = pytest.mark.peer


def told(findings: list[Finding], level: Level) -> list[str]:
    return [one.text for one in findings if one.level is level]


async def test_without_a_server_of_ones_own_nothing_is_said() -> None:
    assert await look_at_lanes("") == []


async def test_lanes_are_looked_at_as_they_stand_and_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with broker(tmp_path / "js") as nats:
        [nothing] = await look_at_lanes(nats.url)
        assert (nothing.level, "the first listener makes it" in nothing.text) == (Level.NOTE, True)
        lanes = NatsLanes(nats.url, 64_000_000)
        try:
            await lanes.put(2, "a", b"post")
            [fine] = await look_at_lanes(nats.url)
            assert fine.level is Level.OK
            assert "all lanes there, 1 posts wait" in fine.text
            # Nobody fetches what waits: late at once, where late is now.
            monkeypatch.setattr(doctor_lanes, "_LATE_S", 0.0)
            [late] = told(await look_at_lanes(nats.url), Level.ERROR)
            assert "does the role listener run?" in late
            carried = await lanes.take(2, 5.0)
            assert carried is not None
            [behind] = told(await look_at_lanes(nats.url), Level.WARNING)
            assert "matching is behind" in behind
            assert "role listener" not in behind
            await lanes.done(carried)
            # The server hears of it when it comes by.
            for _ in range(100):
                if sum(await lanes.waiting()) == 0:
                    break
                await asyncio.sleep(0.05)
            assert told(await look_at_lanes(nats.url), Level.OK)
        finally:
            await lanes.close()
        await _meddle(nats)
        wrong = told(await look_at_lanes(nats.url), Level.ERROR)
        assert any("discard is not new" in one for one in wrong)
        assert any(one.startswith("Lanes without a consumer: 5.") for one in wrong)
    [silent] = await look_at_lanes(nats.url)
    assert silent.level is Level.ERROR
    assert "No server answers" in silent.text


async def _meddle(nats: Broker) -> None:
    """Somebody changes by hand what Unisono made."""
    client = Client()
    await client.connect(nats.url)
    js = client.jetstream()
    found: StreamConfig = (await js.stream_info(STREAM)).config
    await js.update_stream(found.evolve(discard=DiscardPolicy.OLD))
    await js.delete_consumer(STREAM, "lane-5")
    await client.close()


async def test_the_command_says_that_a_server_without_jetstream_keeps_nothing(tmp_path: Path) -> None:
    async with broker(tmp_path, jetstream=False) as nats:
        environment = {
            **os.environ, "UNISONO_DATA": str(tmp_path / "data"), "UNISONO_NATS_URL": nats.url,
            "UNISONO_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "NO_COLOR": "1",
        }  # fmt: skip
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", "from unisono.app.cli import main; main()", "doctor"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    assert "JetStream is off. Start it with: nats-server -js" in ended.stdout, ended.stdout + ended.stderr
