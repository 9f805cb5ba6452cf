"""The collector leaves out what lives long: after one long look at all, the next looks at little."""

import gc
from collections.abc import Iterator

import pytest

from unisono.app import collector
from unisono.service.long_lived import MANY, leave_out


@pytest.fixture
def callbacks() -> Iterator[None]:
    before = list(gc.callbacks)
    gc.callbacks[:] = []
    yield
    gc.callbacks[:] = before
    gc.unfreeze()


@pytest.mark.usefixtures("callbacks")
def test_what_has_lived_through_one_look_at_all_is_left_out_of_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "SHORT_S", 0.0)
    collector.keep_pauses_short()
    collector.keep_pauses_short()
    kept = [[n] for n in range(5_000)]
    gc.collect()
    assert gc.get_freeze_count() > len(kept)
    assert not any(one is kept for one in gc.get_objects())
    assert len(gc.callbacks) == 1


@pytest.mark.usefixtures("callbacks")
def test_now_and_then_everything_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "SHORT_S", 0.0)
    collector.keep_pauses_short()
    gc.collect()
    assert gc.get_freeze_count() > 0
    monkeypatch.setattr(collector, "ALL_AGAIN_S", 0.0)
    gc.collect()
    assert gc.get_freeze_count() == 0


@pytest.mark.usefixtures("callbacks")
def test_much_that_was_just_read_is_left_out_at_once_and_little_is_not() -> None:
    leave_out(MANY - 1)
    assert gc.get_freeze_count() == 0
    leave_out(MANY)
    assert gc.get_freeze_count() > 0


@pytest.mark.usefixtures("callbacks")
def test_a_short_look_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "SHORT_S", 60.0)
    collector.keep_pauses_short()
    gc.collect()
    assert gc.get_freeze_count() == 0
