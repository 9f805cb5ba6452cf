"""What telephony tells the house. Each event is told at least once; `event_id` tells repeats apart.

Events of a call may come late, twice or not at all: the house takes what it can use, and a snapshot sets the rest right.
"""

from datetime import datetime

import msgspec
from msgspec import Struct, field

from unisono.contract.voice.words import CALLER, By, Cause, LegState, RecordingKind, RecordMode, TransferKind, Verstat


class _Heard(Struct, frozen=True, kw_only=True, tag_field="type"):
    """event_id: unique within the driver, the same when it is told again. at: when it happened, aware, UTC."""

    event_id: str
    call_id: str
    driver: str
    at: datetime


class Offered(_Heard, frozen=True, kw_only=True, tag="offered"):
    """Somebody calls. Told before anything is answered; the caller hears ringing until `Answer` or `Park`.

    from_: E.164 with `+`, a SIP URI, or the visitor's id; empty when withheld (or `anonymous`). to: the number, address or page
        that was called; the house finds the line by it. from_kind: `number`, `sip` or `visitor`. display_name: what the caller
        calls themself: a stranger's text, 200 characters at the most. headers: those that the driver's allow-list lets through,
        lower case, values of 500 characters at the most. trunk: by which trunk or page it came. media: what the leg can do.
    """

    from_: str = field(name="from")
    to: str
    from_kind: str = "number"
    display_name: str = ""
    verstat: Verstat = Verstat.UNKNOWN
    headers: dict[str, str] = field(default_factory=dict)
    trunk: str = ""


class Queued(_Heard, frozen=True, kw_only=True, tag="queued"):
    """The caller is parked: hears music or announcements, and nobody else."""


class Ringing(_Heard, frozen=True, kw_only=True, tag="ringing"):
    """A leg that the house dialled rings. endpoint: where, in words for a log."""

    leg_id: str
    endpoint: str = ""


class Answered(_Heard, frozen=True, kw_only=True, tag="answered"):
    """A leg was taken up. For `CALLER` of a call that comes in: our own answer was heard."""

    leg_id: str


class Bridged(_Heard, frozen=True, kw_only=True, tag="bridged"):
    """Exactly these legs hear one another; `listeners` hear them and are not heard."""

    legs: tuple[str, ...]
    listeners: tuple[str, ...] = ()


class Held(_Heard, frozen=True, kw_only=True, tag="held"):
    """A leg is on hold, by a command or by its own phone (`by`)."""

    leg_id: str
    by: By = By.HOUSE


class Resumed(_Heard, frozen=True, kw_only=True, tag="resumed"):
    """A leg is off hold."""

    leg_id: str
    by: By = By.HOUSE


class TransferAsked(_Heard, frozen=True, kw_only=True, tag="transfer_asked"):
    """A phone asks us to place a call in its stead (SIP REFER). Nothing has been dialled; the house decides.

    kind: ATTENDED where the phone speaks with `to` already: `Connect(taking_over=leg_id)` joins them without ringing anew. Who
    decides against it says `DeclineTransfer`.
    """

    leg_id: str
    to: str
    kind: TransferKind = TransferKind.BLIND
    #: Attended: with which of our legs the target is to be joined, when the request names one.
    with_leg_id: str | None = None


class Transferred(_Heard, frozen=True, kw_only=True, tag="transferred"):
    """The customer's leg has left this driver for another place (`Transfer`, or the exchange's own doing)."""

    to: str
    kind: TransferKind = TransferKind.BLIND


class Digit(_Heard, frozen=True, kw_only=True, tag="dtmf"):
    """A key was pressed: one of `0`-`9`, `*`, `#`, `A`-`D`."""

    digit: str
    leg_id: str = CALLER


class Played(_Heard, frozen=True, kw_only=True, tag="played"):
    """A prompt came to its end, or was ended by a key (`interrupted`)."""

    prompt_id: str
    interrupted: bool = False


class RecordingState(_Heard, frozen=True, kw_only=True, tag="recording_state"):
    """A recording runs, pauses or has stopped: what is so, not what was wished."""

    recording_id: str
    mode: RecordMode


class RecordingReady(_Heard, frozen=True, kw_only=True, tag="recording_ready"):
    """A recording is complete. The house fetches it by `VoiceDriver.recording(uri)`, and checks it against `sha256` (hex)."""

    recording_id: str
    uri: str
    sha256: str
    kind: RecordingKind = RecordingKind.CALL
    media_type: str = "audio/wav"
    size_bytes: int = 0
    duration_s: float = 0.0


class LegEnded(_Heard, frozen=True, kw_only=True, tag="leg_ended"):
    """One leg is over, or could not be made. The others stay as they are until the house says more."""

    leg_id: str
    cause: Cause = Cause.NORMAL
    by: By = By.OTHER
    #: What the leg was before, where telephony knows.
    was: LegState | None = None


class Ended(_Heard, frozen=True, kw_only=True, tag="ended"):
    """The whole call is over: no leg of it is left. Told once per call, whatever ended it."""

    cause: Cause = Cause.NORMAL
    by: By = By.CALLER


VoiceEvent = (
    Offered | Queued | Ringing | Answered | Bridged | Held | Resumed | TransferAsked | Transferred | Digit | Played
    | RecordingState | RecordingReady | LegEnded | Ended
)  # fmt: skip

_decoder: msgspec.json.Decoder[VoiceEvent] = msgspec.json.Decoder(VoiceEvent)


def encode_event(event: VoiceEvent) -> bytes:
    """Return an event as JSON, as it stands in the inbox."""
    return msgspec.json.encode(event)


def decode_event(body: bytes) -> VoiceEvent:
    """Return the event that `encode_event` wrote. Raises what `contract.MISSHAPEN` names for anything else."""
    return _decoder.decode(body)
