"""What is asked of the store about rules, and about those who follow the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from unisono.policy.rules.language import Action, Condition
from unisono.service.ports.base import Cursor, LoggedEvent


class StoredRule(Struct, frozen=True, kw_only=True):
    """A rule as it is kept."""

    id: UUID
    name: str
    position: int
    trigger: str
    after_s: int | None
    match_all: bool
    conditions: list[Condition]
    actions: list[Action]
    stop: bool
    enabled: bool
    version: int = 1


class RuleChange(Struct, frozen=True, kw_only=True):
    """What changes of a rule; what is not named stays."""

    name: str | UnsetType = UNSET
    trigger: str | UnsetType = UNSET
    after_s: int | None | UnsetType = UNSET
    match_all: bool | UnsetType = UNSET
    conditions: list[Condition] | UnsetType = UNSET
    actions: list[Action] | UnsetType = UNSET
    stop: bool | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class RuleFacts(Struct, frozen=True, kw_only=True):
    """An enquiry as rules see it. `text`: of the message that is the occasion, else of the customer's newest.

    terms: of the queue's hours, to look at another time than now. followers: of who said it, None where nobody tells.
    """

    interaction_id: UUID
    conversation_id: UUID
    channel_id: UUID
    queue_id: UUID
    access_class: int
    agent_id: UUID | None
    preferred_agent_id: UUID | None
    state: str
    network: str
    medium: str
    visibility: str
    work_class_id: UUID | None
    language: str | None
    skills: list[dict[str, Any]]
    tags: list[str]
    priority: int
    waiting_since: datetime
    time_zone: str
    open_now: bool
    customer_value: float
    first_contact: bool
    automatic: bool
    subject: str
    text: str
    details: dict[str, Any]
    created_at: datetime
    first_response_at: datetime | None
    closed_at: datetime | None
    terms: str
    approval: str
    followers: int | None
    said_at: datetime | None


class Application(Struct, frozen=True, kw_only=True):
    """A rule that was applied to an enquiry on an occasion."""

    id: UUID
    rule_id: UUID
    interaction_id: UUID
    conversation_id: UUID
    occasion: str
    at: datetime
    findings: list[dict[str, Any]]
    done: list[dict[str, Any]]
    error: str = ""
    rule_name: str = ""


class Rules(Protocol):
    """Port for rules."""

    async def all(self, *, enabled: bool | None = None) -> list[StoredRule]:
        """Return the rules in their order."""

    async def add(self, rule: StoredRule) -> None:
        """Add it behind the others."""

    async def change(self, rule_id: UUID, change: RuleChange) -> bool: ...

    async def remove(self, rule_id: UUID) -> bool: ...

    async def order(self, rule_ids: Sequence[UUID]) -> None: ...

    async def facts(self, asked: Sequence[tuple[UUID, UUID | None]]) -> list[RuleFacts]:
        """Return the facts of interactions, each with the message that is the occasion, if one is; in their order."""

    async def applied_lately(self, interaction_ids: Sequence[UUID], since: datetime) -> dict[tuple[UUID, UUID], int]:
        """Return how often each (interaction, rule) was applied."""

    async def record(self, application: Application) -> bool:
        """Write it down; False when it stands there already."""

    async def finish_record(self, application_id: UUID, done: list[dict[str, Any]], error: str) -> None: ...

    async def applications(
        self, *, conversation_id: UUID | None = None, rule_id: UUID | None = None, limit: int
    ) -> list[Application]: ...

    async def acknowledged_since(self, conversation_id: UUID, since: datetime) -> bool:
        """Tell whether something was sent by itself in this conversation."""

    async def too_long_waiting(self, rule_id: UUID, after_s: int, limit: int) -> list[UUID]:
        """Return what waits for longer, and of which this rule was not asked yet."""

    async def looked(self, rule_id: UUID, interaction_ids: Sequence[UUID]) -> None:
        """Remember that a rule of waiting was asked about these."""

    async def past(self, classes: Sequence[int] | None, since: datetime, before: UUID | None, limit: int) -> list[UUID]:
        """Return interactions that began since, newest first, before one of them."""

    async def said_in(self, interaction_ids: Sequence[UUID], *, first: bool) -> dict[UUID, list[UUID]]:
        """Return what customers said in each of these enquiries, oldest first: all that can still be read, or the first."""

    async def waiting_now(self, classes: Sequence[int] | None, limit: int) -> list[UUID]:
        """Return what waits or is offered now."""


class Followers(Protocol):
    """Port for those who follow the log."""

    async def take(self, name: str) -> tuple[Cursor | None] | None:
        """Return and lock where one stands; None while another node follows for it."""

    async def move(self, name: str, cursor: Cursor) -> None: ...

    async def next_events(self, cursor: Cursor, types: Sequence[str] | None, limit: int) -> list[LoggedEvent]:
        """Return the next visible events of these types, or of all."""
