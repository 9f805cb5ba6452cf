"""Kamailio from the system's packages, with the configuration that the documentation recommends."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

CONFIG = Path(__file__).with_name("kamailio.cfg")


class Kamailio:
    """A running one. `address`: where trunk and registrar are, as host:port."""

    def __init__(self, port: int, gateway: str, log: Path) -> None:
        self.port, self.gateway, self.log = port, gateway, log
        self.address = f"127.0.0.1:{port}"

    @staticmethod
    @asynccontextmanager
    async def running(
        program: Path, folder: Path, *, port: int, gateway: str, provider: str, numbers: str
    ) -> AsyncIterator["Kamailio"]:
        """Run one until the block ends.

        gateway: where Unisono listens (host:port). provider: where calls to the outside go. numbers: a pattern of ours.
        """
        host, _, gateway_port = gateway.partition(":")
        # One worker keeps what comes in order; scripts that know one order only would fail by chance with two.
        text = CONFIG.read_text(encoding="utf-8")
        for word, value in (
            ("children=2", "children=1"),
            ("UNISONO_ADDRESS", host),
            ("UNISONO_PORT", gateway_port),
            ("PROVIDER", provider),
            ("NUMBERS", numbers),
            ("ADDRESS", "127.0.0.1"),
            ("PORT", str(port)),
        ):
            text = text.replace(word, value)
        (folder / "kamailio.cfg").write_text(text, encoding="utf-8")
        log = folder / "kamailio.log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(str(program), "-f", str(folder / "kamailio.cfg"), "-DD", "-E", "-Y", str(folder), "-P", str(folder / "pid")),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        kamailio = Kamailio(port, gateway, log)
        try:
            await kamailio.wait(process)
            yield kamailio
        finally:
            # It forks workers; they are of its own process group.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                async with asyncio.timeout(5):
                    await process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()

    async def wait(self, process: asyncio.subprocess.Process) -> None:
        """Return once it answers. Raises RuntimeError with its log when it ends instead."""
        for _ in range(200):
            if process.returncode is not None:
                raise RuntimeError(f"Kamailio ended: {self.log.read_text(errors='replace')[-2000:]}")
            with contextlib.suppress(TimeoutError):
                answer = await asyncio.to_thread(ask, self.port, request("OPTIONS", f"sip:nobody@{self.address}", "nobody"), 0.1)
                if answer.startswith("SIP/2.0"):
                    return
        raise RuntimeError(f"Kamailio gives no answer: {self.log.read_text(errors='replace')[-2000:]}")

    async def register(self, user: str, contact_port: int, *, expires_s: int = 600) -> None:
        """Make a phone known: calls to `user` go to that port of this machine; 0 seconds: no longer. Raises RuntimeError."""
        contact = f"Contact: <sip:{user}@127.0.0.1:{contact_port}>\r\nExpires: {expires_s}\r\n"
        answer = await asyncio.to_thread(ask, self.port, request("REGISTER", f"sip:{self.address}", user, contact), 2.0)
        if " 200 " not in answer.partition("\r\n")[0]:
            raise RuntimeError(f"{user} could not be registered: {answer[:200]}")


def request(method: str, uri: str, user: str, headers: str = "") -> str:
    """Return a request outside of any dialog."""
    token = uuid4().hex
    return (
        f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK{token[:16]}\r\nMax-Forwards: 20\r\n"
        f"From: <sip:{user}@127.0.0.1>;tag={token[:8]}\r\nTo: <sip:{user}@127.0.0.1>\r\nCall-ID: {token}\r\n"
        f"CSeq: 1 {method}\r\n{headers}Content-Length: 0\r\n\r\n"
    )


def ask(port: int, message: str | bytes, timeout_s: float, *, source: str = "127.0.0.1") -> str:
    """Send a message by UDP and return the first answer. Raises TimeoutError when there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((source, 0))
        sock.settimeout(timeout_s)
        sock.sendto(message if isinstance(message, bytes) else message.encode(), ("127.0.0.1", port))
        try:
            return sock.recv(65_535).decode(errors="replace")
        except ConnectionError as error:
            raise TimeoutError(str(error)) from None
