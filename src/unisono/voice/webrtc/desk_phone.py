"""The agents' end: what the desk's phone asks and does. Implements `service.ports.phone.Phone`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final
from uuid import UUID

from unisono.contract.connector import Route
from unisono.contract.voice import RecordMode
from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.service.ports.phone import IceServer, PhoneCall
from unisono.voice.webrtc import acts
from unisono.voice.webrtc.board import Board, Leg, decode
from unisono.voice.webrtc.exchange import Exchange
from unisono.voice.webrtc.relays import Relays
from unisono.voice.webrtc.views import phone_call

_MODES: Final = {"on": RecordMode.ON, "pause": RecordMode.PAUSE}

Doors = Callable[[str], Awaitable[Sequence[Route] | None]]


class DeskPhone:
    """The phones of everybody's desk."""

    def __init__(self, exchange: Exchange, relays: Relays, doors: Doors) -> None:
        self._exchange = exchange
        self._relays = relays
        self._doors = doors

    def servers(self) -> Sequence[IceServer]:
        """Return what helps browsers to find each other."""
        return self._relays.now()

    async def calls(self, user_id: UUID) -> list[PhoneCall]:
        """Return what rings or goes on at somebody's desk."""
        async with self._exchange.db.read() as tx:
            boards = [decode(kept.board) for kept in await tx.browser_calls.of_user(user_id)]
            # What rings has no connection yet: nothing but the board is asked for, so that the card is there at once.
            up = [(board, leg) for board in boards for leg in _legs_of(board, user_id) if leg.up]
            ids = {UUID(leg.user_id) for board, _ in up for leg in board.legs if leg.user_id}
            names = {str(user.id): user.name for user in await tx.people.user_views(list(ids))} if ids else {}
        words = {(board.call_id, leg.leg_id): await self._exchange.words(board.call_id, leg.leg_id) for board, leg in up}
        for board, leg in up:
            async with self._exchange.db.write() as tx:
                await tx.browser_calls.seen(board.call_id, leg.leg_id)
        return [
            phone_call(board, leg, words.get((board.call_id, leg.leg_id), {}), names)
            for board in boards for leg in _legs_of(board, user_id)
        ]  # fmt: skip

    async def take_up(self, user_id: UUID, call_id: str) -> None:
        """Take a ringing call up. Raises NotFound; Conflict when it does not ring any more."""
        _, leg = await self._mine(user_id, call_id)
        board = await self._exchange.act(call_id, lambda board, now: acts.take_up(board, leg.leg_id, now))
        taken = board.leg(leg.leg_id) if board else None
        if taken is None or not taken.up:
            raise Conflict("The call does not ring any more; it went on to somebody else or was ended.", code="ring_over")

    async def leave(self, user_id: UUID, call_id: str) -> None:
        """Hang up, or do not take what rings."""
        _, leg = await self._mine(user_id, call_id)
        await self._exchange.act(call_id, lambda board, now: acts.leave(board, leg.leg_id, now))

    async def press(self, user_id: UUID, call_id: str, key: str) -> None:
        """Press a key."""
        if key not in acts.KEYS:
            raise Invalid("The keys of a phone are 0 to 9, * and #.", code="bad_phone_key", field="key")
        _, leg = await self._mine(user_id, call_id)
        await self._exchange.act(call_id, lambda board, now: acts.press(board, leg.leg_id, key, now))

    async def say(self, user_id: UUID, call_id: str, to: str, word: Any) -> None:
        """Pass on what this end has to say of its connection with another."""
        board, leg = await self._mine(user_id, call_id)
        await self._exchange.say(board, leg.leg_id, to, word)

    async def runs(self, user_id: UUID, call_id: str, recording_id: str, mode: str) -> None:
        """Say what the phone's recording does."""
        if mode not in _MODES:
            raise Invalid("A recording is `on`, or paused (`pause`).", code="bad_mode", field="mode")
        _, leg = await self._mine(user_id, call_id)
        await self._exchange.act(
            call_id, lambda board, now: acts.recording_runs(board, recording_id, leg.leg_id, _MODES[mode], now)
        )

    async def sound(self, user_id: UUID, call_id: str, recording_id: str, n: int, content: bytes) -> None:
        """Take a piece of a recording."""
        await self._exchange.take_piece(
            await self._recorded_by(user_id, call_id, recording_id), str(user_id), recording_id, n, content
        )

    async def sound_done(
        self, user_id: UUID, call_id: str, recording_id: str, *, pieces: int | None, media_type: str, seconds: float
    ) -> None:
        """Say that a recording is whole."""
        board = await self._recorded_by(user_id, call_id, recording_id)
        await self._exchange.conclude(board, recording_id, pieces=pieces, media_type=media_type, seconds=seconds)

    async def doors(self, line: str) -> Sequence[Route] | None:
        """Return the routes of a line's page."""
        return await self._doors(line)

    def recorded(self, recording_id: str) -> AsyncIterator[bytes]:
        """Yield a recording's bytes."""
        return self._exchange.recorded(recording_id)

    async def _recorded_by(self, user_id: UUID, call_id: str, recording_id: str) -> Board:
        """Return the call of a recording that this phone makes; it may have ended while the last piece was on its way."""
        board = await self._exchange.board(call_id)
        taking = board.recording(recording_id) if board is not None else None
        if board is None or taking is None or taking.user_id != str(user_id):
            raise Forbidden("Nothing is to be recorded now; this was thrown away.", code="not_recording")
        return board

    async def _mine(self, user_id: UUID, call_id: str) -> tuple[Board, Leg]:
        board = await self._exchange.board(call_id)
        legs = _legs_of(board, user_id) if board is not None else []
        if board is None or not legs:
            raise NotFound("This call is over, or it is not yours.", code="no_call")
        return board, legs[0]


def _legs_of(board: Board, user_id: UUID) -> list[Leg]:
    return [leg for leg in board.legs if leg.user_id == str(user_id)]
