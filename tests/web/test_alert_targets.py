"""Alerts go to a mailbox, a chat, a webhook and the desk, each once, whatever ends in between: set up and seen through the API.

The mail server, the chat server and the webhook's receiver are real ones.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from msgspec.structs import replace

from tests.peers import prosody
from tests.service.test_listening import post
from tests.service.test_webhooks import Receiver
from tests.web.conftest import Browser, MakeHouse, Served, serve
from unisono.app.registry import Connectors
from unisono.app.report_post import ChannelPost
from unisono.connectors.xmpp.answering import Answering
from unisono.contract import Overheard
from unisono.domain.errors import Unavailable
from unisono.domain.ids import new_id
from unisono.egress.client import EgressFactory
from unisono.service.listening.alerts import look_for_spikes
from unisono.service.listening.ear import Ear
from unisono.service.listening.take_in import take_in
from unisono.service.listening.tell import PAUSES_S, Teller
from unisono.service.ports.report_mail import Letter
from unisono.service.webhooks.deliver import WebhookSender
from unisono.service.webhooks.follow import follow_for_webhooks
from unisono.testing.mailhouse.submission import Submission
from unisono.testing.networks.xmpp import Person, Prosody

PASSWORD = "correct horse battery"


class Cut(ChannelPost):
    """The node ends while it hands a mail over: before the server has it, or after."""

    async def send(self, channel_id: UUID | None, letter: Letter) -> None:
        await super().send(channel_id, letter)
        raise asyncio.CancelledError


class Alarms:
    """A served house with a monitor, a mailbox, and a webhook's receiver."""

    def __init__(self, served: Served, root: Browser, smtp: Submission, receiver: Receiver, hook: str) -> None:
        self.served, self.root, self.smtp, self.receiver, self.hook = served, root, smtp, receiver, hook
        self.outside = served.house.outside
        self.posts = 0

    async def begin(self) -> None:
        await self.root.log_in("root", PASSWORD)
        self.monitor = await self.root.did("POST", "monitors", {"name": "Störung", "query": "strom weg"})
        await self.served.sql("update monitor set created_at = now() - interval '20 days'")
        self.source = new_id()
        async with self.outside.db.write() as tx:
            await tx.listening.add_source(self.source, "rss", None, "Forum", {})
        self.mailbox = await self.channel("email", {
            "address": "alarm@firma.example", "sender_name": "Unisono", "imap_host": "127.0.0.1", "imap_port": 1,
            "imap_security": "none", "smtp_host": "127.0.0.1", "smtp_port": self.smtp.port, "smtp_security": "none",
        })  # fmt: skip

    async def channel(self, connector: str, config: dict[str, Any], **secrets: str) -> UUID:
        """A channel as it stands once it was connected."""
        made = (await self.served.kit.channel(medium="mail" if connector == "email" else "chat")).id
        await self.served.sql(
            "update channel set connector = $2, network = $2, name = $2, config = $3 where id = $1", made, connector, config
        )
        for name, value in secrets.items():
            await self.outside.secrets.put(made, name, value)
        return made

    async def target(self, **body: Any) -> dict[str, Any]:
        made: dict[str, Any] = await self.root.did(
            "POST", "alert-targets", {"monitor_id": self.monitor["id"], "locale": "de", **body}
        )
        return made

    async def outage(self) -> None:
        """Fourteen say it within a minute; what monitors found is looked at."""
        ear = Ear(self.outside.db)
        await ear.keep_up()
        now = datetime.now(UTC)
        said = [replace(post(self.posts + n, f"Strom weg bei {n}"), said_at=now - timedelta(seconds=30)) for n in range(14)]
        self.posts += len(said)
        await take_in(self.outside, ear, self.source, "rss", [Overheard(posts=tuple(said))])
        assert await look_for_spikes(self.outside.db) == 1

    async def over(self) -> None:
        """Nothing more is found."""
        await self.served.sql("update mention set said_at = said_at - interval '9 hours'")
        assert await look_for_spikes(self.outside.db) == 1

    async def told(self, post: ChannelPost | None = None) -> None:
        """Say all that is due, by every way."""
        teller = Teller(self.outside, post or ChannelPost(self.outside), "https://desk.example")
        while await teller.send_due():
            pass
        while await follow_for_webhooks(self.outside):
            pass
        async with self.outside.db.read() as tx:
            due = await tx.webhooks.due()
        for webhook_id in due:
            while await WebhookSender(self.outside).send_next(webhook_id):
                pass

    async def later(self) -> None:
        """Leases and pauses are over."""
        await self.served.sql("update alert_notice set next_at = now() - interval '1 second'")

    async def states(self) -> list[tuple[str, str, str]]:
        """What the list of alerts says of whom it told."""
        alerts = (await self.root.get("alerts"))["items"]
        return [(one["kind"], one["what"], one["state"]) for alert in alerts for one in alert["told"]]

    def mails(self) -> list[Any]:
        return [message_from_bytes(one.content, policy=policy.default) for one in self.smtp.taken]


@pytest_asyncio.fixture
async def alarms(make_house: MakeHouse) -> AsyncIterator[Alarms]:
    from unisono.service.first_run import first_administrator

    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    hook = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in"
    smtp = Submission()
    smtp.start()
    try:
        async with EgressFactory(allow_private=True, patience=0.05) as egress:
            house = await make_house(registry=Connectors())
            house = replace(house, outside=replace(house.outside, http_for=egress))
            async with house.db.write() as tx:
                hashed = await house.passwords.hash(PASSWORD)
                await first_administrator(tx, login="root", name="Root", locale="en", password_hash=hashed)
            served = await serve(house)
            found = Alarms(served, served.browser(), smtp, receiver, hook)
            await found.begin()
            yield found
            await served.close()
    finally:
        smtp.stop()
        server.close()


async def test_an_alert_reaches_mailbox_and_webhook_once_and_its_end_too(alarms: Alarms) -> None:
    webhook = await alarms.root.did("POST", "webhooks", {"name": "Pager", "url": alarms.hook, "events": []})
    ways = await alarms.root.get("alert-targets/ways")
    assert ([one["id"] for one in ways["mail"]], [one["name"] for one in ways["webhook"]]) == ([str(alarms.mailbox)], ["Pager"])
    await alarms.target(kind="mail", address="dienst@firma.example")
    await alarms.target(kind="webhook", webhook_id=webhook["id"])
    await follow_for_webhooks(alarms.outside)
    await alarms.outage()
    await alarms.told()
    await alarms.told()
    (mail,) = alarms.mails()
    assert (mail["to"], mail["from"]) == ("dienst@firma.example", "Unisono <alarm@firma.example>")
    assert "„Störung“ findet ungewöhnlich viel" in mail["subject"]
    assert "14 Beiträge in 5 Minuten" in mail.get_content()
    assert "https://desk.example/listening/storms" in mail.get_content()
    (told,) = alarms.receiver.bodies()
    assert (told["type"], told["body"]["posts"], told["body"]["webhook_ids"]) == ("monitor.spiked", 14, [webhook["id"]])
    assert alarms.receiver.got[0][0]["webhook-signature"].startswith("v1,")
    assert await alarms.states() == [("mail", "spiked", "sent")]
    await alarms.over()
    await alarms.told()
    assert ["wieder ruhig" in mail["subject"] for mail in alarms.mails()] == [False, True]
    assert [one["type"] for one in alarms.receiver.bodies()] == ["monitor.spiked", "monitor.calmed"]
    assert await alarms.states() == [("mail", "spiked", "sent"), ("mail", "calmed", "sent")]
    # A webhook that takes nothing is told again, is given up at last, and shows at the target.
    alarms.receiver.answers = ["500 Broken"]
    await alarms.outage()
    await alarms.told()
    by_kind = {one["kind"]: one for one in (await alarms.root.get("alert-targets"))["items"]}
    assert (by_kind["webhook"]["state"], by_kind["webhook"]["webhook"], by_kind["mail"]["state"]) == ("failed", "Pager", "sent")


async def test_a_node_that_ends_in_between_leaves_no_alert_out_and_sends_none_twice(alarms: Alarms) -> None:
    await alarms.target(kind="mail", address="dienst@firma.example")
    await alarms.outage()
    # It ended after it took the notice and before it handed it over: another sends it.
    async with alarms.outside.db.write() as tx:
        (mine,) = await tx.alerts.claim(10, 60.0)
    await alarms.told()
    assert alarms.mails() == []
    await alarms.later()
    await alarms.told()
    assert len(alarms.mails()) == 1
    # It had only been slow, and wakes up: another has it by now.
    await Teller(alarms.outside, ChannelPost(alarms.outside), "https://desk.example")._tell(mine)
    assert len(alarms.mails()) == 1
    assert await alarms.states() == [("mail", "spiked", "sent")]
    # It ended after the server had it and before that was noted: told as unknown, and not sent again.
    await alarms.over()
    with pytest.raises(asyncio.CancelledError):
        await alarms.told(Cut(alarms.outside))
    await alarms.later()
    await alarms.told()
    assert len(alarms.mails()) == 2
    assert await alarms.states() == [("mail", "spiked", "sent"), ("mail", "calmed", "unknown")]
    told = await alarms.served.sql("select body from event where type = 'monitor.not_told'")
    assert [row["body"]["state"] for row in told] == ["unknown"]


async def test_what_the_mail_server_refuses_is_tried_again_and_then_seen(alarms: Alarms) -> None:
    target = await alarms.target(kind="mail", address="weg@firma.example")
    await alarms.outage()
    alarms.smtp.refuse_recipient.extend(["451 later"])
    await alarms.told()
    assert await alarms.states() == [("mail", "spiked", "waiting")]
    await alarms.later()
    await alarms.told()
    assert await alarms.states() == [("mail", "spiked", "sent")]
    await alarms.over()
    alarms.smtp.refuse_recipient.extend(["451 later"] * (len(PAUSES_S) + 1))
    for _ in range(len(PAUSES_S) + 1):
        await alarms.told()
        await alarms.later()
    assert await alarms.states() == [("mail", "spiked", "sent"), ("mail", "calmed", "failed")]
    (listed,) = (await alarms.root.get("alert-targets"))["items"]
    assert listed["state"] == "failed"
    assert "later" in listed["problem"]
    # Who was not told that it began is not told that it is over.
    alarms.smtp.refuse_recipient.clear()
    alarms.smtp.refuse_recipient.extend(["550 nobody here"])
    await alarms.outage()
    await alarms.told()
    await alarms.over()
    await alarms.told()
    assert (await alarms.states())[:1] == [("mail", "spiked", "failed")]
    assert len(alarms.mails()) == 1
    await alarms.root.did("POST", f"alert-targets/{target['id']}/try", headers={"idempotency-key": str(new_id())})
    await alarms.told()
    assert "Probe" in alarms.mails()[-1]["subject"]
    await alarms.root.did("DELETE", f"alert-targets/{target['id']}")
    await alarms.outage()
    await alarms.told()
    assert len(alarms.mails()) == 2


async def _no_database(*_: object) -> None:
    raise Unavailable("The database does not answer.")


@pytest.mark.peer
async def test_a_chat_is_told_over_a_real_server_and_looked_for_before_it_is_told_again(
    alarms: Alarms, monkeypatch: pytest.MonkeyPatch
) -> None:
    prosody()
    server = Prosody()
    await server.start()
    try:
        ours, password = server.account("firma")
        config = {"address": ours, "host": "127.0.0.1", "port": server.port, "security": "none"}
        chat = await alarms.channel("xmpp", config, password=password)
        anna = Person(*server.account("anna"), server.port)
        await anna.arrive()
        try:
            target = await alarms.target(kind="chat", channel_id=str(chat), address=anna.address)
            await alarms.outage()
            await alarms.told()
            # The node ended after the server had it: the next looks into the archive, and finds it.
            await alarms.served.sql("update alert_notice set state = 'sending', done_at = null, next_at = now()")
            await alarms.told()
            await alarms.over()
            # It ended before anything went out, which two looks have to say before it is sent.
            async with alarms.outside.db.write() as tx:
                (notice,) = await tx.alerts.claim(10, 60.0)
                assert await tx.alerts.sending(notice, 60.0)
            for _ in range(3):
                await alarms.later()
                await alarms.told()
            await anna.settle()
            said = [str(one["body"]) for one in anna.heard if one["body"]]
            assert ["14 Beiträge in 5 Minuten" in said[0], "wieder so viel wie üblich" in said[1]] == [True, True]
            assert len(said) == 2
            assert await alarms.states() == [("chat", "spiked", "sent"), ("chat", "calmed", "sent")]
            # The server had it when the house could note nothing any more: it is looked for as well.
            with monkeypatch.context() as broken:
                broken.setattr(Answering, "_keep", _no_database)
                await alarms.root.did("POST", f"alert-targets/{target['id']}/try", headers={"idempotency-key": str(new_id())})
                await alarms.told()
            await alarms.later()
            await alarms.told()
            await anna.settle()
            assert len([one for one in anna.heard if one["body"]]) == 3
            (listed,) = (await alarms.root.get("alert-targets"))["items"]
            assert listed["state"] == "sent"
        finally:
            await anna.leave()
    finally:
        await server.stop()


async def test_what_cannot_be_told_is_refused_and_only_who_keeps_monitors_sees_the_rest(alarms: Alarms) -> None:
    wrong = {
        ("kind", "not_one_of"): {"kind": "pigeon"},
        ("address", "bad_email"): {"kind": "mail", "address": "nobody"},
        ("webhook_id", "no_webhook"): {"kind": "webhook"},
        ("channel_id", "no_channel"): {"kind": "chat", "channel_id": str(alarms.mailbox), "address": "anna@chat.example"},
        ("locale", "not_one_of"): {"kind": "mail", "address": "a@firma.example", "locale": "xx"},
    }
    for (field, code), body in wrong.items():
        found = await alarms.root.problem("POST", "alert-targets", {"monitor_id": alarms.monitor["id"], **body})
        assert (found["field"], found["code"]) == (field, code)
    chat = await alarms.channel("xmpp", {})
    body = {"monitor_id": alarms.monitor["id"], "kind": "chat", "channel_id": str(chat), "address": "#room"}
    assert (await alarms.root.problem("POST", "alert-targets", body))["code"] == "bad_chat_address"
    await alarms.target(kind="mail", address="a@firma.example")
    again = {"monitor_id": alarms.monitor["id"], "kind": "mail", "address": "a@firma.example"}
    assert (await alarms.root.problem("POST", "alert-targets", again))["code"] == "told_already"
    agent = await alarms.served.logged_in("anna", "agent")
    assert (await agent.problem("GET", "alert-targets"))["status"] == 403
    await alarms.outage()
    assert [one["told"] for one in (await agent.get("alerts"))["items"]] == [[]]
