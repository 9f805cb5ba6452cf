"""What Xing's mails tell is taken in with its link; what is not proved to be Xing's is kept for a person and is no enquiry."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from unisono.connectors.xing import Xing
from unisono.connectors.xing.read import read_mail
from unisono.contract import (
    Account,
    Author,
    Created,
    NotSent,
    OutMessage,
    PullFailed,
    Raw,
    Reject,
    ThreadRef,
    Unreadable,
    load_manifest,
)
from unisono.domain.words import ChannelState, ReplyRule, Visibility
from unisono.testing.clock import FakeClock
from unisono.testing.context import KitContext, make_ctx
from unisono.testing.lab import BEN, PeerMissing
from unisono.testing.labs.xing import SERVER, XingLab

_MAILS = Path(__file__).parent / "mails"


def mail(name: str, *changes: tuple[str, str]) -> Raw:
    """A mail of the folder, with words of it exchanged."""
    content = (_MAILS / f"{name}.eml").read_bytes()
    for before, after in changes:
        assert before.encode() in content
        content = content.replace(before.encode(), after.encode())
    return Raw(ingest_key=name, body=content, received_at=datetime(2026, 10, 9, tzinfo=UTC))


def told(name: str, *changes: tuple[str, str]) -> Created:
    """What a mail tells."""
    (event,) = read_mail(mail(name, *changes), SERVER)
    assert isinstance(event, Created)
    return event


# -- what is told ------------------------------------------------------------------------------------------------------


def test_a_message_is_its_writers_words_with_the_link_to_answer_by() -> None:
    said = told("message_de")
    assert said.text == (
        "Hallo zusammen,\n\nmein Anschluss ist seit Freitag tot. Auf https://www.xing.com/profile/Jemand_Anders stand,\n"
        "Sie wissen Bescheid?\n\nGrüße\nJörg"
    )
    assert (said.author.display_name, said.thread.root_id) == ("Jörg Müller", "chats/5c0ffee-42")
    assert said.thread.visibility is Visibility.PRIVATE
    assert said.can_reply.rule is ReplyRule.DEEPLINK
    assert said.can_reply.url == "https://www.xing.com/chats/5c0ffee-42?sc_o=mail_message"
    assert said.occurred_at == datetime(2026, 10, 5, 7, 12, 30, tzinfo=UTC)
    assert not said.automatic


def test_the_writer_is_whose_profile_the_mail_itself_names() -> None:
    assert told("message_de").author.remote_id == "profile/Joerg_Mueller77", "not a profile that the writer mentions"


def test_a_mail_of_html_alone_gives_its_words_and_its_link() -> None:
    said = told("message_en_html")
    assert "do you deliver to Austria?" in said.text
    assert said.author.remote_id == "profile/Mary_Sample"
    assert said.can_reply.url == "https://www.xing.com/messages/8f2?a=1&b=2"


def test_a_comment_is_public() -> None:
    said = told("comment_de")
    assert (said.text, said.author.display_name) == ("Und wann geht es weiter?", "Ben Muster")
    assert said.thread.visibility is Visibility.PUBLIC
    assert said.details["kind"] == "comment"


def test_a_new_wording_of_a_known_place_is_still_a_message() -> None:
    said = told("message_de", ("=?utf-8?Q?J=C3=B6rg_M=C3=BCller_hat_Ihnen_eine_Nachricht_geschickt?=", "Post!"))
    assert not said.automatic
    assert "Anschluss ist seit Freitag tot" in said.text


def test_a_form_that_nobody_knows_is_recorded_whole_and_asks_nobody() -> None:
    said = told("newsletter")
    assert said.automatic
    assert "Drei Menschen" in said.text


# -- what is proved ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("message_de", [("mx.firma.example;", "mx.evil.example;")]),
        ("message_de", [("dkim=pass", "dkim=fail"), ("dmarc=pass", "dmarc=fail")]),
        ("comment_de", [("dmarc=pass", "dmarc=fail")]),
        ("comment_de", [("header.d=mail.xing.com", "header.d=mailxing.com"), ("dmarc=pass header.from=mail.xing.com", "spf=pass")]),
        ("comment_de", [("dkim=pass header.d=mail.xing.com", "dkim=none (header.d=xing.com dkim=pass)"), ("dmarc=pass", "dmarc=none")]),
        ("comment_de", [("Authentication-Results:", "X-Authentication-Results:")]),
        ("comment_de", [("Authentication-Results:", "Authentication-Results: mx.firma.example; dkim=none\nAuthentication-Results:")]),
        ("comment_de", [("<mailrobot@mail.xing.com>", "<mailrobot@mail.xing.com>, Anna <anna@evil.example>")]),
    ],
    ids=["another server", "failed", "dmarc failed", "look-alike signer", "in a comment", "no verdict", "a forged one below",
         "two senders"],
)  # fmt: skip
def test_what_our_server_does_not_vouch_for_is_refused(name: str, changes: list[tuple[str, str]]) -> None:
    with pytest.raises(Unreadable, match="says that it comes from Xing, but"):
        read_mail(mail(name, *changes), SERVER)


def test_without_a_named_server_nothing_is_believed() -> None:
    with pytest.raises(Unreadable):
        read_mail(mail("message_de"), "")


@pytest.mark.parametrize("domain", ["xing.com.evil.example", "evilxing.com", "firma.example"])
def test_mails_of_others_are_nobodys_business_here(domain: str) -> None:
    assert read_mail(mail("comment_de", ("mailrobot@mail.xing.com", f"mailrobot@{domain}")), SERVER) == []


def test_a_link_elsewhere_is_never_where_an_agent_is_sent() -> None:
    said = told("comment_de", ("https://www.xing.com/communities/", "https://xing.com.evil.example/communities/"))
    assert said.can_reply.url == "https://www.xing.com/profile/Ben_Muster"


def test_the_fixtures_are_mails() -> None:
    for path in _MAILS.glob("*.eml"):
        assert not message_from_bytes(path.read_bytes(), policy=policy.default).defects, path.name


# -- over IMAP -----------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def lab() -> AsyncIterator[XingLab]:
    made = XingLab()
    try:
        await made.start(FakeClock())
    except PeerMissing as error:
        pytest.skip(str(error))
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def ctx(lab: XingLab) -> AsyncIterator[KitContext]:
    setting = await lab.fresh()
    account = Account(channel_id=uuid4(), name="xing", config=setting.config)
    async with make_ctx(account, load_manifest(Xing.folder), secrets=setting.secrets, clock=lab.clock) as made:
        yield made


async def test_the_folder_is_read_and_other_peoples_mails_are_not_even_stored(lab: XingLab, ctx: KitContext) -> None:
    connector = Xing(ctx)
    assert (await connector.check()).state is ChannelState.OK
    await lab.say("Hilfe", who=BEN)
    forged = lab._notification("Ihr Passwort bitte", BEN)
    forged.replace_header("Authentication-Results", f"{SERVER}; dkim=fail header.d=mail.xing.com; dmarc=fail")
    await lab._deliver(forged)
    private = lab._notification("Geheimes", BEN)
    private.replace_header("From", "Chef <chef@firma.example>")
    await lab._deliver(private)
    page = await connector.pull("mails", None, 50)
    assert len(page.raws) == 2
    assert not any(b"Geheimes" in raw.body for raw in page.raws)
    assert [event.text for event in connector.read(page.raws[0]) if isinstance(event, Created)] == ["Hilfe"]
    with pytest.raises(Unreadable):
        connector.read(page.raws[1])
    assert (await connector.pull("mails", page.next_cursor, 50)).raws == []


async def test_what_is_wrong_is_said_with_its_setting(lab: XingLab, ctx: KitContext) -> None:
    config = {**ctx.account.config, "authserv_id": ""}
    async with make_ctx(Account(channel_id=uuid4(), name="x", config=config), load_manifest(Xing.folder)) as other:
        health = await Xing(other).check()
        assert health.field == "authserv_id"
        assert "Authentication-Results" in health.texts["de"]
    config = {**ctx.account.config, "auth": "password"}
    async with make_ctx(Account(channel_id=uuid4(), name="x", config=config), load_manifest(Xing.folder)) as other:
        assert (await Xing(other).check()).field == "password"
    await lab.revoke()
    with pytest.raises(PullFailed) as failed:
        await Xing(ctx).pull("mails", None, 50)
    assert failed.value.health.state is ChannelState.REAUTH_NEEDED


async def test_nothing_is_ever_sent(ctx: KitContext) -> None:
    thread = ThreadRef(visibility=Visibility.PRIVATE, root_id="chats/1")
    message = OutMessage(
        key=str(uuid4()), thread=thread, in_reply_to=None, recipient=Author(remote_id="profile/A"), text="Gern",
        created_at=ctx.clock.now(),
    )  # fmt: skip
    result = await Xing(ctx).send(message, 1)
    assert isinstance(result, Reject)
    assert result.code == "deeplink"
    assert isinstance(await Xing(ctx).reconcile(message), NotSent)
    assert load_manifest(Xing.folder).outbound == "deeplink"
    assert not Xing(ctx).capabilities().reply
