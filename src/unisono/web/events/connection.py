"""One browser's end of the stream, and what it wants to see."""

from typing import Final
from uuid import UUID

from unisono.service.actor import Actor
from unisono.service.ports import Cursor
from unisono.web.events.sight import Sight, sight_for
from unisono.web.events.sink import MAX_BUFFERED_BYTES, Sink
from unisono.web.events.sse import RESET, Frame

WORK: Final = "work"
CONVERSATION: Final = "conversation:"
LIVE: Final = "live:"


class Connection:
    """Frames go to the sink; while the past is being replayed, what happens meanwhile waits behind it.

    conversations: those that are shown, with their customers. live: the live topics that are followed. A client that does
    not take its bytes is told to begin anew and is let go; it comes back by itself.
    """

    def __init__(
        self, actor: Actor, sink: Sink, *, work: bool, conversations: dict[UUID, UUID], live: tuple[str, ...] = ()
    ) -> None:
        self.actor = actor
        self.work = work
        self.conversations = conversations
        self.live = live
        self.sight: Sight = sight_for(actor.access)
        self.started_at: Cursor | None = None
        self._sink = sink
        self._held: list[Frame] | None = []
        self.ended = False

    @property
    def user_id(self) -> UUID:
        """Whose it is."""
        return self.actor.user_id

    def see(self, sight: Sight) -> None:
        """Use another sight from now on: grants have changed."""
        self.sight = sight

    def send_now(self, frame: Frame) -> None:
        """Send before everything that waits: the greeting and the past."""
        if not self.ended:
            self._sink.write(frame)

    def go_live(self) -> None:
        """The past is told: send what waited, and from now on at once."""
        held, self._held = self._held or [], None
        for frame in held:
            self.send(frame)

    def send(self, frame: Frame) -> None:
        """Send in order; lets go of a client that takes nothing."""
        if self.ended:
            return
        if self._held is not None:
            self._held.append(frame)
            return
        self._sink.write(frame)
        if self._sink.buffered() > MAX_BUFFERED_BYTES:
            self._sink.write(RESET)
            self.end()

    def end(self) -> None:
        """End the stream."""
        if not self.ended:
            self.ended = True
            self._sink.end()

    async def wait_ended(self) -> None:
        """Return when it has ended."""
        await self._sink.wait_ended()
