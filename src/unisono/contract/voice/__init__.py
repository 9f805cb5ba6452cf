"""What telephony is: the events it tells, the commands it takes, and what it sees. All that a driver imports.

The house decides who speaks with whom and when; telephony parks, plays, bridges and records. Browser calls (`webrtc`), SIP
(`sip`), a private branch exchange (`ari`, later FreeSWITCH) and telephony by webhooks (later) are all this one contract.

**Who names what.** `call_id` is the driver's name for a call that comes in, unique within the driver for ever, also over
restarts; for a call that goes out (`Originate`) the house chooses it. A call consists of legs. The one who calls us is
`CALLER`; every other leg is named by the house in the command that makes it, and the driver uses that name in events and in
its snapshot. The other party of a call that goes out is `CALLER` as well: it is the customer's leg whoever dialled.

**A call that comes in**, by the commands of an ordinary day:

    Offered            -> Answer, Park (music and announcements), or Play (a menu) and Park
                       -> Connect(leg, agent's endpoint)            -> Ringing, Answered or LegEnded
    Answered(leg)      -> Bridge((CALLER, leg))                      -> Bridged
    hold, consult      -> Hold; Connect(second); Bridge((leg, second))
    back, three-way    -> Resume, Bridge((CALLER, leg)) or Bridge((CALLER, leg, second))
    attended transfer  -> Bridge((CALLER, second)), Hangup(leg)
    goodbye            -> LegEnded(CALLER), Ended

`Bridge` names the whole wish (exactly these hear one another), so that saying it twice changes nothing.
"""

from unisono.contract.voice.commands import (
    Answer,
    Bridge,
    Command,
    Connect,
    DeclineTransfer,
    Done,
    Hangup,
    Hold,
    Originate,
    Park,
    Play,
    Record,
    Refused,
    Result,
    Resume,
    SendDtmf,
    StopPlay,
    TakeMessage,
    Transfer,
)
from unisono.contract.voice.driver import (
    VOICE_CONTRACT_VERSION,
    DriverFactory,
    VoiceContext,
    VoiceDriver,
    VoiceListener,
    VoicePowers,
)
from unisono.contract.voice.events import (
    Answered,
    Bridged,
    Digit,
    Ended,
    Held,
    LegEnded,
    Offered,
    Played,
    Queued,
    RecordingReady,
    RecordingState,
    Resumed,
    Ringing,
    TransferAsked,
    Transferred,
    VoiceEvent,
    decode_event,
    encode_event,
)
from unisono.contract.voice.snapshot import SeenCall, SeenLeg, Snapshot
from unisono.contract.voice.sounds import Announcement, Music, Prompt
from unisono.contract.voice.words import (
    CALLER,
    By,
    Cause,
    Endpoint,
    EndpointKind,
    LegState,
    Purpose,
    RecordingKind,
    RecordMode,
    TransferKind,
    Verstat,
)

__all__ = [
    "CALLER",
    "VOICE_CONTRACT_VERSION",
    "Announcement",
    "Answer",
    "Answered",
    "Bridge",
    "Bridged",
    "By",
    "Cause",
    "Command",
    "Connect",
    "DeclineTransfer",
    "Digit",
    "Done",
    "DriverFactory",
    "Ended",
    "Endpoint",
    "EndpointKind",
    "Hangup",
    "Held",
    "Hold",
    "LegEnded",
    "LegState",
    "Music",
    "Offered",
    "Originate",
    "Park",
    "Play",
    "Played",
    "Prompt",
    "Purpose",
    "Queued",
    "Record",
    "RecordMode",
    "RecordingKind",
    "RecordingReady",
    "RecordingState",
    "Refused",
    "Result",
    "Resume",
    "Resumed",
    "Ringing",
    "SeenCall",
    "SeenLeg",
    "SendDtmf",
    "Snapshot",
    "StopPlay",
    "TakeMessage",
    "Transfer",
    "TransferAsked",
    "TransferKind",
    "Transferred",
    "Verstat",
    "VoiceContext",
    "VoiceDriver",
    "VoiceEvent",
    "VoiceListener",
    "VoicePowers",
    "decode_event",
    "encode_event",
]
