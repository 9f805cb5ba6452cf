"""A fresh house on the embedded PostgreSQL with the settings that it ships with."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from unisono.app.build import Running, build
from unisono.app.settings import Settings
from unisono.domain.ids import new_id
from unisono.service.ports.channels import ChannelFacts


def open_directory() -> str:
    """Make a directory that every user can walk to, so that a server started by root keeps its files in it."""
    made = Path(tempfile.mkdtemp(prefix="unisono-bench-"))
    made.chmod(0o755)
    return str(made)


@asynccontextmanager
async def fresh_house(**more: object) -> AsyncIterator[Running]:
    """Give a house in a directory of its own; it is gone afterwards."""
    directory = open_directory()
    try:
        async with build(Settings(data=directory, port=0, log_level="error", **more)) as running:  # type: ignore[arg-type]  # settings, by name
            yield running
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@asynccontextmanager
async def kept_house(directory: str) -> AsyncIterator[Running]:
    """Give a house that stays: what took long to load is measured again without loading."""
    os.makedirs(directory, mode=0o755, exist_ok=True)  # noqa: PTH103
    async with build(Settings(data=directory, port=0, log_level="error")) as running:
        yield running


def postgres_pid(running: Running) -> int:
    """Return the first process of the house's PostgreSQL, by the file that it keeps itself."""
    note = next(running.data_dir.rglob("postmaster.pid"))
    return int(note.read_text(encoding="utf-8").split("\n", 1)[0])


async def add_queue(running: Running, key: str = "service") -> UUID:
    """Make a queue."""
    queue_id = new_id()
    async with running.pool.acquire() as connection:
        await connection.execute("insert into queue (id, key, name) values ($1, $2, '{}')", queue_id, f"{key}-{queue_id}")
    return queue_id


async def add_channel(running: Running, queue_id: UUID, connector: str = "mastodon") -> ChannelFacts:
    """Make a channel of a connector."""
    channel_id = new_id()
    async with running.pool.acquire() as connection:
        await connection.execute(
            "insert into channel (id, connector, network, medium, name, queue_id, realm, remote_id) "
            "values ($1, $2, $2, 'post', 'bench', $3, 'net.example', '1')",
            channel_id, connector, queue_id,
        )  # fmt: skip
    async with running.db.write() as tx:
        facts = await tx.channels.facts(channel_id)
    assert facts is not None
    return facts


async def add_agents(running: Running, queue_id: UUID, count: int) -> list[UUID]:
    """Make people who are available for a queue."""
    ids = [new_id() for _ in range(count)]
    async with running.pool.acquire() as connection:
        for user_id in ids:
            await connection.execute(
                "insert into app_user (id, login, login_key, name, name_key) values ($1, $2, $2, $2, $2)", user_id, str(user_id)
            )
            await connection.execute("insert into agent (user_id, state) values ($1, 'available')", user_id)
            await connection.execute("insert into queue_member (queue_id, user_id) values ($1, $2)", queue_id, user_id)
    return ids
