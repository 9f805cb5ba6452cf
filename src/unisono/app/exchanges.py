"""Exchanges that are connected as channels: each has a driver, made from the channel's settings, for as long as it is in use."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from unisono.app.build import Running
from unisono.app.voice import Context
from unisono.domain.errors import UnisonoError
from unisono.service.calls.switchboard import Switchboard
from unisono.service.channels import CHANNELS_BELL
from unisono.service.ports.channels import ChannelFacts
from unisono.voice.ari import BadSettings, make_driver

CONNECTOR: Final = "asterisk"
LOOK_S: Final = 30.0
_log = structlog.get_logger("voice")


class Exchanges:
    """Starts, changes and stops the drivers of exchanges.

    holder: this node's name, for the leases of lines. taken: names of drivers that are no channel's.
    """

    def __init__(self, running: Running, holder: str, taken: frozenset[str] = frozenset()) -> None:
        self._running = running
        self._holder = holder
        self._taken = taken
        self._at_work: dict[UUID, tuple[str, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Work until cancelled; what an administrator changes holds at once, and no other exchange notices."""
        try:
            async with self._running.bell.listen(CHANNELS_BELL) as listener:
                while True:
                    try:
                        await self._follow()
                    except UnisonoError as error:
                        _log.error("exchanges_paused", code=error.code)
                    await listener.wait(LOOK_S)
        finally:
            await self._stop(set(self._at_work))

    async def _follow(self) -> None:
        async with self._running.db.read() as tx:
            channels = {one.id: one for one in await tx.channels.running() if one.connector == CONNECTOR}
        wanted = {one: await self._settings(channels[one]) for one in self._alone(channels)}
        marks = {channel_id: _mark(settings) for channel_id, settings in wanted.items()}
        await self._stop({one for one, (mark, task) in self._at_work.items() if marks.get(one) != mark or task.done()})
        for channel_id in wanted.keys() - self._at_work.keys():
            task = asyncio.create_task(self._work(wanted[channel_id]), name="exchange")
            self._at_work[channel_id] = (marks[channel_id], task)

    def _alone(self, channels: Mapping[UUID, ChannelFacts]) -> list[UUID]:
        """Return the exchanges whose name is theirs alone; of two with one name that which was there first."""
        names = set(self._taken)
        found = []
        for channel_id in sorted(channels):
            name = _name(channels[channel_id].config)
            if name in names:
                _log.error("exchange_name_taken", driver=name, channel=str(channel_id))
                continue
            names.add(name)
            found.append(channel_id)
        return found

    async def _settings(self, channel: ChannelFacts) -> dict[str, Any]:
        return {**channel.config, "password": await self._running.outside.secrets.get(channel.id, "password")}

    async def _work(self, settings: dict[str, Any]) -> None:
        name = _name(settings)
        try:
            driver = make_driver(Context(self._running, name, settings))
        except BadSettings as error:
            # It was saved although it does not fit; the channel's page says so.
            _log.error("exchange_not_started", driver=name, setting=error.field)
            return
        await Switchboard(self._running.outside, {name: driver}, self._holder).run()

    async def _stop(self, channels: set[UUID]) -> None:
        tasks = [self._at_work.pop(channel_id)[1] for channel_id in channels]
        for task in tasks:
            task.cancel()
        for task in tasks:
            for error in await asyncio.gather(task, return_exceptions=True):
                if isinstance(error, Exception):
                    _log.error("exchange_stopped", error=type(error).__name__)


def _name(settings: Mapping[str, Any]) -> str:
    return str(settings.get("driver") or CONNECTOR)


def _mark(settings: dict[str, Any]) -> str:
    """Tell settings apart without keeping a password in another place."""
    return hashlib.sha256(msgspec.json.encode(settings, order="deterministic")).hexdigest()
