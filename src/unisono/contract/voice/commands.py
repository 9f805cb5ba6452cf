"""What the house asks of telephony.

A command states a wish and is done at most once: a driver that gets a `command_id` again returns its first result and does
nothing. A wish that is fulfilled already (answered, bridged so, hung up) is `Done`. The result says that the wish was taken up;
what comes of it is told by events (a `Connect` is `Done` when it is dialled, and `Answered` tells that it was taken up).
"""

from msgspec import Struct, field

from unisono.contract.voice.sounds import Announcement, Music, Prompt
from unisono.contract.voice.words import CALLER, Cause, Endpoint, Purpose, RecordMode, TransferKind


class _Wish(Struct, frozen=True, kw_only=True, tag_field="type"):
    command_id: str
    call_id: str


class Answer(_Wish, frozen=True, kw_only=True, tag="answer"):
    """Take up the caller's leg."""


class Park(_Wish, frozen=True, kw_only=True, tag="park"):
    """The caller hears `music`, and in between `says`, every `every_s` seconds; answers the leg if it still rings.

    Said again with other announcements (another place in the line) it goes on playing with these.
    """

    music: Music = Music()
    says: tuple[Announcement, ...] = ()
    every_s: float = 30.0


class Play(_Wish, frozen=True, kw_only=True, tag="play"):
    """One leg hears a prompt; it ends what was played to it. `Played` tells the end."""

    prompt: Prompt
    leg_id: str = CALLER


class StopPlay(_Wish, frozen=True, kw_only=True, tag="stop_play"):
    """A leg hears no prompt any more; a parked caller hears the music again."""

    leg_id: str = CALLER


class Originate(_Wish, frozen=True, kw_only=True, tag="originate"):
    """Make a call of our own: `call_id` is new, `leg_id` (an agent's) rings first; `Connect(CALLER, ...)` follows its answer.

    requested_by: user or rule that asked for it; every leg that leaves the house names who wants it.
    """

    leg_id: str
    endpoint: Endpoint
    timeout_s: float
    requested_by: str
    caller_id: str = ""


class Connect(_Wish, frozen=True, kw_only=True, tag="connect"):
    """Ring a further leg. It hears its own ringing; whom it hears after its answer is `Bridge`'s to say.

    caller_id: the number of ours to show, where the endpoint lies outside. shows: what the ringing phone may show of the
        caller. requested_by: see `Originate`. taking_over: the leg whose phone asked for an ATTENDED transfer (`TransferAsked`):
        the talk that this phone has with the endpoint goes over to the new leg, and nobody is rung anew.
    """

    leg_id: str
    endpoint: Endpoint
    timeout_s: float
    purpose: Purpose = Purpose.AGENT
    requested_by: str = ""
    caller_id: str = ""
    shows: dict[str, str] = field(default_factory=dict)
    taking_over: str = ""


class Bridge(_Wish, frozen=True, kw_only=True, tag="bridge"):
    """Exactly these legs hear one another from now on; a leg of the call that is not named hears none of them.

    A caller who is not named hears the music. listeners: hear all of them and are not heard.
    """

    legs: tuple[str, ...]
    listeners: tuple[str, ...] = ()


class Hold(_Wish, frozen=True, kw_only=True, tag="hold"):
    """A leg hears music, and nobody hears it."""

    leg_id: str = CALLER
    music: Music = Music()


class Resume(_Wish, frozen=True, kw_only=True, tag="resume"):
    """A leg that was held speaks again with whom it is bridged."""

    leg_id: str = CALLER


class Transfer(_Wish, frozen=True, kw_only=True, tag="transfer"):
    """The customer's leg leaves this driver for `to`; the house keeps no leg of it. `Transferred` or `Refused` tells.

    with_leg_id: for ATTENDED, our leg that has spoken with the target. Without this power (`VoicePowers.transfer`) the house does
    the same by `Connect` and `Bridge`.
    """

    kind: TransferKind
    to: Endpoint
    requested_by: str
    with_leg_id: str | None = None


class DeclineTransfer(_Wish, frozen=True, kw_only=True, tag="decline_transfer"):
    """What a phone asked for (`TransferAsked`) is not done: it is told so, and speaks on. Done where nobody asked."""

    leg_id: str


class Record(_Wish, frozen=True, kw_only=True, tag="record"):
    """Record those who speak with one another, pause, or stop; asked only once both sides have consented.

    Not one byte is kept before ON and during PAUSE. After OFF, or at the call's end, `RecordingReady` tells of the whole.
    """

    mode: RecordMode
    recording_id: str
    legs: tuple[str, ...] = ()


class TakeMessage(_Wish, frozen=True, kw_only=True, tag="take_message"):
    """Record what the caller says after a tone, until `#`, silence, the end of the call or `max_s`; then `RecordingReady`."""

    recording_id: str
    max_s: float = 180.0
    before: Prompt | None = None


class SendDtmf(_Wish, frozen=True, kw_only=True, tag="send_dtmf"):
    """Send keys to a leg."""

    digits: str
    leg_id: str = CALLER


class Hangup(_Wish, frozen=True, kw_only=True, tag="hangup"):
    """End one leg, or with None the whole call. A leg that still rings is cancelled."""

    leg_id: str | None = None
    cause: Cause = Cause.NORMAL


Command = (
    Answer | Park | Play | StopPlay | Originate | Connect | Bridge | Hold | Resume | Transfer | Record | TakeMessage | SendDtmf
    | DeclineTransfer | Hangup
)  # fmt: skip


class Done(Struct, frozen=True, kw_only=True, tag="done"):
    """The wish was taken up, or was fulfilled before."""

    command_id: str


class Refused(Struct, frozen=True, kw_only=True, tag="refused"):
    """Nothing was done and nothing will be.

    code: a stable word. human: what to tell a person, without jargon. gone: the call or leg is not there any more: the house ends
        it. again: the same command may be given again later (the line to the exchange is cut).
    """

    command_id: str
    code: str
    human: str
    gone: bool = False
    again: bool = False


Result = Done | Refused
