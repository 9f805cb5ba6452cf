"""Gaps: told once with when they began, filled where the network has another way, closed by whoever knows of them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.kit import House, Scripted
from unisono.contract import Page, Raw
from unisono.domain.errors import NotFound
from unisono.service import backfill
from unisono.service.backfill import close_gap
from unisono.service.channel_health import channel_health
from unisono.service.intake import pull_round


class Holed(Scripted):
    """Lost something at the second pull; knows another way to it."""

    pulls = 0
    asked: list[tuple[str, datetime, datetime, str | None]] = []  # noqa: RUF012
    lost_for_good = False

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        Holed.pulls += 1
        return Page(raws=[], next_cursor=str(Holed.pulls), gap=Holed.pulls == 2)

    async def backfill(self, stream: str, since: datetime, until: datetime, cursor: str | None, limit: int) -> Page:
        self.asked.append((stream, since, until, cursor))
        body = b'{"id": "%d", "text": "Nachgeholt", "at": "2026-11-02T09:30:00+00:00"}' % len(self.asked)
        raw = Raw(ingest_key=f"created:{len(self.asked)}:0", body=body, received_at=until)
        return Page(raws=[raw], next_cursor="next", has_more=cursor is None, gap=self.lost_for_good)


@pytest.fixture(autouse=True)
def fresh() -> None:
    Holed.pulls, Holed.asked, Holed.lost_for_good = 0, [], False


async def round_of(house: House, connector: Any = None) -> Any:
    async with house.db.read() as tx:
        [channel] = await tx.channels.running()
    await pull_round(house.outside, channel, connector or Holed(None))  # type: ignore[arg-type]
    return channel


async def test_a_gap_began_when_the_pull_before_was_stored_and_is_filled(house: House) -> None:
    channel = await house.channel()
    await round_of(house)
    before = house.clock.now()
    house.clock.advance(600)
    await round_of(house)
    assert [(stream, since, until) for stream, since, until, _ in Holed.asked] == [
        ("main", before, before + timedelta(minutes=10))
    ] * 2
    await house.process(channel, Holed(None))  # type: ignore[arg-type]
    assert await house.transcript() == ["Nachgeholt", "Nachgeholt"]
    [gap] = (await channel_health(house.outside, channel.id)).gaps
    assert (gap.filled, gap.resolved_at is not None) == (2, True)
    await round_of(house)
    assert len(Holed.asked) == 2, "it is filled once"


async def test_what_is_lost_for_good_stays_open_until_somebody_knows_of_it(house: House) -> None:
    Holed.lost_for_good = True
    channel = await house.channel()
    person = await house.agent()
    for _ in range(3):
        await round_of(house)
    [gap] = (await channel_health(house.outside, channel.id)).gaps
    assert (gap.filled, gap.resolved_at) == (2, None)
    await close_gap(house.outside, person.access, channel.id, gap.id)
    [gap] = (await channel_health(house.outside, channel.id)).gaps
    assert gap.resolved_at is not None
    with pytest.raises(NotFound):
        await close_gap(house.outside, person.access, channel.id, gap.id)


async def test_what_is_more_than_is_fetched_at_one_go_stays_open(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "_MOST_PAGES", 1)
    channel = await house.channel()
    for _ in range(2):
        await round_of(house)
    [gap] = (await channel_health(house.outside, channel.id)).gaps
    assert (gap.filled, gap.resolved_at) == (1, None)


async def test_what_went_wrong_last_is_known_after_it_works_again(house: House) -> None:
    from unisono.contract import Health
    from unisono.domain.words import ChannelState
    from unisono.service.intake import record_health

    channel = await house.channel()
    until = house.clock.now() + timedelta(minutes=5)
    await record_health(house.outside, channel, Health(state=ChannelState.THROTTLED, what="Slow down.", until=until))
    now = await channel_health(house.outside, channel.id)
    assert (now.state, now.state_until is not None) == ("throttled", True)
    house.clock.advance(60)
    await house.hear(channel, {"id": "1", "text": "Hallo"})
    await record_health(house.outside, channel, Health(state=ChannelState.OK))
    now = await channel_health(house.outside, channel.id)
    assert (now.state, now.state_until, now.trouble) == ("ok", None, "Slow down.")
    assert now.last_item_at is not None
    assert now.connector is not None
