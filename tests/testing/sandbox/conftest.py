"""A network on a port, with a company and two people on each face."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest_asyncio
from msgspec import Struct

from unisono.testing.sandbox import Account, SandboxNetwork, SandboxServer


class Hand:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class Play(Struct):
    """A server and who is on it."""

    server: SandboxServer
    network: SandboxNetwork
    clock: Hand
    company: Account
    anna: Account
    ben: Account
    http: httpx2.AsyncClient

    @property
    def api(self) -> str:
        return f"/{self.company.face}/api"


def cast(network: SandboxNetwork, face: str) -> tuple[Account, Account, Account]:
    """Return a company and two people."""
    return network.join(face, "Brookwatt", company=True), network.join(face, "Anna"), network.join(face, "Ben")


@pytest_asyncio.fixture(params=["zwitscher"])
async def play(request) -> AsyncIterator[Play]:
    clock = Hand()
    network = SandboxNetwork(now=clock)
    company, anna, ben = cast(network, request.param)
    async with SandboxServer(network) as server:
        headers = {"authorization": f"Bearer {company.token}"}
        async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=10) as http:
            yield Play(server, network, clock, company, anna, ben, http)
    network.close()


@pytest_asyncio.fixture
async def board(request) -> AsyncIterator[Play]:
    """The same on the face with pages."""
    clock = Hand()
    network = SandboxNetwork(now=clock)
    company, anna, ben = cast(network, "pinnwand")
    async with SandboxServer(network) as server:
        headers = {"authorization": f"Bearer {company.token}"}
        async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=10) as http:
            yield Play(server, network, clock, company, anna, ben, http)
    network.close()
