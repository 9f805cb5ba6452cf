"""A house that is nothing but `unisono.calls`: facts and wishes of calls in memory, and what lacks between them is asked."""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from unisono.calls import Call, Intent, Lack, again, due, heard, lacking, reconciled, wished
from unisono.calls.intent import Act
from unisono.contract.voice import (
    CALLER,
    Bridge,
    By,
    Cause,
    Command,
    Connect,
    Done,
    Ended,
    Endpoint,
    EndpointKind,
    Hangup,
    Hold,
    LegEnded,
    Originate,
    Park,
    Record,
    RecordingReady,
    RecordMode,
    Refused,
    Resume,
    VoiceDriver,
    VoiceEvent,
)

OUTSIDE = Endpoint(kind=EndpointKind.NUMBER, address="+4930987654")


class Notebook:
    """Implements `contract.voice.VoiceListener`. driver: set once it is there. phones: extension by the first letter of a leg."""

    def __init__(self, phones: dict[str, str]) -> None:
        self.driver: VoiceDriver | None = None
        self.calls: dict[str, Call] = {}
        self.told: list[VoiceEvent] = []
        self._phones = phones
        self._known: set[str] = set()
        self._compare = False
        self._commands: dict[UUID, Command] = {}
        self._pending: list[UUID] = []
        self._fetch: list[RecordingReady] = []
        #: What was recorded, by recording.
        self.kept: dict[str, bytes] = {}

    async def heard(self, event: VoiceEvent) -> None:
        if event.event_id in self._known:
            return
        self._known.add(event.event_id)
        self.told.append(event)
        self.calls[event.call_id] = heard(self.calls.get(event.call_id, Call()), event)[0]
        if isinstance(event, RecordingReady):
            self._fetch.append(event)

    async def reconnected(self) -> None:
        self._compare = True

    def of(self, kind: type[Any]) -> list[Any]:
        """Return what was told of a kind."""
        return [one for one in self.told if isinstance(one, kind)]

    def wish(self, call_id: str, **intent: Any) -> None:
        """Change what is wanted of a call."""
        self.calls[call_id] = wished(self.calls.get(call_id, Call()), Intent(**intent))

    def fulfilled(self, call_id: str) -> bool:
        """Return whether nothing lacks."""
        call = self.calls[call_id]
        return not lacking(call.facts, call.intent) and not self._compare and not self._pending

    async def turn(self) -> None:
        """Compare if need be, and ask for what lacks."""
        assert self.driver is not None
        if self._compare:
            self._compare = False
            try:
                await self._set_right(self.driver)
            except OSError:
                self._compare = True
        with contextlib.suppress(OSError):
            await self._fetch_recordings(self.driver)
        for call_id, call in list(self.calls.items()):
            if call.facts.over:
                continue
            self.calls[call_id], new = due(call, uuid4)
            for command_id, lack in new:
                self._commands[command_id] = self._command(call_id, command_id, lack)
                self._pending.append(command_id)
        for command_id in list(self._pending):
            result = await self.driver.do(self._commands[command_id])
            if isinstance(result, Refused) and result.again:
                continue
            self._pending.remove(command_id)
            if isinstance(result, Refused):
                await self._refused(self._commands[command_id], result)
        await asyncio.sleep(0.001)

    async def until(self, holds: Callable[[], object], within_s: float = 15.0) -> None:
        """Take turns until something holds."""
        async with asyncio.timeout(within_s):
            while not holds():
                await self.turn()

    async def insist(self, make: Callable[[], Command]) -> bool:
        """Give a command until it is taken up; returns whether the call was still there."""
        assert self.driver is not None
        command = make()
        async with asyncio.timeout(15):
            while True:
                result = await self.driver.do(command)
                if isinstance(result, Done):
                    return True
                if not result.again:
                    return False
                await self.turn()

    async def _set_right(self, driver: VoiceDriver) -> None:
        snapshot = await driver.snapshot()
        for call_id, call in list(self.calls.items()):
            if call.facts.over or not (call.facts.legs or snapshot.call(call_id)):
                continue
            self.calls[call_id] = reconciled(self.calls[call_id], snapshot.call(call_id), snapshot.taken_at)[0]
            self._pending += [one for one in again(self.calls[call_id]) if one not in self._pending]

    async def _fetch_recordings(self, driver: VoiceDriver) -> None:
        while self._fetch:
            ready = self._fetch[0]
            sound = b"".join([part async for part in driver.recording(ready.uri)])
            assert hashlib.sha256(sound).hexdigest() == ready.sha256
            self.kept[ready.recording_id] = sound
            await driver.forget_recording(ready.uri)
            self._fetch.pop(0)

    async def _refused(self, command: Command, result: Refused) -> None:
        assert self.driver is not None
        leg_id = getattr(command, "leg_id", None)
        if isinstance(command, Connect | Originate) or (result.gone and leg_id not in (None, CALLER)):
            over = {"event_id": f"refused~{command.command_id}", "call_id": command.call_id, "driver": "ari"}
            at = self.driver._clock.now()  # type: ignore[attr-defined]
            await self.heard(LegEnded(**over, at=at, leg_id=str(leg_id), cause=Cause.LOST, by=By.NETWORK))
            if isinstance(command, Originate):
                await self.heard(
                    Ended(**over | {"event_id": f"over~{command.command_id}"}, at=at, cause=Cause.LOST, by=By.NETWORK)
                )
        else:
            self._compare = True

    def _command(self, call_id: str, command_id: UUID, lack: Lack) -> Command:
        name, leg, call = str(command_id), lack.leg_id or CALLER, self.calls[call_id]
        match lack.act:
            case Act.HANGUP:
                return Hangup(command_id=name, call_id=call_id, leg_id=lack.leg_id)
            case Act.PARK:
                return Park(command_id=name, call_id=call_id)
            case Act.BRIDGE:
                return Bridge(command_id=name, call_id=call_id, legs=lack.legs, listeners=lack.listeners)
            case Act.HOLD:
                return Hold(command_id=name, call_id=call_id, leg_id=leg)
            case Act.RESUME:
                return Resume(command_id=name, call_id=call_id, leg_id=leg)
            case Act.RECORD:
                return Record(
                    command_id=name, call_id=call_id, mode=lack.mode,
                    recording_id=call.intent.recording_id or call.facts.recording_id or "",
                )  # fmt: skip
            case Act.CONNECT:
                where = OUTSIDE if leg == CALLER else Endpoint(kind=EndpointKind.AGENT, address=self._phones[leg[0]])
                if call.intent.outgoing and not call.facts.legs:
                    return Originate(command_id=name, call_id=call_id, leg_id=leg, endpoint=where, timeout_s=20, requested_by=leg)
                return Connect(
                    command_id=name, call_id=call_id, leg_id=leg, endpoint=where, timeout_s=20,
                    purpose=call.intent.legs[leg].purpose,
                )  # fmt: skip


__all__ = ["Notebook", "RecordMode"]
