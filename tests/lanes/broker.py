"""A real NATS server with JetStream, that tests start, kill and start again on the same files."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.peers import free_port, nats_server


class Broker:
    """The server on a directory and a port of its own."""

    def __init__(self, directory: Path, *, jetstream: bool = True) -> None:
        self._keeps = ["-js", "-sd", str(directory)] if jetstream else []
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"nats://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Start, and wait until it greets."""
        self._process = subprocess.Popen(
            [nats_server(), "-a", "127.0.0.1", "-p", str(self._port), *self._keeps],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(300):
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                assert self._process.poll() is None, "nats-server ended by itself"
                await asyncio.sleep(0.05)
                continue
            greeting = await reader.readline()
            writer.close()
            assert greeting.startswith(b"INFO")
            return
        raise AssertionError("nats-server does not greet")

    def kill(self) -> None:
        """End it as a power failure would."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@asynccontextmanager
async def broker(directory: Path, *, jetstream: bool = True) -> AsyncIterator[Broker]:
    """A broker while the block runs."""
    made = Broker(directory, jetstream=jetstream)
    await made.start()
    try:
        yield made
    finally:
        made.kill()
