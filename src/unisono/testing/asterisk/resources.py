"""The operations of the interface.

Source: rest-api/api-docs, files channels, bridges, recordings, playbacks, applications and asterisk.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any, Final

from unisono.testing.asterisk import show
from unisono.testing.asterisk.model import REASONS, Bridge, Channel, Playback, Recording, Refused
from unisono.testing.asterisk.switch import SOUND_S, Switch

Params = dict[str, list[str]]
#: An answer: status, and what it shows (None is nothing, bytes are a file).
Answer = tuple[int, Any]
_Operation = Callable[["Resources", dict[str, str], Params], Answer]
_ROUTES: Final[list[tuple[str, re.Pattern[str], _Operation]]] = []
_NOTHING: Final[Answer] = (204, None)
#: So much of a recording is sound; a real one is longer.
_WAV: Final = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data"


def _route(method: str, path: str) -> Callable[[_Operation], _Operation]:
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

    def kept(operation: _Operation) -> _Operation:
        _ROUTES.append((method, pattern, operation))
        return operation

    return kept


class Resources:
    """Answers requests from the switch's state."""

    def __init__(self, switch: Switch) -> None:
        self.switch = switch

    def answer(self, method: str, path: str, params: Params) -> Answer:
        """Carry out a request. Raises Refused."""
        known = False
        for verb, pattern, operation in _ROUTES:
            if found := pattern.fullmatch(path):
                known = True
                if verb == method:
                    return operation(self, found.groupdict(), params)
        raise Refused(405, "Method not allowed") if known else Refused(404, "Resource not found")

    # -- asterisk, applications ------------------------------------------------------------------------------------------

    @_route("GET", "/asterisk/info")
    def _info(self, _path: dict[str, str], _params: Params) -> Answer:
        return 200, {"system": {"version": "22.6.0", "entity_id": "02:42:ac:11:00:02"}}

    @_route("GET", "/applications")
    def _apps(self, _path: dict[str, str], _params: Params) -> Answer:
        return 200, [show.application(app) for app in self.switch.apps.values()]

    @_route("GET", "/applications/{app}")
    def _app(self, path: dict[str, str], _params: Params) -> Answer:
        return 200, show.application(self.switch.app(path["app"]))

    @_route("POST", "/applications/{app}/subscription")
    def _subscribe(self, path: dict[str, str], params: Params) -> Answer:
        app = self.switch.app(path["app"])
        for source in _many(params, "eventSource"):
            kind, _, name = source.partition(":")
            if kind not in ("channel", "bridge", "endpoint", "deviceState"):
                raise Refused(400, "Event source URI scheme is unrecognized")
            if name not in (self.switch.channels if kind == "channel" else self.switch.bridges):
                raise Refused(422, "Event source does not exist")
            app.interests[source] = app.interests.get(source, 0) + 1
        return 200, show.application(app)

    # -- channels ----------------------------------------------------------------------------------------------------------

    @_route("GET", "/channels")
    def _channels(self, _path: dict[str, str], _params: Params) -> Answer:
        return 200, [show.channel(one) for one in self.switch.channels.values()]

    @_route("POST", "/channels/{id}")
    def _originate(self, path: dict[str, str], params: Params) -> Answer:
        endpoint, app = _one(params, "endpoint"), _one(params, "app")
        if not endpoint or "/" not in endpoint:
            raise Refused(400, "Invalid endpoint specified" if endpoint else "Endpoint must be specified")
        if not app and not _one(params, "extension"):
            raise Refused(400, "Application or extension must be specified")
        number = re.search(r"<([^>]*)>", _one(params, "callerId")) or re.fullmatch(r"(.*)", _one(params, "callerId"))
        channel = Channel(
            id=path["id"], endpoint=endpoint, created=self.switch.now, via=app, connected=number[1] if number else "",
            args=tuple(_one(params, "appArgs").split(",")) if _one(params, "appArgs") else (), variables={},
        )  # fmt: skip
        self.switch.originate(channel, float(_one(params, "timeout") or 30))
        # It is dialled by a thread of its own; the answer may come before its events or after.
        asyncio.get_running_loop().call_soon(self.switch.ring_out, channel)
        return 200, show.channel(channel)

    @_route("GET", "/channels/{id}")
    def _channel(self, path: dict[str, str], _params: Params) -> Answer:
        return 200, show.channel(self.switch.channel(path["id"]))

    @_route("DELETE", "/channels/{id}")
    def _hang_up(self, path: dict[str, str], params: Params) -> Answer:
        channel = self.switch.channel(path["id"])
        reason, code = _one(params, "reason"), _one(params, "reason_code")
        if reason and code:
            raise Refused(400, "The reason and reason_code can't both be specified")
        if (reason and reason not in REASONS) or (code and not code.isdigit()):
            raise Refused(400, "Invalid reason for hangup reason provided")
        self.switch.end(channel, int(code) if code else REASONS[reason or "normal"])
        return _NOTHING

    @_route("POST", "/channels/{id}/answer")
    def _answered(self, path: dict[str, str], _params: Params) -> Answer:
        self.switch.answer(self.switch.in_stasis(path["id"]))
        return _NOTHING

    @_route("POST", "/channels/{id}/continue")
    def _go_on(self, path: dict[str, str], params: Params) -> Answer:
        channel = self.switch.in_stasis(path["id"])
        self.switch.go_on(channel, _one(params, "context") or channel.context, _one(params, "extension") or channel.exten)
        return _NOTHING

    @_route("POST", "/channels/{id}/ring")
    def _ring(self, path: dict[str, str], _params: Params) -> Answer:
        self.switch.in_stasis(path["id"]).told.append("ring")
        return _NOTHING

    @_route("POST", "/channels/{id}/dtmf")
    def _dtmf(self, path: dict[str, str], params: Params) -> Answer:
        if not _one(params, "dtmf"):
            raise Refused(400, "DTMF is required")
        self.switch.in_stasis(path["id"]).told.append(f"dtmf {_one(params, 'dtmf')}")
        return _NOTHING

    @_route("POST", "/channels/{id}/mute")
    def _mute(self, path: dict[str, str], params: Params) -> Answer:
        self.switch.in_stasis(path["id"]).muted.add(_one(params, "direction") or "both")
        return _NOTHING

    @_route("DELETE", "/channels/{id}/mute")
    def _unmute(self, path: dict[str, str], params: Params) -> Answer:
        self.switch.in_stasis(path["id"]).muted.discard(_one(params, "direction") or "both")
        return _NOTHING

    @_route("POST", "/channels/{id}/hold")
    def _hold(self, path: dict[str, str], _params: Params) -> Answer:
        self.switch.in_stasis(path["id"]).told.append("hold")
        return _NOTHING

    @_route("DELETE", "/channels/{id}/hold")
    def _unhold(self, path: dict[str, str], _params: Params) -> Answer:
        self.switch.in_stasis(path["id"]).told.append("unhold")
        return _NOTHING

    @_route("POST", "/channels/{id}/moh")
    def _moh(self, path: dict[str, str], params: Params) -> Answer:
        self.switch.in_stasis(path["id"]).moh = _one(params, "mohClass") or "default"
        return _NOTHING

    @_route("DELETE", "/channels/{id}/moh")
    def _no_moh(self, path: dict[str, str], _params: Params) -> Answer:
        self.switch.in_stasis(path["id"]).moh = ""
        return _NOTHING

    @_route("POST", "/channels/{id}/variable")
    def _variable(self, path: dict[str, str], params: Params) -> Answer:
        if not _one(params, "variable"):
            raise Refused(400, "Variable name is required")
        self.switch.in_stasis(path["id"], usable=False).variables[_one(params, "variable")] = _one(params, "value")
        return _NOTHING

    @_route("GET", "/channels/{id}/variable")
    def _get_variable(self, path: dict[str, str], params: Params) -> Answer:
        channel = self.switch.channel(path["id"])
        if _one(params, "variable") not in channel.variables:
            raise Refused(404, "Provided variable was not found")
        return 200, {"value": channel.variables[_one(params, "variable")]}

    @_route("POST", "/channels/{id}/play/{playback}")
    def _play(self, path: dict[str, str], params: Params) -> Answer:
        self.switch.in_stasis(path["id"])
        return 201, self._playing(path["playback"], f"channel:{path['id']}", params)

    @_route("POST", "/channels/{id}/record")
    def _record(self, path: dict[str, str], params: Params) -> Answer:
        if self.switch.in_stasis(path["id"]).bridge:
            raise Refused(409, "Channel is in another bridge")
        return 201, self._recording(f"channel:{path['id']}", params)

    # -- bridges -------------------------------------------------------------------------------------------------------------

    @_route("GET", "/bridges")
    def _bridges(self, _path: dict[str, str], _params: Params) -> Answer:
        return 200, [show.bridge(one) for one in self.switch.bridges.values()]

    @_route("POST", "/bridges/{id}")
    def _new_bridge(self, path: dict[str, str], params: Params) -> Answer:
        if path["id"] in self.switch.bridges:
            raise Refused(409, "Bridge with the same bridgeId already exists")
        holding = "holding" in _one(params, "type").split(",")
        bridge = Bridge(
            id=path["id"], kind="holding" if holding else "mixing", created=self.switch.now, name=_one(params, "name")
        )
        self.switch.bridges[bridge.id] = bridge
        return 200, show.bridge(bridge)

    @_route("GET", "/bridges/{id}")
    def _bridge(self, path: dict[str, str], _params: Params) -> Answer:
        return 200, show.bridge(self.switch.bridge(path["id"]))

    @_route("DELETE", "/bridges/{id}")
    def _destroy(self, path: dict[str, str], _params: Params) -> Answer:
        self.switch.destroy(self.switch.bridge(path["id"]))
        return _NOTHING

    @_route("POST", "/bridges/{id}/addChannel")
    def _add(self, path: dict[str, str], params: Params) -> Answer:
        bridge = self.switch.bridge(path["id"])
        for name in _many(params, "channel"):
            channel = self.switch.channels.get(name)
            if channel is None:
                raise Refused(400, "Channel not found")
            if not channel.stasis:
                raise Refused(422, "Channel not in Stasis application")
            if any(one.target == f"channel:{name}" for one in self.switch.recordings.values()):
                raise Refused(409, "Channel currently recording")
            self.switch.add(bridge, channel)
            channel.muted = {"in"} if _one(params, "mute") == "true" else set()
        return _NOTHING

    @_route("POST", "/bridges/{id}/removeChannel")
    def _remove(self, path: dict[str, str], params: Params) -> Answer:
        bridge = self.switch.bridge(path["id"])
        for name in _many(params, "channel"):
            if name not in self.switch.channels:
                raise Refused(400, "Channel not found")
            self.switch.remove(bridge, self.switch.channels[name])
        return _NOTHING

    @_route("POST", "/bridges/{id}/moh")
    def _bridge_moh(self, path: dict[str, str], params: Params) -> Answer:
        self.switch.bridge(path["id"]).moh = _one(params, "mohClass") or "default"
        return _NOTHING

    @_route("DELETE", "/bridges/{id}/moh")
    def _no_bridge_moh(self, path: dict[str, str], _params: Params) -> Answer:
        self.switch.bridge(path["id"]).moh = ""
        return _NOTHING

    @_route("POST", "/bridges/{id}/play/{playback}")
    def _bridge_play(self, path: dict[str, str], params: Params) -> Answer:
        self.switch.bridge(path["id"])
        return 201, self._playing(path["playback"], f"bridge:{path['id']}", params)

    @_route("POST", "/bridges/{id}/record")
    def _bridge_record(self, path: dict[str, str], params: Params) -> Answer:
        self.switch.bridge(path["id"])
        return 201, self._recording(f"bridge:{path['id']}", params)

    # -- recordings, playbacks ---------------------------------------------------------------------------------------------

    @_route("DELETE", "/playbacks/{id}")
    def _stop_playback(self, path: dict[str, str], _params: Params) -> Answer:
        playback = self.switch.playbacks.get(path["id"])
        if playback is None:
            raise Refused(404, "Playback not found")
        self.switch.end_playback(playback)
        return _NOTHING

    @_route("GET", "/recordings/live/{name}")
    def _live(self, path: dict[str, str], _params: Params) -> Answer:
        return 200, show.live_recording(self._live_one(path["name"]), self.switch.seconds)

    @_route("DELETE", "/recordings/live/{name}")
    def _discard(self, path: dict[str, str], _params: Params) -> Answer:
        self.switch.end_recording(self._live_one(path["name"]), "canceled")
        return _NOTHING

    @_route("POST", "/recordings/live/{name}/stop")
    def _stop(self, path: dict[str, str], _params: Params) -> Answer:
        self.switch.end_recording(self._live_one(path["name"]), "done")
        return _NOTHING

    @_route("POST", "/recordings/live/{name}/pause")
    def _pause(self, path: dict[str, str], _params: Params) -> Answer:
        self._live_one(path["name"]).state = "paused"
        return _NOTHING

    @_route("DELETE", "/recordings/live/{name}/pause")
    def _unpause(self, path: dict[str, str], _params: Params) -> Answer:
        self._live_one(path["name"]).state = "recording"
        return _NOTHING

    @_route("GET", "/recordings/stored")
    def _all_stored(self, _path: dict[str, str], _params: Params) -> Answer:
        return 200, [show.stored_recording(one) for one in self.switch.stored.values()]

    @_route("GET", "/recordings/stored/{name}")
    def _stored(self, path: dict[str, str], _params: Params) -> Answer:
        return 200, show.stored_recording(self._stored_one(path["name"]))

    @_route("GET", "/recordings/stored/{name}/file")
    def _file(self, path: dict[str, str], _params: Params) -> Answer:
        heard = "\n".join(words for _, words in self._stored_one(path["name"]).heard).encode()
        return 200, _WAV + len(heard).to_bytes(4, "little") + heard

    @_route("DELETE", "/recordings/stored/{name}")
    def _delete_stored(self, path: dict[str, str], _params: Params) -> Answer:
        del self.switch.stored[self._stored_one(path["name"]).name]
        return _NOTHING

    # -- inside --------------------------------------------------------------------------------------------------------------

    def _playing(self, name: str, target: str, params: Params) -> Any:
        media = _many(params, "media")
        if not media:
            raise Refused(400, "Missing required parameter media")
        playback = Playback(
            id=name, media=media[0], target=target, ends=self.switch.seconds + SOUND_S * len(media),
            language=_one(params, "lang") or "en",
        )  # fmt: skip
        self.switch.play(playback)
        return show.playback(playback, "playing")

    def _recording(self, target: str, params: Params) -> Any:
        name, kind = _one(params, "name"), _one(params, "format")
        if not name or not kind:
            raise Refused(400, "Missing required parameter name" if not name else "Missing required parameter format")
        if kind not in ("wav", "ulaw", "gsm"):
            raise Refused(422, "specified format is unknown on this system")
        if name in self.switch.recordings or (name in self.switch.stored and _one(params, "ifExists") != "overwrite"):
            raise Refused(409, f"Recording '{name}' already exists and can not be overwritten")
        recording = Recording(
            name=name, format=kind, target=target, max_s=int(_one(params, "maxDurationSeconds") or 0),
            ends_on=_one(params, "terminateOn") or "none",
        )  # fmt: skip
        self.switch.record(recording)
        return show.live_recording(recording, self.switch.seconds)

    def _live_one(self, name: str) -> Recording:
        if name not in self.switch.recordings:
            raise Refused(404, "Recording not found")
        return self.switch.recordings[name]

    def _stored_one(self, name: str) -> Recording:
        if name not in self.switch.stored:
            raise Refused(404, "Recording not found")
        return self.switch.stored[name]


def _one(params: Params, name: str) -> str:
    return params.get(name, [""])[0]


def _many(params: Params, name: str) -> list[str]:
    return [part for value in params.get(name, []) for part in value.split(",") if part]
