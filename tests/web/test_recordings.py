"""Recorded talks and messages that were left, through the interface: who knows of them, who hears them, and when they are deleted."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from tests.callkit import ADA, BERT, OURS
from tests.web.conftest import Browser, MakeHouse
from tests.web.phone_office import PhoneOffice, phone_office
from unisono.app.registry import Connectors
from unisono.contract.voice import RecordingKind, TakeMessage
from unisono.service.calls.recordings import keep_recordings
from unisono.service.retention import keep_house

pytestmark = pytest.mark.voice
MENU = {"first_menu": "m", "menus": {"m": {"says": "Press 1.", "choices": {"1": {"goal": "message"}}}}}


@pytest_asyncio.fixture
async def office(make_house: MakeHouse) -> AsyncIterator[PhoneOffice]:
    base = await phone_office(await make_house(Connectors()))
    await base.exchange.line(base.queue, recording="ask")
    yield base
    await base.served.close()


async def a_talk(office: PhoneOffice) -> None:
    """Ada speaks with Anna; both agree to be recorded."""
    call = await office.exchange.driver.rings(ADA, OURS)
    await office.exchange.settle()
    (live,) = (await office.anna.get("calls"))["calls"]
    for side in ("customer", "agent"):
        await office.anna.did("POST", f"calls/{live['id']}/consent", {"side": side, "given": True, "how": "key"})
    await office.anna.did("POST", f"calls/{live['id']}/record", {"mode": "on"})
    await office.exchange.settle()
    await office.exchange.driver.hangs_up(call)
    await office.exchange.settle()


async def a_message(office: PhoneOffice) -> None:
    """Bert leaves a message."""
    await office.served.sql("update channel set config = config || $1 where connector = 'voice'", MENU)
    call = await office.exchange.driver.rings(BERT, OURS)
    await office.exchange.settle()
    await office.exchange.driver.presses(call, "1")
    await office.exchange.settle()
    driver = office.exchange.driver
    await driver.finishes_recording(call, driver.last(TakeMessage).recording_id, RecordingKind.VOICEMAIL, b"please call back")
    await driver.hangs_up(call)
    await office.exchange.settle()


async def kept(office: PhoneOffice) -> dict[str, Any]:
    """Keep what telephony recorded, close all work, and return the files by kind."""
    await keep_recordings(office.served.house.outside, office.exchange.driver)
    rows = await office.served.sql("select attachment_id as id, kind from call_recording where state = 'kept'")
    return {row["kind"]: str(row["id"]) for row in rows}


async def close_all(office: PhoneOffice) -> None:
    await office.served.sql("update interaction set state = 'closed', closed_at = now(), agent_id = null")


async def hears(browser: Browser, file: str) -> str:
    """Try to play a recording; returns the code of the refusal, or nothing."""
    answer = await browser.ask("GET", f"attachments/{file}")
    assert answer.status_code in (200, 403), answer.text
    if answer.status_code == 200:
        assert answer.content, "not a byte came"
        return ""
    assert "an administrator can give you more" in answer.json()["detail"], "it says what to do"
    return str(answer.json()["code"])


async def test_who_may_only_read_knows_of_a_recording_and_hears_none_and_each_hearing_is_written_down(
    office: PhoneOffice,
) -> None:
    await a_talk(office)
    await a_message(office)
    files = await kept(office)
    assert set(files) == {"call", "voicemail"}
    reader = await office.served.logged_in("nora", "viewer")
    for kind, file in files.items():
        told = await reader.get(f"attachments/{file}/recording")
        assert (told["kind"], told["may_hear"]) == (kind, False)
        assert (await office.anna.get(f"attachments/{file}/recording"))["may_hear"] is True
        assert await hears(reader, file) == "recording_not_heard"
        assert await hears(office.anna, file) == ""
    audit = await office.served.sql("select actor_id, body from audit where action = 'recording.played' order by id")
    assert [(row["actor_id"], row["body"]["kind"]) for row in audit] == [(office.anna_id, kind) for kind in files]
    stranger = await office.served.logged_in("otto")
    assert (await stranger.ask("GET", f"attachments/{files['call']}/recording")).status_code in (403, 404)


async def test_a_recording_says_when_it_is_deleted_and_is_deleted_then(office: PhoneOffice) -> None:
    await a_talk(office)
    file = (await kept(office))["call"]
    root = office.served.browser()
    await root.log_in("root")

    async def told() -> tuple[str | None, str]:
        view = await office.anna.get(f"attachments/{file}/recording")
        return view["deleted_at"], view["kept_by"]

    assert await told() == (None, "open")
    await close_all(office)
    assert await told() == (None, "")
    rules = [{"what": "recordings", "days": 30}, {"what": "attachments", "days": 2}, {"what": "texts", "days": 90}]
    await root.did("PUT", "retention", {"rules": rules})
    (said,) = await office.served.sql(
        "select m.said_at, m.conversation_id from message m join attachment a on a.message_id = m.id"
    )
    at, by = await told()
    assert at is not None
    assert (datetime.fromisoformat(at), by) == (said["said_at"] + timedelta(days=30), ""), "its own rule is nearer"
    await root.did("PUT", "holds", {"kind": "conversation", "id": str(said["conversation_id"]), "ground": "Klage"})
    assert (await told())[1] == "hold"
    await root.did("PUT", "holds", {"kind": "conversation", "id": str(said["conversation_id"])})

    async def days_ago(days: int) -> None:
        await office.served.sql(f"update message set said_at = now() - interval '{days} days' + interval '1 hour'")

    outside = office.served.house.outside
    await days_ago(30)
    assert await keep_house(outside) == 0, "an hour too early"
    assert await hears(office.anna, file) == ""
    await days_ago(31)
    assert await keep_house(outside) == 1
    assert (await office.anna.ask("GET", f"attachments/{file}")).status_code == 404
    assert (await office.anna.ask("GET", f"attachments/{file}/recording")).status_code == 404
    assert [row["state"] for row in await office.served.sql("select state from attachment")] == ["gone"]
