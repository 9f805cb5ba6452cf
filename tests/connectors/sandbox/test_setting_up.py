"""The check before anything is saved, what the network allows, and tokens that expire."""

import asyncio

import msgspec
import pytest

from tests.connectors.sandbox.conftest import Desk, connected, thread_of
from unisono.connectors.sandbox import Sandbox
from unisono.contract import Author, Manifest, PullFailed, Reauth, TextUnit, load_manifest
from unisono.domain.words import ChannelState


def again(desk: Desk, **config: str) -> Sandbox:
    """Return a connector with other settings."""
    account = msgspec.structs.replace(desk.ctx.account, config=desk.ctx.account.config | config, caps=None)
    desk.ctx.account = account
    return Sandbox(desk.ctx)


async def test_a_good_account_is_ok_and_tells_who_we_are_and_what_is_allowed(desk: Desk):
    health = await desk.connector.check()
    assert (health.state, health.handle, health.realm) == (ChannelState.OK, "@brookwatt", "zwitscher")
    assert health.remote_id == str(desk.us.id)
    assert health.caps is not None
    assert (health.caps.text.unit, health.caps.text.maximum, health.caps.text.url_cost) == (TextUnit.WEIGHTED, 280, 23)
    assert health.caps.media.alt_text
    assert not health.caps.refresh


@pytest.mark.parametrize(
    ("setting", "value", "state"),
    [
        ("base_url", "ftp://x", ChannelState.MISCONFIGURED),
        ("base_url", "http://elsewhere.example", ChannelState.MISCONFIGURED),
        ("face", "nirgends", ChannelState.MISCONFIGURED),
        ("account", "andere", ChannelState.MISCONFIGURED),
    ],
)
async def test_a_wrong_setting_is_named(desk: Desk, setting: str, value: str, state: ChannelState):
    health = await again(desk, **{setting: value}).check()
    assert (health.state, health.field) == (state, setting)
    assert health.what


async def test_a_server_that_does_not_answer_is_named(desk: Desk):
    await desk.server.stop()
    health = await desk.connector.check()
    assert (health.state, health.field) == (ChannelState.UNREACHABLE, "base_url")


async def test_a_wrong_token_is_named(desk: Desk):
    desk.ctx.secrets.values["token"] = "falsch"
    health = await desk.connector.check()
    assert (health.state, health.field) == (ChannelState.REAUTH_NEEDED, "token")


async def test_private_threads_have_their_own_limit_and_only_they_have_a_window(desk: Desk):
    somebody = Author(remote_id="1")
    public = desk.connector.capabilities(thread_of(somebody, "1"))
    private = desk.connector.capabilities(thread_of(somebody, "1", private=True))
    assert (public.text.maximum, public.reply_window_s) == (280, None)
    assert (private.text.maximum, private.text.unit, private.reply_window_s) == (2_000, TextUnit.CHARS, 7 * 86_400)


def test_the_manifest_names_a_text_in_both_languages_for_every_setting():
    manifest = load_manifest(Sandbox.folder)
    assert isinstance(manifest, Manifest)
    for schema in manifest.config["properties"].values():
        assert {"de", "en"} == set(schema["title"]) == set(schema["description"])
    assert manifest.secret_fields == {"token", "refresh_token", "webhook_secret"}


async def test_an_expired_token_is_renewed_once_for_twenty_workers(desk: Desk):
    desk.ctx.secrets.values["refresh_token"] = desk.us.refresh_token or ""
    await connected(desk)
    assert desk.connector.capabilities().refresh
    desk.network.revoke(desk.us.id, refresh=False)
    workers = [Sandbox(desk.ctx) for _ in range(20)]
    pages = await asyncio.gather(*(worker.pull("main", None, 10) for worker in workers))
    assert len(pages) == 20
    renewals = [seen for seen in desk.server.seen if seen.path.endswith("/token")]
    assert [seen.status for seen in renewals] == [201]
    assert desk.ctx.secrets.values["token"] == desk.network.account(desk.us.id).token


async def test_a_refused_renewal_asks_a_person_and_keeps_everything(desk: Desk):
    desk.network.say(desk.anna.id, "@brookwatt hallo")
    (event,) = await desk.said()
    desk.ctx.secrets.values["refresh_token"] = "verbraucht"
    desk.network.revoke(desk.us.id)
    with pytest.raises(PullFailed) as failed:
        await desk.connector.pull("main", None, 10)
    assert failed.value.health.state is ChannelState.REAUTH_NEEDED
    assert isinstance(await desk.connector.send(desk.answer(event), 1), Reauth)
