"""Taking in: what the network says becomes conversations, messages and work, once and in order."""

import random
import resource
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.kit import START, House
from unisono.domain.errors import Unavailable
from unisono.service.repair import retry_item
from unisono.store.files import DiskFiles


def later(minutes: float) -> str:
    return (START + timedelta(minutes=minutes)).isoformat()


def sizes_below(directory: Path) -> list[int]:
    return [path.stat().st_size for path in directory.rglob("*") if path.is_file()]


async def test_a_post_becomes_a_message_and_a_waiting_interaction(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, {"id": "1", "text": "Wo bleibt mein Paket?", "at": later(0)})
    [row] = await house.sql("select state, waiting_since, due_at, language from interaction")
    assert row["state"] == "waiting"
    assert row["waiting_since"] == START
    assert row["due_at"] == START + timedelta(hours=1)
    assert row["language"] == "de"
    assert await house.transcript() == ["Wo bleibt mein Paket?"]


async def test_the_same_item_delivered_again_changes_nothing(house: House) -> None:
    channel = await house.channel()
    for _ in range(3):
        await house.hear(channel, {"id": "1", "text": "Hallo"})
    assert await house.transcript() == ["Hallo"]
    assert (await house.sql("select count(*) as n from interaction"))[0]["n"] == 1
    rows = await house.sql("select name, n from channel_counter")
    counted = {row["name"]: row["n"] for row in rows}
    assert counted == {"received": 3, "stored": 1, "duplicate": 2}


async def test_a_second_message_joins_the_open_interaction(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, {"id": "1", "text": "Hallo", "at": later(0)})
    await house.hear(channel, {"id": "2", "root": "1", "parent": "1", "text": "Noch da?", "at": later(5)})
    rows = await house.sql("select version from interaction")
    assert [row["version"] for row in rows] == [2]
    assert await house.transcript() == ["Hallo", "Noch da?"]


async def test_a_message_after_the_end_opens_a_new_interaction_linked_to_the_one_before(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, {"id": "1", "text": "Hallo", "at": later(0)})
    await house.sql("update interaction set state = 'closed', closed_at = now()")
    await house.hear(channel, {"id": "2", "root": "1", "text": "Doch nicht", "at": later(5)})
    rows = await house.sql("select id, previous_id, state from interaction order by created_at, id")
    assert [row["state"] for row in rows] == ["closed", "waiting"]
    assert rows[1]["previous_id"] == rows[0]["id"]


async def test_commenters_on_one_post_have_conversations_of_their_own(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, *({"id": str(n), "root": "0", "by": f"c{n}", "text": f"Kommentar {n}"} for n in range(1, 6)))
    rows = await house.sql("select root_remote_id, identity_id from conversation")
    assert {row["root_remote_id"] for row in rows} == {"0"}
    assert len({row["identity_id"] for row in rows}) == 5


async def test_edits_and_deletions_commute_with_what_they_change(house: House) -> None:
    channel = await house.channel()
    items = [
        {"id": "1", "text": "erste Fassung", "at": later(0)},
        {"id": "1", "kind": "edited", "revision": 1, "text": "zweite Fassung", "at": later(1)},
        {"id": "1", "kind": "edited", "revision": 2, "text": "dritte Fassung", "at": later(2)},
        {"id": "2", "root": "1", "text": "bald weg", "at": later(3)},
        {"id": "2", "kind": "deleted", "at": later(4)},
        {"id": "3", "root": "1", "text": "bleibt", "at": later(5)},
    ]
    chance = random.Random(7)
    for _ in range(6):
        shuffled = items * 2
        chance.shuffle(shuffled)
        for item in shuffled:
            await house.hear(channel, item)
        shown = [text for text in await house.transcript() if text != "(deleted)"]
        assert shown == ["dritte Fassung", "bleibt"]
        assert await house.sql("select 1 from message_text where text like '%bald weg%'") == []
        await house.sql("truncate inbox, message, conversation, interaction, tombstone, channel_counter cascade")


async def test_what_its_author_takes_back_needs_nobody_any_more(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, {"id": "1", "text": "Ach so, hat sich erledigt"})
    await house.hear(channel, {"id": "1", "kind": "deleted"})
    [row] = await house.sql("select state, reason from interaction")
    assert (row["state"], row["reason"]["code"]) == ("closed", "deleted_at_source")
    assert (await house.sql("select body from inbox where ingest_key = 'created:1:0'"))[0]["body"] is None


async def test_automatic_mail_is_kept_but_is_no_work(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, {"id": "1", "text": "Ich bin bis Montag nicht im Haus", "automatic": True})
    assert await house.transcript() == ["Ich bin bis Montag nicht im Haus"]
    assert await house.sql("select 1 from interaction") == []


async def test_our_own_post_is_shown_but_is_no_work(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, {"id": "1", "text": "Hallo", "at": later(0)})
    await house.hear(channel, {"id": "2", "root": "1", "own": True, "to": "anna", "by": "shop", "text": "Moin", "at": later(1)})
    rows = await house.sql("select direction from message order by said_at")
    assert [row["direction"] for row in rows] == ["in", "out"]
    assert (await house.sql("select count(*) as n from interaction"))[0]["n"] == 1


async def test_an_item_that_cannot_be_read_is_set_aside_and_the_stream_goes_on(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, {"id": "1", "bug": True}, {"id": "2", "text": "gut"})
    assert await house.transcript() == ["gut"]
    [row] = await house.sql("select id, error, body from inbox where state = 'quarantined'")
    assert "RuntimeError" in row["error"]
    assert row["body"] is not None
    await house.sql(
        'update inbox set body = convert_to(\'{"id": "1", "text": "repariert", "at": "2026-11-02T09:00:00+00:00"}\', \'UTF8\') where id = $1',
        row["id"],
    )
    person = await house.agent()
    await retry_item(house.outside, person.access, row["id"])
    await house.process(channel)
    assert sorted(await house.transcript()) == ["gut", "repariert"]


async def test_a_file_that_comes_while_the_disk_is_full_waits_in_the_inbox(house: House, tmp_path: Path) -> None:
    """A real disk that refuses: the system lets no file of this process grow beyond what it has."""
    channel = await house.channel()
    house.outside = replace(house.outside, files=DiskFiles(tmp_path))
    item = {"id": "1", "text": "Mit Bild", "files": [{"name": "a.png", "type": "image/png", "content": "x" * 5_000}]}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        await house.hear(channel, item, process=False)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
        with pytest.raises(Unavailable) as refused:
            await house.process(channel)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert refused.value.code == "disk_full"
    assert await house.transcript() == []
    assert [row["state"] for row in await house.sql("select state from inbox")] == ["new"]
    assert sizes_below(tmp_path) == []
    await house.process(channel)
    assert await house.transcript() == ["Mit Bild"]
    assert sizes_below(tmp_path) == [5_000]


async def test_text_that_a_database_cannot_hold_is_cleaned_not_refused(house: House) -> None:
    channel = await house.channel()
    hostile = "Nul \x00 und\x07 Glocke, \u202eחשבון\u202c, 👩‍👩‍👧 a\u0308, \ud800 einsam"
    await house.hear(channel, {"id": "1", "text": hostile, "name": "A\x00nna"})
    [text] = await house.transcript()
    assert "\x00" not in text
    assert "ä" in text
    assert "👩‍👩‍👧" in text
    assert "חשבון" in text


async def test_a_date_in_the_future_does_not_jump_the_queue_of_time(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, {"id": "1", "text": "aus der Zukunft", "at": "2036-01-01T00:00:00+00:00"})
    [row] = await house.sql("select said_at, received_at from message")
    assert row["said_at"] == row["received_at"]


async def test_a_very_long_post_is_stored_and_searchable(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, {"id": "1", "text": "Beschwerde " * 10_000})
    [text] = await house.transcript()
    assert len(text) >= 100_000


async def test_late_items_stand_in_their_place_of_the_transcript(house: House) -> None:
    channel = await house.channel()
    order = list(range(30))
    random.Random(3).shuffle(order)
    for n in order:
        await house.hear(channel, {"id": f"m{n}", "root": "m0", "text": f"Satz {n}", "at": later(n)})
    assert await house.transcript() == [f"Satz {n}" for n in range(30)]


async def test_an_account_that_is_gone_takes_all_it_said_with_it(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, {"id": "1", "text": "geheim", "by": "berta", "name": "Berta Beispiel"})
    await house.hear(channel, {"id": "gone", "kind": "author_gone", "by": "berta"})
    assert await house.transcript() == ["(deleted)"]
    [row] = await house.sql("select handle, display_name, remote_id from identity")
    assert (row["handle"], row["display_name"]) == ("", "")
    assert "berta" not in row["remote_id"]
