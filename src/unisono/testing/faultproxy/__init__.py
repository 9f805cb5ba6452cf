"""A proxy before any peer, on which things go wrong by script: also what no peer offers, accepting and then falling silent."""

from unisono.testing.faultproxy.faults import (
    Effect,
    Fault,
    Match,
    Pause,
    html_error,
    http_answer,
    huge,
    malformed_json,
    redirect,
    too_many,
)
from unisono.testing.faultproxy.proxy import FaultProxy, Seen

__all__ = [
    "Effect",
    "Fault",
    "FaultProxy",
    "Match",
    "Pause",
    "Seen",
    "html_error",
    "http_answer",
    "huge",
    "malformed_json",
    "redirect",
    "too_many",
]
