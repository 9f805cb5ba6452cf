"""At the desk: a message of Xing's waits with its link and cannot be answered here, a forged one lies in quarantine."""

from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from tests.web.conftest import PASSWORD, Browser, MakeHouse, Served, make_house, serve
from unisono.app.registry import Connectors
from unisono.domain.ids import new_id
from unisono.egress.client import EgressFactory
from unisono.service.channel_context import open_connector
from unisono.service.first_run import first_administrator
from unisono.service.intake import process_once, pull_round
from unisono.testing.clock import RealClock
from unisono.testing.lab import ANNA, PeerMissing
from unisono.testing.labs.xing import SERVER, XingLab

__all__ = ["make_house"]


@pytest_asyncio.fixture
async def lab() -> AsyncIterator[XingLab]:
    made = XingLab()
    try:
        await made.start(RealClock())
    except PeerMissing as error:
        pytest.skip(str(error))
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def served(make_house: MakeHouse) -> AsyncIterator[Served]:
    """A house with all its connectors, which may go to loopback."""
    async with EgressFactory(allow_private=True) as egress:
        house = await make_house(registry=Connectors())
        house = msgspec.structs.replace(house, outside=msgspec.structs.replace(house.outside, http_for=egress))
        async with house.db.write() as tx:
            await first_administrator(
                tx, login="root", name="Root", locale="de", password_hash=await house.passwords.hash(PASSWORD)
            )
        running = await serve(house)
        yield running
        await running.close()


async def test_a_message_waits_with_its_link_and_a_forged_one_lies_in_quarantine(served: Served, lab: XingLab) -> None:
    root: Browser = served.browser()
    await root.log_in("root")
    setting = await lab.fresh()
    queue = (await root.get("queues"))["items"][0]["id"]
    form = {"connector": "xing", "config": setting.config, "secrets": setting.secrets, "name": "Xing", "queue_id": queue}
    channel = await root.did("POST", "channels", form)
    assert channel["state"] == "ok"
    await lab.say("Ist der Anschluss bei Ihnen gestört?")
    forged = lab._notification("Ihr Passwort bitte", ANNA)
    forged.replace_header("Authentication-Results", f"{SERVER}; dkim=fail header.d=mail.xing.com; dmarc=fail")
    await lab._deliver(forged)
    outside = served.house.outside
    async with served.house.db.read() as tx:
        facts = await tx.channels.facts(UUID(channel["id"]))
    assert facts is not None
    connector = open_connector(outside, facts)
    await pull_round(outside, facts, connector)
    while await process_once(outside, facts, connector):
        pass
    [aside] = (await root.get("quarantine"))["items"]
    assert "says that it comes from Xing, but" in aside["error"]
    [waiting] = (await root.get("work"))["items"]
    talk = waiting["conversation"]
    assert (talk["reply"]["rule"], talk["identity"]["display_name"]) == ("deeplink", "Anna Muster")
    [line] = (await root.get(f"conversations/{talk['id']}/messages"))["items"]
    assert line["text"] == "Ist der Anschluss bei Ihnen gestört?"
    assert line["url"].startswith("https://www.xing.com/chats/anna_muster_")
    work = waiting["interaction"]["id"]
    await root.did("POST", f"interactions/{work}/take")
    answer = {"message_id": str(new_id()), "text": "Wir sehen nach.", "visibility": "private", "in_reply_to": line["id"]}
    assert (await root.problem("POST", f"interactions/{work}/answer", answer))["code"] == "cannot_reply"
