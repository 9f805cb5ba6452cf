"""What a telephony driver is, and what the house is to it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from unisono.contract.context import Clock, Http, Log
from unisono.contract.voice.commands import Command, Result
from unisono.contract.voice.events import VoiceEvent
from unisono.contract.voice.snapshot import Snapshot

VOICE_CONTRACT_VERSION = 1


class VoicePowers(Struct, frozen=True, kw_only=True):
    """What a driver can do, as data; the house and the desk ask only this.

    calls_out: numbers outside can be dialled. incoming: calls come in. hold, dtmf, record, take_message, play, listen: as
    named. three_way: more than two in one bridge. transfer: the power behind the command `Transfer`. desk_phone: the agent's
    phone is the desk itself (its browser); else the agent's endpoint is an address that the user's settings name. location: an
    emergency number may be dialled, because the trunk tells where the caller is. voice: text is spoken, not only files.
    """

    incoming: bool = True
    calls_out: bool = False
    hold: bool = True
    dtmf: bool = True
    record: bool = False
    take_message: bool = False
    play: bool = True
    three_way: bool = True
    listen: bool = False
    transfer: bool = False
    desk_phone: bool = False
    location: bool = False
    voice: bool = False


class VoiceListener(Protocol):
    """The house, as a driver sees it."""

    async def heard(self, event: VoiceEvent) -> None:
        """Take an event. Returns once it is stored for good; until then the driver must be able to tell it again.

        Told twice it counts once. Raises nothing that a driver could mend: what cannot be used is noted and left.
        """

    async def reconnected(self) -> None:
        """The driver's link was cut and stands again, so events may be missing: the house compares with a `snapshot`."""


class VoiceDriver(Protocol):
    """One way of telephoning. Holds live handles and nothing else that matters: the house keeps the state of every call."""

    name: str

    @property
    def powers(self) -> VoicePowers:
        """Return what it can do; no I/O."""

    async def run(self, listener: VoiceListener) -> None:
        """Work until cancelled: connect, reconnect with growing pauses, tell events. Returns or raises only when it cannot go on.

        After each connection that may have missed something: `await listener.reconnected()`. When cancelled it takes no new
        call, and lets those that run go on for as long as its settings say.
        """

    async def do(self, command: Command) -> Result:
        """Take up a wish within a few seconds. Never raises for what telephony may do: `Refused` says what happened."""

    async def snapshot(self) -> Snapshot:
        """Return what lives now. Raises OSError when the other side cannot be asked; then nothing is concluded."""

    def recording(self, uri: str) -> AsyncIterator[bytes]:
        """Yield the bytes of a recording that `RecordingReady` named. Raises OSError when it cannot be read now."""

    async def forget_recording(self, uri: str) -> None:
        """The house has the recording, or wants it erased: nothing of it stays at the driver. Gone before is done."""


class VoiceContext(Protocol):
    """The outside world that a driver is given. `settings`: its own, checked by nobody but the driver; secrets included.

    name: under which it tells events; a house may have two drivers of one kind. folder: a directory of the driver's own, which it
    makes when it needs one (recordings that the house has not fetched yet).
    """

    name: str
    folder: Path
    settings: dict[str, Any]
    clock: Clock
    log: Log
    http: Http

    async def sound(self, file: str) -> bytes:
        """Return an audio file (`Music.file`, `Announcement.file`) as WAV. Raises KeyError when there is none such."""


#: An entry point of the group `unisono.voice`: makes a driver from its context, without any I/O.
DriverFactory = Callable[[VoiceContext], VoiceDriver]
