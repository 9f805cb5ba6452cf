"""What is asked of the store about calls, what telephony was asked, and what it told."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct, field

from unisono.calls import Call
from unisono.contract.voice import Command, VoicePowers
from unisono.service.call_views import CallView


class CallFacts(Struct, frozen=True, kw_only=True):
    """A call as the verbs need it. work_version: of the unit of work, when the call last followed it.

    path: what the caller chose and is at (see `service.calls.reception`).
    """

    id: UUID
    driver: str
    call_id: str
    channel_id: UUID
    conversation_id: UUID | None
    interaction_id: UUID | None
    message_id: UUID | None
    outgoing: bool
    asked_by: UUID | None
    stage: str
    call: Call
    path: dict[str, Any]
    work_version: int
    trouble: str
    owes: str | None
    offered_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    version: int


class NewCall(Struct, frozen=True, kw_only=True):
    """A call that begins."""

    id: UUID
    driver: str
    call_id: str
    channel_id: UUID
    call: Call
    offered_at: datetime
    stage: str = "offered"
    outgoing: bool = False
    asked_by: UUID | None = None
    conversation_id: UUID | None = None
    interaction_id: UUID | None = None
    path: dict[str, Any] = field(default_factory=dict)


class Pending(Struct, frozen=True, kw_only=True):
    """A command that telephony has still to take up."""

    id: UUID
    call_id: UUID
    command: Command
    attempts: int


class NewRecording(Struct, frozen=True, kw_only=True):
    """A recording that telephony holds for us."""

    id: UUID
    call_id: UUID
    driver: str
    kind: str
    uri: str
    sha256: str
    media_type: str
    size_bytes: int
    duration_s: float


class ReadyRecording(Struct, frozen=True, kw_only=True):
    """A recording to be fetched. message_id: where it belongs; None while its call has none, or has it no more."""

    id: UUID
    call_id: UUID
    kind: str
    uri: str
    sha256: str
    media_type: str
    attempts: int
    message_id: UUID | None
    ended: bool


class InLine(Struct, frozen=True, kw_only=True):
    """A caller who waits. position: from 1, by arrival, among the callers of the queue; see `calls.waiting`."""

    call_id: UUID
    channel_id: UUID
    position: int
    free: int
    serving: int
    handling_s: float


class Calls(Protocol):
    """Port for calls. A call is guarded by the lock on its unit of work, and then by its own."""

    async def add(self, call: NewCall) -> bool:
        """Write a call; False when telephony's name for it is known already."""

    async def find(self, driver: str, call_id: str) -> CallFacts | None: ...

    async def get(self, call_id: UUID, *, lock: bool = False) -> CallFacts | None: ...

    async def of_work(self, interaction_id: UUID) -> CallFacts | None:
        """Return the newest call of a unit of work that is not over."""

    async def live(self, driver: str) -> list[CallFacts]:
        """Return the calls of a driver that are not over."""

    async def drivers(self) -> list[str]:
        """Return the drivers that have live calls."""

    async def behind(self, limit: int) -> list[UUID]:
        """Return live calls that have not followed their unit of work, or have none though it came in."""

    async def save(self, facts: CallFacts, *, view_changed: bool) -> None:
        """Write state, path, stage, times and work version; raise the version when what is shown has changed."""

    async def place(self, channel_id: UUID, remote_ids: Sequence[str]) -> list[UUID]:
        """Tie calls to the message, conversation and work that they came in as; returns which were tied now."""

    async def remember(self, call_id: UUID, event_id: str, type_: str, at: datetime) -> bool:
        """Note that an event was heard; False when it was before."""

    async def ask(self, call_id: UUID, driver: str, commands: Sequence[Command]) -> None:
        """Write commands for a driver, in this order."""

    async def pending(self, driver: str, limit: int) -> list[Pending]:
        """Return what a driver has still to take up and may be tried now, in the order in which it was asked."""

    async def settle(self, command_id: UUID, state: str, code: str = "") -> None:
        """Note what became of a command."""

    async def later(self, command_id: UUID, at: datetime) -> None:
        """Let a command wait; it is given again under the same id."""

    async def ask_again(self, command_ids: Iterable[UUID]) -> int:
        """Give commands once more whose effect is not there."""

    async def drop_bodies(self, call_id: UUID) -> None:
        """Forget what the commands of a call that is over said: they may name numbers."""

    async def phone_of(self, user_id: UUID, driver: str) -> str | None:
        """Return where an agent's phone rings at a driver."""

    async def count_from(self, number_hash: bytes, since: datetime, most: int) -> bool:
        """Count a call from a number; False, and nothing counted, when there were `most` since then."""

    async def forget_from(self, before: datetime) -> None:
        """Forget which numbers called before that."""

    async def call_back_open(self, conversation_id: UUID) -> bool:
        """Tell whether somebody is to be called back already, or just is, by whichever call of theirs."""

    async def driver_taken(self, name: str, channel_id: UUID | None) -> bool:
        """Tell whether a driver has this name that is not this channel's: another exchange's, or one of the voice file."""

    async def owner_of_phone(self, driver: str, addresses: Sequence[str]) -> UUID | None:
        """Return whose phone has one of these addresses at a driver; None when nobody's has, or more than one person's."""

    async def customer_address(self, conversation_id: UUID) -> str | None:
        """Return the number or address of whom a conversation is with; None when it was withheld or erased."""

    async def line(self, driver: str, address: str) -> tuple[UUID, str] | None:
        """Return (channel, state) of the line that an address of a driver belongs to."""

    async def views(self, ids: Iterable[UUID]) -> list[CallView]:
        """Return calls as the desk shows them."""

    async def of_interactions(self, ids: Iterable[UUID]) -> list[UUID]:
        """Return the calls of units of work."""

    async def want_call_back(self, interaction_id: UUID, call_id: UUID | None, why: str) -> None:
        """Note that a unit of work is a call-back."""

    async def call_backs_of(self, identity_id: UUID) -> list[UUID]:
        """Return waiting units of work in which somebody is to be called back, oldest first."""

    async def end_call_back(self, interaction_id: UUID, how: str) -> bool:
        """Note how a call-back ended; False when it is none or has ended."""

    async def owing(self, limit: int) -> list[UUID]:
        """Return calls whose customer is still to be called back."""

    async def calls_out_since(self, channel_id: UUID, user_id: UUID, since: datetime) -> tuple[int, int]:
        """Return how many calls a line, and a person, made since then."""

    async def powers(self, driver: str) -> VoicePowers | None:
        """Return what a driver can do; None for one that never ran."""

    async def tell_powers(self, driver: str, powers: VoicePowers) -> None:
        """Note what a driver can do."""

    async def consent(self, call_id: UUID, side: str, *, given: bool, how: str, noted_by: UUID | None) -> None:
        """Note what a side said about being recorded; the newest word counts."""

    async def consents(self, call_id: UUID) -> dict[str, bool]:
        """Return what each side said."""

    async def recording_ready(self, recording: NewRecording) -> bool:
        """Note a recording that is to be fetched; False when it was noted before."""

    async def ready_recordings(self, driver: str, limit: int) -> list[ReadyRecording]:
        """Return recordings to fetch now."""

    async def keep_recording(self, recording_id: UUID, attachment_id: UUID, size_bytes: int, sha256: bytes, name: str) -> bool:
        """Attach a recording to its call's message; False when that is gone: then nothing may be kept."""

    async def recording_of(self, attachment_id: UUID) -> tuple[UUID, str] | None:
        """Return (call, kind) of the recording that a file is; None for any other file."""

    async def refuse_recording(self, recording_id: UUID) -> None:
        """Note that a recording is not kept."""

    async def recording_later(self, recording_id: UUID, at: datetime) -> None:
        """Try again then."""

    async def standing(self) -> list[InLine]:
        """Return the callers who wait, with their place among the callers of their queue."""

    async def told(self, call_id: UUID, what: list[int | None]) -> None:
        """Note what a caller was told last; nobody is shown that."""

    async def is_blocked(self, network: str, remote_id: str) -> bool:
        """Return whether what comes from an identity is not wanted."""

    async def keep_apart(self, channel_id: UUID, ingest_key: str) -> None:
        """Keep a call that the reception has from being taken in."""

    async def let_in(self, channel_id: UUID, ingest_key: str) -> None:
        """Let it be taken in now."""

    async def queue_of(self, key: str) -> UUID | None:
        """Return a queue by its key."""

    async def live_places(self) -> list[tuple[UUID, int, UUID | None]]:
        """Return (call, access class, agent) of live calls with work, oldest first."""

    async def of_conversation(self, conversation_id: UUID) -> list[UUID]:
        """Return the calls of a conversation."""

    async def set_phone(self, user_id: UUID, driver: str, address: str) -> None:
        """Note where an agent's phone rings; empty takes it away."""
