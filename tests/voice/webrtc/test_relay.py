"""A real relay (coturn) takes the passwords that are given out for it, and none that has ended or is another's."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import secrets
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.db import RealNow
from tests.peers import require_binary
from tests.voice.sip.conftest import free_port
from unisono.app.settings import Settings
from unisono.app.webrtc import relays
from unisono.contract import Clock
from unisono.service.ports.phone import IceServer

pytestmark = [pytest.mark.voice, pytest.mark.peer]

SECRET = "north-by-northwest"
#: STUN's words (RFC 8489, RFC 8656): message types, and attributes.
ALLOCATE, ALLOCATED, COOKIE = 0x0003, 0x0103, 0x2112A442
USERNAME, INTEGRITY, ERROR, REALM, NONCE, RELAYED, TRANSPORT = 0x0006, 0x0008, 0x0009, 0x0014, 0x0015, 0x0016, 0x0019


class Later:
    """A clock that is wrong by so much."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> object:
        return RealNow().now() + self._by


@asynccontextmanager
async def relay(folder: Path) -> AsyncIterator[int]:
    """Run coturn as the documentation says; yields its port."""
    program, port = require_binary("coturn", "/usr/bin/turnserver"), free_port()
    process = await asyncio.create_subprocess_exec(
        *(str(program), "-n", "-L", "127.0.0.1", "-E", "127.0.0.1", "-p", str(port), "--realm", "unisono"),
        *("--use-auth-secret", "--static-auth-secret", SECRET, "--no-tls", "--no-dtls", "--no-cli", "--no-tcp"),
        *("--min-port", "32000", "--max-port", "32700", "--db", str(folder / "turn.sqlite"), "--pidfile", str(folder / "pid")),
        *("--log-file", "stdout", "--relay-threads", "1"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=folder,
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                await asyncio.to_thread(ask, port, message([(TRANSPORT, bytes([17, 0, 0, 0]))]), 0.1)
                break
        yield port
    finally:
        process.terminate()
        await process.wait()


def message(attributes: list[tuple[int, bytes]], key: bytes = b"") -> bytes:
    """Return an Allocate; with a key it is signed."""
    body = b"".join(struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4) for kind, value in attributes)
    ident = secrets.token_bytes(12)
    if key:
        head = struct.pack("!HHI", ALLOCATE, len(body) + 24, COOKIE) + ident
        body += struct.pack("!HH", INTEGRITY, 20) + hmac.digest(key, head + body, "sha1")
    return struct.pack("!HHI", ALLOCATE, len(body), COOKIE) + ident + body


def ask(port: int, content: bytes, timeout_s: float, sock: socket.socket | None = None) -> tuple[int, dict[int, bytes]]:
    """Return the kind of the answer and its attributes. Raises OSError when there is none."""
    with contextlib.ExitStack() as stack:
        if sock is None:
            sock = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sock.settimeout(timeout_s)
        sock.sendto(content, ("127.0.0.1", port))
        answer = sock.recv(2000)
    found, rest = {}, answer[20:]
    while len(rest) >= 4:
        kind, length = struct.unpack("!HH", rest[:4])
        found[kind] = rest[4 : 4 + length]
        rest = rest[4 + length + -length % 4 :]
    return struct.unpack("!H", answer[:2])[0], found


def allocates(port: int, server: IceServer) -> int:
    """Ask for a relayed address as a browser does; returns 200, or the relay's refusal."""
    assert server.username
    assert server.credential
    wanted = (TRANSPORT, bytes([17, 0, 0, 0]))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        _, first = ask(port, message([wanted]), 5.0, sock)
        realm, nonce = first[REALM], first[NONCE]
        key = hashlib.md5(
            b":".join((server.username.encode(), realm, server.credential.encode())), usedforsecurity=False
        ).digest()
        signed = [wanted, (USERNAME, server.username.encode()), (REALM, realm), (NONCE, nonce)]
        kind, answer = ask(port, message(signed, key), 5.0, sock)
    if kind == ALLOCATED:
        assert RELAYED in answer
        return 200
    return answer[ERROR][2] * 100 + answer[ERROR][3]


def given_out(port: int, clock: Clock, secret: str = SECRET) -> IceServer:
    settings = Settings(ice_servers=f"turn:127.0.0.1:{port}?transport=udp", turn_secret=secret, turn_minutes=30)
    (server,) = relays(settings, clock).now()
    return server


async def test_the_relay_takes_what_was_given_out_until_it_ends(tmp_path: Path) -> None:
    async with relay(tmp_path) as port:
        now = given_out(port, RealNow())
        assert await asyncio.to_thread(allocates, port, now) == 200
        # Given out an hour ago, for half an hour.
        ended = given_out(port, Later(-timedelta(hours=1)))  # type: ignore[arg-type]  # a clock that only tells the time
        assert await asyncio.to_thread(allocates, port, ended) == 401
        # Made longer by hand, as one may try with what one has copied from a page.
        name, _, who = str(now.username).partition(":")
        longer = IceServer(urls=now.urls, username=f"{int(name) + 86_400}:{who}", credential=now.credential)
        assert await asyncio.to_thread(allocates, port, longer) == 401
        assert await asyncio.to_thread(allocates, port, given_out(port, RealNow(), "guessed")) == 401
        guessed = IceServer(urls=now.urls, username=now.username, credential=base64.b64encode(bytes(20)).decode())
        assert await asyncio.to_thread(allocates, port, guessed) == 401
