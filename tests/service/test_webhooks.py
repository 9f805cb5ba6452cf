"""Webhooks, against a server of this machine that answers, fails, is slow, leads elsewhere, or wants no more."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from msgspec.structs import replace

from tests.kit import House, Person
from unisono.domain.errors import Invalid
from unisono.domain.ids import new_id
from unisono.egress.client import EgressFactory
from unisono.policy.rules.language import Action, Verb
from unisono.service.metrics import REGISTRY
from unisono.service.ports import Cursor
from unisono.service.ports.rules import StoredRule
from unisono.service.ports.webhooks import Webhook, WebhookChange
from unisono.service.rules.manage import add_rule
from unisono.service.webhooks.deliver import WebhookSender, forget_deliveries
from unisono.service.webhooks.follow import follow_for_webhooks
from unisono.service.webhooks.judge import FAILING_FOR, PAUSES_S, judge, retry_after
from unisono.service.webhooks.manage import add_webhook, change_webhook, remove_webhook, replay, try_webhook

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


class Receiver:
    """A small HTTP server that keeps what it gets and answers what it was told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[str] = []
        self.wait_s = 0.0
        self.open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.got.append((headers, body))
        self.open += 1
        await asyncio.sleep(self.wait_s)
        answer = self.answers.pop(0) if self.answers else "204 No Content"
        writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.open -= 1

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]


class Stage:
    """A house with a webhook to the receiver."""

    def __init__(self, house: House, receiver: Receiver, url: str, egress: EgressFactory, person: Person) -> None:
        self.house, self.receiver, self.url, self.person = house, receiver, url, person
        self.outside = house.outside = replace(house.outside, http_for=egress)
        self.sender = WebhookSender(self.outside)

    async def webhook(self, *events: str, **more: Any) -> tuple[UUID, str]:
        made = Webhook(
            id=new_id(),
            name="CRM",
            url=more.pop("url", self.url),
            events=list(events),
            enabled=True,
            **{"with_text": False, **more},
        )
        await follow_for_webhooks(self.outside)
        return made.id, await add_webhook(self.house.db, self.outside.cipher, self.person.access, made)

    async def tell(self) -> None:
        """Follow the log and send all that is due."""
        while await follow_for_webhooks(self.outside):
            pass
        async with self.house.db.read() as tx:
            due = await tx.webhooks.due()
        for webhook_id in due:
            while await self.sender.send_next(webhook_id):
                pass

    async def states(self) -> list[tuple[str, int, str]]:
        rows = await self.house.sql("select state, attempts, error from webhook_delivery order by id")
        return [(row["state"], row["attempts"], row["error"]) for row in rows]

    async def hear(self, id_: str = "1", text: str = "Geheim") -> None:
        if not hasattr(self, "channel"):
            self.channel = await self.house.channel()
        await self.house.hear(self.channel, {"id": id_, "text": text, "by": f"c{id_}"})


@pytest_asyncio.fixture
async def stage(house: House) -> AsyncIterator[Stage]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with EgressFactory(allow_private=True, patience=0.05) as egress:
        yield Stage(house, receiver, f"http://127.0.0.1:{port}/in", egress, await house.agent())
    server.close()
    while receiver.open:
        await asyncio.sleep(0.01)


async def test_who_subscribed_is_told_by_ids_signed_and_once(stage: Stage) -> None:
    _, secret = await stage.webhook("message.received")
    await stage.hear()
    await stage.tell()
    await stage.tell()
    [(headers, body)] = stage.receiver.got
    told = json.loads(body)
    assert (told["type"], told["id"]) == ("message.received", headers["webhook-id"])
    assert told["body"].keys() == {"message_id", "direction"}
    assert b"Geheim" not in body
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    proof = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{proof}"
    assert await stage.states() == [("delivered", 1, "")]


async def test_words_go_along_only_where_they_were_asked_for_and_never_after_their_erasure(stage: Stage) -> None:
    await stage.webhook("message.received", with_text=True)
    await stage.hear()
    await stage.tell()
    assert stage.receiver.bodies()[0]["message"] == {"subject": "", "text": "Geheim"}
    await stage.house.hear(stage.channel, {"kind": "deleted", "id": "1"})
    [row] = await stage.house.sql("select id, webhook_id from webhook_delivery")
    await replay(stage.house.db, stage.person.access, row["webhook_id"], row["id"])
    await stage.tell()
    assert "message" not in stage.receiver.bodies()[1]
    assert (await stage.house.sql("select count(*) as n from webhook_delivery where payload::text like '%Geheim%'"))[0]["n"] == 0


async def test_what_fails_is_tried_again_later_each_time_and_given_up_in_the_end_and_can_be_sent_anew(stage: Stage) -> None:
    webhook, _ = await stage.webhook("interaction.created")
    measured = REGISTRY.get_sample_value("unisono_webhook_seconds_count") or 0
    await stage.hear()
    stage.receiver.answers = ["500 Oh", "302 Found", *["503 Busy"] * 7]
    await stage.tell()
    for pause in PAUSES_S:
        stage.house.clock.advance(pause - 1)
        before = len(stage.receiver.got)
        await stage.tell()
        assert len(stage.receiver.got) == before, "it came before its time"
        stage.house.clock.advance(2)
        await stage.tell()
        assert len(stage.receiver.got) == before + 1
    assert len(stage.receiver.got) == len(PAUSES_S) + 1
    assert await stage.states() == [("dead", 9, "status")]
    assert await replay(stage.house.db, stage.person.access, webhook, None) == 1
    await stage.tell()
    assert await stage.states() == [("delivered", 1, "")]
    assert len({headers["webhook-id"] for headers, _ in stage.receiver.got}) == 1
    came = {
        state: REGISTRY.get_sample_value("unisono_webhook_deliveries_total", {"webhook": str(webhook), "state": state})
        for state in ("waiting", "dead", "delivered")
    }
    assert came == {"waiting": len(PAUSES_S), "dead": 1, "delivered": 1}
    assert REGISTRY.get_sample_value("unisono_webhook_seconds_count") == measured + len(PAUSES_S) + 2


async def test_one_that_is_slow_or_away_holds_up_no_other_and_loses_nothing(stage: Stage) -> None:
    away, _ = await stage.webhook("interaction.created", url="http://127.0.0.1:9/")
    await stage.webhook("interaction.created")
    await stage.hear("1")
    await stage.hear("2")
    await stage.tell()
    assert [body["type"] for body in stage.receiver.bodies()] == ["interaction.created"] * 2
    errors = await stage.house.sql("select error from webhook_delivery where webhook_id = $1", away)
    assert {row["error"] for row in errors} == {"not_reached"}
    stage.receiver.wait_s = 0.7
    await stage.hear("3")
    await stage.tell()
    assert ("waiting", 1, "not_reached") in await stage.states()


async def test_who_answers_gone_is_asked_no_more_until_somebody_switches_it_on(stage: Stage) -> None:
    webhook, _ = await stage.webhook("interaction.created")
    stage.receiver.answers = ["410 Gone"]
    await stage.hear("1")
    await stage.tell()
    await stage.hear("2")
    await stage.tell()
    assert len(stage.receiver.got) == 1
    [row] = await stage.house.sql("select enabled, disabled_why from webhook")
    assert (row["enabled"], row["disabled_why"]) == (False, "gone")
    audited = await stage.house.sql("select action from audit where action = 'webhook.disabled'")
    assert len(audited) == 1
    await change_webhook(stage.house.db, stage.person.access, webhook, WebhookChange(enabled=True))
    await stage.hear("3")
    await stage.tell()
    assert len(stage.receiver.got) == 2


async def test_what_fails_for_days_is_switched_off_with_a_notice_and_goes_on_where_it_stopped(stage: Stage) -> None:
    webhook, _ = await stage.webhook("interaction.created")
    await stage.hear("1")
    stage.receiver.answers = ["500 Oh"] * 2
    await stage.tell()
    stage.house.clock.advance(FAILING_FOR.total_seconds() + 60)
    await stage.tell()
    [row] = await stage.house.sql("select enabled, disabled_why from webhook")
    assert (row["enabled"], row["disabled_why"]) == (False, "failing")
    stage.house.clock.advance(3_600)
    await stage.tell()
    assert len(stage.receiver.got) == 2
    await change_webhook(stage.house.db, stage.person.access, webhook, WebhookChange(enabled=True))
    await stage.tell()
    assert await stage.states() == [("delivered", 3, "")]


async def test_a_process_that_dies_in_the_middle_leaves_it_to_the_next(stage: Stage) -> None:
    webhook, _ = await stage.webhook("interaction.created")
    await stage.hear()
    await follow_for_webhooks(stage.outside)
    async with stage.house.db.write() as tx:
        assert await tx.webhooks.claim(webhook, 60) is not None
    await stage.tell()
    assert stage.receiver.got == []
    stage.house.clock.advance(61)
    stage.sender = WebhookSender(stage.outside)
    await stage.tell()
    assert await stage.states() == [("delivered", 2, "")]


async def test_two_nodes_send_each_one_once_and_in_the_order_of_the_log(stage: Stage) -> None:
    webhook, _ = await stage.webhook("message.received")
    for n in range(8):
        await stage.hear(str(n))
    other = WebhookSender(stage.outside)
    while await follow_for_webhooks(stage.outside):
        pass
    while any(await asyncio.gather(stage.sender.send_next(webhook), other.send_next(webhook))):
        pass
    bodies = stage.receiver.bodies()
    cursors = [Cursor.parse(body["cursor"]) for body in bodies]
    assert cursors == sorted(cursors)
    assert len(bodies) == 8


async def test_a_rule_tells_a_webhook_that_subscribed_to_nothing(stage: Stage) -> None:
    webhook, _ = await stage.webhook()
    rule = StoredRule(
        id=new_id(), name="Melden", position=0, trigger="created", after_s=None, match_all=True, conditions=[], stop=False,
        enabled=True, actions=[Action(verb=Verb.WEBHOOK, value=str(webhook))],
    )  # fmt: skip
    await add_rule(stage.house.db, stage.person.access, rule)
    await stage.hear()
    await stage.tell()
    [body] = stage.receiver.bodies()
    assert (body["type"], body["body"]["rule_id"]) == ("interaction.rule_applied", str(rule.id))


async def test_nothing_goes_into_the_own_network_unless_the_deployment_allows_it(stage: Stage) -> None:
    async with EgressFactory() as guarded:
        stage.sender = WebhookSender(replace(stage.outside, http_for=guarded))
        await stage.webhook("interaction.created")
        await stage.hear()
        await stage.tell()
    assert stage.receiver.got == []
    assert (await stage.states())[0][2] in ("refused", "not_reached")


async def test_a_test_arrives_and_what_is_over_is_forgotten(stage: Stage) -> None:
    webhook, _ = await stage.webhook()
    await try_webhook(stage.house.db, stage.person.access, webhook)
    await stage.tell()
    assert [body["type"] for body in stage.receiver.bodies()] == ["webhook.test"]
    stage.house.clock.advance(timedelta(days=31).total_seconds())
    await forget_deliveries(stage.outside)
    assert await stage.states() == []
    await remove_webhook(stage.house.db, stage.person.access, webhook)
    assert await stage.house.sql("select * from secret where owner_kind = 'webhook'") == []


async def test_addresses_and_events_that_make_no_sense_are_refused(stage: Stage) -> None:
    for bad in ({"url": "ftp://x"}, {"url": "https://a:b@c/"}, {"url": "nothing"}):
        with pytest.raises(Invalid):
            await stage.webhook("*", **bad)
    with pytest.raises(Invalid):
        await stage.webhook("interaction.never")


def test_who_asks_to_wait_is_waited_for_within_reason() -> None:
    assert judge(1, 429, {"retry-after": "90"}, "", NOW).next_at == NOW + timedelta(seconds=90)
    assert judge(1, 503, {"retry-after": "5"}, "", NOW).next_at == NOW + timedelta(seconds=30)
    assert retry_after("Mon, 02 Nov 2026 10:05:00 GMT", NOW) == timedelta(seconds=300)
    assert retry_after("9999999", NOW) == timedelta(hours=6)
    assert retry_after("soon", NOW) is None
