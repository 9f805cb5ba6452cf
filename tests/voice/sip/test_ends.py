"""When there are too many, when it is stopped, and when the endpoint falls."""

import contextlib
import os
import signal
from pathlib import Path

import pytest

from tests.voice.sip.conftest import NUMBER, town_with
from tests.voice.sip.test_powers import fetched, grows
from unisono.contract.voice import Bridge, By, Cause, Ended, Offered, Park, Queued, RecordingReady, Refused, TakeMessage
from unisono.testing.telephony import steadiness
from unisono.testing.telephony.sipp import Caller

pytestmark = [pytest.mark.voice, pytest.mark.peer]

MUSIC = 440.0


def endpoints() -> list[int]:
    """Return the endpoints that this test process has started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            if parent == str(os.getpid()) and b"unisono.voice.sip.endpoint" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


async def test_one_caller_too_many_hears_busy_and_is_counted(tmp_path: Path) -> None:
    async with town_with(tmp_path, calls=2, drain_s=0.2) as town:
        ears = [await town.ear() for _ in range(3)]
        waiting = [Caller(NUMBER, ear.port).invites().is_answered().is_hung_up() for ear in ears[:2]]
        last = Caller(NUMBER, ears[2].port, from_="<sip:+4930999@127.0.0.1:[local_port]>")
        async with town.calls(waiting[0]) as first, town.calls(waiting[1]) as second:
            for _ in range(2):
                await town.do(Park, (await town.house.arrives()).call_id)
            async with town.calls(last.invites().is_refused(486)) as third:
                await town.house.none_before(Offered, third.ends_well(), from_="+4930999")
            assert town.driver.turned == {"full": 1}
            assert len(town.house.all(Offered)) == 2
            # The deadline of a stop ends what still runs, with a word to the callers and to the house.
            town.stop()
            await first.ends_well()
            await second.ends_well()
        await town.stopped()
        assert [ended.by for ended in town.house.all(Ended)] == [By.HOUSE, By.HOUSE]
        assert endpoints() == []


async def test_stopping_lets_a_call_go_on_for_a_while_and_takes_no_new_one(tmp_path: Path) -> None:
    async with town_with(tmp_path, drain_s=60.0) as town:
        first, second = await town.ear(), await town.ear()
        async with town.calls(Caller(NUMBER, first.port).invites().is_answered().waits_for_word().hangs_up()) as their:
            call = (await town.house.arrives()).call_id
            await town.do(Park, call)
            await first.hears(MUSIC)
            town.stop()
            async with town.calls(Caller(NUMBER, second.port).invites().is_refused(486)) as late:
                await late.ends_well()
            first.forget()
            await first.hears(MUSIC)
            assert not town.house.all(Ended)
            # With the last call it is over, long before the deadline.
            await their.word()
            await their.ends_well()
        ended = await town.house.next(Ended, call_id=call)
        assert ended.by is By.CALLER
        await town.stopped()
        assert endpoints() == []


async def test_calls_in_an_endpoint_that_falls_are_said_to_be_lost_and_the_next_one_works(tmp_path: Path) -> None:
    async with town_with(tmp_path) as town:
        caller = await town.ear()
        async with town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()):
            call = (await town.house.arrives()).call_id
            await town.do(Park, call)
            await town.house.next(Queued, call_id=call)
            await town.do(TakeMessage, call, recording_id="cut")
            await caller.hears(1000, share=0.25, ever=True)
            await grows(town, "cut", 16_000)
            (endpoint,) = endpoints()
            os.kill(endpoint, signal.SIGKILL)
            ended = await town.house.next(Ended, call_id=call)
            assert (ended.cause, ended.by) == (Cause.LOST, By.NETWORK)
            # What the caller had said is kept.
            ready = await town.house.next(RecordingReady, call_id=call)
            sound, _ = await fetched(town, ready)
            assert steadiness(sound[:2000, 0], 620) >= 0.8
            with pytest.raises(OSError, match="endpoint"):
                await town.driver.snapshot()
            refused = await town.do(Bridge, call, legs=())
            assert isinstance(refused, Refused)
            assert refused.again
        await town.house.reconnected_times(2)
        assert endpoints() != [endpoint]
        assert (await town.driver.snapshot()).calls == ()
        again = await town.ear()
        async with town.calls(Caller(NUMBER, again.port).invites().is_answered().waits_for_word().hangs_up()) as their:
            call = (await town.house.arrives()).call_id
            await town.do(Park, call)
            await their.word()
            await their.ends_well()
            await town.house.next(Ended, call_id=call)
        assert len(town.house.all(Ended)) == 2


async def test_a_forgotten_hold_and_a_caller_who_vanished_come_to_an_end(tmp_path: Path) -> None:
    async with town_with(tmp_path, longest_hold_s=0.5, rtp_timeout_s=2) as town:
        holding, caller = await town.ear(), await town.ear()
        async with (
            town.calls(Caller(NUMBER, holding.port).invites().is_answered().holds().is_hung_up()) as held,
        ):
            first = (await town.house.arrives()).call_id
            await town.do(Park, first)
            async with town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their:
                second = (await town.house.arrives()).call_id
                await town.do(Park, second)
                await caller.hears(MUSIC)
                their.vanishes()
                caller.silent = True
                await held.ends_well()
                for call in (first, second):
                    ended = await town.house.next(Ended, call_id=call, within_s=15)
                    assert (ended.cause, ended.by) == (Cause.LOST, By.NETWORK)


async def test_an_endless_call_comes_to_an_end(tmp_path: Path) -> None:
    async with town_with(tmp_path, longest_call_s=0.5) as town:
        caller = await town.ear()
        async with town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their:
            call = (await town.house.arrives()).call_id
            await town.do(Park, call)
            await their.ends_well()
        ended = await town.house.next(Ended, call_id=call)
        assert (ended.cause, ended.by) == (Cause.FORBIDDEN, By.HOUSE)


async def test_an_endpoint_without_its_house_ends_its_calls(tmp_path: Path) -> None:
    async with town_with(tmp_path) as town:
        caller = await town.ear()
        async with town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their:
            call = (await town.house.arrives()).call_id
            await town.do(Park, call)
            await caller.hears(MUSIC)
            town.cut()
            await their.ends_well()
        await town.house.next(Ended, call_id=call)
