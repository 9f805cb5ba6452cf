"""OAuth 2 tokens of a channel: one renews for all, and a rotated refresh token is never lost."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.kit import House, PlainCipher, StepClock
from unisono.contract import Account, NoToken, OAuth
from unisono.contract.manifest import Manifest
from unisono.domain.words import ChannelState
from unisono.egress.client import EgressFactory
from unisono.service.channel_context import ChannelContext
from unisono.service.secrets import ChannelVault
from unisono.service.tokens import GRANT, ChannelTokens, Grant
from unisono.testing.context import KitContext
from unisono.testing.mailhouse.identity import CLIENT_ID, CLIENT_SECRET, Answer, IdentityProvider


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with IdentityProvider() as running:
        yield running


def manifest_of(**oauth: Any) -> Manifest:
    return Manifest(
        id="scripted", name="Net", version="1", contract=1, network="scripted", medium="post", title={}, summary={},
        auth="oauth2", hosts=("{config.base_url}",), config={"properties": {"client_id": {}, "base_url": {}}},
        oauth=OAuth(
            authorize_url="{config.base_url}/authorize", token_url="{config.base_url}/token",
            client_auth="client_secret_post", **oauth,
        ),
    )  # fmt: skip


class Net:
    """A channel's tokens at the scripted provider, as several nodes have them."""

    def __init__(self, house: House, provider: IdentityProvider, channel_id: UUID, http: EgressFactory) -> None:
        self.manifest = manifest_of()
        self.config = {"base_url": provider.url, "client_id": CLIENT_ID}
        self.vault = ChannelVault(house.db, PlainCipher(), RealPauses())  # type: ignore[arg-type]
        self.channel_id = channel_id
        self.clock = house.clock
        self.http = http

    def node(self) -> ChannelTokens:
        secrets = KitSecrets(self.vault, self.channel_id)
        return ChannelTokens(self.manifest, self.config, secrets, self.http(self.manifest, self.config), self.clock)  # type: ignore[arg-type]

    async def grant(self) -> Grant:
        kept = await self.vault.get(self.channel_id, GRANT)
        assert kept is not None
        return msgspec.json.decode(kept, type=Grant)


class RealPauses(StepClock):
    """The vault's pauses are real: two nodes wait for each other."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class KitSecrets:
    """One channel's secrets."""

    def __init__(self, vault: ChannelVault, channel_id: UUID) -> None:
        self._vault, self._channel_id = vault, channel_id

    async def get(self, name: str) -> str | None:
        return await self._vault.get(self._channel_id, name)

    async def put(self, name: str, value: str) -> None:
        await self._vault.put(self._channel_id, name, value)

    def single_flight(self, name: str) -> Any:
        return self._vault.single_flight(self._channel_id, name)


@pytest.fixture
async def net(house: House, provider: IdentityProvider) -> Any:
    channel = await house.channel()
    async with EgressFactory(allow_private=True) as http:
        made = Net(house, provider, channel.id, http)
        await made.vault.put(channel.id, "client_secret", CLIENT_SECRET)
        await made.vault.put(channel.id, "refresh_token", provider.authorise("shop"))
        yield made


async def test_twenty_workers_on_two_nodes_renew_once(net: Net, provider: IdentityProvider) -> None:
    nodes = [net.node(), net.node()]
    tokens = await asyncio.gather(*(nodes[number % 2].access() for number in range(20)))
    assert len(set(tokens)) == 1
    assert provider.renewals() == 1
    assert provider.owner_of(tokens[0]) == "shop"


async def test_a_refused_token_is_renewed_once_by_all_who_were_refused(net: Net, provider: IdentityProvider) -> None:
    first = await net.node().access()
    provider.expire("shop")
    tokens = await asyncio.gather(*(net.node().access(refused=first) for _ in range(20)))
    assert set(tokens) != {first}
    assert len(set(tokens)) == 1
    assert provider.renewals() == 2


async def test_the_rotated_refresh_token_is_kept_with_the_access_token(net: Net, provider: IdentityProvider) -> None:
    typed = await net.vault.get(net.channel_id, "refresh_token")
    token = await net.node().access()
    grant = await net.grant()
    assert grant.access == token
    assert grant.refresh not in ("", typed)
    net.clock.advance(3_500)
    assert provider.owner_of(await net.node().access()) == "shop", "renewed before it ends, with the new refresh token"


async def test_a_withdrawn_authorisation_asks_a_person(net: Net, provider: IdentityProvider) -> None:
    provider.revoke("shop")
    with pytest.raises(NoToken) as refused:
        await net.node().access()
    assert refused.value.health.state is ChannelState.REAUTH_NEEDED


async def test_a_provider_in_trouble_is_no_reason_to_ask_a_person(net: Net, provider: IdentityProvider) -> None:
    provider.script.extend(
        [Answer(status=503), Answer(status=429, headers={"retry-after": "7"}), Answer(status=200, body=b"<p>")]
    )
    states = []
    for _ in range(3):
        with pytest.raises(NoToken) as refused:
            await net.node().access()
        states.append((refused.value.health.state, refused.value.after_s))
    assert states == [(ChannelState.UNREACHABLE, None), (ChannelState.THROTTLED, 7.0), (ChannelState.UNREACHABLE, None)]


async def test_a_typed_token_without_anything_to_renew_it_is_used_until_it_is_refused(house: House) -> None:
    context = KitContext(Account(channel_id=UUID(int=1), name="Net"), None, {"access_token": "typed"}, house.clock)  # type: ignore[arg-type]
    assert await context.tokens.access() == "typed"
    with pytest.raises(NoToken):
        await context.tokens.access(refused="typed")


async def test_a_connector_has_tokens_and_budgets_in_its_context(house: House) -> None:
    context = ChannelContext(house.outside, await house.channel())
    await context.budgets.take("anything", 4)  # type: ignore[arg-type]
    assert context.tokens is not None
