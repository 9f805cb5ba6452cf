"""A time that ends today: what customers did counts at once, what people did once the day is over, beside as many days before."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.kit import House
from tests.service.test_reports_groups import World
from unisono.service.access import Access
from unisono.service.reports.ask import READ, Question, ReportView, ask_report

TODAY = date(2026, 11, 13)
WEEK = TODAY - timedelta(days=6)


async def ask(house: House, access: Access, first: date, last: date) -> ReportView:
    return await ask_report(house.db, access, Question(report="queues", first=first, last=last))


async def test_today_counts_for_enquiries_and_people_are_compared_over_as_many_days(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(house, 1, monkeypatch)
    await world.fill(300)
    house.clock.advance((datetime(2026, 11, 13, 12, tzinfo=UTC) - house.clock.now()).total_seconds())
    access = Access(user_id=(await house.agent()).id, actions=frozenset({READ}), classes={READ: None})
    view = await ask(house, access, WEEK, TODAY)
    alone = (await ask(house, access, TODAY, TODAY)).total.values
    assert alone["arrived"], "enquiries of today count at once"
    assert alone["closed"] is None, "what people did today does not"
    assert (view.people_last, view.before_first, view.before_last) == (date(2026, 11, 12), date(2026, 10, 31), date(2026, 11, 6))

    over = await ask(house, access, WEEK, TODAY - timedelta(days=1))
    six = await ask(house, access, date(2026, 10, 31), date(2026, 11, 5))
    seven = await ask(house, access, date(2026, 10, 31), date(2026, 11, 6))
    before = view.total.before
    assert before is not None
    assert view.total.values["arrived"] == (over.total.values["arrived"] or 0) + alone["arrived"]
    assert view.total.values["closed"] == over.total.values["closed"]
    assert (before["arrived"], before["closed"]) == (seven.total.values["arrived"], six.total.values["closed"])
    assert six.total.values["closed"] != seven.total.values["closed"], "the seventh day would have made a difference"

    tomorrow = await ask(house, access, TODAY + timedelta(days=1), TODAY + timedelta(days=7))
    assert tomorrow.total.before is not None
    assert (tomorrow.total.values["closed"], tomorrow.total.before["closed"]) == (None, None)
