"""What is asked of the store about employees' linked accounts, and the commands that come from them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

#: Network, realm and the account's stable id there; never its handle, which others can take over.
Who = tuple[str, str, str]


class LinkedAccount(Struct, frozen=True, kw_only=True):
    """An account of an employee. commands: its private messages are commands. public_posts: its public ones may be, too."""

    id: UUID
    user_id: UUID
    network: str
    realm: str
    remote_id: str
    label: str
    commands: bool
    public_posts: bool
    linked_at: datetime
    locale: str = "en"


class AccountChange(Struct, frozen=True, kw_only=True):
    """What changes; what is not named stays."""

    commands: bool | UnsetType = UNSET
    public_posts: bool | UnsetType = UNSET


class Before(Struct, frozen=True, kw_only=True):
    """What the last command replaced: one's own word, or none (value None)."""

    value: str | None
    until: datetime | None
    reason: str


class Reply(Struct, frozen=True, kw_only=True):
    """What is said back to whom, and where. place: see `by_message.replies.Place`."""

    id: UUID
    channel_id: UUID
    account_id: UUID | None
    place: dict[str, Any]
    text: str
    created_at: datetime
    attempts: int = 0


class Colleague(Struct, frozen=True, kw_only=True):
    """Somebody who has skills. state: at work."""

    user_id: UUID
    name: str
    state: str


class Accounts(Protocol):
    """Port for linked accounts."""

    async def of(self, user_id: UUID) -> list[LinkedAccount]: ...

    async def known(self, who: Collection[Who]) -> dict[Who, LinkedAccount]:
        """Return those of these accounts that are linked by somebody with a good account here."""

    async def put_code(self, code_hash: bytes, user_id: UUID, expires_at: datetime) -> None:
        """Keep a code; the person's older ones are gone."""

    async def use_code(self, code_hash: bytes) -> UUID | None:
        """Return whose a code is and take it away; None for one that is unknown or has run out."""

    async def link(self, account: LinkedAccount) -> bool:
        """Link an account; False when somebody else has it. Again by the same person is once."""

    async def change(self, account_id: UUID, user_id: UUID, change: AccountChange) -> bool: ...

    async def unlink(self, account_id: UUID, user_id: UUID) -> bool:
        """Erase an account and all that hangs on it; False when this person has no such."""

    async def claim(self, account_id: UUID, event_id: str) -> bool:
        """Note that a message is being carried out; False when it was before."""

    async def carried(self, channel_network: str, event_ids: Collection[str]) -> set[str]:
        """Return which of these messages of a network were commands."""

    async def recent(self, account_id: UUID, since: datetime) -> int: ...

    async def propose(self, account_id: UUID, proposal: dict[str, Any], expires_at: datetime) -> None: ...

    async def take_proposal(self, account_id: UUID) -> dict[str, Any] | None:
        """Return what was proposed and still stands, and forget it."""

    async def keep_before(self, user_id: UUID, before: Before, expires_at: datetime) -> None: ...

    async def take_before(self, user_id: UUID) -> Before | None: ...

    async def add_reply(self, reply: Reply) -> None: ...

    async def replies_due(self, channel_id: UUID) -> bool: ...

    async def claim_replies(self, channel_id: UUID, limit: int, lease_s: float) -> list[Reply]: ...

    async def settle_reply(self, reply_id: UUID, *, remote_id: str | None, next_at: datetime | None) -> None:
        """Note that it was sent, or when to try again; neither: it is given up. The text of what is over is gone."""

    async def is_reply(self, channel_id: UUID, remote_id: str, key: str | None, text: str) -> bool:
        """Tell whether a message of our own account is one of these replies."""

    async def forget_old(self) -> None:
        """Drop codes, proposals, claims and replies whose time is over, and the accounts of who has no good account here."""

    async def next_waiting(self, user_id: UUID) -> list[UUID]:
        """Return what waits in this person's queues, what is due first before the rest; a few."""

    async def in_case(self, number: int) -> list[UUID]:
        """Return what waits in a case."""

    async def skilled(self, words: Sequence[str]) -> list[Colleague]:
        """Return who has a skill for each of these words, by its key or a part of its name."""
