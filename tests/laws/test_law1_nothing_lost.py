"""Law 1: nothing lost, nothing doubled, though everything comes three times, shuffled, and the process is killed."""

import asyncio
import hashlib
import hmac
import json
import os
import random
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.running import Furnished, Process
from unisono.domain.ids import new_id
from unisono.testing.sandbox.faults import Effect, Fault
from unisono.testing.sandbox.network import SandboxNetwork
from unisono.testing.sandbox.server import SandboxServer

pytestmark = [pytest.mark.law1, pytest.mark.timeout(600)]

SECRET = "law-one"
START = datetime.now(UTC) - timedelta(hours=30)
# Of 10,000 items and 1,000 answers. A run of the whole suite takes a part of them; `make test-volume` takes all.
SHARE = float(os.environ.get("UNISONO_TEST_LAW1_SHARE", "0.25"))
THREADS, EACH = int(2_000 * SHARE), 4
ANSWERS = int(1_000 * SHARE)


@pytest_asyncio.fixture
async def network() -> AsyncIterator[SandboxServer]:
    async with SandboxServer(SandboxNetwork()) as server:
        yield server


@pytest_asyncio.fixture
async def process(open_directory: Path) -> AsyncIterator[Process]:
    made = Process(open_directory / "house")
    yield made
    made.close()


async def furnished(process: Process, network: SandboxServer) -> tuple[Furnished, Any]:
    company = network.network.join("zwitscher", "Shop", "shop", company=True)
    config = {"base_url": network.url, "face": "zwitscher", "account": "shop"}
    made = await process.furnish("sandbox", config, {"token": str(company.token), "webhook_secret": SECRET})
    return made, company


def item(thread: int, place: int, **more: Any) -> dict[str, Any]:
    """One message of a thread by its customer, as the network would tell it."""
    number = thread * 100 + place
    at = (START + timedelta(seconds=thread * 7 + place * 61)).isoformat()
    who = {"id": f"c{thread}", "handle": f"kunde{thread}", "name": f"Kunde {thread}"}
    return {
        "id": f"x{number}", "author": who, "created_at": at, "text": f"Thread {thread}, Satz {place}", "kind": "post",
        "visibility": "public", "root_id": f"x{thread * 100}", "parent_id": f"x{number - 1}" if place else None,
        "thread_author_id": who["id"], **more,
    }  # fmt: skip


def script(chance: random.Random) -> tuple[list[dict[str, Any]], dict[int, list[str]]]:
    """Entries (created, edited, deleted; 10,000 at full volume), and what each thread must read in the end."""
    entries: list[dict[str, Any]] = []
    expected: dict[int, list[str]] = {}
    now = datetime.now(UTC).isoformat()
    for thread in range(THREADS):
        texts = [f"Thread {thread}, Satz {place}" for place in range(EACH)]
        entries += [{"type": "item.created", "at": now, "why": "mention", "item": item(thread, place)} for place in range(EACH)]
        if thread % 2 == 0:
            place = chance.randrange(EACH)
            texts[place] += " (verbessert)"
            edited = item(thread, place, text=texts[place], revision=1, edited_at=now)
            entries.append({"type": "item.edited", "at": now, "why": "mention", "item": edited})
        else:
            place = chance.randrange(1, EACH)
            texts[place] = ""
            entries.append({"type": "item.deleted", "at": now, "id": f"x{thread * 100 + place}"})
        expected[thread] = [text for text in texts if text]
    return entries, expected


async def push(url: str, channel_id: object, jobs: "asyncio.Queue[list[dict[str, Any]]]", done: list[int]) -> None:
    """A sender of the network: what is not acknowledged is sent again until it is."""
    async with httpx2.AsyncClient(timeout=20) as http:
        while True:
            try:
                batch = jobs.get_nowait()
            except asyncio.QueueEmpty:
                return
            body = json.dumps({"entries": batch}).encode()
            while True:
                stamp = str(int(time.time()))
                signature = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
                headers = {"x-sandbox-signature": f"t={stamp},v1={signature}", "content-type": "application/json"}
                try:
                    answer = await http.post(f"{url}/hooks/{channel_id}", content=body, headers=headers)
                except httpx2.TransportError:
                    await asyncio.sleep(0.2)
                    continue
                if answer.status_code == 200:
                    done.append(len(batch))
                    break
                await asyncio.sleep(0.2)


async def test_items_three_times_shuffled_and_killed_twice(process: Process, network: SandboxServer) -> None:
    chance = random.Random(1)
    entries, expected = script(chance)
    assert len(entries) == 5 * THREADS
    made, _ = await furnished(process, network)
    await process.start()
    everything = entries * 3
    chance.shuffle(everything)
    jobs: asyncio.Queue[list[dict[str, Any]]] = asyncio.Queue()
    for start in range(0, len(everything), 25):
        jobs.put_nowait(everything[start : start + 25])
    total, done = len(everything), [0]
    senders = [asyncio.create_task(push(process.url, made.channel_id, jobs, done)) for _ in range(8)]
    for share in (0.3, 0.6):
        while sum(done) < share * total:
            await asyncio.sleep(0.05)
        process.kill()
        await process.start()
    await asyncio.gather(*senders)
    async with httpx2.AsyncClient(
        base_url=f"{process.url}/api/v1", headers={"authorization": f"Bearer {made.token}"}, timeout=30
    ) as api:
        await until_read(api, made)
        conversations = await all_open(api)
        assert len(conversations) == THREADS
        wrong = []
        for identifier, root in conversations:
            thread = int(root[1:]) // 100
            page = (await api.get(f"/conversations/{identifier}/messages", params={"limit": 50})).json()
            shown = [m["text"] for m in page["items"] if not m["deleted_at"]]
            if shown != expected[thread]:
                wrong.append((thread, shown, expected[thread]))
        assert wrong == []
        assert (await api.get("/quarantine")).json()["items"] == []


async def until_read(api: httpx2.AsyncClient, made: Furnished) -> None:
    """Wait until nothing stands unread in the inbox."""
    quiet = 0
    for _ in range(600):
        health = (await api.get(f"/channels/{made.channel_id}/health")).json()
        quiet = quiet + 1 if health["lag_s"] is None else 0
        if quiet >= 3:
            return
        await asyncio.sleep(0.3)
    raise AssertionError("The inbox was never read to its end.")


async def all_open(api: httpx2.AsyncClient) -> list[tuple[str, str]]:
    """Return (id, root) of every open conversation, walked by pages as the desk does."""
    found: list[tuple[str, str]] = []
    after = None
    while True:
        page = (await api.get("/work", params={"view": "open", "limit": 100, **({"after": after} if after else {})})).json()
        found += [(row["conversation"]["id"], row["conversation"]["root_remote_id"]) for row in page["items"]]
        after = page["next"]
        if after is None:
            return found


async def test_answers_to_a_network_in_trouble_go_once_each(process: Process, network: SandboxServer) -> None:
    made, company = await furnished(process, network)
    people = [network.network.join("zwitscher", f"Kunde {n}", f"kunde{n}") for n in range(50)]
    questions = [network.network.say(people[n % 50].id, f"@shop Frage {n}") for n in range(ANSWERS)]
    await process.start()
    network.fault(Fault(effect=Effect.RATE_LIMIT, methods=("POST",), path="*/items", count=20, share=0.02, pause_s=1.0))
    network.fault(Fault(effect=Effect.STATUS, methods=("POST",), path="*/items", count=None, share=0.05, status=500))
    network.fault(Fault(effect=Effect.ACCEPT_THEN_DROP, methods=("POST",), path="*/items", count=8, share=min(0.01 / SHARE, 1)))
    network.fault(
        Fault(
            effect=Effect.ACCEPT_THEN_HANG, methods=("POST",), path="*/items", count=1, share=min(0.01 / SHARE, 1), delay_s=25.0
        )
    )
    async with httpx2.AsyncClient(
        base_url=f"{process.url}/api/v1", headers={"authorization": f"Bearer {made.token}"}, timeout=30
    ) as api:
        work = await until_all_wait(api, len(questions))
        messages: dict[str, str] = {}
        room = asyncio.Semaphore(16)

        async def reply(row: dict[str, Any]) -> None:
            async with room:
                interaction, message = row["interaction"]["id"], str(new_id())
                taken = await api.post(f"/interactions/{interaction}/take", headers={"idempotency-key": str(new_id())})
                assert taken.status_code in (200, 201, 204), taken.text
                draft = {"message_id": message, "text": f"Antwort {message}", "visibility": "public"}
                for _ in range(2):  # a client that is not sure posts it again
                    answer = await api.post(
                        f"/interactions/{interaction}/answer", json=draft, headers={"idempotency-key": message}
                    )
                    assert answer.status_code in (200, 201), answer.text
                messages[message] = row["conversation"]["root_remote_id"]

        await asyncio.gather(*(reply(row) for row in work))
        await until_all_sent(api, made)
    told: dict[str, int] = {}
    for question in questions:
        thread = network.network.store.items_where("root = ? and author = ?", (question.id, company.id))
        for said in thread:
            told[said.text.rsplit("Antwort ", 1)[1]] = told.get(said.text.rsplit("Antwort ", 1)[1], 0) + 1
    assert len(messages) == ANSWERS
    assert told == dict.fromkeys(messages, 1)


async def until_all_wait(api: httpx2.AsyncClient, wanted: int) -> list[dict[str, Any]]:
    """Wait until all questions are in the queue; returns their rows."""
    for _ in range(200):
        rows: list[dict[str, Any]] = []
        after = None
        while True:
            page = (
                await api.get("/work", params={"view": "waiting", "limit": 100, **({"after": after} if after else {})})
            ).json()
            rows += page["items"]
            after = page["next"]
            if after is None:
                break
        if len(rows) >= wanted:
            assert len(rows) == wanted
            return rows
        await asyncio.sleep(0.5)
    raise AssertionError(f"Only {len(rows)} of {wanted} questions arrived.")


async def until_all_sent(api: httpx2.AsyncClient, made: Furnished) -> None:
    """Wait until nothing stands in the outbox any more."""
    for _ in range(600):
        health = (await api.get(f"/channels/{made.channel_id}/health")).json()
        outbox = health["outbox"]
        if not any(outbox.get(state, 0) for state in ("queued", "retrying", "sending", "unknown")):
            assert outbox.get("dead", 0) == 0, outbox
            return
        await asyncio.sleep(0.5)
    raise AssertionError(f"Answers are still on their way: {outbox}")
