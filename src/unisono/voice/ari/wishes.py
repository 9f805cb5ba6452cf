"""Commands of the house, carried out at the exchange. Each leads to a state and says nothing where that is reached already."""

from collections.abc import Iterable
from typing import Final

from unisono.contract.voice import (
    CALLER,
    Answer,
    Bridge,
    Command,
    Connect,
    DeclineTransfer,
    Hangup,
    Hold,
    LegState,
    Originate,
    Park,
    Play,
    Purpose,
    Record,
    Resume,
    SendDtmf,
    StopPlay,
    TakeMessage,
    Transfer,
    TransferKind,
)
from unisono.voice.ari.api import Api, Denied
from unisono.voice.ari.names import Names
from unisono.voice.ari.numbers import NotDialled, dial_string, extension
from unisono.voice.ari.recordings import Recordings
from unisono.voice.ari.settings import Settings
from unisono.voice.ari.sounds import Sounds
from unisono.voice.ari.view import LEG, Leg, View
from unisono.voice.ari.wire import REASONS

_MISSING, _CONFLICT = 404, 409
_DIGITS: Final = frozenset("0123456789*#ABCD")


class Gone(Exception):
    """The call or leg is not there any more."""


class NotNow(Exception):
    """It cannot be done yet: the same may be asked again."""


class Wishes:
    """Does what is asked, at one exchange."""

    def __init__(self, api: Api, settings: Settings, names: Names, view: View, sounds: Sounds, recordings: Recordings) -> None:
        self._api = api
        self._settings = settings
        self._names = names
        self._view = view
        self._sounds = sounds
        self._recordings = recordings

    async def do(self, command: Command) -> None:
        """Carry out a command. Raises Denied, Unreachable, Gone, NotNow, NotDialled, BadName."""
        match command:
            case Answer():
                await self._api.on_channel("POST", self._leg(command.call_id, CALLER), "answer")
            case Park():
                await self._park(command)
            case Play():
                await self._sounds.play(self._leg(command.call_id, command.leg_id), command)
            case StopPlay():
                await self._sounds.stop(self._view.channel(command.call_id, command.leg_id))
            case Originate():
                await self._dial(command, Purpose.AGENT)
            case Connect():
                await self._dial(command, command.purpose)
            case Bridge():
                await self._bridge(command)
            case Hold():
                await self._to_holding(self._names.held, self._leg(command.call_id, command.leg_id))
            case Resume():
                await self._resume(command)
            case Transfer():
                await self._transfer(command)
            case Record():
                await self._recordings.record(command)
            case TakeMessage():
                await self._take_message(command)
            case SendDtmf():
                await self._send(command)
            case DeclineTransfer():
                # An exchange answers its phones' REFER itself, by its own dialplan.
                return
            case Hangup():
                await self._hang_up(command)

    def _leg(self, call_id: str, leg_id: str) -> str:
        channel = self._view.channel(call_id, leg_id)
        if channel not in self._view.legs:
            raise Gone
        return channel

    # -- waiting, holding ----------------------------------------------------------------------------------------------------

    async def _park(self, command: Park) -> None:
        channel = self._leg(command.call_id, CALLER)
        if self._view.legs[channel].state is LegState.RINGING:
            await self._api.on_channel("POST", channel, "answer")
        await self._sounds.stop(channel)
        self._view.wishes.pop(command.call_id, None)
        if self._view.legs[channel].place != self._names.waiting:
            await self._to_holding(self._names.waiting, channel)
        self._sounds.wait(channel, command)

    async def _to_holding(self, bridge: str, channel: str) -> None:
        """Put a channel where music is heard and nobody else."""
        await self._make(bridge, "holding", channel)
        await self._api.on_bridge("POST", bridge, "moh", mohClass=self._settings.music_class)
        self._sounds.no_longer(channel)

    async def _resume(self, command: Resume) -> None:
        channel = self._leg(command.call_id, command.leg_id)
        if self._view.legs[channel].place != self._names.held:
            return
        wish = self._view.wishes.get(command.call_id)
        aside = wish is not None and CALLER not in wish[0] and command.leg_id in wish[0] + wish[1]
        await self._make((self._names.aside if aside else self._names.talk)(command.call_id), "mixing", channel)

    # -- dialling ------------------------------------------------------------------------------------------------------------

    async def _dial(self, command: Originate | Connect, purpose: Purpose) -> None:
        target = dial_string(command.endpoint, self._settings)
        channel = self._names.leg(command.call_id, command.leg_id)
        if channel in self._view.legs:
            return
        if self._view.is_over(channel):
            raise Gone
        if isinstance(command, Connect) and not self._view.of_call(command.call_id):
            raise Gone
        self._view.dialled(channel, command.call_id, command.leg_id, purpose)
        try:
            await self._api.originate(
                channel, endpoint=target, app=self._settings.app, appArgs=f"{LEG},{purpose.value}",
                timeout=str(max(1, round(command.timeout_s))), **_shown(command),
            )  # fmt: skip
        except Denied as error:
            if error.status != _CONFLICT:
                self._view.never_dialled(channel)
                raise

    # -- who hears whom ------------------------------------------------------------------------------------------------------

    async def _bridge(self, command: Bridge) -> None:
        call_id = command.call_id
        named = {leg_id: self._leg(call_id, leg_id) for leg_id in command.legs + command.listeners}
        if any(self._view.legs[channel].state is not LegState.UP for channel in named.values()):
            raise NotNow
        self._view.wishes[call_id] = (command.legs, command.listeners)
        talk, aside = self._names.talk(call_id), self._names.aside(call_id)
        place = talk if CALLER in command.legs else aside
        # Whoever is not meant to hear goes first, so that nobody hears a word too many.
        for leg_id, leg in self._view.of_call(call_id).items():
            if leg_id in named or leg.place not in (talk, aside):
                continue
            if leg_id == CALLER:
                await self._to_holding(self._names.waiting, leg.channel)
            else:
                await self._take_out(leg)
        for leg_id, channel in named.items():
            self._sounds.no_longer(channel)
            await self._sounds.stop(channel)
            if channel not in self._view.legs:
                raise Gone
            if self._view.legs[channel].place != place:
                await self._make(place, "mixing", channel, mute=leg_id in command.listeners)

    async def _make(self, bridge: str, kind: str, channel: str, *, mute: bool = False) -> None:
        """Put a channel into a bridge, which is made if it is not there; it leaves the one that it was in."""
        params = {"channel": channel} | ({"mute": "true"} if mute else {})
        try:
            await self._api.on_bridge("POST", bridge, "addChannel", **params)
        except Denied as error:
            if error.status != _MISSING:
                raise
            try:
                await self._api.on_bridge("POST", bridge, type=kind, name=bridge)
            except Denied as again:
                if again.status != _CONFLICT:
                    raise
            await self._api.on_bridge("POST", bridge, "addChannel", **params)
        self._put(channel, bridge)

    async def _take_out(self, leg: Leg) -> None:
        try:
            await self._api.on_bridge("POST", leg.place, "removeChannel", channel=leg.channel)
        except Denied as error:
            # Out of it already, or gone.
            if error.status not in (400, _MISSING, 422):
                raise
        self._put(leg.channel, "")

    def _put(self, channel: str, bridge: str) -> None:
        """Note where a channel is by now, if that has not been told yet."""
        leg = self._view.legs.get(channel)
        if leg is not None and leg.bridge != bridge:
            leg.put = bridge

    # -- the rest ------------------------------------------------------------------------------------------------------------

    async def _transfer(self, command: Transfer) -> None:
        if command.kind is TransferKind.ATTENDED:
            raise NotDialled("bridge_instead", "Here two people are joined by connecting them. The caller is still here.")
        if not self._settings.transfer_context:
            raise NotDialled("no_transfer", "The exchange is set up without a place for callers who are passed on.")
        target = extension(command.to, self._settings)
        channel = self._leg(command.call_id, CALLER)
        await self._recordings.end_of(command.call_id)
        self._sounds.forget(channel)
        leg = self._view.legs[channel]
        asked_before, leg.goes_to = leg.goes_to == target, target
        try:
            await self._api.on_channel(
                "POST", channel, "continue", context=self._settings.transfer_context, extension=target, priority="1"
            )
        except Denied as error:
            # It may have left when it was asked first, and the answer was lost.
            if not asked_before or error.status not in (_MISSING, _CONFLICT):
                leg.goes_to = ""
                raise
        await self.leave(command.call_id)

    async def _take_message(self, command: TakeMessage) -> None:
        channel = self._leg(command.call_id, CALLER)
        leg = self._view.legs[channel]
        if leg.state is LegState.RINGING:
            await self._api.on_channel("POST", channel, "answer")
        self._sounds.no_longer(channel)
        await self._sounds.stop(channel)
        if leg.place:
            await self._take_out(leg)
        await self._recordings.take_message(channel, command)

    async def _send(self, command: SendDtmf) -> None:
        if not command.digits or not set(command.digits) <= _DIGITS:
            raise NotDialled("bad_digits", "Only the keys 0 to 9, *, # and A to D can be sent.")
        await self._api.on_channel("POST", self._leg(command.call_id, command.leg_id), "dtmf", dtmf=command.digits)

    async def _hang_up(self, command: Hangup) -> None:
        if command.leg_id is None:
            await self._recordings.end_of(command.call_id)
        legs = self._view.of_call(command.call_id)
        # Who has been passed on is no longer ours to hang up, also while that has not been told yet.
        wanted = [leg for leg_id, leg in legs.items() if command.leg_id in (None, leg_id) and not leg.goes_to]
        # The others first: the caller hears the end, not a room that empties.
        for leg in sorted(wanted, key=lambda leg: leg.leg_id == CALLER):
            leg.hung_up_by_us = True
            await self._unless_gone(leg.channel, REASONS.get(command.cause, "normal"))

    async def leave(self, call_id: str) -> None:
        """End all legs of a call but one that has been passed on: no leg of it stays here."""
        for leg in [leg for leg in self._view.of_call(call_id).values() if not leg.goes_to]:
            leg.hung_up_by_us = True
            await self._unless_gone(leg.channel, "normal")

    async def _unless_gone(self, channel: str, reason: str) -> None:
        try:
            await self._api.on_channel("DELETE", channel, reason=reason)
        except Denied as error:
            if error.status != _MISSING:
                raise

    async def tidy(self, bridges: Iterable[str]) -> None:
        """Shut down bridges that nobody needs any more."""
        for bridge in bridges:
            try:
                await self._api.on_bridge("DELETE", bridge)
            except Denied as error:
                if error.status != _MISSING:
                    raise


def _shown(command: Originate | Connect) -> dict[str, str]:
    """Return what the ringing phone shows. A stranger's name goes nowhere near a header: digits, and what we say ourselves."""
    shown = command.caller_id
    if isinstance(command, Connect) and command.purpose is Purpose.AGENT:
        shown = command.shows.get("number", "") or shown
    digits = "".join(one for one in shown if one.isdigit() or one == "+")[:20]
    return {"callerId": digits} if digits else {}
