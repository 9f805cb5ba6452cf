"""Answers: the same bytes at every attempt, once, in the right thread, filed, and never in a circle."""

import asyncio
import json
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import uuid4

import pytest
import pytest_asyncio
from msgspec.structs import replace

from tests.connectors.email.box import Box, answer
from unisono.contract import (
    Author,
    Created,
    NotSent,
    OutAttachment,
    Reauth,
    Reject,
    Retry,
    SendResult,
    Sent,
    Status,
    Undecidable,
    Unknown,
)
from unisono.domain.errors import NotFound, Unavailable
from unisono.domain.words import DeliveryState, ReplyRule
from unisono.testing.clock import MovableClock
from unisono.testing.faultproxy import Effect, FaultProxy, Match

pytestmark = pytest.mark.peer
END_OF_DATA = Match(data=rb"\r\n\.\r\n\Z")


@pytest_asyncio.fixture
async def question(box: Box) -> Created:
    """What a customer asked."""
    box.write("Lieferung", "Wo bleibt mein Paket?", message_id="<1@kunde.example>")
    [question], _ = await box.pulled()
    return question


@pytest_asyncio.fixture
async def line(box: Box) -> AsyncIterator[FaultProxy]:
    """A proxy before the SMTP server."""
    async with FaultProxy(box.smtp.port, raw=True) as proxy:
        box.smtp_port = proxy.port
        await box.open()
        yield proxy


def mail_of(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def file(
    content: bytes | Exception, name: str = "Übersicht für Müller.pdf", media_type: str = "application/pdf"
) -> OutAttachment:
    async def read() -> bytes:
        if isinstance(content, Exception):
            raise content
        return content

    return OutAttachment(name=name, media_type=media_type, size_bytes=9, read=read)


# -- the same bytes, in the right thread ---------------------------------------------------------------------------------


async def test_every_attempt_on_every_node_sends_the_same_bytes(box: Box, question: Created) -> None:
    message = answer(question, "Grüße 👋", html="<p>Grüße 👋</p>", attachments=(file(b"%PDF"),))
    await box.connector.send(message, 1)
    await box.open()  # another process
    await box.connector.send(message, 2)
    first, second = box.smtp.taken
    assert first.content == second.content
    assert mail_of(first.content)["Message-ID"] == f"<unisono.{message.key}@shop.example>"


async def test_a_long_thread_keeps_its_first_and_its_last_references(box: Box, question: Created) -> None:
    chain = tuple(f"<{n}@kunde.example>" for n in range(100))
    await box.connector.send(answer(question, references=chain), 1)
    mail = mail_of(box.smtp.taken[0].content)
    references = str(mail["References"]).split()
    assert references[0] == "<0@kunde.example>"
    assert references[-2:] == ["<99@kunde.example>", "<1@kunde.example>"], "what is answered comes last (RFC 5322, 3.6.4)"
    assert len(references) <= 31
    assert max(len(part) for part in box.smtp.taken[0].content.split(b"\r\n")) < 998


async def test_a_customers_next_mail_is_in_the_thread_of_our_answer(box: Box, question: Created) -> None:
    sent = await box.connector.send(answer(question), 1)
    assert isinstance(sent, Sent)
    box.write("Re: Lieferung", "Danke!", message_id="<2@kunde.example>", references=f"<1@kunde.example> {sent.remote_id}")
    _, cursor = await box.pulled()
    thanks = (await box.pulled())[0][-1]
    assert (thanks.thread.root_id, thanks.thread.parent_id) == ("<1@kunde.example>", sent.remote_id)
    assert cursor


async def test_files_names_and_letters_arrive_as_they_were_written(box: Box, question: Created) -> None:
    message = answer(
        question, "Zeile eins\n.\nFrom hier\nGrüße 👋", subject="Re: Größe – 你好 👋",
        attachments=(file(bytes(range(256)) * 40), file(b"x", "", "kaputt"), file(b"Subject: x\r\n\r\ny", "mail.eml", "message/rfc822")),
        recipient=replace(question.author, display_name='Müller, "Jürgen" <x@y>'),
    )  # fmt: skip
    assert isinstance(await box.connector.send(message, 1), Sent)
    content = box.smtp.taken[0].content
    assert content.isascii(), "seven bits go through every server"
    mail = mail_of(content)
    assert mail["Subject"] == "Re: Größe – 你好 👋"
    assert mail["To"].addresses[0].addr_spec == "berta@kunde.example"
    assert text_of(mail) == "Zeile eins\n.\nFrom hier\nGrüße 👋\n"
    files = [(part.get_filename(), part.get_payload(decode=True)) for part in mail.iter_attachments()]
    assert files[0] == ("Übersicht für Müller.pdf", bytes(range(256)) * 40)
    assert files[1:] == [("file", b"x"), ("mail.eml", b"Subject: x\r\n\r\ny")]


async def test_no_header_can_be_smuggled_in(box: Box, question: Created) -> None:
    message = answer(
        question, subject="Re: x\r\nBcc: opfer@anders.example\r\n\r\nBoese",
        recipient=replace(question.author, display_name="Berta\r\nBcc: opfer@anders.example"),
        attachments=(file(b"x", 'a"\r\nX-Boese: 1\r\n.pdf'),),
    )  # fmt: skip
    await box.open(sender_name="Shop\r\nBcc: opfer@anders.example")
    assert isinstance(await box.connector.send(message, 1), Sent)
    [taken] = box.smtp.taken
    assert taken.recipients == ("berta@kunde.example",)
    mail = mail_of(taken.content)
    assert mail["Bcc"] is None
    assert all(part["X-Boese"] is None for part in mail.walk())


async def test_copies_go_to_those_who_are_named_and_blind_ones_stay_unnamed(box: Box, question: Created) -> None:
    message = answer(question, details={"cc": ["carla@kunde.example"], "bcc": "dora@kunde.example; emil@kunde.example"})
    assert isinstance(await box.connector.send(message, 1), Sent)
    [taken] = box.smtp.taken
    assert taken.recipients == ("berta@kunde.example", "carla@kunde.example", "dora@kunde.example", "emil@kunde.example")
    assert b"dora" not in taken.content
    assert b"carla" in taken.content


@pytest.mark.parametrize(
    ("address", "wire"),
    [("info@müller.example", "info@xn--mller-kva.example"), ("jürgen@kunde.example", "jürgen@kunde.example")],
    ids=["domain with umlaut", "name with umlaut"],
)
async def test_addresses_beyond_ascii(box: Box, question: Created, address: str, wire: str) -> None:
    message = answer(question, recipient=Author(remote_id=address, handle=address))
    assert isinstance(await box.connector.send(message, 1), Sent)
    assert box.smtp.taken[0].recipients == (wire,)


@pytest.mark.parametrize(
    "address", ["", "berta", "berta@", "@kunde.example", "a@b@c.example", "berta@kunde.example\r\nRCPT TO:<x@y.z>"]
)
async def test_what_is_no_address_gets_no_mail(box: Box, question: Created, address: str) -> None:
    result = await box.connector.send(answer(question, recipient=Author(remote_id=address, handle=address)), 1)
    assert isinstance(result, Reject)
    assert result.code == "bad_address"
    assert box.smtp.taken == []


@pytest.mark.parametrize(("error", "expected"), [(NotFound("gone"), Reject), (Unavailable("later"), Retry)])
async def test_a_file_that_cannot_be_read_stops_the_answer(
    box: Box, question: Created, error: Exception, expected: type[SendResult]
) -> None:
    assert isinstance(await box.connector.send(answer(question, attachments=(file(error),)), 1), expected)
    assert box.smtp.taken == []


# -- once, whatever the line does ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", [Effect.ACCEPT_THEN_DROP, Effect.ACCEPT_THEN_HANG, Effect.DROP])
async def test_a_line_that_ends_after_the_text_leaves_the_fate_unknown_and_the_providers_copy_decides(
    box: Box, line: FaultProxy, question: Created, effect: Effect
) -> None:
    await box.open(sent_copies="provider", timeout_s=1)
    message = answer(question)
    line.add(effect, END_OF_DATA, delay_s=1.0)
    assert isinstance(await box.connector.send(message, 1), Unknown)
    line.calm()
    arrived = effect is not Effect.DROP
    assert len(box.smtp.taken) == (1 if arrived else 0)
    assert isinstance(await box.connector.reconcile(message), NotSent), "the provider files it a moment later"
    if arrived:
        box.imap.deliver(box.address, box.smtp.taken[0].content, "Sent")
        found = await box.connector.reconcile(message)
        assert found == Sent(remote_id=f"<unisono.{message.key}@shop.example>")
    else:
        assert isinstance(await box.connector.send(message, 2), Sent)
    assert len(box.smtp.taken) == 1


async def test_an_answer_to_it_proves_that_it_arrived(box: Box, line: FaultProxy, question: Created) -> None:
    await box.open(sent_copies="append")
    message = answer(question)
    line.add(Effect.ACCEPT_THEN_DROP, END_OF_DATA)
    assert isinstance(await box.connector.send(message, 1), Unknown)
    line.calm()
    assert isinstance(await box.connector.reconcile(message), Undecidable), "that we filed no copy proves nothing"
    ours = f"<unisono.{message.key}@shop.example>"
    box.write("Re: Lieferung", "Danke", message_id="<2@kunde.example>", references=f"<1@kunde.example> {ours}")
    assert await box.connector.reconcile(message) == Sent(remote_id=ours)


@pytest.mark.parametrize(
    ("place", "said", "expected", "code"),
    [
        ("sender", "451 4.7.1 Greylisted", Retry, ""), ("recipient", "450 4.2.0 later", Retry, ""),
        ("recipient", "421 4.7.0 Too many connections", Retry, ""), ("recipient", "452 4.2.2 mailbox full", Retry, ""),
        ("data", "451 4.3.0 try again", Retry, ""), ("sender", "550 5.7.1 not allowed", Reject, "smtp_550"),
        ("recipient", "550 5.1.1 unknown", Reject, "smtp_550"), ("recipient", "553 5.1.3 bad", Reject, "smtp_553"),
        ("data", "554 5.7.1 spam", Reject, "smtp_554"), ("data", "552 5.3.4 too large", Reject, "smtp_552"),
        ("sender", "530 5.7.0 Authentication required", Reauth, ""),
    ],
)  # fmt: skip
async def test_what_the_server_says_at_each_step_decides(
    box: Box, question: Created, place: str, said: str, expected: type[SendResult], code: str
) -> None:
    getattr(box.smtp, f"refuse_{place}").append(said)
    message = answer(question)
    result = await box.connector.send(message, 1)
    assert isinstance(result, expected)
    if isinstance(result, Reject):
        assert result.code == code
        assert said[4:] in result.human, "the agent reads what the server said"
    assert box.smtp.taken == []
    assert isinstance(await box.connector.send(message, 2), Sent)


@pytest.mark.parametrize("answered", [b"HTTP/1.1 502 Bad Gateway\r\n\r\n", b"\x00\xff NONSENSE\r\n"])
async def test_what_is_no_smtp_is_no_refusal(box: Box, line: FaultProxy, question: Created, answered: bytes) -> None:
    message = answer(question)
    line.add(Effect.ANSWER_AFTER, END_OF_DATA, answer=answered)
    result = await box.connector.send(message, 1)
    assert isinstance(result, Unknown)
    assert result.reason.isprintable()
    line.calm()
    line.add(Effect.ANSWER, Match(), answer=answered)
    assert isinstance(await box.connector.send(answer(question), 1), Retry), "before its text went out nothing can have arrived"


async def test_a_file_larger_than_the_server_takes_is_refused_before_it_is_sent(box: Box, question: Created) -> None:
    health = await box.connector.check()
    assert health.caps is not None
    assert health.caps.media.max_bytes == 20_000_000
    result = await box.connector.send(answer(question, attachments=(file(b"x" * 25_000_000),)), 1)
    assert isinstance(result, Reject)
    assert result.code == "too_large"
    assert box.smtp.taken == []


# -- copies, and our own coming back ---------------------------------------------------------------------------------------


async def test_a_copy_is_filed_where_nobody_else_does_it_and_comes_back_as_our_own(box: Box, question: Created) -> None:
    message = answer(question, "Kommt morgen.")
    _, before = await box.pulled(stream="sent")
    await box.connector.send(message, 1)
    [copy], cursor = await box.pulled(before, stream="sent")
    assert (copy.own, copy.client_key, copy.text) == (True, message.key, "Kommt morgen.")
    assert copy.thread.customer is not None
    assert copy.thread.customer.remote_id == "berta@kunde.example"
    assert copy.thread.root_id == "<1@kunde.example>"
    assert (await box.pulled(cursor, stream="sent"))[0] == []


async def test_what_somebody_answers_in_a_mail_program_is_our_own_and_no_enquiry(box: Box, question: Created) -> None:
    _, before = await box.pulled(stream="sent")
    box.write(
        "Re: Lieferung", "Schon unterwegs.", message_id="<programm@shop.example>", references="<1@kunde.example>", folder="Sent",
        sender=box.address, to="berta@kunde.example",
    )  # fmt: skip
    [own], _ = await box.pulled(before, stream="sent")
    assert (own.own, own.client_key, own.automatic) == (True, None, False)
    assert own.thread.customer is not None
    assert own.thread.customer.remote_id == "berta@kunde.example"
    assert own.thread.root_id == "<1@kunde.example>"


async def test_the_folder_of_sent_mail_is_found_by_its_mark(box: Box, question: Created) -> None:
    await box.open(sent_folder="")
    await box.connector.send(answer(question), 1)
    assert len(box.imap.mails(box.address, "Sent")) == 1


@pytest.mark.parametrize("copies", ["provider", "none"])
async def test_no_copy_is_filed_where_it_is_not_ours_to_file(box: Box, question: Created, copies: str) -> None:
    await box.open(sent_copies=copies)
    assert isinstance(await box.connector.send(answer(question), 1), Sent)
    assert box.imap.mails(box.address, "Sent") == []
    assert (await box.connector.pull("sent", None, 50)).raws == []


async def test_a_copy_that_cannot_be_filed_changes_nothing_about_the_sending(box: Box, question: Created) -> None:
    await box.open(sent_folder="Gibt es nicht")
    assert isinstance(await box.connector.send(answer(question), 1), Sent)
    assert len(box.smtp.taken) == 1


# -- circles -------------------------------------------------------------------------------------------------------------


async def test_a_circle_of_answers_ends_at_the_limit_of_an_hour(box: Box, question: Created) -> None:
    clock = MovableClock()
    await box.open(max_per_hour=3, clock=clock)
    results = [await box.connector.send(answer(question, f"Antwort {n}"), 1) for n in range(5)]
    assert [isinstance(result, Sent) for result in results] == [True, True, True, False, False]
    assert isinstance(results[-1], Reject)
    assert results[-1].code == "rate"
    assert "Nothing was sent" in results[-1].human
    other = answer(question, recipient=Author(remote_id="carla@kunde.example", handle="carla@kunde.example"))
    assert isinstance(await box.connector.send(other, 1), Sent), "others are not held up"
    clock.advance(3_601)
    assert isinstance(await box.connector.send(answer(question), 1), Sent)


async def test_the_same_answer_tried_again_counts_once(box: Box, question: Created) -> None:
    await box.open(max_per_hour=1)
    message = answer(question)
    box.smtp.refuse_recipient.extend(["450 later", "450 later"])
    for _ in range(2):
        assert isinstance(await box.connector.send(message, 1), Retry)
    assert isinstance(await box.connector.send(message, 3), Sent)


async def test_two_machines_that_answer_each_other_stop_by_what_each_mail_says(box: Box, question: Created) -> None:
    """Our automatic answers carry what RFC 3834 asks for, and what they come to is known as automatic here."""
    message = answer(question, details={"automatic": True})
    assert isinstance(await box.connector.send(message, 1), Sent)
    [taken] = box.smtp.taken
    assert taken.sender == "<>", "what comes back of it has nowhere to go"
    assert mail_of(taken.content)["Auto-Submitted"] == "auto-replied"
    bounced = taken.content.replace(b"To: Berta Beispiel <berta@kunde.example>", f"To: {box.address}".encode())
    box.imap.deliver(box.address, bounced.replace(box.address.encode(), b"maschine@kunde.example", 1))
    echoed = (await box.pulled())[0][-1]
    assert echoed.automatic


async def test_nobody_is_asked_to_answer_what_no_person_wrote(box: Box) -> None:
    box.write("Urlaub", "Nicht da", message_id="<a@x>", Auto_Submitted="auto-replied")
    box.write("Unzustellbar", "Fehler", message_id="<b@x>", sender="MAILER-DAEMON@kunde.example", Return_Path="<>")
    box.write("Ticket", "Angelegt", message_id="<c@x>", sender="no-reply@portal.example")
    found, _ = await box.pulled()
    assert [message.automatic for message in found] == [True, True, True]
    assert [message.can_reply.rule for message in found] == [ReplyRule.YES, ReplyRule.NO, ReplyRule.NO]


async def test_a_bounce_tells_of_our_answer_in_its_own_thread(box: Box, question: Created) -> None:
    message = answer(question)
    sent = await box.connector.send(message, 1)
    assert isinstance(sent, Sent)
    _, cursor = await box.pulled()
    box.imap.deliver(box.address, bounce(box.address, sent.remote_id))
    events, _ = await box.events(cursor=cursor)
    [created, status] = events
    assert isinstance(created, Created)
    assert isinstance(status, Status)
    assert created.automatic
    assert created.thread.aliases == (sent.remote_id,)
    assert created.thread.customer is not None
    assert created.thread.customer.remote_id == "berta@kunde.example"
    assert (status.state, status.client_key, status.code) == (DeliveryState.FAILED, message.key, "5.1.1")
    assert "unknown" in status.human


def bounce(us: str, message_id: str) -> bytes:
    lines = [
        "Return-Path: <>", "From: MAILER-DAEMON@kunde.example", f"To: {us}", "Subject: Undelivered", "Message-ID: <bounce@kunde.example>",
        "MIME-Version: 1.0", "Auto-Submitted: auto-replied", 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "", "--b", "Content-Type: text/plain", "", "Not delivered.", "--b", "Content-Type: message/delivery-status", "",
        "Reporting-MTA: dns; mail.kunde.example", "", "Final-Recipient: rfc822; berta@kunde.example", "Action: failed",
        "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 user unknown", "", "--b", "Content-Type: text/rfc822-headers", "",
        f"From: {us}", f"Message-ID: {message_id}", "", "--b--", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


# -- reply addresses -------------------------------------------------------------------------------------------------------


async def test_an_answer_without_any_reference_finds_its_thread_by_the_reply_address(box: Box, question: Created) -> None:
    await box.open(reply_token=True)
    message = answer(question)
    sent = await box.connector.send(message, 1)
    assert isinstance(sent, Sent)
    reply_to = str(mail_of(box.smtp.taken[0].content)["Reply-To"])
    assert reply_to != box.address
    assert len(reply_to.partition("@")[0]) <= 64
    _, cursor = await box.pulled()
    box.write("Etwas anderes", "Ohne Verweise", message_id="<2@kunde.example>", to=reply_to.upper())
    forged = reply_to.replace(reply_to.partition("@")[0][-8:], "aaaaaaaa")
    box.write("Gefälscht", "Mit falscher Unterschrift", message_id="<3@kunde.example>", to=forged)
    [known, unknown], _ = await box.pulled(cursor)
    assert known.thread.aliases == (sent.remote_id,)
    assert known.thread.root_id == sent.remote_id
    assert unknown.thread.aliases == ()
    assert not known.own


async def test_mails_in_the_house_run_side_by_side_without_waiting_for_the_reading(box: Box, question: Created) -> None:
    reading = asyncio.gather(*(box.connector.pull("inbox", None, 50) for _ in range(5)))
    results = await asyncio.gather(*(box.connector.send(answer(question, f"{n}", key=str(uuid4())), 1) for n in range(10)))
    assert all(isinstance(result, Sent) for result in results)
    assert len({json.dumps(str(mail_of(taken.content)["Message-ID"])) for taken in box.smtp.taken}) == 10
    await reading
