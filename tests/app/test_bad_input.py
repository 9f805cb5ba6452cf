"""Whatever a network pushes at a running deployment: a clear refusal, or kept where a person can see it. Nothing stops."""

import asyncio
import gzip
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from msgspec import Struct

from tests.laws.test_law1_nothing_lost import until_read
from tests.running import Furnished, Process
from unisono.testing.sandbox.network import SandboxNetwork
from unisono.testing.sandbox.server import SandboxServer

pytestmark = pytest.mark.timeout(300)

SECRET = "nothing gets past this"
NOW = datetime.now(UTC).isoformat()


class Door(Struct, frozen=True):
    """The deployment from outside: its webhook for the network, its API for people."""

    api: httpx2.AsyncClient
    url: str
    made: Furnished
    process: Process

    async def push(self, body: bytes, *, secret: str = SECRET, **headers: str) -> httpx2.Response:
        """Push as the network does, rightly signed."""
        stamp = str(int(time.time()))
        signature = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        async with httpx2.AsyncClient(timeout=60) as network:
            return await network.post(
                self.url, content=body,
                headers={"content-type": "application/json", "x-sandbox-signature": f"t={stamp},v1={signature}", **headers},
            )  # fmt: skip

    async def tell(self, *items: dict[str, Any]) -> None:
        """Push items and wait until they were read."""
        entries = [{"type": "item.created", "at": NOW, "why": "mention", "item": one} for one in items]
        assert (await self.push(json.dumps({"entries": entries}).encode())).status_code == 200
        await until_read(self.api, self.made)

    async def texts(self, root: str) -> list[str]:
        """What the transcript of a thread shows."""
        for row in (await self.api.get("/work", params={"view": "open", "limit": 100})).json()["items"]:
            if row["conversation"]["root_remote_id"] == root:
                page = await self.api.get(f"/conversations/{row['conversation']['id']}/messages")
                return [message["text"] for message in page.json()["items"]]
        return []

    async def set_aside(self) -> list[dict[str, Any]]:
        """What waits in quarantine."""
        found: list[dict[str, Any]] = (await self.api.get("/quarantine")).json()["items"]
        return found


def post(identifier: str, text: Any, **more: Any) -> dict[str, Any]:
    """A post as the network tells of it."""
    who = {"id": f"by-{identifier}", "handle": f"kunde{identifier}", "name": "Kundin"}
    return {
        "id": identifier, "author": who, "created_at": NOW, "text": text, "kind": "post", "visibility": "public",
        "root_id": identifier, "parent_id": None, "thread_author_id": who["id"], **more,
    }  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    place = tmp_path_factory.mktemp("bad-input")
    for step in (place, *place.parents):
        if step.stat().st_uid == 0 and step != Path(step.root) and step.is_relative_to(tmp_path_factory.getbasetemp().parent):
            step.chmod(0o755)
    async with SandboxServer(SandboxNetwork()) as network:
        company = network.network.join("zwitscher", "Shop", "shop", company=True)
        process = Process(place / "house")
        config = {"base_url": network.url, "face": "zwitscher", "account": "shop"}
        made = await process.furnish("sandbox", config, {"token": str(company.token), "webhook_secret": SECRET})
        await process.start()
        async with httpx2.AsyncClient(
            base_url=f"{process.url}/api/v1", headers={"authorization": f"Bearer {made.token}"}, timeout=60
        ) as api:
            yield Door(api, f"{process.url}/hooks/{made.channel_id}", made, process)
        assert process.stop() == 0
        assert "Traceback" not in process.tail()
        process.close()


on_the_door = pytest.mark.asyncio(loop_scope="module")


@on_the_door
async def test_a_wrong_signature_is_refused_in_words_and_nothing_is_stored(door: Door) -> None:
    body = json.dumps({"entries": [{"type": "item.created", "at": NOW, "item": post("forged", "Ich bin echt.")}]}).encode()
    refused = await door.push(body, secret="guessed")
    assert (refused.status_code, refused.json()["code"]) == (401, "hook_denied")
    assert "Nothing was stored" in refused.json()["detail"]
    assert await door.texts("forged") == []


@on_the_door
async def test_a_body_of_more_than_ten_megabytes_is_refused(door: Door) -> None:
    refused = await door.push(b" " * 10_000_001)
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"


@on_the_door
@pytest.mark.parametrize(
    "body",
    [
        b'{"entries": [',
        b"<html><body>502 Bad Gateway</body></html>",
        json.dumps({"entries": [{"type": "item.created", "item": post("latin", "Größe")}]}, ensure_ascii=False).encode("latin-1"),
        json.dumps({"entries": "none"}).encode(),
        b"[" * 100_000,
        json.dumps({"entries": [{"type": "item.created", "item": post("half", "\ud800 einsam")}]}).encode(),
        gzip.compress(b"0" * 50_000_000),
    ],
    ids=["cut JSON", "HTML", "another character set", "another shape", "nested without end", "half a surrogate", "a zip bomb"],
)
async def test_signed_rubbish_waits_for_a_person_who_sees_why_and_can_retry_or_discard(door: Door, body: bytes) -> None:
    assert (await door.push(body)).status_code == 200
    await until_read(door.api, door.made)
    (item,) = await door.set_aside()
    assert 0 < item["size"] <= len(body)
    assert item["error"]
    assert (await door.api.post(f"/quarantine/{item['id']}/retry")).status_code == 204
    for _ in range(100):
        if again := await door.set_aside():
            break
        await asyncio.sleep(0.1)
    assert [one["id"] for one in again] == [item["id"]]
    assert (await door.api.post(f"/quarantine/{item['id']}/discard")).status_code == 204
    assert await door.set_aside() == []


@on_the_door
@pytest.mark.parametrize("header", ["gzip", "br", "zstd"])
async def test_a_packed_push_is_not_unpacked(door: Door, header: str) -> None:
    """The signature counts over the bytes as they came; a network that packs them would have to be asked not to."""
    body = gzip.compress(b"0" * 50_000_000)
    answered = await door.push(body, **{"content-encoding": header})
    assert answered.status_code in (200, 415)
    await until_read(door.api, door.made)
    for item in await door.set_aside():
        assert item["size"] <= len(body)
        await door.api.post(f"/quarantine/{item['id']}/discard")


@on_the_door
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ä" * 100_000, "ä" * 100_000),
        ("Null\0stelle", "Nullstelle"),
        ("👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301", "👩‍👩‍👧‍👦 🏳️‍🌈 é"),
        ("שלום \u202eabgehört\u202c مرحبا", None),
        ("'; drop table message; --", "'; drop table message; --"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
    ids=["100,000 characters", "NUL", "emoji", "right to left", "SQL", "script"],
)
async def test_any_text_comes_through(door: Door, text: str, shown: str | None) -> None:
    root = f"text-{abs(hash(text))}"
    await door.tell(post(root, text))
    (found,) = await door.texts(root)
    assert "\0" not in found
    if shown is not None:
        assert found == shown


@on_the_door
async def test_a_date_in_the_far_future_or_past_does_not_jump_the_queue(door: Door) -> None:
    await door.tell(
        post("future", "2999", created_at="2999-12-31T23:59:59+00:00"), post("past", "1970", created_at="1970-01-01T00:00:00Z")
    )
    assert await door.texts("future") == ["2999"]
    assert await door.texts("past") == ["1970"]
    rows = (await door.api.get("/work", params={"view": "open", "limit": 100})).json()["items"]
    (future,) = [row for row in rows if row["conversation"]["root_remote_id"] == "future"]
    assert datetime.fromisoformat(future["interaction"]["waiting_since"]) <= datetime.now(UTC)


@on_the_door
async def test_fields_and_kinds_that_nobody_knows_are_passed_over(door: Door) -> None:
    odd = {"hologram": {"depth": 3}, "kind": "hologram", "reactions": [None, 1e308]}
    await door.tell(post("odd", "Von morgen", **odd))
    entries = [{"type": "item.teleported", "at": NOW, "id": "odd", "to": [1, 2]}]
    assert (await door.push(json.dumps({"entries": entries}).encode())).status_code == 200
    await until_read(door.api, door.made)
    assert await door.texts("odd") == ["Von morgen"]
    assert await door.set_aside() == []


@on_the_door
async def test_one_bad_item_does_not_hold_up_the_others_of_its_push(door: Door) -> None:
    await door.tell(
        post("good-1", "Guten Tag"), post("bad", {"not": "a text"}), post("bad-date", "?", created_at="gestern"),
        post("good-2", "Auch guten Tag"),
    )  # fmt: skip
    assert await door.texts("good-1") == ["Guten Tag"]
    assert await door.texts("good-2") == ["Auch guten Tag"]
    waiting = await door.set_aside()
    assert len(waiting) == 2
    for item in waiting:
        assert (await door.api.post(f"/quarantine/{item['id']}/discard")).status_code == 204
