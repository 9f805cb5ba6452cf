"""What an error of the Graph API means for us. Source: Meta for Developers, Graph API, "Handling Errors" and "Rate Limits";
WhatsApp Cloud API, "Error Codes"; Messenger Platform, "Error Codes".
"""

from enum import StrEnum

import msgspec
from msgspec import Struct

from unisono.contract import MISSHAPEN, Response


class Problem(Struct, frozen=True):
    """The network's error. `message` is meant for developers and may quote what was sent: it is for the agent, not for logs."""

    code: int = 0
    error_subcode: int = 0
    message: str = ""
    error_user_msg: str = ""
    is_transient: bool = False

    @property
    def human(self) -> str:
        """What it says, for a person."""
        return (self.error_user_msg or self.message or "no reason given")[:500]


class _Envelope(Struct, frozen=True):
    error: Problem = Problem()


class Kind(StrEnum):
    """By the reaction that we can have. GONE: what was named no longer exists. WINDOW: the time to answer is over."""

    REAUTH = "reauth"
    FORBIDDEN = "forbidden"
    THROTTLED = "throttled"
    WINDOW = "window"
    GONE = "gone"
    USED_UP = "used_up"
    TROUBLE = "trouble"
    BAD_PROOF = "bad_proof"
    BAD_VERSION = "bad_version"
    REFUSED = "refused"


_THROTTLED = frozenset({4, 17, 32, 341, 613, 130429, 131048, 131056, 133016, *range(80_000, 80_015)})
_WINDOW = frozenset({(10, 2018278), (10, 2534022), (100, 2534022), (131047, 0), (131026, 131047)})
_REAUTH = frozenset({102, 190, 463, 467})
_TROUBLE = frozenset({1, 2, 131000, 131016})


def problem_of(answer: Response) -> Problem:
    """Return what a refusal says of itself, if it says anything."""
    try:
        return msgspec.json.decode(answer.body, type=_Envelope).error
    except MISSHAPEN:
        return Problem()


def kind_of(answer: Response, problem: Problem) -> Kind:
    """Return what an answer other than success means.

    Codes go before the HTTP status: the network refuses a rate with 400 or 403, and a token with 400 or 401.
    """
    code, subcode = problem.code, problem.error_subcode
    if code in _THROTTLED or (answer.status == 429 and code not in _REAUTH):
        return Kind.THROTTLED
    if (code, subcode) in _WINDOW or code == 131047:
        return Kind.WINDOW
    if code in _REAUTH or (answer.status == 401 and code in (0, 2500)):
        return Kind.REAUTH
    if code == 100 and "appsecret_proof" in problem.message:
        return Kind.BAD_PROOF
    if code == 2635:
        return Kind.BAD_VERSION
    if code == 10900:
        return Kind.USED_UP
    if (code, subcode) == (100, 33) or code == 803 or (code == 0 and answer.status in (404, 410)):
        return Kind.GONE
    if code in (3, 10, 131005) or 200 <= code <= 299 or (code == 0 and answer.status == 403):
        return Kind.FORBIDDEN
    if code in _TROUBLE or problem.is_transient or answer.status >= 500 or answer.status < 300:
        return Kind.TROUBLE
    return Kind.REFUSED
