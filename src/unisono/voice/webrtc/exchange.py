"""Where boards are kept and changed: one call at a time, with what the house is to be told in the same transaction.

After the commit whoever is concerned is woken: the driver's round, the visitor's stream, and the desks in the call.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.contract import Clock
from unisono.contract.voice import CALLER, Command, Result, encode_event
from unisono.domain.errors import Conflict, Forbidden, Invalid
from unisono.domain.ids import new_id
from unisono.service.live import tell
from unisono.service.ports import Bell, Database, Fanout, Tx
from unisono.service.ports.files import AttachmentFiles
from unisono.voice.webrtc import acts, wishes
from unisono.voice.webrtc.board import Board, Change, decode, encode

ROUND: Final = "webrtc"
MOST_WORD_BYTES: Final = 32_000
MOST_PIECE_BYTES: Final = 2_000_000
# Three hours of speech; nobody means to record for longer.
MOST_PIECES: Final = 20_000
_RINGS_GOOD_FOR_S: Final = 3_600.0

Act = Callable[[Board, datetime], Change | None]


class Exchange(Struct, frozen=True, kw_only=True):
    """All that the parts of this driver need of the world."""

    db: Database
    bell: Bell
    fanout: Fanout
    files: AttachmentFiles
    clock: Clock

    async def begin(self, token: bytes, change: Change) -> bool:
        """Keep a new call; False when it is there."""
        board = change.board
        async with self.db.write() as tx:
            if not await tx.browser_calls.add(board.call_id, token, encode(board)):
                return False
            await tx.browser_calls.seen(board.call_id, CALLER)
            await self._keep(tx, change)
        await self._wake(board, ())
        return True

    async def act(self, call_id: str, act: Act) -> Board | None:
        """Let something happen to a call; returns its board, None when there is no such call."""
        async with self.db.write() as tx:
            kept = await tx.browser_calls.lock(call_id)
            if kept is None:
                return None
            before = decode(kept)
            change = act(before, tx.now)
            if change is None:
                return before
            await self._keep(tx, change)
            for leg in change.board.legs:
                if leg.up and before.leg(leg.leg_id) != leg:
                    await tx.browser_calls.seen(call_id, leg.leg_id)
        await self._wake(change.board, _users(before))
        return change.board

    async def do(self, command: Command) -> Result:
        """Carry out a command of the house."""
        async with self.db.write() as tx:
            kept = await tx.browser_calls.lock(command.call_id)
            before = decode(kept) if kept is not None else None
            change, result = wishes.do(before, command, tx.now)
            if change is not None:
                await self._keep(tx, change)
        if change is not None:
            await self._wake(change.board, _users(before) if before else ())
        return result

    async def board(self, call_id: str) -> Board | None:
        """Return a call's board."""
        async with self.db.read() as tx:
            kept = await tx.browser_calls.board(call_id)
        return decode(kept) if kept is not None else None

    async def words(self, call_id: str, leg_id: str) -> dict[str, Any]:
        """Return what the other ends say to one."""
        async with self.db.read() as tx:
            kept = await tx.browser_calls.words(call_id, leg_id)
        return {one.from_leg: msgspec.json.decode(one.word) for one in kept}

    async def say(self, board: Board, from_leg: str, to_leg: str, word: Any) -> None:
        """Keep what one end says to another, and wake that one. Raises Invalid for what is too long to be such a word."""
        other = board.leg(to_leg)
        body = msgspec.json.encode(word)
        if other is None:
            return
        if len(body) > MOST_WORD_BYTES or not isinstance(word, dict):
            raise Invalid("This is no description of a connection.", code="bad_word", field="word")
        async with self.db.write() as tx:
            await tx.browser_calls.say(board.call_id, from_leg, to_leg, body)
        await self._wake_leg(board.call_id, other.user_id)

    async def take_piece(self, board: Board, user_id: str, recording_id: str, n: int, content: bytes) -> None:
        """Keep a piece of a recording. Raises Forbidden when none is wanted: nothing reaches the disk then; Invalid.

        user_id: whose browser sends it; empty for the visitor's.
        """
        taking = board.recording(recording_id)
        if taking is None or taking.user_id != user_id:
            raise Forbidden("Nothing is to be recorded now; this was thrown away.", code="not_recording")
        if not 0 <= n < MOST_PIECES or not 0 < len(content) <= MOST_PIECE_BYTES:
            raise Invalid("This is no piece of a recording.", code="bad_piece", field="n")
        file_id = new_id()
        await self.files.put(file_id, content)
        async with self.db.write() as tx:
            added = await tx.browser_calls.add_sound(recording_id, board.call_id, n, file_id, len(content))
        if not added:
            await self.files.delete([file_id])

    async def conclude(self, board: Board, recording_id: str, *, pieces: int | None, media_type: str, seconds: float) -> None:
        """Tell the house of a recording that has arrived. pieces: how many there are; None: those that came, up to a gap.

        Raises Conflict when some are missing: they are to be sent again.
        """
        async with self.db.read() as tx:
            kept = await tx.browser_calls.sound(recording_id)
        whole = [piece for place, piece in enumerate(kept) if piece.n == place]
        if pieces is not None and len(whole) != pieces:
            raise Conflict("Some pieces of the recording have not arrived; send them again.", code="pieces_missing")
        if not whole:
            await self.act(board.call_id, lambda now_so, now: acts.recording_dropped(now_so, recording_id, now))
            return
        digest = hashlib.sha256()
        for piece in whole:
            async for chunk in self.files.chunks(piece.file_id):
                digest.update(chunk)
        if len(whole) < len(kept):
            await self._drop_after(recording_id, len(whole))
        kind = media_type[:60].split(";")[0] or "audio/webm"
        size = sum(piece.size_bytes for piece in whole)
        await self.act(
            board.call_id,
            lambda now_so, now: acts.recording_done(
                now_so, recording_id, now, sha256=digest.hexdigest(), media_type=kind, size_bytes=size, seconds=max(0.0, seconds)
            ),
        )  # fmt: skip

    async def _drop_after(self, recording_id: str, n: int) -> None:
        async with self.db.write() as tx:
            files = await tx.browser_calls.drop_sound(recording_id, n)
        await self.files.delete(files)

    async def recorded(self, recording_id: str) -> AsyncIterator[bytes]:
        """Yield a recording. Raises OSError when nothing is there."""
        async with self.db.read() as tx:
            pieces = await tx.browser_calls.sound(recording_id)
        if not pieces:
            raise FileNotFoundError(recording_id)
        for piece in pieces:
            async for chunk in self.files.chunks(piece.file_id):
                yield chunk

    async def forget_recording(self, recording_id: str) -> None:
        """Forget a recording, its bytes included."""
        await self._drop_after(recording_id, 0)

    async def first_names(self, board: Board) -> dict[str, str]:
        """Return by what name visitors may call those they speak with: the first of their names, by user id."""
        ids = [UUID(user) for user in _users(board)]
        if not ids:
            return {}
        async with self.db.read() as tx:
            return {str(user.id): user.name.split(" ")[0] for user in await tx.people.user_views(ids)}

    def topic(self, call_id: str) -> str:
        """Return the bell that rings when something happened in a call."""
        return f"webrtc:{call_id}"

    async def _keep(self, tx: Tx, change: Change) -> None:
        board = change.board
        await tx.browser_calls.put(
            board.call_id, encode(board), users=[UUID(user) for user in _users(board)], look_at=board.next_at(),
            ended_at=board.ended_at, events=[encode_event(event) for event in change.events],
        )  # fmt: skip

    async def _wake(self, board: Board, before: Sequence[str]) -> None:
        await self.bell.ring(ROUND)
        users = {*_users(board), *before, ""}
        await asyncio.gather(*(self._wake_leg(board.call_id, user) for user in users))

    async def _wake_leg(self, call_id: str, user_id: str) -> None:
        """Wake a visitor's stream, or tell a desk that its phone has news; what they are, it asks."""
        if user_id:
            now = int(self.clock.now().timestamp() * 1_000_000)
            await tell(self.fanout, f"phone:{user_id}", "news", {"at": now}, good_for_s=_RINGS_GOOD_FOR_S)
        else:
            await self.bell.ring(self.topic(call_id))


def _users(board: Board) -> tuple[str, ...]:
    return tuple(leg.user_id for leg in board.legs if leg.user_id)
