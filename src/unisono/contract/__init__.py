"""What a connector is: the protocols and the data that pass between a network's code and the house.

This package and `unisono.domain` are all that a connector, also a third party's, imports.
"""

from unisono.contract.capabilities import Caps, MediaLimit, TextLimit, TextUnit
from unisono.contract.connector import (
    CONTRACT_VERSION,
    Challenge,
    Connector,
    DeleteSync,
    Deny,
    HttpRequest,
    HttpResponse,
    Media,
    PullFailed,
    Retract,
    Route,
    Routes,
    Stream,
    Typing,
    Webhook,
)
from unisono.contract.context import (
    Account,
    Clock,
    Ctx,
    HostRefused,
    Http,
    Intake,
    Line,
    Log,
    Memory,
    NotReached,
    Response,
    Secrets,
    StreamResponse,
    Transcripts,
)
from unisono.contract.health import Health
from unisono.contract.inbound import (
    Author,
    AuthorGone,
    CanReply,
    Created,
    Deleted,
    Edited,
    Event,
    InAttachment,
    Page,
    Raw,
    Status,
    ThreadRef,
    Unreadable,
)
from unisono.contract.manifest import BadManifest, Manifest, load_manifest
from unisono.contract.outbound import (
    NotSent,
    OutAttachment,
    OutMessage,
    ReconcileResult,
    Reauth,
    Reject,
    Retry,
    SendResult,
    Sent,
    Undecidable,
    Unknown,
)

__all__ = [
    "CONTRACT_VERSION", "Account", "Author", "AuthorGone", "BadManifest", "CanReply", "Caps", "Challenge", "Clock",
    "Connector", "Created", "Ctx", "DeleteSync", "Deleted", "Deny", "Edited", "Event", "Health", "HostRefused", "Http",
    "HttpRequest", "HttpResponse", "InAttachment", "Intake", "Line", "Log", "Manifest", "Media", "MediaLimit", "Memory",
    "NotReached", "NotSent", "OutAttachment", "OutMessage", "Page", "PullFailed", "Raw", "Reauth", "ReconcileResult",
    "Reject", "Response", "Retract", "Retry", "Route", "Routes", "Secrets", "SendResult", "Sent", "Status", "Stream",
    "StreamResponse", "TextLimit", "TextUnit", "ThreadRef", "Transcripts", "Typing", "Undecidable", "Unknown",
    "Unreadable", "Webhook", "load_manifest",
]
