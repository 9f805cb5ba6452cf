"""Recordings: of the bridge in which the customer speaks, and of what a caller leaves after the tone.

Asterisk keeps them as files; the house is told of each until it has fetched it, and it is deleted there. A consultation takes
place in another bridge, so none is ever in a recording. Whether anything may be recorded is the house's to know.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from unisono.contract import Clock
from unisono.contract.voice import (
    Record,
    RecordingKind,
    RecordingReady,
    RecordingState,
    RecordMode,
    TakeMessage,
    VoiceEvent,
)
from unisono.voice.ari.announce import language, media
from unisono.voice.ari.api import Api, Denied
from unisono.voice.ari.names import Names
from unisono.voice.ari.wire import Event

#: 8 kHz, 16 bits, one side: what Asterisk writes as `wav`. Before it stands a head of 44 bytes.
_FORMAT: Final = "wav"
_BYTES_A_S: Final = 16_000
_HEAD: Final = 44
_SILENCE_S: Final = 6
_CONFLICT, _MISSING = 409, 404


class Recordings:
    """The recordings of one exchange."""

    def __init__(
        self, api: Api, app: str, names: Names, folder: str, clock: Clock, driver: str,
        tell: Callable[[VoiceEvent], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._api = api
        self._app = app
        self._names = names
        self._folder = folder
        self._clock = clock
        self._driver = driver
        self._tell = tell
        #: What records, by call.
        self.live: dict[str, str] = {}
        self._told: set[str] = set()

    async def record(self, command: Record) -> None:
        """Begin, pause, go on or stop. Raises Denied, Unreachable, BadName."""
        name = self._names.recording(command.call_id, command.recording_id, RecordingKind.CALL)
        match command.mode:
            case RecordMode.ON:
                await self._on(command, name)
            case RecordMode.PAUSE:
                await self._api.on_recording("POST", name, "pause")
            case RecordMode.OFF:
                await self.stop(command.call_id, name)
        if command.mode is not RecordMode.OFF:
            self.live[command.call_id] = command.recording_id
        await self._tell(self._state(command.call_id, command.recording_id, command.mode, command.command_id))

    async def _on(self, command: Record, name: str) -> None:
        bridge = self._names.talk(command.call_id)
        try:
            running = await self._api.live_recording(name)
        except Denied as error:
            if error.status != _MISSING:
                raise
            # Who is in a bridge hears of it; a recording goes on when nobody is left, and then its end would be told to nobody.
            await self._api.subscribe(self._app, [f"bridge:{bridge}"])
            await self._api.on_bridge("POST", bridge, "record", name=name, format=_FORMAT, ifExists="fail")
        else:
            if running.state == "paused":
                # Asterisk takes a pause back with DELETE.
                await self._api.on_recording("DELETE", name, "pause")

    async def stop(self, call_id: str, name: str) -> None:
        """End a recording and keep it; one that has ended is ended. Raises Denied, Unreachable."""
        self.live.pop(call_id, None)
        try:
            await self._api.on_recording("POST", name, "stop")
        except Denied as error:
            if error.status != _MISSING:
                raise
        await self.ready(name)

    async def end_of(self, call_id: str) -> None:
        """A call is over, or is about to be: what records it ends. Raises Denied, Unreachable."""
        recording_id = self.live.get(call_id)
        if recording_id is not None:
            await self.stop(call_id, self._names.recording(call_id, recording_id, RecordingKind.CALL))

    async def take_message(self, channel: str, command: TakeMessage) -> None:
        """Say what comes before, then a tone, and record. Raises Denied, Unreachable, BadName."""
        name = self._names.recording(command.call_id, command.recording_id, RecordingKind.VOICEMAIL)
        if command.before is not None:
            says = command.before.says
            playback = self._names.playback(channel, command.command_id)
            await self._api.play(channel, playback, [one for say in says for one in media(say, self._folder)], language(says))
        try:
            # It begins when what is being played has come to its end.
            await self._api.on_channel(
                "POST", channel, "record", name=name, format=_FORMAT, ifExists="fail", beep="true", terminateOn="#",
                maxDurationSeconds=str(round(command.max_s)), maxSilenceSeconds=str(_SILENCE_S),
            )  # fmt: skip
        except Denied as error:
            if error.status != _CONFLICT or not await self._exists(name):
                raise

    async def _exists(self, name: str) -> bool:
        try:
            await self._api.live_recording(name)
        except Denied:
            return any(one.name == name for one in await self._api.stored_recordings())
        return True

    async def hear(self, event: Event) -> None:
        """A recording began or ended."""
        if event.recording is None or (ours := self._names.recording_of(event.recording.name)) is None:
            return
        call_id, recording_id, kind = ours
        if event.type == "RecordingStarted" and kind is RecordingKind.CALL:
            self.live[call_id] = recording_id
        elif event.type in ("RecordingFinished", "RecordingFailed"):
            if self.live.get(call_id) == recording_id:
                del self.live[call_id]
                await self._tell(self._state(call_id, recording_id, RecordMode.OFF, "finished"))
            if event.recording.state == "done":
                await self.ready(event.recording.name)

    async def ready(self, name: str) -> None:
        """Tell the house of a recording that is kept, once. Raises Denied, Unreachable."""
        ours = self._names.recording_of(name)
        if ours is None or name in self._told:
            return
        digest, size = hashlib.sha256(), 0
        try:
            async for chunk in self._api.file(name):
                digest.update(chunk)
                size += len(chunk)
        except Denied as error:
            if error.status == _MISSING:
                return
            raise
        self._told.add(name)
        ready = RecordingReady(
            event_id=f"ready~{name}", call_id=ours[0], driver=self._driver, at=self._clock.now(), recording_id=ours[1],
            uri=name, sha256=digest.hexdigest(), kind=ours[2], media_type="audio/wav", size_bytes=size,
            duration_s=max(0, size - _HEAD) / _BYTES_A_S,
        )  # fmt: skip
        await self._tell(ready)

    async def reconcile(self) -> None:
        """After a cut: tell of all that is kept, and find out what still records. Raises Denied, Unreachable."""
        for call_id, recording_id in list(self.live.items()):
            name = self._names.recording(call_id, recording_id, RecordingKind.CALL)
            try:
                await self._api.live_recording(name)
            except Denied:
                self.live.pop(call_id, None)
                await self._tell(self._state(call_id, recording_id, RecordMode.OFF, "finished"))
        for stored in await self._api.stored_recordings():
            await self.ready(stored.name)

    async def read(self, uri: str) -> AsyncIterator[bytes]:
        """Yield a recording. Raises OSError."""
        try:
            async for chunk in self._api.file(uri):
                yield chunk
        except Denied as error:
            raise OSError("The exchange does not have this recording any more.") from error

    async def forget(self, uri: str) -> None:
        """Delete a recording at the exchange. Raises OSError."""
        if self._names.recording_of(uri) is None:
            return
        try:
            await self._api.forget_recording(uri)
        except Denied as error:
            if error.status != _MISSING:
                raise OSError("The exchange does not delete this recording.") from error
        self._told.discard(uri)

    def _state(self, call_id: str, recording_id: str, mode: RecordMode, why: str) -> VoiceEvent:
        return RecordingState(
            event_id=f"recording~{recording_id}~{mode.value}~{why}", call_id=call_id, driver=self._driver,
            at=self._clock.now(), recording_id=recording_id, mode=mode,
        )  # fmt: skip
