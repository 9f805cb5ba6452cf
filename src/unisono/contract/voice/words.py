"""The closed vocabularies of telephony, spelled as they stand in events, commands and the database."""

from enum import StrEnum

from msgspec import Struct

#: The leg of the one who calls us, or whom we call: the customer's.
CALLER = "caller"


class LegState(StrEnum):
    """What telephony sees of one leg."""

    DIALLING = "dialling"
    RINGING = "ringing"
    UP = "up"
    HELD = "held"


class Cause(StrEnum):
    """Why a leg or a call ended, or could not be made.

    NORMAL: somebody hung up. NO_ANSWER: it rang out. CANCELLED: whoever dialled gave up first. UNREACHABLE: no such number, or
    not registered. FULL: no line was free. FORBIDDEN: a policy refused it. LOST: telephony no longer knows it (a vanished peer, a
    restart). TRANSFERRED: it left the house for another place. FAILED: the line or the program broke.
    """

    NORMAL = "normal"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    UNREACHABLE = "unreachable"
    FULL = "full"
    FORBIDDEN = "forbidden"
    LOST = "lost"
    TRANSFERRED = "transferred"
    FAILED = "failed"


class By(StrEnum):
    """Whose act ended it. OTHER: another leg than the customer's (an agent, a consulted person). HOUSE: our own command."""

    CALLER = "caller"
    OTHER = "other"
    HOUSE = "house"
    NETWORK = "network"


class Verstat(StrEnum):
    """How far the caller's number is vouched for (STIR/SHAKEN's `verstat`, RFC 8588). WITHHELD: there is none to vouch for."""

    UNKNOWN = "unknown"
    PASSED = "passed"
    FAILED = "failed"
    WITHHELD = "withheld"


class Purpose(StrEnum):
    """What a leg is for. LISTENER hears and is not heard."""

    AGENT = "agent"
    CONSULT = "consult"
    CUSTOMER = "customer"
    LISTENER = "listener"


class TransferKind(StrEnum):
    """BLIND: without a word before. ATTENDED: the two who are to speak have been connected beforehand."""

    BLIND = "blind"
    ATTENDED = "attended"


class RecordMode(StrEnum):
    """What is wished of a recording. PAUSE keeps it and writes nothing meanwhile (card data)."""

    ON = "on"
    PAUSE = "pause"
    OFF = "off"


class RecordingKind(StrEnum):
    """What a recording is of: both sides of a call, or a message that a caller left."""

    CALL = "call"
    VOICEMAIL = "voicemail"


class EndpointKind(StrEnum):
    """What is dialled. AGENT: the user's phone in the desk, or at the exchange. NUMBER: E.164, by a trunk. SIP: an address.

    VISITOR: the page from which a visitor calls.
    """

    AGENT = "agent"
    NUMBER = "number"
    SIP = "sip"
    VISITOR = "visitor"


class Endpoint(Struct, frozen=True, kw_only=True):
    """Who or what can be rung.

    address: the user's id for a phone in the desk; the extension or SIP address that the user's phone has at this driver, where
        the house knows one; `+` and digits for NUMBER. user_id: whose phone it is, for AGENT.
    """

    kind: EndpointKind
    address: str
    user_id: str | None = None
