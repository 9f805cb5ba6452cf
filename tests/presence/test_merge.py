"""The merge of presence: every order, repetition, silence and flapping of the sources gives the same state."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from unisono.presence.divert import Rules, Way, divert
from unisono.presence.heard import SETTLES, Heard, believed, hear, join
from unisono.presence.merge import Merged, Word, merge
from unisono.presence.words import NOT_TO_BE_REACHED, RANK, Line, Presence, Reason, Source

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
moments = st.integers(-600, 600).map(lambda seconds: NOON + timedelta(seconds=seconds))
said = st.builds(
    Word, source=st.sampled_from(Source), at=moments, account=st.sampled_from(["", "a", "b"]),
    value=st.none() | st.sampled_from([one for one in Presence if one is not Presence.UNKNOWN]),
    until=st.none() | moments, reason=st.sampled_from([Reason.NONE, Reason.LUNCH]),
)  # fmt: skip


def word(source: Source, value: Presence | None, at: float = 0, until: float | None = None, **more: object) -> Word:
    ends = NOON + timedelta(seconds=until) if until is not None else None
    return Word(source=source, value=value, at=NOON + timedelta(seconds=at), until=ends, **more)  # type: ignore[arg-type]  # a word's other fields, by name


def state(words: list[Word], now: datetime) -> Merged:
    """Hear words in this order, and merge what is known after them."""
    known: dict[tuple[Source, str], Heard] = {}
    for one in words:
        key = (one.source, one.account)
        known[key] = hear(known.get(key), one)
    return merge([one for heard in known.values() for one in believed(heard)], now)


@given(st.lists(said, max_size=12), st.data(), moments)
def test_any_order_and_any_repetition_gives_the_same_state(words: list[Word], data: st.DataObject, now: datetime) -> None:
    shuffled = data.draw(st.permutations(words + data.draw(st.lists(st.sampled_from(words), max_size=6)) if words else words))
    assert state(shuffled, now) == state(words, now)


@given(st.lists(said.map(lambda one: replace(one, source=Source.MATRIX, account="")), min_size=1, max_size=8), st.integers(0, 7))
def test_what_two_heard_apart_they_know_together(words: list[Word], cut: int) -> None:
    def of(some: list[Word]) -> Heard | None:
        heard: Heard | None = None
        for one in some:
            heard = hear(heard, one)
        return heard

    left, right, whole = of(words[:cut]), of(words[cut:]), of(words)
    assert whole is not None
    if left is not None and right is not None:
        assert join(left, right) == join(right, left) == whole
    assert join(whole, whole) == whole


@given(st.lists(said, max_size=10), moments)
def test_the_highest_rank_that_has_not_run_out_wins(words: list[Word], now: datetime) -> None:
    merged = merge(words, now)
    standing = [one for one in words if one.holds(now)]
    if not standing:
        assert merged == Merged()
        return
    assert merged.source is not None
    assert RANK[merged.source] == min(RANK[one.source] for one in standing)
    assert merged.until is None or now < merged.until


@given(st.lists(said, max_size=10), moments)
def test_nothing_changes_by_time_alone_before_the_moment_that_is_told(words: list[Word], now: datetime) -> None:
    merged = merge(words, now)
    if merged.next_at is None:
        assert replace(merge(words, now + timedelta(days=400)), next_at=None) == replace(merged, next_at=None)
        return
    assert now < merged.next_at
    assert merge(words, merged.next_at - timedelta(microseconds=1)) == merged


def test_matrix_that_flips_back_to_online_gives_the_same_state_as_one_that_does_not() -> None:
    flips = [word(Source.MATRIX, (Presence.AWAY, Presence.AVAILABLE)[n % 2], at=10.0 * n) for n in range(10)]
    # `online` comes ten seconds after each `unavailable`.
    for last in range(10):
        assert state(flips[: last + 1], NOON + timedelta(seconds=10.0 * last + 1)).value is Presence.AWAY
    settled = NOON + timedelta(seconds=80) + SETTLES[Source.MATRIX]
    assert state(flips, settled).value is Presence.AVAILABLE


def test_a_higher_source_is_untouched_by_a_flapping_one() -> None:
    own = word(Source.OWN, Presence.DND, until=500)
    for n in range(8):
        flip = word(Source.MATRIX, (Presence.AVAILABLE, Presence.AWAY)[n % 2], at=n)
        assert state([flip, own], NOON + timedelta(seconds=n + 1)).value is Presence.DND


def test_a_source_that_falls_silent_drops_out_when_its_word_runs_out() -> None:
    words = [word(Source.CALENDAR, Presence.BUSY, until=60), word(Source.ACTIVITY, Presence.AVAILABLE)]
    assert state(words, NOON + timedelta(seconds=59)).source is Source.CALENDAR
    assert state(words, NOON + timedelta(seconds=60)).source is Source.ACTIVITY


def test_a_late_word_does_not_bring_back_what_was_withdrawn() -> None:
    gone = word(Source.XMPP, None, at=20)
    assert state([gone, word(Source.XMPP, Presence.AVAILABLE, at=10)], NOON + timedelta(seconds=30)).value is Presence.UNKNOWN


def test_being_available_does_not_hide_a_call() -> None:
    words = [word(Source.OWN, Presence.AVAILABLE, until=100), word(Source.CALL, Presence.BUSY)]
    merged = merge(words, NOON, Line.TALKING)
    assert (merged.value, merged.line) == (Presence.AVAILABLE, Line.TALKING)


def test_of_two_calendars_the_busy_one_is_believed() -> None:
    words = [word(Source.CALENDAR, Presence.AVAILABLE, account="a"), word(Source.CALENDAR, Presence.BUSY, account="b")]
    assert merge(words, NOON).value is Presence.BUSY


@given(st.sampled_from(Presence), st.sampled_from(Line), st.none() | st.sampled_from(Presence), st.sampled_from(Way))
def test_a_call_goes_to_a_deputy_only_when_they_can_be_reached(
    value: Presence, line: Line, deputy: Presence | None, way: Way
) -> None:
    rules = Rules(away=way, busy=way)
    found = divert(rules, value, line, deputy)
    if found.way is Way.DEPUTY:
        assert deputy is not None
        assert deputy not in NOT_TO_BE_REACHED
    if value in {Presence.AVAILABLE, Presence.UNKNOWN} and line is Line.FREE:
        assert found.way is Way.RING
    elif way is Way.DEPUTY and (deputy is None or deputy in NOT_TO_BE_REACHED):
        assert found.way is Way.VOICEMAIL
    else:
        assert found.way is way
