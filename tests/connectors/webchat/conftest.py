"""A chat on a real house, served over HTTP: visitors on one side, an agent on the other."""

import json
import secrets
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx2
import pytest_asyncio

from tests.web.conftest import EVERYTHING, MakeHouse, Served, make_house, serve  # noqa: F401
from unisono.app.registry import Connectors
from unisono.connectors.webchat import Webchat
from unisono.domain.ids import new_id
from unisono.service.answer import Answer, answer
from unisono.service.channel_context import open_connector
from unisono.service.intake import process_once
from unisono.service.ports.channels import ChannelFacts
from unisono.service.sender import Sender
from unisono.service.take import take


class Visitor:
    """A browser's side of the chat."""

    def __init__(self, chat: "Chat", **headers: str) -> None:
        self.http = httpx2.AsyncClient(base_url=chat.base, headers=headers, timeout=30)
        self.word = secrets.token_hex(16)
        self.token = ""

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        if self.token:
            headers = {"authorization": f"Bearer {self.token}"} | headers
        return await self.http.request(method, path, json=body, headers=headers)

    async def write(self, text: str = "Hallo?", key: str = "", **more: Any) -> httpx2.Response:
        """Send a message; the first begins the session."""
        body = {"key": key or secrets.token_hex(8), "text": text, "word": self.word, **more}
        answered = await self.ask("POST", "/messages", body)
        if answered.status_code == 201:
            self.token = answered.json()["token"]
        return answered

    async def lines(self) -> list[dict[str, Any]]:
        answered = await self.ask("GET", "/lines")
        assert answered.status_code == 200, answered.text
        found: list[dict[str, Any]] = answered.json()["lines"]
        return found


class Chat:
    """The house's side."""

    def __init__(self, served: Served, channel: ChannelFacts) -> None:
        self.served = served
        self.channel = channel
        self.base = f"{served.base}/c/{channel.id}"
        self.outside = served.house.outside
        self.agent = UUID(int=0)
        self._visitors: list[Visitor] = []

    def connector(self) -> Webchat:
        made = open_connector(self.outside, self.channel)
        assert isinstance(made, Webchat)
        return made

    def visitor(self, **headers: str) -> Visitor:
        self._visitors.append(Visitor(self, **headers))
        return self._visitors[-1]

    async def take_in(self) -> None:
        """Read all that stands in the inbox."""
        while await process_once(self.outside, self.channel, self.connector()):
            pass

    async def configure(self, **config: Any) -> None:
        await self.served.sql("update channel set config = $2 where id = $1", self.channel.id, config)
        async with self.outside.db.read() as tx:
            found = await tx.channels.facts(self.channel.id)
        assert found is not None
        self.channel = found

    async def answer(self, text: str, *, send: bool = True, files: tuple[UUID, ...] = ()) -> UUID:
        """Answer the newest enquiry as an agent, and send it."""
        [row] = await self.served.sql("select id, state from interaction order by created_at desc limit 1")
        access = await self._access()
        if row["state"] == "waiting":
            await take(self.outside.db, access, row["id"])
        message = Answer(message_id=new_id(), text=text, visibility="private", attachment_ids=files)
        await answer(self.outside, access, row["id"], message)
        if send:
            while await Sender(self.outside, "test").send_due(self.channel.id):
                pass
        return message.message_id

    async def _access(self) -> Any:
        import msgspec

        if self.agent.int == 0:
            person = await self.served.kit.agent(self.channel.queue_id, capacity=600)
            await self.served.sql("update app_user set name = 'Nadine Kruse' where id = $1", person.id)
            self.agent = person.id
        return msgspec.structs.replace(EVERYTHING, user_id=self.agent)

    async def close(self) -> None:
        for visitor in self._visitors:
            await visitor.http.aclose()
        await self.served.close()


@pytest_asyncio.fixture
async def chat(make_house: MakeHouse) -> AsyncIterator[Chat]:  # noqa: F811
    served = await serve(await make_house(Connectors()))
    channel_id = new_id()
    await served.sql(
        "insert into channel (id, connector, network, medium, name, queue_id, units, config) "
        "values ($1, 'webchat', 'webchat', 'chat', 'Brookwatt', $2, 20, $3)",
        channel_id, await served.kit.queue(), {"colour": "#0b6360"},
    )  # fmt: skip
    async with served.house.db.read() as tx:
        channel = await tx.channels.facts(channel_id)
    assert channel is not None
    found = Chat(served, channel)
    yield found
    await found.close()


def events_of(text: str) -> list[tuple[str, Any]]:
    """Return (event, data) of a stream's text."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in text.split("\n\n")]
    return [(block["event"], json.loads(block["data"])) for block in blocks if "event" in block]
