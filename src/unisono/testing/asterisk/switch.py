"""What the switch does, and whom it tells of it.

An event goes to the applications that are interested in its channel or bridge, at that moment; nothing is kept for later.
Interest is counted as res_stasis does: entering an application adds one, leaving takes one away, originating adds one that
lasts. So a caller's ChannelDestroyed is told to nobody, an originated leg's is.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from unisono.testing.asterisk import show
from unisono.testing.asterisk.model import (
    CAUSES,
    Application,
    Bridge,
    Channel,
    Phone,
    Playback,
    Recording,
    Refused,
)

ASTERISK_ID: Final = "02:42:ac:11:00:02"
#: How long a sound is, in the switch's seconds.
SOUND_S: Final = 3.0
_BETWEEN_S: Final = 0.001
Tell = Callable[[str, dict[str, Any]], None]


class Switch:
    """The telephone system. tell: takes an application's name and an event for it."""

    def __init__(self, tell: Tell, began: datetime) -> None:
        self._tell = tell
        self._began = began
        self.seconds = 0.0
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.playbacks: dict[str, Playback] = {}
        self.recordings: dict[str, Recording] = {}
        self.stored: dict[str, Recording] = {}
        self.apps: dict[str, Application] = {}
        #: What happens at an endpoint that is called; everywhere else it rings.
        self.phones: dict[str, Phone] = {}
        #: Every channel there ever was: what became of it.
        self.gone: dict[str, Channel] = {}
        self.transferred: list[tuple[str, str, str]] = []
        self._number = 0

    @property
    def now(self) -> datetime:
        """The switch's time."""
        return self._began + timedelta(seconds=self.seconds)

    # -- people --------------------------------------------------------------------------------------------------------

    def call_in(
        self, number: str, exten: str, app: str, *args: str, name: str = "", variables: dict[str, str] | None = None
    ) -> Channel:
        """Somebody calls a number whose dialplan says Stasis(app,args)."""
        self._number += 1
        channel = Channel(
            id=f"{self._began.timestamp():.0f}.{self._number}", endpoint="PJSIP/trunk", created=self.now, state="Ring",
            number=number, name=name, exten=exten, context="from-outside", via="", args=args, variables=dict(variables or {}),
        )  # fmt: skip
        self.channels[channel.id] = channel
        self._enter(channel, app, args)
        return channel

    def hang_up(self, channel_id: str, cause: int = 16) -> None:
        """Whoever is at a channel puts the phone down."""
        channel = self.channels[channel_id]
        channel.cause = cause
        if channel.stasis:
            self._say_of(channel, "ChannelHangupRequest", cause=cause)
        self._end(channel)

    def press(self, channel_id: str, digits: str) -> None:
        """Whoever is at a channel presses keys."""
        for digit in digits:
            self._say_of(self.channels[channel_id], "ChannelDtmfReceived", digit=digit, duration_ms=120)
            for recording in [one for one in self.recordings.values() if one.target == f"channel:{channel_id}"]:
                if recording.state == "recording" and recording.ends_on in ("any", digit):
                    self.end_recording(recording, "done")

    def holds(self, channel_id: str, *, on: bool) -> None:
        """A telephone puts the line on hold by itself, or takes it back."""
        self._say_of(self.channels[channel_id], "ChannelHold" if on else "ChannelUnhold")

    def pick_up(self, channel_id: str) -> None:
        """Whoever is called takes the call."""
        channel = self.channels[channel_id]
        channel.state, channel.rings_until = "Up", None
        self._say_of(channel, "ChannelStateChange")
        self._dial(channel, "ANSWER")
        if not self._enter(channel, channel.via, channel.args):
            # Its application is not there, and there is no dialplan behind it.
            self._end(channel)

    def refuse(self, channel_id: str, cause: int, status: str) -> None:
        """Whoever is called does not take the call."""
        channel = self.channels[channel_id]
        channel.cause = cause
        self._dial(channel, status)
        self._end(channel)

    def talk(self, channel_id: str, words: str) -> None:
        """Somebody says something; it stands in every recording that runs where it is heard."""
        channel = self.channels[channel_id]
        places = {f"channel:{channel.id}"} | ({f"bridge:{channel.bridge}"} if channel.bridge and not channel.muted else set())
        for recording in self.recordings.values():
            if recording.state == "recording" and recording.target in places:
                recording.heard.append((channel_id, words))

    def pass_time(self, seconds: float) -> None:
        """Let time go by: sounds end, nobody answers, recordings reach their length, waiting calls try their luck again."""
        self.seconds += seconds
        for playback in [one for one in self.playbacks.values() if one.ends <= self.seconds]:
            self.end_playback(playback)
        for channel in [one for one in self.channels.values() if one.rings_until is not None]:
            if channel.rings_until is not None and channel.rings_until <= self.seconds:
                self.refuse(channel.id, 19, "NOANSWER")
        for recording in list(self.recordings.values()):
            if recording.state != "queued" and recording.max_s and recording.begun + recording.max_s <= self.seconds:
                self.end_recording(recording, "done")
        self.try_again()

    def try_again(self) -> None:
        """The dialplan of those that wait sends them to their application again."""
        for channel in [one for one in self.channels.values() if one.waiting]:
            self._enter(channel, channel.via, channel.args)

    # -- applications --------------------------------------------------------------------------------------------------

    def arrive(self, name: str) -> bool:
        """A socket asks for an application. Returns whether it takes it from another socket."""
        app = self.apps.setdefault(name, Application(name=name))
        taken, app.active = app.active, True
        return taken

    def leave(self, name: str) -> None:
        """An application's socket is gone."""
        self.apps[name].active = False
        self._forget_apps()

    def app(self, name: str) -> Application:
        """Return an application. Raises Refused."""
        if name not in self.apps:
            raise Refused(404, "Application not found")
        return self.apps[name]

    # -- what the interface's operations do ------------------------------------------------------------------------------

    def channel(self, channel_id: str) -> Channel:
        """Return a channel. Raises Refused."""
        if channel_id not in self.channels:
            raise Refused(404, "Channel not found")
        return self.channels[channel_id]

    def in_stasis(self, channel_id: str, *, usable: bool = True) -> Channel:
        """Return a channel that is in an application's hands. usable: and answered, or calling us. Raises Refused."""
        channel = self.channel(channel_id)
        if not channel.stasis:
            raise Refused(409, "Channel not in Stasis application")
        if usable and channel.state in ("Down", "Ringing"):
            raise Refused(412, "Channel in invalid state")
        return channel

    def bridge(self, bridge_id: str) -> Bridge:
        """Return a bridge. Raises Refused."""
        if bridge_id not in self.bridges:
            raise Refused(404, "Bridge not found")
        return self.bridges[bridge_id]

    def originate(self, channel: Channel, timeout_s: float) -> None:
        """Begin to call somebody."""
        if channel.id in self.channels:
            raise Refused(409, "Channel with given unique ID already exists")
        channel.rings_until = self.seconds + timeout_s if timeout_s > 0 else None
        self.channels[channel.id] = channel
        self._interest(channel.via, f"channel:{channel.id}")
        self._say_of(channel, "ChannelCreated")

    def ring_out(self, channel: Channel) -> None:
        """The other end of an originated leg does what it is said to do."""
        if channel.id not in self.channels:
            return
        phone = self.phones.get(channel.endpoint, Phone.RINGS)
        if phone is Phone.ABSENT:
            self.refuse(channel.id, 20, "CHANUNAVAIL")
            return
        self._dial(channel, "")
        channel.state = "Ringing"
        self._say_of(channel, "ChannelStateChange")
        self._dial(channel, "RINGING")
        if phone is Phone.ANSWERS:
            self.pick_up(channel.id)
        elif phone is Phone.BUSY:
            self.refuse(channel.id, 17, "BUSY")
        elif phone is Phone.REJECTS:
            self.refuse(channel.id, 21, "BUSY")

    def end(self, channel: Channel, cause: int) -> None:
        """Hang up a channel for its application."""
        channel.cause = cause
        if channel.stasis:
            self._say_of(channel, "ChannelHangupRequest", cause=cause, soft=True)
        elif channel.state in ("Down", "Ringing"):
            self._dial(channel, "CANCEL")
        self._end(channel)

    def answer(self, channel: Channel) -> None:
        """Answer a caller."""
        if channel.state != "Up":
            channel.state = "Up"
            self._say_of(channel, "ChannelStateChange")

    def go_on(self, channel: Channel, context: str, exten: str) -> None:
        """Let a channel leave its application for the dialplan."""
        self._leave_bridge(channel)
        self._leave_stasis(channel)
        channel.context, channel.exten = context, exten
        self.transferred.append((channel.id, context, exten))

    def add(self, bridge: Bridge, channel: Channel) -> None:
        """Put a channel into a bridge; it leaves the one that it is in."""
        if channel.bridge == bridge.id:
            return
        self._leave_bridge(channel)
        channel.bridge = bridge.id
        bridge.channels.append(channel.id)
        self._interest(channel.stasis, f"bridge:{bridge.id}")
        self._say_of(channel, "ChannelEnteredBridge", bridge=show.bridge(bridge))

    def remove(self, bridge: Bridge, channel: Channel) -> None:
        """Take a channel out of a bridge."""
        if channel.bridge != bridge.id:
            raise Refused(422, "Channel not in this bridge")
        self._leave_bridge(channel)

    def destroy(self, bridge: Bridge) -> None:
        """Shut a bridge down; whoever is in it stays with the application."""
        for channel_id in list(bridge.channels):
            self._leave_bridge(self.channels[channel_id])
        for recording in [one for one in self.recordings.values() if one.target == f"bridge:{bridge.id}"]:
            self.end_recording(recording, "done")
        del self.bridges[bridge.id]
        self._say([f"bridge:{bridge.id}"], {"type": "BridgeDestroyed", "bridge": show.bridge(bridge)})
        self._lose_interest(f"bridge:{bridge.id}")

    def play(self, playback: Playback) -> None:
        """Begin to play a sound."""
        self.playbacks[playback.id] = playback
        self._say([playback.target], {"type": "PlaybackStarted", "playback": show.playback(playback, "playing")})

    def end_playback(self, playback: Playback) -> None:
        """End a sound."""
        self.playbacks.pop(playback.id, None)
        self._say([playback.target], {"type": "PlaybackFinished", "playback": show.playback(playback, "done")})
        for recording in [one for one in self.recordings.values() if one.target == playback.target and one.state == "queued"]:
            self.record(recording)

    def record(self, recording: Recording) -> None:
        """Record, once what is being played there has come to its end."""
        self.recordings[recording.name] = recording
        if any(playback.target == recording.target for playback in self.playbacks.values()):
            recording.state = "queued"
            return
        recording.begun, recording.state = self.seconds, "recording"
        self._say([recording.target], {"type": "RecordingStarted", "recording": show.live_recording(recording, self.seconds)})

    def end_recording(self, recording: Recording, state: Literal["done", "canceled", "failed"]) -> None:
        """Stop a recording and keep it (`done`), throw it away (`canceled`), or fail to keep it (`failed`: the disk is full)."""
        self.recordings.pop(recording.name, None)
        recording.state = state
        if state == "done":
            self.stored[recording.name] = recording
        kind = "RecordingFailed" if state == "failed" else "RecordingFinished"
        self._say([recording.target], {"type": kind, "recording": show.live_recording(recording, self.seconds)})

    # -- inside ----------------------------------------------------------------------------------------------------------

    def _enter(self, channel: Channel, app: str, args: tuple[str, ...]) -> bool:
        """Send a channel to an application, or back to its dialplan where that is not there."""
        channel.via, channel.args = app, args
        known = self.apps.get(app)
        channel.waiting = not (known and known.active)
        if channel.waiting:
            channel.variables["STASISSTATUS"] = "FAILED"
            return False
        channel.variables.pop("STASISSTATUS", None)
        channel.stasis = app
        self._interest(app, f"channel:{channel.id}")
        self._say_of(channel, "StasisStart", args=list(args))
        return True

    def _leave_stasis(self, channel: Channel) -> None:
        if not channel.stasis:
            return
        app, channel.stasis = channel.stasis, ""
        self._lose_interest(f"channel:{channel.id}", app)
        self._to(app, {"type": "StasisEnd", "channel": show.channel(channel)})
        self._forget_apps()

    def _end(self, channel: Channel) -> None:
        for playback in [one for one in self.playbacks.values() if one.target == f"channel:{channel.id}"]:
            self.end_playback(playback)
        for recording in [one for one in self.recordings.values() if one.target == f"channel:{channel.id}"]:
            self.end_recording(recording, "done")
        self._leave_bridge(channel)
        self._leave_stasis(channel)
        del self.channels[channel.id]
        self.gone[channel.id] = channel
        channel.waiting = False
        self._say_of(channel, "ChannelDestroyed", cause=channel.cause, cause_txt=CAUSES.get(channel.cause, "Unknown"))
        for app in self.apps.values():
            app.interests.pop(f"channel:{channel.id}", None)

    def _leave_bridge(self, channel: Channel) -> None:
        bridge = self.bridges.get(channel.bridge)
        channel.bridge = ""
        if bridge is not None:
            bridge.channels.remove(channel.id)
            self._say_of(channel, "ChannelLeftBridge", bridge=show.bridge(bridge))
            self._lose_interest(f"bridge:{bridge.id}", channel.stasis)

    def _dial(self, channel: Channel, status: str) -> None:
        event = {"type": "Dial", "peer": show.channel(channel), "dialstatus": status, "dialstring": channel.endpoint}
        self._say([f"channel:{channel.id}"], event)

    def _say_of(self, channel: Channel, kind: str, **more: Any) -> None:
        names = [f"channel:{channel.id}"] + ([f"bridge:{more['bridge']['id']}"] if "bridge" in more else [])
        self._say(names, {"type": kind, "channel": show.channel(channel), **more})

    def _say(self, names: list[str], event: dict[str, Any]) -> None:
        for app in list(self.apps.values()):
            if any(app.interests.get(name) for name in names):
                self._to(app.name, event)

    def _to(self, app: str, event: dict[str, Any]) -> None:
        self.seconds += _BETWEEN_S
        self._tell(app, {**event, "timestamp": show.moment(self.now), "application": app, "asterisk_id": ASTERISK_ID})

    def _interest(self, app: str, name: str) -> None:
        if app in self.apps:
            self.apps[app].interests[name] = self.apps[app].interests.get(name, 0) + 1

    def _lose_interest(self, name: str, app: str | None = None) -> None:
        for one in self.apps.values():
            if one.name == app and one.interests.get(name, 0) > 1:
                one.interests[name] -= 1
            elif app in (None, one.name):
                one.interests.pop(name, None)

    def _forget_apps(self) -> None:
        for name in [app.name for app in self.apps.values() if not app.active and not app.interests]:
            del self.apps[name]
