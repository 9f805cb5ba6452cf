"""How many calls one core holds, parked with music and joined with a phone; sipp at the other ends, its own cost as the baseline.

Every call carries real sound both ways (G.711, 50 packets a second). CPU is the endpoint process's over wall time, 1 = one core.
Nothing else of the house takes part in a call that goes on. Calls become more, step by step, until a listener in one of them
hears that it is too much: packets are lost, come unevenly, or the tone breaks; or until the core is full, or the time is up. What
a call costs is told of the last step that was well.
"""

import asyncio
import os
import struct
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import structlog
from msgspec import Struct

from bench.results import Figure
from unisono.contract.voice import CALLER, Answered, Bridge, Connect, Endpoint, EndpointKind, Offered, Park, Queued, VoiceEvent
from unisono.testing.telephony.ear import Ear, a_law_tone, steadiness
from unisono.testing.telephony.sipp import SIPP, Caller, Phone, Sipp
from unisono.voice.sip.driver import SipDriver

#: Calls of a step; each is half as many again as the one before.
FIRST_PARKED, FIRST_BRIDGED = 20, 8
MORE, MOST = 1.5, 1_000
#: For how long a step is listened to, and for how long steps are begun for each of the two states.
SECONDS, ENOUGH_S = 8.0, 110.0
#: What a listener bears: share of packets lost, jitter (RFC 3550, 6.4.1), share of windows of 50 ms in which the tone is whole.
#: ITU-T G.1010 lets 3 % of a talk's packets be lost; a phone's buffer takes up 40 ms.
MOST_LOST, MOST_JITTER_MS, LEAST_WHOLE = 0.01, 40.0, 0.9
FULL = 0.95
#: The tone that all speak, and the first note of the music that who is parked hears, Hz.
TONE = 620.0


class _Context:
    """What the driver is given here: no house, no sounds."""

    name = "sip"
    clock: Any = None
    http: Any = None
    log = structlog.get_logger("bench")

    def __init__(self, settings: dict[str, Any], folder: Path) -> None:
        self.settings, self.folder = settings, folder

    async def sound(self, file: str) -> bytes:
        raise KeyError(file)


class _House:
    """Parks who calls; joins them with a phone when there is one."""

    def __init__(self, phone: str) -> None:
        self.driver: SipDriver
        self.phone = phone
        self.up: set[str] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def heard(self, event: VoiceEvent) -> None:
        match event:
            case Offered():
                self._ask(Park(command_id=uuid4().hex, call_id=event.call_id))
            case Queued() if self.phone:
                there = Endpoint(kind=EndpointKind.SIP, address=self.phone)
                connect = Connect(
                    command_id=uuid4().hex,
                    call_id=event.call_id,
                    leg_id="phone",
                    endpoint=there,
                    timeout_s=20,
                    requested_by="bench",
                )
                self._ask(connect)
            case Queued():
                self.up.add(event.call_id)
            case Answered(leg_id="phone"):
                self._ask(Bridge(command_id=uuid4().hex, call_id=event.call_id, legs=(CALLER, "phone")))
                self.up.add(event.call_id)
            case _:
                pass

    async def reconnected(self) -> None:
        return

    def _ask(self, command: Any) -> None:
        task = asyncio.create_task(self.driver.do(command))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Listener(Ear):
    """Somebody in one of the calls, who notes how packets come."""

    def __init__(self, hertz: float) -> None:
        super().__init__(hertz)
        self.noted: list[tuple[float, int]] = []

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if len(data) >= 12 and data[1] & 0x7F == 8:
            self.noted.append((time.monotonic(), struct.unpack("!H", data[2:4])[0]))
        super().datagram_received(data, addr)

    def listen_anew(self) -> None:
        """Forget what came so far."""
        self.noted.clear()
        self.forget()

    def lost(self) -> float:
        """Return the share of packets that did not come, of those that stood between the first and the last."""
        if len(self.noted) < 2:
            return 1.0
        steps = [(b - a) & 0xFFFF for (_, a), (_, b) in zip(self.noted, self.noted[1:], strict=False)]
        sent = sum(step for step in steps if step < 0x8000) + 1
        # Whoever hears nothing for the last half of the time has lost it as well.
        return max(0.0, 1 - len(self.noted) / max(sent, int(SECONDS * 45)))

    def jitter_ms(self) -> float:
        """Return the mean deviation of the packets' distances, as RFC 3550 smooths it; the highest that it came to."""
        jitter = highest = 0.0
        for (before, a), (at, b) in zip(self.noted, self.noted[1:], strict=False):
            jitter += (abs((at - before) * 1000 - 20.0 * ((b - a) & 0xFFFF)) - jitter) / 16
            highest = max(highest, jitter)
        return highest

    def whole(self, *, bridged: bool) -> float:
        """Return the share of windows of 50 ms in which the other's tone is whole, or in which the music sounds."""
        sound = self.heard()
        if bridged or len(sound) < 400:
            return steadiness(sound, TONE) if len(sound) >= 400 else 0.0
        pieces = sound[: len(sound) - len(sound) % 400].astype(np.int32).reshape(-1, 400)
        return float(np.mean(np.abs(pieces).max(axis=1) > 200))


class _Step(Struct, frozen=True, kw_only=True):
    """What a number of calls came to. endpoint, sipp: cores. broke: why it was too much; empty when all was well."""

    calls: int
    endpoint: float = 0.0
    sipp: float = 0.0
    lost: float = 1.0
    jitter_ms: float = 0.0
    whole: float = 0.0
    broke: str = ""


async def measure() -> dict[str, Figure]:
    """Hold more and more calls, look at the processes, and compare."""
    parked, parked_end = await _steps(FIRST_PARKED, bridged=False)
    bridged, bridged_end = await _steps(FIRST_BRIDGED, bridged=True)
    one, both = "sipp's own CPU for its end of the same call", "sipp's own CPU for both ends of the same call"
    return {
        "voice.cpu_share_per_call": _share(parked, parked_end, one, "parked, music out, sound in"),
        "voice.cpu_share_per_bridge": _share(bridged, bridged_end, both, "two legs joined"),
    }


def _share(held: _Step, end: _Step, baseline: str, state: str) -> Figure:
    return Figure(
        value=held.endpoint / held.calls, unit="cores", baseline=baseline, baseline_value=held.sipp / held.calls,
        more={
            "calls": held.calls, "state": state, "seconds": SECONDS, "calls_per_core": int(held.calls / held.endpoint),
            "lost": round(held.lost, 4), "jitter_ms": round(held.jitter_ms, 1), "whole": round(held.whole, 3),
            "ended_at": end.calls, "ended_by": end.broke or "time",
        },
    )  # fmt: skip


async def _steps(first: int, *, bridged: bool) -> tuple[_Step, _Step]:
    """Return the most calls that were held well, and the step at which it ended. Raises RuntimeError if the first was not."""
    begun, calls, held = time.monotonic(), first, None
    while True:
        step = await _held(calls, bridged=bridged)
        print(f"   {step}", flush=True)
        if step.broke:
            if held is None:
                raise RuntimeError(f"Not even {calls} calls were held: {step.broke}.")
            return held, step
        held = step
        calls = min(MOST, int(calls * MORE))
        # The next step takes as long as its calls take to come, and to be listened to.
        if calls == held.calls or time.monotonic() - begun + calls / 20 + SECONDS + 6 > ENOUGH_S:
            return held, held


async def _held(calls: int, *, bridged: bool) -> _Step:
    """Hold so many calls for a while, and listen in one of them."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unisono-bench-")))
        tone = folder / "tone.al"
        tone.write_bytes(a_law_tone(TONE, 10.0))
        listen, phone_port, caller_port, listener_port = 15070, 15080, 15090, 15100
        phone = f"sip:phone@127.0.0.1:{phone_port}" if bridged else ""
        house = _House(phone)
        settings = {
            "listen": f"127.0.0.1:{listen}", "rtp_ports": "20000-29999", "calls": calls + 5, "calls_per_second": 100,
            "sip_hosts": [f"127.0.0.1:{phone_port}"], "outside_at_once": calls, "calls_per_hour": 10_000, "drain_s": 0.2,
        }  # fmt: skip
        house.driver = SipDriver(_Context(settings, folder))  # type: ignore[arg-type]
        await stack.enter_async_context(_running(house.driver, house))
        sipps = []
        if bridged:
            script = Phone(0).rings().answers().speaks(str(tone)).is_hung_up()
            many = {"calls": calls, "at_once": calls, "more": ("-mp", "48000")}
            sipps.append(await stack.enter_async_context(Sipp.running(SIPP, folder, script, port=phone_port, **many)))
        server, number = f"127.0.0.1:{listen}", "+4980012345"
        _, listener = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Listener(TONE), local_addr=("127.0.0.1", 0)
        )
        stack.callback(listener.close)
        theirs = Caller(number, listener.port).invites().is_answered().waits(calls / 20 + SECONDS + 60)
        await stack.enter_async_context(Sipp.running(SIPP, folder, theirs, port=listener_port, server=server))
        calling = Caller(number, 0).invites().is_answered().speaks(str(tone)).waits(calls / 20 + SECONDS + 60)
        more = {"calls": calls - 1, "at_once": calls, "a_second": 20.0, "more": ("-mp", "36000")}
        sipps.append(
            await stack.enter_async_context(Sipp.running(SIPP, folder, calling, port=caller_port, server=server, **more))
        )
        for _ in range(200 + 2 * calls):
            if len(house.up) == calls:
                break
            await asyncio.sleep(0.05)
        else:
            return _Step(calls=calls, broke=f"{len(house.up)} came about. {''.join(sipp.errors() for sipp in sipps)[-300:]}")
        await asyncio.sleep(1.0)
        endpoint = house.driver.process_id
        listener.listen_anew()
        before = [_cpu_s(pid) for pid in (endpoint, *(sipp.process_id for sipp in sipps))]
        begun = time.monotonic()
        await asyncio.sleep(SECONDS)
        spent = [_cpu_s(pid) - was for pid, was in zip((endpoint, *(s.process_id for s in sipps)), before, strict=True)]
        cores = [one / (time.monotonic() - begun) for one in spent]
        live = len((await house.driver.snapshot()).calls)
        lost, jitter, whole = listener.lost(), listener.jitter_ms(), listener.whole(bridged=bridged)
    broke = ", ".join(
        word for word, so in (
            (f"{calls - live} calls ended", live != calls), ("a full core", cores[0] > FULL), ("loss", lost > MOST_LOST),
            ("jitter", jitter > MOST_JITTER_MS), ("a broken tone", whole < LEAST_WHOLE),
        ) if so
    )  # fmt: skip
    return _Step(
        calls=calls, endpoint=cores[0], sipp=sum(cores[1:]), lost=lost, jitter_ms=jitter, whole=whole, broke=broke
    )  # fmt: skip


@asynccontextmanager
async def _running(driver: SipDriver, house: _House) -> AsyncIterator[None]:
    task = asyncio.create_task(driver.run(house))
    try:
        await asyncio.wait_for(driver.listening.wait(), 20)
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _cpu_s(pid: int) -> float:
    """Return what a process has used so far, in seconds (proc(5), fields utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
