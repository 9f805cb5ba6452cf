"""A deployment as a process of its own: `unisono up` on the embedded database, which tests start, kill and start again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
from msgspec import Struct

from tests.peers import free_port
from unisono.app.build import Running, build
from unisono.app.settings import Settings
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.actions import ACTIONS
from unisono.service.api_tokens import make_token
from unisono.service.channels import Draft, add_channel
from unisono.service.setup_views import GrantView
from unisono.service.users import add_user

STARTS_WITHIN_S = 90


class Furnished(Struct, frozen=True, kw_only=True):
    """What a fresh house was given: an agent with an API token, and a channel."""

    token: str
    user_id: Any
    queue_id: Any
    channel_id: Any


class Process:
    """`unisono up` on a data directory."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = Settings(data=str(data), host="127.0.0.1", port=self.port, allow_private_hosts=True)
        self._log = (data.parent / f"{data.name}.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    async def furnish(
        self, connector: str, config: Mapping[str, Any], secrets: Mapping[str, str], *, units: int = 0
    ) -> Furnished:
        """Make queue, agent and channel, as an administrator would in the desk."""
        async with build(self.settings) as running:
            return await furnish(running, connector, config, secrets, units=units)

    async def start(self) -> None:
        """Start, and wait until the API answers."""
        environment = {
            **os.environ, "UNISONO_DATA": str(self.data), "UNISONO_HOST": "127.0.0.1", "UNISONO_PORT": str(self.port),
            "UNISONO_ALLOW_PRIVATE_HOSTS": "true", "UNISONO_LOG_LEVEL": "warning",
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from unisono.app.cli import main; main()", "up"],
            env=environment, stdout=self._log, stderr=self._log,
        )  # fmt: skip
        async with httpx2.AsyncClient() as http:
            for _ in range(STARTS_WITHIN_S * 10):
                if self._process.poll() is not None:
                    break
                try:
                    if (await http.get(f"{self.url}/api/v1/health")).status_code == 200:
                        return
                except httpx2.TransportError:
                    await asyncio.sleep(0.1)
        raise RuntimeError(f"unisono up did not start: {self.tail()}")

    def kill(self) -> None:
        """End it as a power failure would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """End it in an orderly way; returns its exit code."""
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30)

    def tail(self) -> str:
        """The end of the log."""
        return Path(self._log.name).read_text(errors="replace")[-3_000:]

    def close(self) -> None:
        """End whatever still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._log.close()


async def furnish(
    running: Running, connector: str, config: Mapping[str, Any], secrets: Mapping[str, str], *, units: int = 12
) -> Furnished:
    """Give a running house a queue, an agent with every right and an API token, and a channel."""
    allowed = frozenset(ACTIONS) - {"archive.open"}
    user_id, queue_id = new_id(), new_id()
    access = Access(user_id=user_id, actions=allowed, classes=dict.fromkeys(allowed, None))
    grant = GrantView(role="administrator", scope_kind="organisation")
    await add_user(running.db, access, user_id, login="anna", name="Anna Agent", grants=[grant])
    async with running.pool.acquire() as connection:
        await connection.execute(
            'insert into queue (id, key, name) values ($1, \'all\', \'{"de": "Alle", "en": "All"}\')', queue_id
        )
        await connection.execute(
            "insert into agent (user_id, state, capacity) values ($1, 'busy', 6000) on conflict do nothing", user_id
        )
        await connection.execute(
            "insert into queue_member (queue_id, user_id) values ($1, $2) on conflict do nothing", queue_id, user_id
        )
    draft = Draft(connector=connector, config=dict(config), secrets=dict(secrets))
    channel_id = await add_channel(
        running.outside, access, new_id(), draft, name="Kanal", queue_id=queue_id, units=units, save_anyway=True
    )
    view = await make_token(running.db, access, new_id(), "test")
    return Furnished(token=str(view.token), user_id=user_id, queue_id=queue_id, channel_id=channel_id)
