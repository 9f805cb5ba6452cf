"""The driver: one line to one exchange, kept up, and set right after every cut."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from typing import Final
from weakref import WeakValueDictionary

from msgspec.structs import replace

from unisono.contract import Clock, Http, Log
from unisono.contract.voice import (
    CALLER,
    Command,
    Done,
    Ended,
    Offered,
    Refused,
    Result,
    Snapshot,
    Transferred,
    VoiceEvent,
    VoiceListener,
    VoicePowers,
)
from unisono.voice.ari.api import Api, Denied, Unreachable
from unisono.voice.ari.events import listening
from unisono.voice.ari.names import BadName, Names
from unisono.voice.ari.numbers import NotDialled
from unisono.voice.ari.recordings import Recordings
from unisono.voice.ari.seen import seen
from unisono.voice.ari.settings import Settings
from unisono.voice.ari.sounds import Sounds
from unisono.voice.ari.view import View
from unisono.voice.ari.wire import Event
from unisono.voice.ari.wishes import Gone, NotNow, Wishes

_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 30.0
#: After another took our place; the two shall not take it from each other all day.
_REPLACED_PAUSE_S: Final = 60.0
_REMEMBERED: Final = 10_000
_HEADER_LONGEST: Final = 500


class _Replaced(Exception):
    """Another socket has taken over the application."""


class AriDriver:
    """Implements `contract.voice.VoiceDriver` for one Asterisk. name: under which the house has it."""

    def __init__(self, name: str, settings: Settings, http: Http, clock: Clock, log: Log) -> None:
        self.name = name
        self._settings = settings
        self._clock = clock
        self._log = log
        self._api = Api(http, settings)
        self._names = Names(settings.app)
        self._view = View(self.name, settings, self._names, clock.now)
        self._sounds = Sounds(self._api, self._names, settings.sound_folder, clock, self.name, self._tell)
        self._recordings = Recordings(self._api, settings.app, self._names, settings.sound_folder, clock, self.name, self._tell)
        self._wishes = Wishes(self._api, settings, self._names, self._view, self._sounds, self._recordings)
        self._listener: VoiceListener | None = None
        self._results: OrderedDict[str, Result] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._looking = asyncio.Lock()
        self._looked = False
        #: Why the line is down, in a word; empty while it stands.
        self.trouble = "not_started"

    @property
    def powers(self) -> VoicePowers:
        """What an Asterisk can do. Where an emergency call comes from is not known to it by us, so none is made."""
        return VoicePowers(
            calls_out=bool(self._settings.trunk), record=True, take_message=True, listen=True,
            transfer=bool(self._settings.transfer_context),
        )  # fmt: skip

    # -- the line ------------------------------------------------------------------------------------------------------------

    async def run(self, listener: VoiceListener) -> None:
        """Keep the line up until cancelled."""
        self._listener = listener
        pause = _FIRST_PAUSE_S
        try:
            while True:
                try:
                    async with listening(self._api, self._settings) as events:
                        await self._set_right(listener)
                        self.trouble, pause = "", _FIRST_PAUSE_S
                        async for event in events:
                            await self._heard(event)
                    self.trouble = "cut"
                except Denied as error:
                    self.trouble = "wrong_user" if error.status in (401, 403) else "refused"
                    pause = max(pause, _LONGEST_PAUSE_S / 2)
                except Unreachable:
                    self.trouble = "unreachable"
                except _Replaced:
                    self.trouble, pause = "replaced", _REPLACED_PAUSE_S
                self._log.warning("exchange_line_down", why=self.trouble, again_in_s=pause)
                await self._clock.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
        finally:
            self.trouble = self.trouble or "stopped"
            await self._sounds.close()

    async def _set_right(self, listener: VoiceListener) -> None:
        """Whatever happened while nobody listened: find out by looking, and let the house compare."""
        missed = await self._look()
        sources = [f"channel:{channel}" for channel in self._view.legs]
        # An application that was away for long is a new one to the exchange, which tells it of nothing that was there before.
        for source in sources:
            with contextlib.suppress(Denied):
                await self._api.subscribe(self._settings.app, [source])
        for event in missed:
            await self._tell(await self._with_headers(event))
        with contextlib.suppress(Denied):
            await self._recordings.reconcile()
        await self._sounds.reconcile(set(self._view.legs))
        await listener.reconnected()

    async def _look(self) -> list[VoiceEvent]:
        async with self._looking:
            since = self._view.count + 1
            bridges = await self._api.bridges()
            missed = self._view.look(await self._api.channels(), bridges, since)
            self._looked = True
            calls = {leg.call_id for leg in self._view.legs.values()}
            left = [one.id for one in bridges if (of := self._names.bridge_of(one.id)) is not None and of[0] not in calls]
            await self._wishes.tidy(left)
            return missed

    async def _heard(self, event: Event) -> None:
        if event.type == "ApplicationReplaced":
            raise _Replaced
        for one in self._view.hear(event):
            await self._tell(await self._with_headers(one))
            if isinstance(one, Ended):
                await self._after(one.call_id)
            elif isinstance(one, Transferred):
                with contextlib.suppress(Denied):
                    await self._wishes.leave(one.call_id)
        await self._sounds.hear(event)
        try:
            await self._recordings.hear(event)
        except Denied as error:
            self._log.warning("recording_not_read", status=error.status)

    async def _after(self, call_id: str) -> None:
        """A call is over: keep what was recorded, leave nothing of it at the exchange."""
        with contextlib.suppress(Denied, BadName):
            await self._recordings.end_of(call_id)
        await self._wishes.tidy([self._names.talk(call_id), self._names.aside(call_id)] if call_id else [])

    async def _with_headers(self, event: VoiceEvent) -> VoiceEvent:
        """Add what a caller's line says besides, as far as the settings let it through. All of it is a stranger's word."""
        if not isinstance(event, Offered) or not self._settings.headers:
            return event
        found: dict[str, str] = {}
        for name in self._settings.headers:
            with contextlib.suppress(Denied, Unreachable):
                channel = self._view.channel(event.call_id, CALLER)
                value = await self._api.variable(channel, f"PJSIP_HEADER(read,{name})")
                if value:
                    found[name.lower()] = value[:_HEADER_LONGEST]
        return replace(event, headers=found)

    async def _tell(self, event: VoiceEvent) -> None:
        if self._listener is not None:
            await self._listener.heard(event)

    # -- wishes --------------------------------------------------------------------------------------------------------------

    async def do(self, command: Command) -> Result:
        """Carry out a command at most once."""
        lock = self._locks.setdefault(command.call_id, asyncio.Lock())
        async with lock:
            known = self._results.get(command.command_id)
            if known is not None:
                return known
            result = await self._done(command)
            if not (isinstance(result, Refused) and result.again):
                self._results[command.command_id] = result
                while len(self._results) > _REMEMBERED:
                    self._results.popitem(last=False)
            return result

    async def _done(self, command: Command) -> Result:
        def refused(code: str, human: str, *, gone: bool = False, again: bool = False) -> Refused:
            return Refused(command_id=command.command_id, code=code, human=human, gone=gone, again=again)

        if not self._looked:
            # What is there is not known yet; nothing may be taken for gone.
            return refused("exchange_cut", "The exchange has not been reached yet. It is tried again.", again=True)
        try:
            await self._wishes.do(command)
        except Gone:
            return refused("gone", "The call is over.", gone=True)
        except NotNow:
            return refused("not_yet", "The telephone has not been taken up yet.", again=True)
        except NotDialled as error:
            return refused(error.code, str(error))
        except BadName as error:
            return refused("bad_name", str(error))
        except Unreachable:
            return refused("exchange_cut", "The exchange cannot be reached. It is tried again.", again=True)
        except Denied as error:
            return self._denied(error, refused)
        return Done(command_id=command.command_id)

    def _denied(self, error: Denied, refused: Callable[..., Refused]) -> Refused:
        if error.status == 404 or (error.status == 400 and "not found" in str(error).lower()):
            return refused("gone", "The call is over.", gone=True)
        if error.status in (401, 403):
            return refused("exchange_denies", "The exchange does not accept our user. It is tried again.", again=True)
        if error.status in (409, 412, 422) or error.status >= 500:
            return refused("not_yet", "The exchange cannot do it now. It is tried again.", again=True)
        self._log.warning("exchange_refused", status=error.status)
        return refused("exchange_refused", "The exchange refuses it.")

    # -- looking -------------------------------------------------------------------------------------------------------------

    async def snapshot(self) -> Snapshot:
        """Return what lives at the exchange. Raises OSError."""
        taken_at = self._clock.now()
        try:
            missed = await self._look()
        except Denied as error:
            raise OSError(f"The exchange refuses to be looked at ({error.status}).") from error
        for event in missed:
            await self._tell(await self._with_headers(event))
        return seen(self.name, self._view, self._names, self._recordings.live, taken_at)

    def recording(self, uri: str) -> AsyncIterator[bytes]:
        """Yield a recording. Raises OSError."""
        return self._recordings.read(uri)

    async def forget_recording(self, uri: str) -> None:
        """Delete a recording at the exchange. Raises OSError."""
        await self._recordings.forget(uri)
