"""The counters of the stream give what counting would, however work moves, and never walk over what each person holds."""

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from unisono.web.events.counters import STATES, Counters, Place
from unisono.web.events.sight import Sight

QUEUES = [UUID(int=n) for n in (1, 2)]
CHANNELS = [UUID(int=n) for n in (11, 12)]
AGENTS = [UUID(int=n) for n in (21, 22, 23)]
SIGHTS = [
    Sight(work, own, None, agents=True, queues=True)
    for work in (None, frozenset(), frozenset({1}), frozenset({1, 2}))
    for own in (None, AGENTS[0])
]

places = st.builds(Place, st.sampled_from([1, 2, 3]), st.sampled_from(QUEUES), st.sampled_from(CHANNELS), st.sampled_from(STATES))
standings = st.none() | st.tuples(places, st.none() | st.sampled_from(AGENTS))
moves = st.lists(st.tuples(st.integers(0, 5).map(lambda n: UUID(int=100 + n)), standings), max_size=40)


@given(before=moves, after=moves)
def test_what_is_counted_is_what_stands_there(before: list[Any], after: list[Any]) -> None:
    held = {number: standing for number, standing in before if standing is not None}
    counters = Counters()
    counters.load((number, *place[:3], place.state, agent) for number, (place, agent) in held.items())
    for number, standing in after:
        assert counters.put(number, standing) == (held.get(number) != standing)
        held.pop(number, None)
        if standing is not None:
            held[number] = standing

    for sight in SIGHTS:
        assert counters.seen_by(sight) == _counted(held, sight)
    for agent in AGENTS:
        mine = [place.state for place, whose in held.values() if whose == agent]
        assert counters.of_agent(agent) == {state: mine.count(state) for state in STATES}


def test_what_all_see_is_told_by_places_however_many_people_hold_work() -> None:
    counters, people = Counters(), [UUID(int=1_000 + n) for n in range(500)]
    counters.load((UUID(int=n), 1, QUEUES[0], CHANNELS[0], "active", people[n % 500]) for n in range(2_000))

    assert counters.seen_by(SIGHTS[0])["active"] == 2_000
    assert counters.places == 1
    assert counters.of_agent(people[7])["active"] == 4


def _counted(held: dict[UUID, tuple[Place, UUID | None]], sight: Sight) -> dict[str, Any]:
    seen = [place for place, agent in held.values() if sight.sees_work(place.access_class, agent)]
    found: dict[str, Any] = {state: sum(place.state == state for place in seen) for state in STATES}
    for name, field in (("by_queue", "queue_id"), ("by_channel", "channel_id")):
        found[name] = {}
        for place in seen:
            states = found[name].setdefault(str(getattr(place, field)), {})
            states[place.state] = states.get(place.state, 0) + 1
    return found
