"""The driver: the house's commands change boards, and what browsers did is told the house, in order and until it is stored."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from unisono.contract.voice import CALLER, Command, Result, Snapshot, VoiceListener, VoicePowers, decode_event
from unisono.domain.errors import UnisonoError
from unisono.voice.webrtc import acts
from unisono.voice.webrtc.board import DRIVER, Board, Change, Taking, decode
from unisono.voice.webrtc.exchange import ROUND, Exchange
from unisono.voice.webrtc.views import seen

# How late a ring that rang out, or a browser that vanished, may be noticed.
_ROUND_S: Final = 1.0
_AT_ONCE: Final = 200
# For so long the page of a call that has ended may still ask how it ended.
_ENDED_KEPT_S: Final = 60.0
_TIDY_EVERY: Final = 60
_log = structlog.get_logger("webrtc")


class WebrtcDriver:
    """Implements `contract.voice.VoiceDriver` for calls between browsers."""

    name = DRIVER
    powers = VoicePowers(record=True, take_message=True, listen=True, desk_phone=True)

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def run(self, listener: VoiceListener) -> None:
        """Tell what happened, and do what is due, until cancelled. Calls live on meanwhile: their sound does not come by here."""
        await listener.reconnected()
        rounds = 0
        async with self._exchange.bell.listen(ROUND) as bell:
            while True:
                try:
                    await self._due()
                    await self._tell(listener)
                    if rounds % _TIDY_EVERY == 0:
                        await self._tidy()
                except UnisonoError as error:
                    _log.warning("round_paused", code=error.code)
                rounds += 1
                await bell.wait(_ROUND_S)

    async def do(self, command: Command) -> Result:
        """Change the call's board; browsers do the rest."""
        return await self._exchange.do(command)

    async def snapshot(self) -> Snapshot:
        """Return the boards. Raises OSError when they cannot be read."""
        taken_at = self._exchange.clock.now()
        try:
            async with self._exchange.db.read() as tx:
                boards = [decode(kept) for kept in await tx.browser_calls.live()]
        except UnisonoError as error:
            raise OSError(str(error)) from error
        return Snapshot(driver=DRIVER, taken_at=taken_at, calls=tuple(seen(board) for board in boards))

    def recording(self, uri: str) -> AsyncIterator[bytes]:
        """Yield a recording's bytes."""
        return self._exchange.recorded(uri)

    async def forget_recording(self, uri: str) -> None:
        """Forget a recording."""
        await self._exchange.forget_recording(uri)

    async def _tell(self, listener: VoiceListener) -> None:
        while True:
            async with self._exchange.db.read() as tx:
                untold = await tx.browser_calls.untold(_AT_ONCE)
            if not untold:
                return
            for number, event in untold:
                await listener.heard(decode_event(event))
                async with self._exchange.db.write() as tx:
                    await tx.browser_calls.told([number])

    async def _due(self) -> None:
        async with self._exchange.db.read() as tx:
            due = await tx.browser_calls.due()
            silent = [
                *await tx.browser_calls.silent(CALLER, acts.VISITOR_GONE_S),
                *await tx.browser_calls.silent(None, acts.AGENT_GONE_S),
            ]
        for call_id in due:
            board = await self._exchange.act(call_id, acts.look)
            if board is not None and board.finish_by is not None and board.finish_by <= self._exchange.clock.now():
                for taking in board.finishing:
                    await self._conclude(board, taking)
        for call_id, leg_id in silent:
            await self._exchange.act(call_id, partial(_vanish, leg_id))

    async def _conclude(self, board: Board, taking: Taking) -> None:
        """Whoever recorded has gone: what has arrived counts, a piece is a second."""
        async with self._exchange.db.read() as tx:
            kept = await tx.browser_calls.sound(taking.recording_id)
        await self._exchange.conclude(board, taking.recording_id, pieces=None, media_type="", seconds=float(len(kept)))

    async def _tidy(self) -> None:
        async with self._exchange.db.read() as tx:
            forgotten = await tx.browser_calls.forgotten_sound()
        for recording_id in forgotten:
            await self._exchange.forget_recording(recording_id)
        async with self._exchange.db.write() as tx:
            await tx.browser_calls.clean(_ENDED_KEPT_S)


def _vanish(leg_id: str, board: Board, now: datetime) -> Change | None:
    return acts.vanish(board, leg_id, now)
