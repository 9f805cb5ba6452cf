"""The house at the telephone: listens to every driver, does what calls are asked, and compares from time to time."""

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import structlog

from unisono.contract.voice import (
    CALLER,
    By,
    Cause,
    Command,
    Connect,
    Done,
    Ended,
    Hangup,
    LegEnded,
    Offered,
    Originate,
    Refused,
    Result,
    VoiceDriver,
    VoiceEvent,
)
from unisono.domain.errors import UnisonoError
from unisono.domain.ids import new_id
from unisono.service.calls.bells import COMMANDS_BELL
from unisono.service.calls.hear import adopted, follow_work, hear, reconcile_calls
from unisono.service.calls.recordings import keep_recordings
from unisono.service.calls.waiting import announce
from unisono.service.channel_context import Outside
from unisono.service.metrics import CALL_EVENTS, CALL_LAG
from unisono.service.ports.calls import Pending
from unisono.service.stopping import heed_cancellation

LEASE_S: Final = 10.0
RECONCILE_S: Final = 30.0
POLL_S: Final = 1.0
KEEP_S: Final = 2.0
ANNOUNCE_S: Final = 5.0
AGAIN_S: Final = 2.0
BATCH: Final = 50
MOST_ATTEMPTS: Final = 60
_log = structlog.get_logger("voice")


class Switchboard:
    """Works the calls of the drivers that this node has. Each driver is worked by one node at a time, by a lease."""

    def __init__(self, outside: Outside, drivers: Mapping[str, VoiceDriver], holder: str) -> None:
        self._outside = outside
        self._drivers = drivers
        self._holder = holder

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow())
            group.create_task(self._announce())
            for driver in self._drivers.values():
                group.create_task(self._keep(driver))

    async def _keep(self, driver: VoiceDriver) -> None:
        """Run a driver while its lease is ours; one that fails is started anew, the others go on."""
        while True:
            try:
                async with self._outside.db.write() as tx:
                    held = await tx.leases.acquire(f"voice:{driver.name}", self._holder, LEASE_S)
                if held is not None:
                    await self._work(driver)
            except* Exception as failed:
                for error in failed.exceptions:
                    _log.error("driver_stopped", driver=driver.name, error=type(error).__name__)
            heed_cancellation()
            await asyncio.sleep(AGAIN_S)

    async def _work(self, driver: VoiceDriver) -> None:
        desk = Desk(self._outside, driver)
        async with self._outside.db.write() as tx:
            await tx.calls.tell_powers(driver.name, driver.powers)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_lease(driver))
                group.create_task(desk.ask())
                group.create_task(desk.compare())
                group.create_task(desk.keep())
                group.create_task(driver.run(desk))
        finally:
            with contextlib.suppress(UnisonoError):
                async with self._outside.db.write() as tx:
                    await tx.leases.release(f"voice:{driver.name}", self._holder)

    async def _keep_lease(self, driver: VoiceDriver) -> None:
        while True:
            await asyncio.sleep(LEASE_S / 3)
            async with self._outside.db.write() as tx:
                if await tx.leases.acquire(f"voice:{driver.name}", self._holder, LEASE_S) is None:
                    raise _LeaseLost

    async def _follow(self) -> None:
        """Let calls follow their work, as soon as anything happened to any work."""
        async with self._outside.bell.listen("events") as listener:
            while True:
                try:
                    while await follow_work(self._outside):
                        pass
                except UnisonoError as error:
                    _log.error("calls_paused", code=error.code)
                await listener.wait(POLL_S)

    async def _announce(self) -> None:
        """Keep callers who wait told of their place."""
        while True:
            try:
                await announce(self._outside)
            except UnisonoError as error:
                _log.error("announcements_paused", code=error.code)
            await asyncio.sleep(ANNOUNCE_S)


class _LeaseLost(Exception):
    """Another node works this driver now."""


class Desk:
    """One driver's other side: a `VoiceListener`, and whoever gives it its commands."""

    def __init__(self, outside: Outside, driver: VoiceDriver) -> None:
        self._outside = outside
        self._driver = driver
        self._compare_now = asyncio.Event()

    async def heard(self, event: VoiceEvent) -> None:
        """Take an event; what the database cannot take now is set right by the next snapshot."""
        try:
            heard = await hear(self._outside, event)
        except UnisonoError as error:
            _log.error("call_event_lost", driver=event.driver, code=error.code)
            self._compare_now.set()
            return
        CALL_EVENTS.labels(event.driver, str(event.__struct_config__.tag), heard.note or "taken").inc()
        CALL_LAG.observe(max(0.0, (self._outside.clock.now() - event.at).total_seconds()))
        if heard.note and heard.note != "again":
            _log.info("call_event_ignored", driver=event.driver, why=heard.note)
        if heard.refuse is not None and isinstance(event, Offered):
            await self._driver.do(Hangup(command_id=str(new_id()), call_id=event.call_id, cause=heard.refuse))

    async def reconnected(self) -> None:
        """Compare as soon as may be."""
        self._compare_now.set()

    async def compare(self) -> None:
        """Compare now and then, and whenever something may have been missed; work until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RECONCILE_S):
                    await self._compare_now.wait()
            self._compare_now.clear()
            try:
                await self.compare_once()
            except OSError as error:
                _log.warning("snapshot_failed", driver=self._driver.name, error=type(error).__name__)
            except UnisonoError as error:
                _log.error("reconcile_paused", driver=self._driver.name, code=error.code)

    async def compare_once(self) -> None:
        """Set the house's calls right by what the driver sees; adopt what it does not know, end what it knows as over.

        Raises OSError when the driver cannot be asked.
        """
        snapshot = await self._driver.snapshot()
        for seen in await reconcile_calls(self._outside, snapshot):
            async with self._outside.db.read() as tx:
                over = await tx.calls.find(snapshot.driver, seen.call_id) is not None
            if over or not seen.incoming or seen.leg() is None:
                await self._driver.do(Hangup(command_id=str(new_id()), call_id=seen.call_id, cause=Cause.LOST))
            else:
                await self.heard(adopted(snapshot.driver, seen, snapshot.taken_at))
        if snapshot.calls:
            await reconcile_calls(self._outside, snapshot)

    async def keep(self) -> None:
        """Bring recordings over; work until cancelled."""
        while True:
            try:
                while await keep_recordings(self._outside, self._driver):
                    pass
            except UnisonoError as error:
                _log.error("recordings_paused", driver=self._driver.name, code=error.code)
            await asyncio.sleep(KEEP_S)

    async def ask(self) -> None:
        """Give the driver what it is asked; work until cancelled."""
        async with self._outside.bell.listen(COMMANDS_BELL) as listener:
            while True:
                try:
                    while await self.ask_once():
                        pass
                except UnisonoError as error:
                    _log.error("commands_paused", driver=self._driver.name, code=error.code)
                await listener.wait(POLL_S)

    async def ask_once(self) -> int:
        """Give the driver the next command of each call; returns how many were given."""
        async with self._outside.db.read() as tx:
            pending = await tx.calls.pending(self._driver.name, BATCH)
        for one in pending:
            await self._settle(one, await self._do(one.command))
        return len(pending)

    async def _do(self, command: Command) -> Result:
        try:
            async with asyncio.timeout(10):
                return await self._driver.do(command)
        except Exception as error:
            # A driver's bug, or a line that hangs: the command stays, and is given again under its own id.
            _log.error("command_failed", driver=self._driver.name, error=type(error).__name__)
            return Refused(command_id=command.command_id, code="failed", human="Telephony does not answer.", again=True)

    async def _settle(self, one: Pending, result: Result) -> None:
        if isinstance(result, Refused) and result.again and one.attempts < MOST_ATTEMPTS:
            async with self._outside.db.write() as tx:
                await tx.calls.later(one.id, tx.now + timedelta(seconds=min(0.5 * 2**one.attempts, 5.0)))
            return
        async with self._outside.db.write() as tx:
            await tx.calls.settle(one.id, "done" if isinstance(result, Done) else "refused", getattr(result, "code", ""))
        if isinstance(result, Refused):
            for event in self._meaning(one.command, result):
                await self.heard(event)

    def _meaning(self, command: Command, result: Refused) -> list[VoiceEvent]:
        """What a refusal tells: a leg that could not be made is over, and so is a call that is not there."""
        name, call_id, driver, at = f"refused:{command.command_id}", command.call_id, self._driver.name, self._outside.clock.now()
        causes = {cause.value: cause for cause in Cause}
        cause = causes.get(result.code, Cause.LOST if result.gone else Cause.FAILED)
        leg_id = getattr(command, "leg_id", None)
        found: list[VoiceEvent] = []
        if isinstance(command, Originate | Connect) or (result.gone and leg_id is not None and leg_id != CALLER):
            over = LegEnded(event_id=name, call_id=call_id, driver=driver, at=at, leg_id=str(leg_id), cause=cause, by=By.NETWORK)
            found.append(over)
        if isinstance(command, Originate):
            found.append(Ended(event_id=f"{name}:call", call_id=call_id, driver=driver, at=at, cause=cause, by=By.NETWORK))
        if result.gone and not found:
            self._compare_now.set()
        return found
