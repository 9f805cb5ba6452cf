"""A mailbox on a real Dovecot, answers to a real SMTP server: pull, IDLE, threads, sending once."""

import asyncio
import json
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from msgspec.structs import replace

from tests.connectors.email.box import Box, answer
from unisono.contract import Author, NotSent, PullFailed, Reject, Retry, Sent, Undecidable, Unknown
from unisono.domain.words import ChannelState, Visibility

pytestmark = pytest.mark.peer


async def test_mails_are_read_from_a_cursor_onwards_and_stay_where_they_are(box: Box) -> None:
    box.write("Lieferung", "Wo bleibt mein Paket?", message_id="<1@kunde.example>")
    first, cursor = await box.pulled()
    box.write("Re: Lieferung", "Hallo?", message_id="<2@kunde.example>", references="<1@kunde.example>")
    second, cursor = await box.pulled(cursor)
    third, _ = await box.pulled(cursor)
    assert [m.text.strip() for m in first] == ["Wo bleibt mein Paket?"]
    assert [(m.text.strip(), m.thread.root_id, m.thread.parent_id) for m in second] == [
        ("Hallo?", "<1@kunde.example>", "<1@kunde.example>")
    ]
    assert third == []
    assert len(box.imap.mails(box.address)) == 2
    assert first[0].author.remote_id == "berta@kunde.example"


@pytest.mark.parametrize(
    "cursor", ["garbage", "{}", '{"validity": 1, "uid": -5, "v": 1}', json.dumps({"validity": 99, "uid": 10**9, "v": 1})]
)
async def test_a_cursor_that_makes_no_sense_starts_over(box: Box, cursor: str) -> None:
    box.write("Frage", "Hallo", message_id="<1@kunde.example>")
    again, _ = await box.pulled(cursor)
    assert len(again) == 1


async def test_a_folder_that_was_made_anew_is_read_again_without_doubles_by_key(box: Box) -> None:
    box.write("Frage", "Hallo", message_id="<1@kunde.example>")
    page = await box.connector.pull("inbox", None, 50)
    moved = json.loads(page.next_cursor or "{}") | {"validity": 12345}
    again = await box.connector.pull("inbox", json.dumps(moved), 50)
    assert [raw.ingest_key for raw in again.raws] == [raw.ingest_key for raw in page.raws]


async def test_a_full_mailbox_is_read_in_pages(box: Box) -> None:
    mail = "From: Berta <berta@kunde.example>\r\nSubject: Frage %d\r\nMessage-ID: <%d@kunde.example>\r\n\r\nText %d\r\n"
    box.imap.deliver_all(box.address, [((mail % (n, n, n)).encode(), None) for n in range(120)])
    page = await box.connector.pull("inbox", None, 50)
    assert (len(page.raws), page.has_more) == (50, True)
    everything, _ = await box.pulled()
    assert [m.text.strip() for m in everything] == [f"Text {n}" for n in range(120)]


async def test_the_server_tells_by_idle_when_a_mail_comes(box: Box) -> None:
    listening = box.connector.listen()
    hint = asyncio.ensure_future(anext(listening))
    await asyncio.sleep(1.0)
    box.write("Neu", "Da bin ich", message_id="<9@kunde.example>")
    assert await asyncio.wait_for(hint, 20) is None
    await listening.aclose()  # type: ignore[attr-defined]


async def test_an_answer_finds_its_thread_and_is_kept_in_the_folder_of_sent_mail(box: Box) -> None:
    box.write("Lieferung", "Wo bleibt mein Paket?", message_id="<1@kunde.example>")
    [question], _ = await box.pulled()
    message = answer(question, "Kommt mörgen. Grüße 👋")
    result = await box.connector.send(message, 1)
    assert isinstance(result, Sent)
    [taken] = box.smtp.taken
    assert (taken.sender, taken.recipients) == (box.address, ("berta@kunde.example",))
    mail = message_from_bytes(taken.content, policy=default)
    assert mail["In-Reply-To"] == "<1@kunde.example>"
    assert "<1@kunde.example>" in mail["References"]
    assert mail["Message-ID"] == result.remote_id
    assert mail.get_body().get_content().strip() == "Kommt mörgen. Grüße 👋"  # type: ignore[union-attr]
    assert len(box.imap.mails(box.address, "Sent")) == 1
    assert await box.connector.reconcile(message) == Sent(remote_id=result.remote_id)


async def test_an_answer_cut_off_after_its_text_is_unknown_and_looked_up_where_copies_are_kept(box: Box) -> None:
    box.write("Lieferung", "Wo?", message_id="<1@kunde.example>")
    [question], _ = await box.pulled()
    box.smtp.cut_after_data = 1
    await box.open(sent_copies="provider")
    message = answer(question)
    assert isinstance(await box.connector.send(message, 1), Unknown)
    assert isinstance(await box.connector.reconcile(message), NotSent)
    box.imap.deliver(box.address, box.smtp.taken[0].content, "Sent")
    assert isinstance(await box.connector.reconcile(message), Sent)


async def test_without_a_folder_of_sent_mail_nobody_can_tell(box: Box) -> None:
    box.write("Lieferung", "Wo?", message_id="<1@kunde.example>")
    [question], _ = await box.pulled()
    connector = await box.open(sent_folder="")
    assert isinstance(await connector.reconcile(answer(question)), Undecidable)


@pytest.mark.parametrize(("said", "expected"), [("450 later", Retry), ("550 unknown user", Reject), ("421 too busy", Retry)])
async def test_what_the_server_says_decides_whether_it_is_tried_again(box: Box, said: str, expected: type) -> None:
    box.write("Lieferung", "Wo?", message_id="<1@kunde.example>")
    [question], _ = await box.pulled()
    box.smtp.refuse_recipient.append(said)
    assert isinstance(await box.connector.send(answer(question), 1), expected)
    assert box.smtp.taken == []


async def test_a_public_text_or_a_loop_is_never_mailed(box: Box) -> None:
    box.write("Lieferung", "Wo?", message_id="<1@kunde.example>")
    [question], _ = await box.pulled()
    good = answer(question)
    public = replace(good, thread=replace(good.thread, visibility=Visibility.PUBLIC))
    loop = replace(good, recipient=Author(remote_id=box.address.lower(), handle=box.address))
    assert isinstance(await box.connector.send(public, 1), Reject)
    assert isinstance(await box.connector.send(loop, 1), Reject)
    assert box.smtp.taken == []


async def test_a_refused_log_in_is_told_in_words_and_receiving_goes_on_after_the_right_password(box: Box) -> None:
    box.write("Lieferung", "Wo?", message_id="<1@kunde.example>")
    wrong = await box.open(secrets={"password": "wrong"})
    health = await wrong.check()
    assert (health.state, health.field) == (ChannelState.REAUTH_NEEDED, "password")
    with pytest.raises(PullFailed) as failed:
        await wrong.pull("inbox", None, 50)
    assert failed.value.health.state is ChannelState.REAUTH_NEEDED
    await box.open()
    assert len((await box.pulled())[0]) == 1


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"imap_port": 1}, "imap_port"),
        ({"folder": "Nirgendwo"}, "folder"),
        ({"imap_security": "tls"}, "imap_security"),
        ({"smtp_port": 1}, "smtp_port"),
    ],
)
async def test_check_names_the_setting_that_is_wrong(box: Box, config: dict[str, Any], field: str) -> None:
    health = await (await box.open(**config)).check()
    assert health.state is not ChannelState.OK
    assert health.field == field
    assert len(health.what) > 20


async def test_check_says_who_we_are(box: Box) -> None:
    health = await box.connector.check()
    assert (health.state, health.remote_id) == (ChannelState.OK, box.address.lower())
