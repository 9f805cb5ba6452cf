"""What the database says about itself and about work that waits, for `unisono doctor` and the metrics."""

from datetime import datetime

from msgspec import Struct

from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("checkup")


class ServerState(Struct, frozen=True, kw_only=True):
    """The server. `tail_age_s`: for how long the event log has stood still."""

    version: str
    now: datetime
    size_bytes: int
    connections: int
    connections_allowed: int
    tail_age_s: float
    oldest_transaction_s: float


class WorkState(Struct, frozen=True, kw_only=True):
    """Work that waits, and what it needs. Times are negative or zero when nothing is late."""

    quarantined: int
    undelivered: int
    oldest_unread_s: float
    longest_overdue_s: float
    newest_event_ahead_s: float
    restore_unfinished: bool
    channels_in_trouble: list[str]
    keys_needed: list[str]


class Standing(Struct, frozen=True, kw_only=True):
    """What stands in the ledgers now. `outbox` and `interactions`: how many by state, of those that are not done."""

    inbox_waiting: int
    inbox_oldest_s: float
    quarantined: int
    longest_wait_s: float
    outbox: dict[str, int]
    interactions: dict[str, int]


async def standing(connection: Connection) -> Standing:
    """Return how much waits where."""
    return Standing(**dict(await connection.fetchrow(_SQL["standing"]) or {}))


async def server_state(connection: Connection) -> ServerState:
    """Return the server's state; needs no tables of ours."""
    return ServerState(**dict(await connection.fetchrow(_SQL["server"]) or {}))


async def work_state(connection: Connection) -> WorkState:
    """Return what waits. The schema must be up to date."""
    return WorkState(**dict(await connection.fetchrow(_SQL["work"]) or {}))
