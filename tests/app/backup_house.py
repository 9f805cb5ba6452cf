"""A house with a past, and what a backup of it holds: shared by the tests of making, restoring and refusing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from tests.kit import START, House, StepClock
from unisono.bus.memory import MemoryBell
from unisono.store import dump
from unisono.store.database import PgDatabase
from unisono.store.driver import open_pool
from unisono.store.epoch import ensure_epoch
from unisono.store.files import DiskFiles
from unisono.store.maintenance import ensure_months
from unisono.store.migrate import migrate
from unisono.store.tombstone_file import TombstoneFile

# What COPY's text format has to mask, what PostgreSQL sorts by locale, and what people really write.
TEXTS = [
    "Grüße aus Köln\tmit\nZeilen\r\nund \\N und \\. am Ende\\",
    "\\.",
    "👩‍👩‍👧 مرحبا ß ẞ „Zitat“ 'einfach' \"doppelt\"",
    "ÄRGER apfel Zorn öl " * 200,
    "",
]
ADD_CASES = """
    insert into case_file (id, title, access_class)
    select gen_random_uuid(), 'Fall ' || n, (select min(id) from access_class) from generate_series(1, 7) as n
"""


@asynccontextmanager
async def settled(dsn: str, data_dir: Path) -> AsyncIterator[House]:
    """A house on this database with its files on the disk."""
    bell = MemoryBell()
    pool = await open_pool(dsn, size=4)
    house = House(PgDatabase(pool, StepClock(), bell), bell, StepClock())
    house.outside = msgspec.structs.replace(
        house.outside, files=DiskFiles(data_dir), tombstones=TombstoneFile(data_dir), clock=house.clock
    )
    yield house
    await pool.close()


def make(directory: Path) -> None:
    directory.mkdir(mode=0o711)


async def a_house_with_a_past(dsn: str, data_dir: Path) -> None:
    """Fill a fresh database through the verbs, and by hand with what no verb makes yet."""
    make(data_dir)
    await migrate(dsn)
    await ensure_epoch(dsn)
    async with settled(dsn, data_dir) as house:
        await ensure_months(house.db.pool, START, START + timedelta(days=40))
        channel = await house.channel()
        await house.agent(channel.queue_id, skills={"german": 3})
        for number, text in enumerate(TEXTS):
            files = [{"name": "Beleg.txt", "type": "image/png", "content": f"Beleg {number}\0\n" * 100}]
            await house.hear(
                channel, {"id": str(number), "by": f"kunde{number}", "name": f"Kundin Ö {number}", "text": text, "files": files}
            )
        await house.hear(channel, {"kind": "deleted", "id": "3", "at": (START + timedelta(minutes=5)).isoformat()})
        await house.route()
        for statement in (
            ADD_CASES,
            "delete from case_file where number = 7",
            "insert into setting (name, value) values ('company.name', '\"Müller & Söhne\"'), ('ä.last', '[1, 2.50, null]')",
            "insert into secret values ('channel', gen_random_uuid(), 'token', 'key-one', '\\x00ff', '\\xdeadbeef')",
            "insert into sealed_item values (1, gen_random_uuid(), 'letter', 'HGB', now(), 'infinity', 'key-two', '', '', '', '')",
            "insert into brand (id, key, name) values (gen_random_uuid(), 'b', 'Bäckerei')",
            "insert into outbox_part (channel_id, remote_id, message_id) select channel_id, 'part-1', id from message limit 1",
            "insert into timer select gen_random_uuid(), 'sla', gen_random_uuid(), '294276-01-01', '{\"a\": \"\\u00e4\\n\"}'",
        ):
            await house.sql(statement)


async def contents(dsn: str) -> dict[str, dump.Content]:
    """What every table holds."""
    async with dump.one_moment(dsn) as connection:
        return {table.name: await dump.copy_out(connection, table) for table in await dump.tables(connection)}


async def fetch(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def erase_nothing(tombstones: Any) -> None:
    """For what was erased before the backup was made."""


def entries(directory: Path) -> list[Path]:
    return list(directory.iterdir())


def files_below(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}
