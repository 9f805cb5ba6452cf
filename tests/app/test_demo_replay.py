"""Real threads through the whole house: every message of a customer is one message in the right conversation."""

import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.app.demo_house import on_demo_loop, rows, running_demo, until
from tests.app.demo_kit import FILES, feed, items, top
from tests.db import Cluster
from unisono.app.demo.mails import message_id_of
from unisono.app.demo.run import DemoHouse

MESSAGES = """
select m.remote_id, m.conversation_id, m.direction, t.text, c.root_remote_id, c.identity_id, ch.medium
from message m join conversation c on c.id = m.conversation_id join channel ch on ch.id = m.channel_id
left join message_text t on t.message_id = m.id
"""
# A long file is taken in when all of it was said: what a house finds that opens late.
LONG = 2_000
ARRIVED = "select count(*) from message where direction = 'in'"
WAITING = "select count(*) from inbox where state <> 'done'"


def remote_id(demo: DemoHouse, key: str) -> str | None:
    """Return what the message of a step is called where it was said; None when it was not played."""
    said = demo.played.remote_id(key)
    return message_id_of(key) if said == "" else said


@pytest.mark.timeout(1000)
@pytest.mark.parametrize("name", FILES)
def test_every_message_of_a_customer_is_one_message_in_the_right_conversation(
    name: str, cluster: Cluster, tmp_path: Path
) -> None:
    path = feed(name)
    with on_demo_loop() as run:
        run(replayed(path, cluster, tmp_path))


async def replayed(path: Path, cluster: Cluster, tmp_path: Path) -> None:
    """Play the file at once into an empty house, and look at what stands there then."""
    by_id = {item["id"]: item for item in items(path)}
    said = [item for item in by_id.values() if not item["author_is_company"]]
    async with running_demo(cluster, tmp_path / "data", path, opens_late=len(said) > LONG) as demo:
        await demo.playing
        assert demo.player.failed == []
        await until(demo, ARRIVED, lambda n: n >= len(said))
        await until(demo, WAITING, lambda n: n == 0)
        found = await rows(demo, MESSAGES)
    inbound = [row for row in found if row["direction"] == "in"]
    by_remote: dict[str, list[dict[str, Any]]] = {}
    for row in inbound:
        by_remote.setdefault(row["remote_id"].strip("<>"), []).append(row)
    conversations: dict[tuple[str, str], set[Any]] = {}
    for item in said:
        remote = remote_id(demo, item["id"])
        assert remote is not None, f"{item['id']} was not played"
        rows_of = by_remote.get(remote.strip("<>"), [])
        assert len(rows_of) == 1, f"{item['id']} is {len(rows_of)} messages"
        row = rows_of[0]
        assert same_words(row["text"], item["text"]), item["id"]
        author = item["author"] or item["id"]
        conversations.setdefault((f"{row['medium']}:{top(item, by_id)}", author), set()).add(row["conversation_id"])
        root = remote_id(demo, top(item, by_id))
        if row["medium"] == "post" and root is not None:
            assert row["root_remote_id"] in {root, demo.played.remote_id(f"wall/{top(item, by_id)}")}
    assert len(inbound) == len(said)
    # One thread with one person is one conversation, and nothing else is in it.
    assert {len(ids) for ids in conversations.values()} == {1}
    owners = Counter(next(iter(ids)) for ids in conversations.values())
    assert set(owners.values()) == {1}


def same_words(ours: str, theirs: str) -> bool:
    """White space and the way accents are written may change, and the company's name may stand in front."""
    mine, other = (unicodedata.normalize("NFC", text).split() for text in (ours, theirs))
    return mine[-len(other) :] == other
