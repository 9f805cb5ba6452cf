"""What carries heard posts from the node that reads a stream to the nodes that hold them against the monitors."""

from typing import Final, Protocol

from msgspec import Struct

#: Into so many lanes a stream is parted. Whatever is said of one post goes by one lane, in order. More nodes than lanes idle.
LANES: Final = 8


class Carried(Struct, frozen=True):
    """A message of a lane. `number` rises within a lane; where `stream` is another, counting began anew."""

    lane: int
    stream: str
    number: int
    body: bytes


class Lanes(Protocol):
    """Port for lanes: each hands out one message at a time, to one node, and the next when that one is done."""

    async def put(self, lane: int, key: str, body: bytes) -> None:
        """Return once the message is kept; the same key within two minutes is one message.

        Raises Unavailable: `lanes_silent` where nobody answers, `lanes_full` where there is no more room. It may be kept then.
        """

    async def take(self, lane: int, wait_s: float) -> Carried | None:
        """Return the next message, None when there was none; what is not done within some seconds is handed out again.

        Raises Unavailable.
        """

    async def done(self, carried: Carried) -> None:
        """Take a message off its lane. One that goes lost is handed out again, and is known by its number."""

    async def waiting(self) -> list[int]:
        """Return how many messages stand in each lane. Raises Unavailable."""
