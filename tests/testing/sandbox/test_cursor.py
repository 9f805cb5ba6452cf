"""The pull: whatever happens between two pages, each entry comes once and in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.testing.sandbox.test_rules import Stage
from unisono.testing.sandbox import Refused
from unisono.testing.sandbox.feed import pull

STEPS = st.lists(st.one_of(st.just("say"), st.just("other"), st.just("edit"), st.integers(1, 7)), max_size=40)


@given(STEPS)
def test_pages_of_any_size_between_any_writes_are_the_whole_log_in_order(steps):
    stage = Stage()
    said, got, cursor = [], [], None
    for step in [*steps, 500]:
        if step == "say":
            said.append(stage.net.say(stage.anna.id, f"@brookwatt {len(said)}"))
        elif step == "other":
            stage.net.say(stage.ben.id, "Niemand ist gemeint")
        elif step == "edit":
            if said:
                stage.net.edit(stage.anna.id, said[-1].id, f"@brookwatt {len(got)} anders")
        else:
            page = pull(stage.net, stage.wire, stage.company, cursor, step)
            got += [int(entry["seq"]) for entry in page["entries"]]
            cursor = page["next"]
            assert page["more"] == (len(stage.net.store.entries(stage.company.id, got[-1] if got else 0, 1)) > 0)
    assert got == [entry.seq for entry in stage.net.store.entries(stage.company.id, 0, 10_000)]


@given(st.text(max_size=30))
def test_a_cursor_that_was_never_given_is_refused(text):
    stage = Stage()
    with pytest.raises(Refused) as refused:
        pull(stage.net, stage.wire, stage.company, text, 10)
    assert refused.value.code == "bad_cursor"


def test_a_cursor_from_the_future_is_refused():
    stage = Stage()
    with pytest.raises(Refused):
        pull(stage.net, stage.wire, stage.company, f"{stage.net.store.generation}.99", 10)


@pytest.mark.parametrize("rule", [{"retention_entries": 3}, {"retention_s": 60.0}])
def test_what_fell_out_of_retention_is_told_as_a_gap_once(rule):
    stage = Stage()
    for number in range(5):
        stage.net.say(stage.anna.id, f"@brookwatt alt {number}")
    cursor = pull(stage.net, stage.wire, stage.company, None, 1)["next"]
    stage.clock.move(seconds=61)
    for number in range(3):
        stage.net.say(stage.anna.id, f"@brookwatt neu {number}")
    stage.net.configure("zwitscher", **rule)
    page = pull(stage.net, stage.wire, stage.company, cursor, 100)
    assert page["gap"]
    assert [entry["item"]["text"] for entry in page["entries"]] == [f"@brookwatt neu {n}" for n in range(3)]
    assert not pull(stage.net, stage.wire, stage.company, page["next"], 100)["gap"]
    assert not pull(stage.net, stage.wire, stage.company, None, 100)["gap"]


def test_a_gap_without_anything_new_behind_it_is_told_once_too():
    stage = Stage()
    for number in range(5):
        stage.net.say(stage.anna.id, f"@brookwatt {number}")
    cursor = pull(stage.net, stage.wire, stage.company, None, 1)["next"]
    stage.clock.move(seconds=61)
    stage.net.configure("zwitscher", retention_s=60.0)
    page = pull(stage.net, stage.wire, stage.company, cursor, 100)
    assert (page["gap"], page["entries"]) == (True, [])
    assert not pull(stage.net, stage.wire, stage.company, page["next"], 100)["gap"]
