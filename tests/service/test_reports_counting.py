"""After an update every day is summed and judged anew in the background: it says so, goes on after a stop, and arrives at the same."""

import asyncio
import contextlib
from datetime import timedelta
from importlib import resources

import pytest

from tests.kit import House
from tests.service.test_reports_groups import MONDAY, World
from unisono.service.access import Access
from unisono.service.reports import fold
from unisono.service.reports.ask import READ, Question, ReportView, ask_report
from unisono.service.reports.fold import follow_reports
from unisono.store import reports as store


async def views(house: House, access: Access) -> list[ReportView]:
    questions = (("queues", "queue"), ("volume", "day"), ("resolution", "month"), ("wrap-up", "code"), ("languages", "language"))
    last = MONDAY + timedelta(days=13)
    return [
        await ask_report(house.db, access, Question(report=report, by=by, first=MONDAY, last=last, compare=False))
        for report, by in questions
    ]


async def as_the_update_leaves_it(house: House) -> None:
    """Nothing but the facts, and what the migration says of them."""
    migration = next(one for one in (resources.files("unisono.store") / "migrations").iterdir() if "report_pieces" in one.name)
    text = migration.read_text(encoding="utf-8")
    begins = text.index("insert into report_stale")
    for table in ("cell", "hour", "print", "piece", "atom", "unjudged"):
        await house.sql(f"delete from report_{table}")
    await house.sql(text[begins : text.index(";", begins)])


async def test_after_an_update_all_is_counted_anew_and_a_stop_in_between_loses_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(house, 1, monkeypatch)
    await world.fill()
    access = Access(user_id=(await house.agent()).id, actions=frozenset({READ}), classes={READ: None})
    before = await views(house, access)
    assert not any(view.counting for view in before)
    assert before[0].total.values["closed"], "something of people is shown"

    await as_the_update_leaves_it(house)
    emptied = await views(house, access)
    assert all(view.counting for view in emptied)
    assert emptied[0].total.values["arrived"] == 0

    # One day, or one week of the judging, at a time; the process ends after each.
    monkeypatch.setattr(fold, "STALE_BATCH", 1)
    monkeypatch.setattr(fold, "COUNTS_FOR_S", 0.0)
    # And every week roughly first, as where there are very many.
    monkeypatch.setattr(store, "MANY_WEEKS", 0)
    stops, totals_first = 0, False
    for _ in range(500):
        following = asyncio.create_task(follow_reports(house.db, house.clock))
        told = asyncio.Event()
        monkeypatch.setattr(fold.REPORTS_BEHIND_S, "set", lambda _, told=told: told.set())
        await told.wait()
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following
        stops += 1
        now = await views(house, access)
        if not any(view.counting for view in now):
            break
        # All but what is left of queues with too few people is counted then; what is cut is not judged and stands together.
        closed, of_all = now[3].total.values["closed"] or 0, before[3].total.values["closed"] or 0
        totals_first = totals_first or (2 * closed > of_all and [row.key for row in now[3].rows] == [None])
    assert stops > 10
    assert totals_first
    assert len(before[3].rows) > 1
    after = await views(house, access)
    assert [(view.rows, view.total) for view in after] == [(view.rows, view.total) for view in before]
