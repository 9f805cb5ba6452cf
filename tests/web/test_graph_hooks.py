"""Meta's webhooks at the house's own door: the challenge, one address for several channels, repeated and shuffled deliveries."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx2
import msgspec
import pytest
import pytest_asyncio

from tests.connectors.graph.kit import TLS
from tests.web.conftest import PASSWORD, Browser, MakeHouse, Served, serve
from unisono.app.registry import Connectors
from unisono.egress.client import EgressFactory
from unisono.service.channel_context import open_connector
from unisono.service.first_run import first_administrator
from unisono.service.intake import process_once, pull_round
from unisono.testing.networks.graph import GraphNetwork, GraphServer, Page, Refused, written
from unisono.testing.networks.graph.pushes import SIGNATURE, signed
from unisono.testing.sandbox.faults import Effect, Fault

WORD = "word-of-ours"


class Place(msgspec.Struct):
    """A network with a page, and a house with a channel for its comments and one for its messages."""

    network: GraphNetwork
    server: GraphServer
    served: Served
    page: Page
    channels: dict[str, str]

    def hook(self, connector: str = "facebook") -> str:
        return f"{self.served.base}/hooks/{self.channels[connector]}"

    async def inbox(self, connector: str) -> list[str]:
        rows = await self.served.sql("select ingest_key from inbox where channel_id = $1 order by 1", self.channels[connector])
        return [row["ingest_key"] for row in rows]


@pytest_asyncio.fixture
async def place(make_house: MakeHouse) -> AsyncIterator[Place]:
    network = GraphNetwork()
    page = network.pages.add("Brookwatt")
    async with GraphServer(network) as server, EgressFactory(allow_private=True, verify=TLS) as http_for:
        house = await make_house(registry=Connectors())
        house = msgspec.structs.replace(house, outside=msgspec.structs.replace(house.outside, http_for=http_for))
        async with house.db.write() as tx:
            await first_administrator(
                tx, login="root", name="Root", locale="en", password_hash=await house.passwords.hash(PASSWORD)
            )
        served = await serve(house)
        root = served.browser()
        await root.log_in("root")
        channels = {name: await connect(root, network, server, page, name) for name in ("facebook", "messenger")}
        yield Place(network, server, served, page, channels)
        await served.close()


async def connect(root: Browser, network: GraphNetwork, server: GraphServer, page: Page, connector: str) -> str:
    queue = (await root.get("queues"))["items"][0]["id"]
    secrets = {"access_token": page.token, "app_secret": network.app_secret, "verify_token": WORD}
    body: dict[str, Any] = {
        "connector": connector, "config": {"page_id": page.id, "base_url": server.url}, "secrets": secrets,
        "name": connector.title(), "queue_id": queue,
    }  # fmt: skip
    channel: str = (await root.did("POST", "channels", body))["id"]
    return channel


async def test_the_network_is_let_in_by_the_word_alone(place: Place) -> None:
    await place.server.pushes.subscribe("page", place.hook(), WORD)
    with pytest.raises(Refused) as refused:
        await place.server.pushes.subscribe("page", place.hook(), "guessed")
    assert refused.value.code == 2200


async def test_comments_and_messages_at_one_address_reach_their_channels_once(place: Place) -> None:
    await place.server.pushes.subscribe("page", place.hook(), WORD)
    place.server.fault(Fault(effect=Effect.DUPLICATE, copies=3, count=None))
    anna = place.network.join("Anna Muster")
    post = place.network.pages.post(place.page, anna, "Mein Zähler steht still")
    direct = place.network.chats.write("messenger", place.page.id, anna, "Privat gefragt")
    await asyncio.sleep(0.05)
    await place.server.pushes.settle()
    assert await place.inbox("facebook") == [f"post:{post.id}:0"]
    assert await place.inbox("messenger") == [f"message:{direct.mid}:0"]


async def test_a_shuffled_batch_is_stored_whole(place: Place) -> None:
    await place.server.pushes.subscribe("page", place.hook("messenger"), WORD)
    place.server.fault(Fault(effect=Effect.REORDER, count=None))
    anna = place.network.join("Anna Muster")
    mids = [place.network.chats.write("messenger", place.page.id, anna, f"Nummer {number}").mid for number in range(10)]
    await asyncio.sleep(0.05)
    await place.server.pushes.settle()
    assert await place.inbox("messenger") == sorted(f"message:{mid}:0" for mid in mids)


async def test_a_forged_push_is_turned_away_and_stored_nowhere(place: Place) -> None:
    post = place.network.pages.post(place.page, place.network.join("Anna Muster"), "Hallo")
    body = written([news for news in place.network.news if news.subject == post.id])
    async with httpx2.AsyncClient(trust_env=False) as network:
        for header in (signed("guessed", body), "", signed(place.network.app_secret, body + b" ")):
            answer = await network.post(place.hook(), content=body, headers={SIGNATURE: header})
            assert answer.status_code == 401
    assert await place.inbox("facebook") == []


async def test_who_wrote_by_push_is_named_once_it_was_pulled(place: Place) -> None:
    await place.server.pushes.subscribe("page", place.hook("messenger"), WORD)
    anna = place.network.join("Anna Muster")
    place.network.chats.write("messenger", place.page.id, anna, "Privat gefragt")
    await asyncio.sleep(0.05)
    await place.server.pushes.settle()
    outside = place.served.house.outside
    async with outside.db.read() as tx:
        channel = await tx.channels.facts(UUID(place.channels["messenger"]))
    assert channel is not None
    connector = open_connector(outside, channel)
    names = []
    for pull in (False, True):
        if pull:
            await pull_round(outside, channel, connector)
        while await process_once(outside, channel, connector):
            pass
        [row] = await place.served.sql("select display_name from identity where remote_id = $1", anna.id)
        names.append(row["display_name"])
    assert names == ["", "Anna Muster"]
    assert len(await place.served.sql("select id from message where channel_id = $1", channel.id)) == 1
