"""What a check and a pull say of a rate that is nearly used up, and of a version that will end."""

from datetime import UTC, datetime

import pytest

from tests.connectors.facebook.conftest import PageDesk
from unisono.connectors._graph.accounts import with_sunset
from unisono.connectors.facebook import Facebook
from unisono.contract import Health, PullFailed, Sent, load_manifest
from unisono.domain.words import ChannelState


async def test_reading_pauses_before_answering_has_to(desk: PageDesk):
    post = desk.network.pages.post(desk.page, desk.page, "Hallo")
    desk.network.pages.comment(desk.anna, post.id, "Was kostet das?")
    [event] = await desk.said()
    desk.network.used_percent = 93
    await desk.connector._graph.get("me")
    with pytest.raises(PullFailed) as failed:
        await desk.pulled()
    assert failed.value.health.state is ChannelState.THROTTLED
    assert failed.value.after_s
    assert isinstance(await desk.connector.send(desk.answer(event), 1), Sent)
    desk.network.used_percent = 5
    await desk.connector._graph.request("GET", "me")
    assert (await desk.pulled())[0]


@pytest.mark.parametrize(("day", "warned"), [("2027-01-01", False), ("2028-06-01", True), ("2028-12-01", True)])
def test_a_version_that_will_end_is_told_in_time(day: str, warned: bool):
    manifest = load_manifest(Facebook.folder)
    good = Health(state=ChannelState.OK)
    told = with_sunset(good, manifest, manifest.api_version, datetime.fromisoformat(day).replace(tzinfo=UTC))
    assert told.state is ChannelState.OK
    assert bool(told.what) is warned
    assert set(told.texts) == ({"de", "en"} if warned else set())
    assert with_sunset(good, manifest, "v26.0", datetime(2029, 1, 1, tzinfo=UTC)) is good


async def test_what_another_channel_of_the_page_subscribed_stays(desk: PageDesk):
    desk.page.installed = ("messages",)
    assert (await desk.connector.check()).state is ChannelState.OK
    assert desk.page.installed == ("feed", "mention", "messages")
