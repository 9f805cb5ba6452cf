"""Search terms made anew, while everything runs, after the way they are made has changed."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from unisono.service.text import SEARCH_VERSION, terms
from unisono.store.driver import Pool
from unisono.store.sql import load

BATCH = 200
_SQL = load("search_rebuild")


async def rebuild_search(pool: Pool, version: int = SEARCH_VERSION) -> int:
    """Bring every message's terms to `version`; returns how many were made anew. Stopped, it goes on at the next call.

    Each batch is a short transaction of its own, so that nobody waits for it.
    """
    async with pool.acquire() as connection:
        if (await connection.fetchval(_SQL["rebuilt_to"]) or 1) >= version:
            return 0
    total = 0
    place: tuple[datetime | None, UUID | None] = (None, None)
    while True:
        async with pool.acquire() as connection:
            rows = await connection.fetch(_SQL["outdated"], version, *place, BATCH)
        if not rows:
            break
        made = await asyncio.to_thread(_terms_of, rows)
        async with pool.acquire() as connection:
            await connection.execute(
                _SQL["rebuild"], [row["said_at"] for row in rows], [row["message_id"] for row in rows], made, version,
                [row["conversation_id"] for row in rows],
            )  # fmt: skip
        total += len(rows)
        place = (rows[-1]["said_at"], rows[-1]["message_id"])
    async with pool.acquire() as connection:
        await connection.execute(_SQL["set_rebuilt_to"], version)
    return total


def _terms_of(rows: list[Any]) -> list[str]:
    return [" ".join(terms(f"{row['subject']} {row['text']}", row["language"])) for row in rows]
