"""Telephony of a deployment: which drivers it has, from the voice file and from what is installed, and what each is given.

The voice file (TOML) holds one table per driver, by its name; `kind` says which program it is where the name does not:

    [sip]
    trunk = "sip.example.org"

    [branch]
    kind = "ari"
    url = "http://127.0.0.1:8088"
"""

import tomllib
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

import structlog

from unisono.app.build import Running
from unisono.app.settings import Settings
from unisono.app.webrtc import webrtc_driver
from unisono.contract import Clock, Http, Log, Manifest
from unisono.contract.voice import DriverFactory, VoiceDriver
from unisono.domain.errors import Invalid

GROUP: Final = "unisono.voice"
SOUNDS: Final = "sounds"
_log = structlog.get_logger("voice")


class Context:
    """Implements `contract.voice.VoiceContext` for one driver."""

    def __init__(self, running: Running, name: str, settings: Mapping[str, Any]) -> None:
        self.name = name
        self.settings = dict(settings)
        self.clock: Clock = running.clock
        self.log: Log = structlog.get_logger("voice").bind(driver=name)
        self.http: Http = running.outside.http_for(_reaching(settings), dict(settings))
        self.folder = running.data_dir / "voice" / name
        self._sounds = running.data_dir / SOUNDS

    async def sound(self, file: str) -> bytes:
        """Return a sound file of the house. Raises KeyError when there is none such."""
        path = (self._sounds / Path(file).name).with_suffix(".wav")
        try:
            return path.read_bytes()
        except OSError:
            raise KeyError(f"There is no sound {path.name} in {self._sounds}.") from None


#: Drivers that are part of the house itself and are there without a table: made from what is running.
BUILT_IN: Final[dict[str, Callable[[Running], VoiceDriver]]] = {"webrtc": webrtc_driver}


def drivers_of(running: Running) -> dict[str, VoiceDriver]:
    """Return the drivers of this deployment by name. Raises Invalid for a voice file that cannot be used."""
    found = {name: make(running) for name, make in BUILT_IN.items()}
    installed = {point.name: point for point in entry_points(group=GROUP)}
    for name, table in voice_tables(running).items():
        if table.get("enabled") is False:
            found.pop(name, None)
            continue
        kind = str(table.get("kind") or name)
        if kind in BUILT_IN:
            continue
        if kind not in installed:
            known = ", ".join(sorted(installed.keys() | BUILT_IN.keys())) or "none"
            raise Invalid(f"The voice file names {name!r} of the kind {kind!r}, which is not installed. Installed are: {known}.")
        make: DriverFactory = installed[kind].load()
        settings = {key: value for key, value in table.items() if key not in {"kind", "enabled"}}
        try:
            found[name] = make(Context(running, name, settings))
        except Exception as error:
            # A table that cannot be used, or a stranger's bug: the other lines ring all the same.
            _log.error("driver_unusable", driver=name, said=str(error))
    _log.info("drivers_ready", drivers=sorted(found))
    return found


def voice_tables(running: Running) -> dict[str, dict[str, Any]]:
    """Return the tables of the voice file; none when there is no file."""
    return read_voice_file(running.settings)


def read_voice_file(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the tables of the voice file that these settings name. Raises Invalid for one that cannot be used."""
    path = Path(settings.voice_file).expanduser() if settings.voice_file else settings.data_dir / "voice.toml"
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if settings.voice_file:
            raise Invalid(f"The voice file {path} is not there; UNISONO_VOICE_FILE names it.") from None
        return {}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"The voice file {path} cannot be read: {error}.") from None
    tables = {name: table for name, table in read.items() if isinstance(table, dict)}
    if len(tables) != len(read):
        raise Invalid(f"The voice file {path} holds settings outside of a table; each driver has a table, such as [sip].")
    return tables


def _reaching(settings: Mapping[str, Any]) -> Manifest:
    """A driver reaches the host of its own `url`, and no other."""
    url = str(settings.get("url") or "")
    return Manifest(
        id="voice", name="voice", version="1", contract=1, network="phone", medium="call", title={}, summary={}, auth="none",
        hosts=("{config.url}",) if url else (),
    )  # fmt: skip
