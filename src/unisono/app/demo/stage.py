"""The demo's outside world: the sandbox's networks on a port of this machine, with the company's accounts on them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from unisono.app.demo.keep import Keep
from unisono.app.demo.material import company
from unisono.app.demo.networks import CompanyAccount
from unisono.app.demo.seed import WantedChannel
from unisono.testing.sandbox.faces import Face
from unisono.testing.sandbox.model import Account, Refused
from unisono.testing.sandbox.network import SandboxNetwork
from unisono.testing.sandbox.server import SandboxServer

HANDLE = "brookwatt"


class Networks(Struct, frozen=True, kw_only=True):
    """The networks while they run. accounts: the company's, by face."""

    url: str
    faces: tuple[Face, ...]
    accounts: dict[str, CompanyAccount]

    def channels(self) -> list[WantedChannel]:
        """Return the channels that the company's accounts are connected by."""
        return [
            WantedChannel(
                name=f"{face.name} @{HANDLE}", connector="sandbox", queue="social",
                config={"base_url": self.url, "face": face.key, "account": HANDLE},
                secrets={"token": self.accounts[face.key].token},
            )
            for face in self.faces
        ]  # fmt: skip


@asynccontextmanager
async def open_networks(keep: Keep) -> AsyncIterator[Networks]:
    """Run the networks while the block runs; what was said on them stays in the demo's folder."""
    network = SandboxNetwork(path=str(keep.folder / "sandbox.sqlite"))
    try:
        accounts = {face.key: _as_company(_account(network, face), face) for face in network.faces}
        server = SandboxServer(network, port=keep.port("sandbox"), admin_token=keep.secret("sandbox_admin"))
        async with server:
            yield Networks(url=server.url, faces=network.faces, accounts=accounts)
    finally:
        network.close()


def _account(network: SandboxNetwork, face: Face) -> Account:
    try:
        return network.by_handle(face.key, HANDLE)
    except Refused:
        return network.join(face.key, company().name, HANDLE, company=True, about=company().claim["de"])


def _as_company(account: Account, face: Face) -> CompanyAccount:
    assert account.token is not None
    return CompanyAccount(id=str(account.id), token=account.token, pages=face.pages)
