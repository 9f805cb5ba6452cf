"""Ids, order, lengths and delivery states."""

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.domain.ids import minted_at, new_id, uuid7_at
from unisono.domain.length import measure
from unisono.domain.order import numeric_tie_break, said_at
from unisono.domain.words import DeliveryState, later_delivery

LENGTHS = json.loads((Path(__file__).parent.parent / "fixtures" / "lengths.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("example", LENGTHS, ids=lambda e: f"{e['unit']}-{e['text'][:12]}")
def test_texts_count_as_their_network_counts(example: dict[str, object]) -> None:
    length = measure(
        str(example["text"]),
        str(example["unit"]),
        url_cost=example.get("url_cost"),
        domain_free=bool(example.get("domain_free")),  # type: ignore[arg-type]
    )
    assert length == example["length"]


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="parsecs"):
        measure("x", "parsecs")


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_a_uuid7_is_valid_and_carries_its_time(ms: int, entropy: bytes) -> None:
    made = uuid7_at(ms, entropy)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    if ms < 253_000_000_000_000:
        assert minted_at(made) == datetime.fromtimestamp(ms / 1000, UTC)


def test_newer_ids_sort_after_older_ones() -> None:
    assert uuid7_at(1, b"\xff" * 10) < uuid7_at(2, bytes(10))
    assert new_id() != new_id()
    with pytest.raises(ValueError, match="version 4"):
        minted_at(UUID("7d444840-9dc0-41d1-b245-5ffdce74fad2"))


def test_what_was_said_is_never_later_than_we_heard_it() -> None:
    heard = datetime(2026, 1, 1, tzinfo=UTC)
    assert said_at(heard + timedelta(days=9), heard) == heard
    assert said_at(heard - timedelta(days=9), heard) == heard - timedelta(days=9)
    with pytest.raises(ValueError, match="time zone"):
        said_at(datetime(2026, 1, 1), heard)  # noqa: DTZ001


@given(st.integers(0, 10**19), st.integers(0, 10**19))
def test_number_ids_sort_as_numbers(a: int, b: int) -> None:
    assert (numeric_tie_break(str(a)) < numeric_tie_break(str(b))) == (a < b)


def test_a_message_that_was_taken_and_then_returned_has_failed_in_any_order() -> None:
    for order in permutations((DeliveryState.SENT, DeliveryState.FAILED)):
        state = DeliveryState.SENDING
        for report in order:
            state = later_delivery(state, report)
        assert state is DeliveryState.FAILED


def test_reports_in_any_order_end_in_the_same_confirmed_state() -> None:
    reports = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED)
    for order in permutations(reports):
        state = DeliveryState.SENDING
        confirmed = False
        for report in order:
            state = later_delivery(state, report)
            confirmed = confirmed or report is not DeliveryState.FAILED
        assert state is DeliveryState.READ
