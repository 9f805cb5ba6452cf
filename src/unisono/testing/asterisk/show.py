"""The objects as the interface shows them.

Source: rest-api/api-docs, files channels, bridges, playbacks, recordings and applications.
"""

import zlib
from datetime import datetime
from typing import Any

from unisono.testing.asterisk.model import Application, Bridge, Channel, Playback, Recording

Json = dict[str, Any]


def moment(at: datetime) -> str:
    """Return a time as the interface writes it: milliseconds, and the zone without a colon."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}{at:%z}"


def channel(one: Channel) -> Json:
    """Return a Channel."""
    app = one.stasis
    shown: Json = {
        "id": one.id,
        "name": f"{one.endpoint}-{zlib.crc32(one.id.encode()):08x}",
        "state": one.state,
        "protocol_id": "",
        "caller": {"name": one.name, "number": one.number},
        "connected": {"name": "", "number": one.connected},
        "accountcode": "",
        "dialplan": {
            "context": one.context,
            "exten": one.exten,
            "priority": 2,
            "app_name": "Stasis" if app else "AppDial2" if one.via else "Wait",
            "app_data": ",".join((app, *one.args)) if app else "(Outgoing Line)" if one.via else "2",
        },
        "creationtime": moment(one.created),
        "language": "de",
    }
    if one.variables:
        shown["channelvars"] = dict(one.variables)
    return shown


def bridge(one: Bridge) -> Json:
    """Return a Bridge."""
    return {
        "id": one.id,
        "technology": "holding_bridge" if one.kind == "holding" else "simple_bridge" if len(one.channels) <= 2 else "softmix",
        "bridge_type": one.kind,
        "bridge_class": "stasis",
        "creator": "Stasis",
        "name": one.name,
        "channels": list(one.channels),
        "creationtime": moment(one.created),
        "video_mode": "none",
    }


def playback(one: Playback, state: str) -> Json:
    """Return a Playback."""
    return {"id": one.id, "media_uri": one.media, "target_uri": one.target, "language": one.language, "state": state}


def live_recording(one: Recording, now: float) -> Json:
    """Return a LiveRecording."""
    shown: Json = {"name": one.name, "format": one.format, "target_uri": one.target, "state": one.state}
    if one.state == "done":
        shown["duration"] = round(now - one.begun)
    return shown


def stored_recording(one: Recording) -> Json:
    """Return a StoredRecording."""
    return {"name": one.name, "format": one.format}


def application(one: Application) -> Json:
    """Return an Application."""
    return {
        "name": one.name,
        "channel_ids": [name.removeprefix("channel:") for name in one.interests if name.startswith("channel:")],
        "bridge_ids": [name.removeprefix("bridge:") for name in one.interests if name.startswith("bridge:")],
        "endpoint_ids": [name.removeprefix("endpoint:") for name in one.interests if name.startswith("endpoint:")],
        "device_names": [],
        "events_allowed": [],
        "events_disallowed": [],
    }
