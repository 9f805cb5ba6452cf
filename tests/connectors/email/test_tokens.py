"""XOAUTH2 with a scripted identity provider: Dovecot asks it about every token, and so does the SMTP server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from tests.connectors.email.box import Box, answer
from tests.connectors.email.dovecot import Dovecot
from unisono.connectors._mail.settings import settings_of
from unisono.contract import PullFailed, Reauth, Retry, Sent
from unisono.domain.words import ChannelState
from unisono.testing.clock import MovableClock
from unisono.testing.mailhouse.identity import APP_SCOPE, CLIENT_ID, CLIENT_SECRET, Answer, IdentityProvider
from unisono.testing.mailhouse.submission import Submission

pytestmark = pytest.mark.peer


class TokenBox(Box):
    """A mailbox that opens by access token."""

    def __init__(self, imap: Dovecot, smtp: Submission, stack: AsyncExitStack, provider: IdentityProvider) -> None:
        super().__init__(imap, smtp, stack)
        self.provider = provider
        self.person = self.address.replace("hilfe", "person")
        provider.script.clear()
        provider.asked.clear()

    async def open_by_token(self, *, secrets: dict[str, str] | None = None, **config: Any) -> None:
        given = {"refresh_token": self.provider.authorise(self.person), "client_secret": CLIENT_SECRET}
        settings = {"auth": "xoauth2", "client_id": CLIENT_ID, "token_url": self.provider.token_url, **config}
        await self.open(secrets=given if secrets is None else secrets, **settings)

    def refresh_token(self) -> str:
        return self.ctx.secrets.values["refresh_token"]


@pytest_asyncio.fixture
async def box(imap: Dovecot, token_smtp: Submission, provider: IdentityProvider) -> AsyncIterator[TokenBox]:
    async with AsyncExitStack() as stack:
        made = TokenBox(imap, token_smtp, stack, provider)
        made.write("Frage", "Wo bleibt es?", message_id="<1@kunde.example>")
        yield made


async def test_one_token_opens_imap_and_smtp_and_is_kept_for_all(box: TokenBox) -> None:
    await box.open_by_token()
    assert (await box.connector.check()).state is ChannelState.OK
    [question], _ = await box.pulled()
    assert isinstance(await box.connector.send(answer(question), 1), Sent)
    assert box.smtp.taken[0].login == box.address
    assert {mechanism for _, mechanism in box.smtp.log_ins} == {"XOAUTH2"}
    assert box.provider.renewals() == 1
    assert box.provider.asked[0].form["grant_type"] == "refresh_token"


async def test_a_shared_mailbox_opens_with_a_persons_token_and_another_companys_does_not(box: TokenBox) -> None:
    await box.open_by_token()
    assert box.person != box.address
    assert len((await box.pulled())[0]) == 1
    elsewhere = f"{box.address.partition('@')[0]}@fremde.example"
    await box.open_by_token(address=elsewhere)
    health = await box.connector.check()
    assert (health.state, health.field) == (ChannelState.REAUTH_NEEDED, "refresh_token")


async def test_every_renewal_gives_a_new_refresh_token_which_is_kept_before_it_is_needed(box: TokenBox) -> None:
    await box.open_by_token()
    first = box.refresh_token()
    _, cursor = await box.pulled()
    second = box.refresh_token()
    box.provider.expire(box.person)
    await box.open(
        secrets=dict(box.ctx.secrets.values), auth="xoauth2", client_id=CLIENT_ID, token_url=box.provider.token_url
    )  # another process, on what the first one kept
    await box.pulled(cursor)
    third = box.refresh_token()
    assert len({first, second, third}) == 3
    assert [one.form["refresh_token"] for one in box.provider.asked] == [first, second]


async def test_a_provider_that_keeps_its_refresh_token_is_asked_with_the_same_again(box: TokenBox) -> None:
    box.provider.rotates = False
    try:
        await box.open_by_token()
        first = box.refresh_token()
        await box.pulled()
        assert box.refresh_token() == first
    finally:
        box.provider.rotates = True


async def test_an_access_token_that_ended_early_is_renewed_once_for_twenty_who_need_it(box: TokenBox) -> None:
    await box.open_by_token()
    [question], cursor = await box.pulled()
    await box.connector.close()
    box.provider.expire(box.person)
    box.write("Frage 2", "Und jetzt?", message_id="<2@kunde.example>")
    pulls = [box.connector.pull("inbox", cursor, 50) for _ in range(10)]
    sends = [box.connector.send(answer(question, f"Antwort {n}"), 1) for n in range(10)]
    results = await asyncio.gather(*pulls, *sends)
    assert all(len(page.raws) == 1 for page in results[:10])  # type: ignore[union-attr]
    assert all(isinstance(result, Sent) for result in results[10:])
    assert box.provider.renewals() == 2, "one at the start, one for all twenty"


@pytest.mark.parametrize("explains", [False, True], ids=["refused at once", "explained in a challenge"])
async def test_smtp_alone_noticing_the_end_renews_as_well(box: TokenBox, explains: bool) -> None:
    await box.open_by_token()
    [question], _ = await box.pulled()
    box.smtp.explains = explains
    box.provider.expire(box.person)
    assert isinstance(await box.connector.send(answer(question), 1), Sent)
    assert box.provider.renewals() == 2


async def test_a_token_near_its_end_is_renewed_before_anybody_refuses_it(box: TokenBox) -> None:
    clock = MovableClock()
    await box.open_by_token(clock=clock)
    await box.pulled()
    await box.connector.close()
    clock.advance(timedelta(minutes=59).total_seconds())
    await box.pulled()
    assert box.provider.renewals() == 2


async def test_a_withdrawn_authorisation_stops_sending_and_keeps_the_cursor_until_the_new_one(box: TokenBox) -> None:
    await box.open_by_token()
    [question], cursor = await box.pulled()
    await box.connector.close()
    box.provider.revoke(box.person)
    box.write("Frage 2", "Noch da?", message_id="<2@kunde.example>")
    with pytest.raises(PullFailed) as failed:
        await box.connector.pull("inbox", cursor, 50)
    assert (failed.value.health.state, failed.value.health.field) == (ChannelState.REAUTH_NEEDED, "refresh_token")
    assert "invalid_grant" in failed.value.health.what
    assert "wait" in failed.value.health.what, "the text says what becomes of the mails"
    sent = await box.connector.send(answer(question), 1)
    assert isinstance(sent, Reauth)
    assert box.smtp.taken == []
    asked_before = len(box.provider.asked)
    assert (await box.connector.check()).state is ChannelState.REAUTH_NEEDED
    assert len(box.provider.asked) <= asked_before + 1, "nobody hammers a provider that has said no"

    box.ctx.secrets.values["refresh_token"] = box.provider.authorise(box.person)
    again, _ = await box.pulled(cursor)
    assert [message.text for message in again] == ["Noch da?"], "nothing lost, nothing read twice"
    assert isinstance(await box.connector.send(answer(question), 1), Sent)


async def test_a_refresh_token_that_was_used_before_ends_the_authorisation_and_we_say_so(box: TokenBox) -> None:
    await box.open_by_token()
    old = box.refresh_token()
    await box.pulled()
    await box.open_by_token(secrets={"refresh_token": old, "client_secret": CLIENT_SECRET})
    health = await box.connector.check()
    assert health.state is ChannelState.REAUTH_NEEDED


async def test_an_application_logs_in_by_its_own_secret(box: TokenBox) -> None:
    await box.open_by_token(auth="xoauth2_app", scope=APP_SCOPE, secrets={"client_secret": CLIENT_SECRET})
    assert (await box.connector.check()).state is ChannelState.OK
    assert len((await box.pulled())[0]) == 1
    form = box.provider.asked[0].form
    assert form == {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scope": APP_SCOPE,
    }
    assert "refresh_token" not in box.ctx.secrets.values


async def test_an_application_that_may_not_open_the_mailbox_is_told_what_is_missing(box: TokenBox) -> None:
    await box.open_by_token(
        auth="xoauth2_app", scope=APP_SCOPE, secrets={"client_secret": CLIENT_SECRET}, address="hilfe@fremde.example"
    )
    health = await box.connector.check()
    assert (health.state, health.field) == (ChannelState.REAUTH_NEEDED, "login")
    assert "full access" in health.what


async def test_a_client_secret_that_ended_is_told_apart_from_an_authorisation_that_ended(box: TokenBox) -> None:
    await box.open_by_token(secrets={"refresh_token": box.provider.authorise(box.person), "client_secret": "old"})
    health = await box.connector.check()
    assert (health.state, health.field) == (ChannelState.REAUTH_NEEDED, "client_secret")


@pytest.mark.parametrize(
    ("config", "secrets", "field", "state"),
    [
        ({"client_id": ""}, None, "client_id", ChannelState.MISCONFIGURED),
        ({"token_url": ""}, None, "token_url", ChannelState.MISCONFIGURED),
        ({}, {"client_secret": "x"}, "refresh_token", ChannelState.REAUTH_NEEDED),
        ({"auth": "xoauth2_app"}, {}, "client_secret", ChannelState.MISCONFIGURED),
    ],
)
async def test_what_is_missing_is_named(
    box: TokenBox, config: dict[str, Any], secrets: dict[str, str] | None, field: str, state: ChannelState
) -> None:
    await box.open_by_token(secrets=secrets, **config)
    health = await box.connector.check()
    assert (health.state, health.field) == (state, field)
    assert box.provider.asked == []


@pytest.mark.parametrize(
    ("given", "state", "after_s"),
    [
        (Answer(status=503, body=b"<html>down</html>"), ChannelState.UNREACHABLE, None),
        (Answer(status=429, headers={"retry-after": "17"}), ChannelState.THROTTLED, 17.0),
        (Answer(status=200, body=b'{"access_token": ""}'), ChannelState.MISCONFIGURED, None),
        (Answer(status=200, body=b"not json"), ChannelState.MISCONFIGURED, None),
        (Answer(status=400, body=b'{"error": "temporarily_unavailable"}'), ChannelState.UNREACHABLE, None),
    ],
    ids=["down", "throttled", "without a token", "no json", "unavailable"],
)
async def test_a_provider_in_trouble_is_no_withdrawn_authorisation(
    box: TokenBox, given: Answer, state: ChannelState, after_s: float | None
) -> None:
    await box.open_by_token()
    box.provider.script.append(given)
    with pytest.raises(PullFailed) as failed:
        await box.connector.pull("inbox", None, 50)
    assert (failed.value.health.state, failed.value.after_s) == (state, after_s)
    assert len((await box.pulled())[0]) == 1, "the next time it works"


async def test_answers_wait_while_the_provider_is_in_trouble(box: TokenBox) -> None:
    await box.open_by_token()
    [question], _ = await box.pulled()
    box.provider.expire(box.person)
    box.provider.script.append(Answer(status=503))
    assert isinstance(await box.connector.send(answer(question), 1), Retry)
    assert box.smtp.taken == []
    assert isinstance(await box.connector.send(answer(question), 1), Sent)


async def test_no_token_and_no_secret_stands_in_any_error(box: TokenBox) -> None:
    await box.open_by_token()
    secrets = [*box.ctx.secrets.values.values()]
    await box.pulled()
    secrets += [*box.ctx.secrets.values.values(), json.loads(box.ctx.secrets.values["access"])["token"]]
    box.provider.revoke(box.person)
    await box.connector.close()
    with pytest.raises(PullFailed) as failed:
        await box.pulled()
    told = repr(failed.value) + repr(failed.value.health) + repr(await box.connector.check())
    assert not [secret for secret in secrets if secret in told]


def test_microsoft_and_google_need_no_servers_and_no_token_address() -> None:
    google = settings_of({"provider": "google", "address": "a@b.example", "auth": "xoauth2"})
    assert (google.imap.host, google.imap.port, google.imap.security) == ("imap.gmail.com", 993, "tls")
    assert (google.smtp.host, google.smtp.port, google.smtp.security) == ("smtp.gmail.com", 587, "starttls")
    assert google.token_url == "https://oauth2.googleapis.com/token"
    microsoft = settings_of({"provider": "microsoft", "address": "a@b.example", "auth": "xoauth2", "tenant": "firma.example"})
    assert (microsoft.imap.host, microsoft.smtp.host) == ("outlook.office365.com", "smtp.office365.com")
    assert microsoft.token_url == "https://login.microsoftonline.com/firma.example/oauth2/v2.0/token"
    assert "offline_access" in microsoft.scope
    application = settings_of({"provider": "microsoft", "address": "a@b.example", "auth": "xoauth2_app"})
    assert application.scope == APP_SCOPE
    assert microsoft.sent_copies == google.sent_copies == "provider"


async def test_exchange_opens_a_shared_mailbox_by_person_and_mailbox_in_one_name(box: TokenBox) -> None:
    login = f"{box.person}\\{box.address.partition('@')[0]}"
    box.imap.share(login, box.address)
    box.smtp_port = 1  # only IMAP is looked at here
    await box.open(login=login)
    assert len((await box.pulled())[0]) == 1


@pytest.mark.parametrize("login", ["mit leerzeichen@shop.example", 'mit"anführung"@shop.example', "mit(klammer)@shop.example"])
async def test_a_log_in_name_may_hold_any_character(box: TokenBox, login: str) -> None:
    box.imap.deliver(login, b"From: a@kunde.example\r\nSubject: x\r\n\r\nHallo\r\n")
    await box.open(login=login)
    assert len((await box.pulled())[0]) == 1
