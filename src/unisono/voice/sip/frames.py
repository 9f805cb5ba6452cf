"""What driver and endpoint say to each other: commands of the contract go down, its events come up, and a little around them.

Both run on one machine and are of one version, so the frames are no public format.
"""

from typing import Final

import msgspec
from msgspec import Struct

from unisono.contract.voice import Command, Result, SeenCall, VoiceEvent

#: The largest frame: a recording of ten minutes that is to be played.
LIMIT_BYTES: Final = 64_000_000


class Plan(Struct, frozen=True, kw_only=True, tag="plan"):
    """How the endpoint is to work; the first frame, and the only one that carries secrets.

    listen: address and port. allowed: networks that may speak to it, never empty. media_from: networks whose sound is
    heard beside whom each call names. calls: the most that may come in at once.
    """

    driver: str
    listen_host: str
    listen_port: int
    rtp_first: int
    rtp_last: int
    allowed: list[str]
    media_from: list[str]
    trunk: "Account"
    inside: "Account | None"
    calls: int
    calls_per_second: int
    rtp_timeout_s: int
    longest_call_s: float
    longest_hold_s: float
    recordings: str
    headers: list[str]
    country: str
    trusts_identity: bool


class Account(Struct, frozen=True, kw_only=True):
    """A name at a server. `server`: host or host:port. `register_s`: 0 for a trunk that knows us by our address."""

    user: str
    server: str
    password: str = ""
    auth_user: str = ""
    register_s: int = 0
    transport: str = "udp"


class Do(Struct, frozen=True, kw_only=True, tag="do"):
    """A command of the house. `target`: the SIP URI that the outbound door found for it, where it dials; else empty.

    shown: the number that the phone shows.
    """

    command: Command
    target: str = ""
    inside: bool = False
    shown: str = ""


class Sound(Struct, frozen=True, kw_only=True, tag="sound"):
    """A recording of the house that a later command will name; WAV."""

    file: str
    wave: bytes


class TurnDown(Struct, frozen=True, kw_only=True, tag="turn_down"):
    """A phone asked for a transfer that may not be; it is told 603."""

    call_id: str
    leg_id: str


class Look(Struct, frozen=True, kw_only=True, tag="look"):
    """Ask what lives; answered by `Seen` with the same number."""

    number: int


class Drain(Struct, frozen=True, kw_only=True, tag="drain"):
    """Take no new calls; what still lives after the deadline is hung up. Then the process ends."""

    deadline_s: float


Down = Plan | Do | Sound | TurnDown | Look | Drain


class Ready(Struct, frozen=True, kw_only=True, tag="ready"):
    """It listens, and whoever is not allowed is not heard."""

    stack: str


class Unable(Struct, frozen=True, kw_only=True, tag="unable"):
    """It cannot run, and ends. `text`: why, and what to do."""

    text: str


class Registered(Struct, frozen=True, kw_only=True, tag="registered"):
    """What the trunk's registrar said last."""

    ok: bool
    text: str = ""


class Did(Struct, frozen=True, kw_only=True, tag="did"):
    """The answer to `Do`."""

    result: Result


class Told(Struct, frozen=True, kw_only=True, tag="told"):
    """Something happened to a call."""

    event: VoiceEvent


class Seen(Struct, frozen=True, kw_only=True, tag="seen"):
    """All that lives."""

    number: int
    calls: list[SeenCall]


class Turned(Struct, frozen=True, kw_only=True, tag="turned"):
    """Requests that were turned away. `reason`: full, draining, flood, malformed, refer."""

    reason: str
    count: int = 1


class Drained(Struct, frozen=True, kw_only=True, tag="drained"):
    """Nothing lives any more, and nothing new will. `cut`: calls that the deadline ended."""

    cut: int


Up = Ready | Unable | Registered | Did | Told | Seen | Turned | Drained

encode = msgspec.msgpack.Encoder().encode
