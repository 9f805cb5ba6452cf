"""What a call costs: parked with music, and joined with a phone; sipp at the other ends, and sipp's own cost as the baseline.

Every call carries real sound both ways (G.711, 50 packets a second). CPU is the endpoint process's over wall time, 1 = one
core; so one core holds 1 / share calls. Nothing else of the house takes part in a call that goes on.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from bench.results import Figure
from unisono.contract.voice import CALLER, Answered, Bridge, Connect, Endpoint, EndpointKind, Offered, Park, Queued, VoiceEvent
from unisono.testing.telephony.ear import a_law_tone
from unisono.testing.telephony.sipp import SIPP, Caller, Phone, Sipp
from unisono.voice.sip.driver import SipDriver

PARKED, BRIDGED, SECONDS = 40, 15, 10.0


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


async def measure() -> dict[str, Figure]:
    """Hold calls, look at the processes, and compare."""
    parked, caller = await _held(PARKED, bridged=False)
    bridged, both = await _held(BRIDGED, bridged=True)
    return {
        "voice.cpu_share_per_call": Figure(
            value=parked, unit="cores", baseline="sipp's own CPU for its end of the same call", baseline_value=caller,
            more={"calls": PARKED, "state": "parked, music out, sound in", "seconds": SECONDS, "calls_per_core": int(1 / parked)},
        ),
        "voice.cpu_share_per_bridge": Figure(
            value=bridged, unit="cores", baseline="sipp's own CPU for both ends of the same call", baseline_value=both,
            more={"calls": BRIDGED, "state": "two legs joined", "seconds": SECONDS, "calls_per_core": int(1 / bridged)},
        ),
    }  # fmt: skip


async def _held(calls: int, *, bridged: bool) -> tuple[float, float]:
    """Hold so many calls for a while; return CPU per call of the endpoint and of sipp, in cores."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unisono-bench-")))
        tone = folder / "tone.al"
        tone.write_bytes(a_law_tone(620.0, 10.0))
        listen, phone_port, caller_port = 15070, 15080, 15090
        phone = f"sip:phone@127.0.0.1:{phone_port}" if bridged else ""
        house = _House(phone)
        settings = {
            "listen": f"127.0.0.1:{listen}", "rtp_ports": "40000-44000", "calls": calls + 5, "calls_per_second": 100,
            "sip_hosts": [f"127.0.0.1:{phone_port}"], "outside_at_once": calls, "calls_per_hour": 10_000, "drain_s": 0.2,
        }  # fmt: skip
        house.driver = SipDriver(_Context(settings, folder))  # type: ignore[arg-type]
        await stack.enter_async_context(_running(house.driver, house))
        sipps = []
        if bridged:
            script = Phone(0).rings().answers().speaks(str(tone)).is_hung_up()
            many = {"calls": calls, "at_once": calls, "more": ("-mp", "48000")}
            sipps.append(await stack.enter_async_context(Sipp.running(SIPP, folder, script, port=phone_port, **many)))
        calling = Caller("+4980012345", 0).invites().is_answered().speaks(str(tone)).waits(SECONDS + 30)
        more = {"calls": calls, "at_once": calls, "a_second": 20.0, "more": ("-mp", "46000")}
        server = f"127.0.0.1:{listen}"
        sipps.append(
            await stack.enter_async_context(Sipp.running(SIPP, folder, calling, port=caller_port, server=server, **more))
        )
        for _ in range(400):
            if len(house.up) == calls:
                break
            await asyncio.sleep(0.05)
        else:
            raise RuntimeError(f"{len(house.up)} of {calls} calls came about. {''.join(sipp.errors() for sipp in sipps)}")
        await asyncio.sleep(1.0)
        endpoint = house.driver.process_id
        before = [_cpu_s(pid) for pid in (endpoint, *(sipp.process_id for sipp in sipps))]
        await asyncio.sleep(SECONDS)
        spent = [_cpu_s(pid) - was for pid, was in zip((endpoint, *(s.process_id for s in sipps)), before, strict=True)]
        if len((await house.driver.snapshot()).calls) != calls:
            raise RuntimeError("Calls ended while they were measured.")
    return spent[0] / SECONDS / calls, sum(spent[1:]) / SECONDS / calls


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
