"""On each network by script somebody asks, is answered through the API, and sees the answer there; a second start keeps it all."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.app.demo_house import count, on_demo_loop, row_once_there, rows, running_demo, signed_in, until
from tests.db import Cluster
from unisono.app.demo.kept import KeptNetwork
from unisono.app.demo.material import network_threads
from unisono.app.demo.player import ALL_AT_ONCE, Player, Tempo, playable
from unisono.app.demo.run import DemoHouse
from unisono.app.demo.script import SCRIPTED_FACES
from unisono.domain.ids import new_id
from unisono.testing.networks.x import XServer

ALMOST_STILL = 0.001
OURS = [*SCRIPTED_FACES]
HEARD = "select count(*) from message m join channel c on c.id = m.channel_id where m.direction = 'in' and c.connector = any($1)"
FIRST_OPEN = """
select i.id, v.visibility from interaction i join conversation v on v.id = i.conversation_id
join message m on m.conversation_id = v.id
join message_text t on t.message_id = m.id and t.text like $2 || '%' join channel c on c.id = v.channel_id
where c.connector = $1 and i.state <> 'closed' limit 1
"""
SENT = "select 1 as n from message where id = $1 and delivery in ('sent', 'delivered', 'read')"
#: Whom we answer on each network: the beginning of what they said.
ASKED = {
    "x": "@brookwatt Mein Storch", "facebook": "Betrifft das auch", "instagram": "Omg welche", "messenger": "Guten Tag, im Mai",
    "whatsapp": "Hi! We move", "telegram": "hey, euer bot",
}  # fmt: skip


@pytest.mark.timeout(300)
def test_enquiries_on_all_networks_are_answered_and_stay_answered(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(answered_everywhere(cluster, tmp_path))


async def answered_everywhere(cluster: Cluster, tmp_path: Path) -> None:
    dsn, data = await cluster.create(), tmp_path / "data"
    async with running_demo(cluster, data, speed=ALMOST_STILL, dsn=dsn) as demo, signed_in(demo) as http:
        heard = await play_all(demo)
        for face in SCRIPTED_FACES:
            await answer_on(demo, http, face)
        for face, shown in (await seen_by_customers(demo)).items():
            assert answer_to(face) in shown, face
        assert (await http.post("/demo/actions/enquiry-telegram")).json()["messages"] == 1
        assert (await http.post("/demo/actions/enquiry-fax")).status_code == 404
        await until(demo, HEARD, lambda n: n == heard + 1, OURS)
        before = {row["name"]: row["remote_id"] for row in await rows(demo, "select name, remote_id from channel")}
        urls = [face.url for face in demo.scripted.faces]
    async with running_demo(cluster, data, speed=ALMOST_STILL, dsn=dsn) as demo, signed_in(demo) as http:
        assert [face.url for face in demo.scripted.faces] == urls
        for face, shown in (await seen_by_customers(demo)).items():
            assert shown.count(answer_to(face)) == 1, face
        for face in SCRIPTED_FACES:
            assert (await http.post(f"/demo/actions/enquiry-{face}")).status_code == 200
        await until(demo, HEARD, lambda n: n == heard + 1 + len(SCRIPTED_FACES), OURS)
        assert {row["name"]: row["remote_id"] for row in await rows(demo, "select name, remote_id from channel")} == before
        assert {row["state"] for row in await rows(demo, "select state from channel")} == {"ok"}
        # Who is on several networks has an account on each, and joined each once.
        assert [user.name for user in demo.scripted.x.network.users.values()].count("Torben Jessen") == 1


async def play_all(demo: DemoHouse) -> int:
    """Let all customers of the networks by script write; returns how many messages the house has heard."""
    steps = playable(network_threads())
    player = Player(demo.player.stages, demo.played, Tempo(ALL_AT_ONCE))
    await player.run(steps)
    assert player.failed == []
    wanted = sum(1 for step in steps if not step.by_company)
    await until(demo, HEARD, lambda n: n >= wanted, OURS, within_s=60.0)
    await asyncio.sleep(0.5)
    assert await count(demo, HEARD, OURS) == wanted
    return wanted


async def answer_on(demo: DemoHouse, http: httpx2.AsyncClient, face: str) -> None:
    """Take what somebody asked, answer it in its own visibility, and close it; returns when the network has it."""
    work = await row_once_there(demo, FIRST_OPEN, face, ASKED[face])
    place = f"/interactions/{work['id']}"
    said(await http.post(f"{place}/take"))
    message_id = new_id()
    body = {"message_id": str(message_id), "text": answer_to(face), "visibility": work["visibility"]}
    said(await http.post(f"{place}/answer", json=body))
    await row_once_there(demo, SENT, message_id)
    said(await http.post(f"{place}/finish"))
    (code,) = await rows(demo, "select id from wrap_up_code limit 1")
    said(await http.post(f"{place}/wrap-up", json={"code_id": str(code["id"])}))


def said(answer: httpx2.Response) -> Any:
    """Return what was answered; tells what went wrong."""
    assert answer.status_code < 300, f"{answer.status_code} {answer.text}"
    return answer.json()


def answer_to(face: str) -> str:
    """Return what we say on a network."""
    return f"Wir kümmern uns, hier auf {SCRIPTED_FACES[face]}."


async def seen_by_customers(demo: DemoHouse) -> dict[str, str]:
    """Return the networks' pages."""
    async with httpx2.AsyncClient(trust_env=False) as browser:
        return {face.key: (await browser.get(face.url)).text for face in demo.scripted.faces}


def test_a_file_that_cannot_be_read_is_put_aside_and_the_network_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b'{"users": [{"id": "a nam')
    server = XServer()
    file = KeptNetwork(path, server.kept)
    file.take_up(server.take_up)
    assert server.network.users == {}
    assert (tmp_path / "x.unreadable").is_file()
    server.company("Brookwatt", "brookwatt")
    file.write()
    again = XServer()
    KeptNetwork(path, again.kept).take_up(again.take_up)
    known = again.company_named("brookwatt")
    assert known is not None
    assert known.secrets() == server.company_named("brookwatt").secrets()  # type: ignore[union-attr]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("face", SCRIPTED_FACES)
def test_customers_begin_a_thread_on_each_network(face: str) -> None:
    assert writers_on(face)


def test_some_customers_write_on_several_networks() -> None:
    assert writers_on("x") & writers_on("whatsapp")
    assert writers_on("x") & writers_on("telegram")


def writers_on(face: str) -> set[str]:
    """Return who writes on a network."""
    return {step.who.key for step in network_threads() if step.who is not None and step.face == face}
