"""Push notifications, against a push service on this machine; what it gets is opened by another maker's library (npm http_ece)."""

import asyncio
import base64
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey
from msgspec.structs import replace

from tests.kit import House, Person
from tests.service.test_webhooks import Receiver
from unisono.domain.errors import Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.egress.client import EgressFactory
from unisono.service.ports import NewEvent
from unisono.service.ports.push import DeviceChange
from unisono.service.push.deliver import PushSender
from unisono.service.push.devices import KINDS, add_device, change_device, devices_of, remove_device
from unisono.service.push.follow import follow_for_push
from unisono.service.push.seal import CURVE, seal
from unisono.service.push.vapid import b64, unb64
from unisono.service.settings import change_settings

ROOT = Path(__file__).parents[2]
_OPEN = """
const ece = require('http_ece'), crypto = require('crypto');
for (const [body, key, auth] of JSON.parse(require('fs').readFileSync(0, 'utf8'))) {
  const ecdh = crypto.createECDH('prime256v1');
  ecdh.setPrivateKey(Buffer.from(key, 'base64'));
  const plain = ece.decrypt(Buffer.from(body, 'base64'), { version: 'aes128gcm', privateKey: ecdh, authSecret: Buffer.from(auth, 'base64') });
  console.log(plain.toString('utf8'));
}
"""


class Browser:
    """A browser that has subscribed: its key pair and its secret."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.private = ec.generate_private_key(CURVE)
        self.public = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.auth = new_id().bytes

    def open(self, bodies: list[bytes]) -> list[dict[str, Any]]:
        """Decrypt what came, as a browser does."""
        private = self.private.private_numbers().private_value.to_bytes(32, "big")
        told = [[base64.b64encode(part).decode() for part in (body, private, self.auth)] for body in bodies]
        node = ROOT / ".cache" / "node-env" / "bin" / "node"
        said = subprocess.run(
            [node, "-e", _OPEN], cwd=ROOT / "ui", input=json.dumps(told), capture_output=True, text=True, check=True
        )
        return [json.loads(line) for line in said.stdout.splitlines()]


class Stage:
    """A house that may push to the receiver, and an agent with a browser."""

    def __init__(self, house: House, receiver: Receiver, address: str, egress: EgressFactory, anna: Person, queue: UUID) -> None:
        self.house, self.receiver, self.address, self.anna, self.queue = house, receiver, address, anna, queue
        self.outside = house.outside = replace(house.outside, http_for=egress)
        self.sender = PushSender(self.outside, "https://desk.example")

    async def browser(self, person: Person | None = None, *kinds: str) -> Browser:
        made = Browser(f"{self.address}/{new_id().hex}")
        await add_device(
            self.outside, (person or self.anna).access, name="Firefox", endpoint=made.endpoint, key=b64(made.public),
            auth=b64(made.auth), kinds=list(kinds or KINDS),
        )  # fmt: skip
        # Whoever begins to follow begins now.
        await follow_for_push(self.outside)
        return made

    async def tell(self) -> None:
        while await follow_for_push(self.outside):
            pass
        while await self.sender.tell_due():
            pass

    async def hear(self, id_: str = "1", text: str = "Geheime Worte") -> None:
        if not hasattr(self, "channel"):
            self.channel = await self.house.channel(self.queue)
        await self.house.hear(self.channel, {"id": id_, "text": text, "by": f"c{id_}"})

    async def offer(self, id_: str = "1") -> None:
        await self.hear(id_)
        await self.house.route()

    async def emit(self, type_: str, agent: UUID | None = None, **body: Any) -> None:
        (work,) = await self.house.sql(
            "select i.id, i.conversation_id, c.access_class from interaction i join conversation c on c.id = i.conversation_id limit 1"
        )
        async with self.house.db.write() as tx:
            tx.emit(
                NewEvent(
                    type=type_, conversation_id=work["conversation_id"], interaction_id=work["id"], agent_id=agent,
                    access_class=work["access_class"], body=body,
                )
            )  # fmt: skip


@pytest_asyncio.fixture
async def stage(house: House) -> AsyncIterator[Stage]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    queue = await house.queue(offer_s=60)
    anna = await house.agent(queue)
    await change_settings(house.db, anna.access, {"push.service": address})
    async with EgressFactory(allow_private=True, patience=0.05) as egress:
        yield Stage(house, receiver, address, egress, anna, queue)
    server.close()
    while receiver.open:
        await asyncio.sleep(0.01)


def test_what_is_sealed_is_what_the_standard_says() -> None:
    """RFC 8291, appendix A."""
    private = int.from_bytes(unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    sealed = seal(
        b"When I grow up, I want to be a watermelon",
        unb64("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        unb64("BTBZMqHH6r4Tts7J_aSIgg"), key=ec.derive_private_key(private, CURVE), salt=unb64("DGv6ra1nlYgDCS1FRnbzlw"),
    )  # fmt: skip
    assert b64(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6"
        "cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


async def test_an_offer_is_told_by_ids_in_general_words_sealed_for_the_browser_and_signed_by_the_house(stage: Stage) -> None:
    browser = await stage.browser()
    await stage.offer()
    await stage.tell()
    await stage.tell()
    [(headers, body)] = stage.receiver.got
    [told] = browser.open([body])
    (work,) = await stage.house.sql("select id, conversation_id from interaction")
    assert told == {
        "kind": "offer", "title": "Ein Angebot für Sie", "body": "Es wartet, bis Sie es annehmen oder ablehnen.",
        "tag": f"offer-{work['id'].hex}", "interaction_id": str(work["id"]), "conversation_id": str(work["conversation_id"]),
    }  # fmt: skip
    assert b"Geheime" not in body
    assert (headers["content-encoding"], headers["urgency"], headers["topic"]) == ("aes128gcm", "high", work["id"].hex)
    assert 0 < int(headers["ttl"]) <= 60
    scheme, _, rest = headers["authorization"].partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(", "))
    point = unb64(parts["k"])
    assert scheme == "vapid"
    assert parts["k"] == (await devices_of(stage.outside, stage.anna.access)).key
    key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])})
    claims = jwt.decode(parts["t"], key).claims
    now = stage.house.clock.now().timestamp()
    assert (claims["aud"], claims["sub"]) == (stage.address, "https://desk.example")
    assert now < claims["exp"] <= now + 86_400


async def test_customers_words_go_along_only_when_the_house_allows_it(stage: Stage) -> None:
    browser = await stage.browser()
    await change_settings(stage.house.db, stage.anna.access, {"push.with_text": True})
    await stage.offer()
    await stage.tell()
    assert "Geheime Worte" in browser.open([stage.receiver.got[0][1]])[0]["body"]


async def test_who_is_named_in_a_note_is_told_and_nobody_else(stage: Stage) -> None:
    ben = await stage.house.agent(stage.queue)
    await stage.hear()
    browser = await stage.browser(ben)
    await stage.browser()
    await stage.emit("note.mentioned", user_id=ben.id, message_id=new_id(), mention_id=new_id())
    await stage.tell()
    [told] = browser.open([body for _, body in stage.receiver.got])
    assert (told["kind"], told["title"]) == ("mention", "Sie wurden genannt")


async def test_a_deadline_that_passed_concerns_who_has_it_in_hand(stage: Stage) -> None:
    await stage.hear()
    browser = await stage.browser()
    await stage.house.sql("update interaction set agent_id = $1, state = 'active'", stage.anna.id)
    await stage.emit("interaction.breached", clock="first_response", due_at=stage.house.clock.now().isoformat())
    await stage.tell()
    assert [one["kind"] for one in browser.open([body for _, body in stage.receiver.got])] == ["deadline"]


async def test_a_deadline_of_what_nobody_has_concerns_who_leads_that_work(stage: Stage) -> None:
    await stage.hear()
    lead = await stage.house.agent(stage.queue)
    await stage.browser()
    led = await stage.browser(lead)
    await stage.house.sql("delete from role_grant where user_id = $1", stage.anna.id)
    await stage.emit("interaction.breached", clock="first_response")
    await stage.tell()
    assert [one["kind"] for one in led.open([body for _, body in stage.receiver.got])] == ["deadline"]


async def test_whoever_has_logged_off_from_work_is_left_in_peace(stage: Stage) -> None:
    await stage.hear()
    await stage.browser()
    await stage.house.sql("update agent set state = 'offline'")
    await stage.emit("note.mentioned", user_id=stage.anna.id, message_id=new_id(), mention_id=new_id())
    await stage.tell()
    assert stage.receiver.got == []


async def test_a_browser_is_told_only_what_its_owner_chose(stage: Stage) -> None:
    await stage.browser(None, "mention")
    await stage.offer()
    await stage.tell()
    assert stage.receiver.got == []
    [device] = (await devices_of(stage.outside, stage.anna.access)).items
    await change_device(stage.house.db, stage.anna.access, device.id, DeviceChange(kinds=["offer"]))
    await stage.offer("2")
    await stage.tell()
    assert len(stage.receiver.got) == 1


@pytest.mark.parametrize("answer", ["404 Not Found", "410 Gone"])
async def test_a_subscription_that_is_over_is_forgotten(stage: Stage, answer: str) -> None:
    await stage.browser()
    stage.receiver.answers = [answer]
    await stage.offer()
    await stage.tell()
    assert (await devices_of(stage.outside, stage.anna.access)).items == []
    assert await stage.house.sql("select 1 from push_telling") == []


async def test_a_service_in_trouble_is_asked_again_after_the_pause_it_names(stage: Stage) -> None:
    browser = await stage.browser()
    stage.receiver.answers = ["429 Too Many Requests\r\nRetry-After: 20", "201 Created"]
    await stage.offer()
    await stage.tell()
    await stage.tell()
    assert len(stage.receiver.got) == 1
    stage.house.clock.advance(21)
    await stage.tell()
    assert len(browser.open([body for _, body in stage.receiver.got])) == 2
    assert await stage.house.sql("select 1 from push_telling") == []


async def test_what_is_too_late_to_matter_is_not_told(stage: Stage) -> None:
    await stage.browser()
    await stage.offer()
    while await follow_for_push(stage.outside):
        pass
    stage.house.clock.advance(61)
    await stage.tell()
    assert stage.receiver.got == []
    assert await stage.house.sql("select 1 from push_telling") == []


async def test_two_nodes_tell_once(stage: Stage) -> None:
    await stage.browser()
    await stage.offer()
    while await follow_for_push(stage.outside):
        pass
    other = PushSender(stage.outside)
    await asyncio.gather(stage.sender.tell_due(), other.tell_due())
    assert len(stage.receiver.got) == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:5432/x",
        "https://intern.example/x",
        "https://fcm.googleapis.com@intern.example/x",
        "file:///etc/passwd",
        "",
    ],
)
async def test_a_browser_cannot_lead_the_house_to_another_server(stage: Stage, endpoint: str) -> None:
    browser = Browser(endpoint)
    with pytest.raises(Invalid, match="push service"):
        await add_device(
            stage.outside,
            stage.anna.access,
            name="",
            endpoint=endpoint,
            key=b64(browser.public),
            auth=b64(browser.auth),
            kinds=[],
        )


async def test_keys_that_are_none_are_refused(stage: Stage) -> None:
    with pytest.raises(Invalid, match="no key"):
        await add_device(
            stage.outside,
            stage.anna.access,
            name="",
            endpoint=stage.address,
            key=b64(b"\x04" + bytes(64)),
            auth=b64(bytes(16)),
            kinds=[],
        )


async def test_a_device_is_taken_back_by_its_owner_alone_and_what_was_on_its_way_with_it(stage: Stage) -> None:
    ben = await stage.house.agent(stage.queue)
    await stage.browser()
    await stage.offer()
    while await follow_for_push(stage.outside):
        pass
    [device] = (await devices_of(stage.outside, stage.anna.access)).items
    with pytest.raises(NotFound):
        await remove_device(stage.house.db, ben.access, device.id)
    await remove_device(stage.house.db, stage.anna.access, device.id)
    await stage.tell()
    assert stage.receiver.got == []


async def test_who_signs_in_at_the_same_browser_takes_it_over(stage: Stage) -> None:
    browser = await stage.browser()
    ben = await stage.house.agent(stage.queue)
    await add_device(
        stage.outside,
        ben.access,
        name="Firefox",
        endpoint=browser.endpoint,
        key=b64(browser.public),
        auth=b64(browser.auth),
        kinds=[],
    )
    assert (await devices_of(stage.outside, stage.anna.access)).items == []
    assert len((await devices_of(stage.outside, ben.access)).items) == 1
