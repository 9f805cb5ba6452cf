"""Whatever order the events of a call come in, twice or not at all: after a snapshot the house and the line agree."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unisono.calls import Call, CallerWish, Hands, Intent, due, follow, heard, reconciled, wished
from unisono.calls.facts import Stand
from unisono.calls.intent import Act, Lack, lacking
from unisono.calls.outcome import Meaning
from unisono.contract.voice import (
    CALLER,
    Answered,
    Bridged,
    By,
    Cause,
    Ended,
    Held,
    LegEnded,
    LegState,
    Offered,
    Queued,
    Resumed,
    Ringing,
    SeenCall,
    SeenLeg,
    VoiceEvent,
)
from unisono.domain.words import InteractionState

pytestmark = pytest.mark.voice

#: Orders within one example; the examples together are more than ten thousand orders.
ORDERS = 51
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANNA, BEN = UUID(int=1), UUID(int=2)


class Line:
    """What really is: legs, who hears whom. It does what it is asked, and people on it do as they like."""

    def __init__(self) -> None:
        self.legs: dict[str, LegState] = {CALLER: LegState.RINGING}
        self.bridge: tuple[str, ...] = ()
        self.parked = False
        self.now = START
        self.ids = itertools.count()
        self.events: list[VoiceEvent] = [Offered(**self.head(), from_="+4930123456", to="+49301000")]

    def head(self) -> dict[str, Any]:
        self.now += timedelta(milliseconds=10)
        return {"event_id": f"e{next(self.ids)}", "call_id": "c", "driver": "fake", "at": self.now}

    @property
    def over(self) -> bool:
        return not self.legs

    def drop(self, leg: str, cause: Cause, by: By) -> None:
        if leg in self.legs:
            del self.legs[leg]
            self.bridge = tuple(one for one in self.bridge if one != leg)
            self.events.append(LegEnded(**self.head(), leg_id=leg, cause=cause, by=by))
            if not self.legs:
                self.events.append(Ended(**self.head(), cause=cause, by=by))

    def answer(self, leg: str) -> None:
        if self.legs.get(leg) is LegState.RINGING:
            self.legs[leg] = LegState.UP
            self.events.append(Answered(**self.head(), leg_id=leg))

    def do(self, lack: Lack) -> None:
        if self.over:
            return
        leg = lack.leg_id or CALLER
        match lack.act:
            case Act.CONNECT if leg not in self.legs:
                self.legs[leg] = LegState.RINGING
                self.events.append(Ringing(**self.head(), leg_id=leg))
            case Act.PARK if CALLER in self.legs:
                self.legs[CALLER], self.parked, self.bridge = LegState.UP, True, ()
                self.events.append(Queued(**self.head()))
            case Act.BRIDGE:
                self.bridge = tuple(one for one in lack.legs if one in self.legs)
                self.parked = False
                self.events.append(Bridged(**self.head(), legs=self.bridge))
            case Act.HOLD if self.legs.get(leg) is LegState.UP:
                self.legs[leg] = LegState.HELD
                self.events.append(Held(**self.head(), leg_id=leg))
            case Act.RESUME if self.legs.get(leg) is LegState.HELD:
                self.legs[leg] = LegState.UP
                self.events.append(Resumed(**self.head(), leg_id=leg))
            case Act.HANGUP:
                for one in [lack.leg_id] if lack.leg_id else list(self.legs):
                    self.drop(one, Cause.NORMAL, By.HOUSE)

    def snapshot(self) -> SeenCall | None:
        if self.over:
            return None
        legs = tuple(SeenLeg(leg_id=leg, state=state) for leg, state in self.legs.items())
        return SeenCall(call_id="c", legs=legs, bridge=self.bridge, parked=self.parked)


class Story:
    """One order: the line, the house's call, and the work behind it, with every event shuffled, doubled or lost at will."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.line = Line()
        self.call = Call()
        self.hands = Hands(state=InteractionState.WAITING)
        self.legs = itertools.count()
        self.commands: list[tuple[UUID, Lack]] = []
        self.waiting: list[VoiceEvent] = []
        self.told: list[tuple[str, Meaning]] = []
        self.counter = itertools.count(1)
        self.acts: set[Act] = set()
        # Without its first event there is no call; a snapshot brings it, should it be lost.
        self.hear(self.line.events[0])

    def mint(self) -> UUID:
        return UUID(int=next(self.counter))

    def listen(self, *, all_of_it: bool = False) -> None:
        self.waiting += self.line.events
        self.line.events = []
        keep: list[VoiceEvent] = []
        self.dice.shuffle(self.waiting)
        for event in self.waiting:
            fate = 1.0 if all_of_it else self.dice.random()
            if fate < 0.25:
                keep.append(event)
            if fate < 0.35:
                continue
            for _ in range(2 if fate < 0.5 else 1):
                self.hear(event)
        self.waiting = keep

    def hear(self, event: VoiceEvent) -> None:
        self.call, found, _ = heard(self.call, event)
        self.mean(found)

    def mean(self, found: list[Any]) -> None:
        for outcome in found:
            self.told.append((outcome.leg_id, outcome.meaning))
            match outcome.meaning:
                case Meaning.TOOK if self.hands.state is InteractionState.OFFERED:
                    self.hands = Hands(state=InteractionState.ACTIVE, agent_id=self.hands.agent_id)
                case Meaning.MISSED | Meaning.LOST if self.hands.agent_id is not None:
                    if self.call.intent.legs[outcome.leg_id].user_id == self.hands.agent_id:
                        self.hands = Hands(state=InteractionState.WAITING)
                case Meaning.LEFT if self.hands.state is InteractionState.ACTIVE:
                    self.hands = Hands(state=InteractionState.WRAP_UP, agent_id=self.hands.agent_id)
                case Meaning.CALLER_GONE | Meaning.OVER:
                    self.hands = Hands(state=InteractionState.CLOSED)

    def step(self) -> None:
        intent = follow(self.call.facts, self.call.intent, self.hands, f"leg{next(self.legs)}")
        if self.dice.random() < 0.3 and intent.caller is CallerWish.SPEAK and CALLER in self.call.facts.bridge:
            held = () if intent.held else (CALLER,)
            intent = Intent(caller=intent.caller, legs=intent.legs, speak=intent.speak, held=held)
        self.call, new = due(wished(self.call, intent), self.mint)
        self.commands += new
        self.acts |= {lack.act for _, lack in new}
        keys = list(self.call.issued)
        assert len(set(self.call.issued.values())) == len(keys), "one lack, one command"

    def act(self) -> None:
        """Something happens: on the line, in the queue, or a command is carried out."""
        live = [leg for leg in self.line.legs if leg != CALLER]
        choice = self.dice.random()
        if choice < 0.45 and self.commands:
            self.line.do(self.commands.pop(0)[1])
        elif choice < 0.6 and live:
            self.line.answer(self.dice.choice(live))
        elif choice < 0.63 and live:
            cause = self.dice.choice([Cause.NO_ANSWER, Cause.BUSY, Cause.NORMAL, Cause.LOST])
            self.line.drop(self.dice.choice(live), cause, By.OTHER)
        elif 0.63 <= choice < 0.64:
            self.line.drop(CALLER, Cause.NORMAL, By.CALLER)
        elif 0.64 <= choice < 0.9 and self.hands.state is InteractionState.WAITING:
            self.hands = Hands(state=InteractionState.OFFERED, agent_id=self.dice.choice([ANNA, BEN]))
        elif 0.9 <= choice < 0.92 and self.hands.state in {InteractionState.OFFERED, InteractionState.ACTIVE}:
            self.hands = Hands(state=InteractionState.WAITING)

    def settle(self) -> None:
        """No more chance: a snapshot, and everything that is asked is done and told."""
        for _ in range(40):
            self.line.now += timedelta(seconds=1)
            self.call, found = reconciled(self.call, self.line.snapshot(), self.line.now)
            self.mean(found)
            self.step_quietly()
            asked = {lack.key: lack for _, lack in self.commands}
            # What was asked and had no effect is asked again, under its old name.
            asked |= {lack.key: lack for lack in self.again()}
            self.commands = []
            if not asked:
                return
            for lack in asked.values():
                self.line.do(lack)
        raise AssertionError(f"never at rest: {self.call} {self.line.legs}")

    def step_quietly(self) -> None:
        intent = follow(self.call.facts, self.call.intent, self.hands, f"leg{next(self.legs)}")
        self.call, new = due(wished(self.call, intent), self.mint)
        self.commands += new
        self.acts |= {lack.act for _, lack in new}

    def again(self) -> list[Lack]:
        return [lack for lack in lacking(self.call.facts, self.call.intent) if lack.key in self.call.issued]


def play(seed: int) -> Story:
    story = Story(random.Random(seed))
    for _ in range(story.dice.randint(4, 40)):
        story.act()
        story.listen()
        story.step()
    story.settle()
    return story


def check(story: Story) -> None:
    line, call, hands = story.line, story.call, story.hands
    assert call.facts.over == line.over
    taken = [leg for leg, meaning in story.told if meaning is Meaning.TOOK]
    assert len(taken) == len(set(taken)), "a phone is taken up once"
    assert story.told.count((CALLER, Meaning.CALLER_GONE)) <= 1
    if line.over:
        assert hands.state not in {InteractionState.WAITING, InteractionState.OFFERED}, "no offer outlives its call"
        return
    assert hands.state in {InteractionState.WAITING, InteractionState.OFFERED, InteractionState.ACTIVE}
    agents = [leg for leg in line.legs if leg != CALLER]
    owners = [call.intent.legs[leg].user_id for leg in agents]
    assert all(call.facts.stand(leg) == Stand(state.value) for leg, state in line.legs.items())
    if hands.state is InteractionState.WAITING:
        assert agents == [], "nobody is left ringing"
        assert line.parked
    else:
        assert owners == [hands.agent_id], "who has it, and nobody else, is on the line"
    if hands.state is InteractionState.ACTIVE and agents and line.legs[agents[0]] is not LegState.RINGING:
        assert set(line.bridge) == {CALLER, agents[0]}
    else:
        assert line.bridge == ()


@settings(max_examples=200)
@given(st.integers(0, 2**48))
def test_no_call_is_lost_doubled_or_left_ringing_in_any_order(seed: int) -> None:
    for order in range(ORDERS):
        check(play(seed * ORDERS + order))


def test_the_orders_are_of_all_kinds() -> None:
    """The property would prove little if all stories ended alike."""
    ends = [play(seed) for seed in range(400)]
    states = {story.hands.state for story in ends if not story.line.over}
    assert states == {InteractionState.WAITING, InteractionState.OFFERED, InteractionState.ACTIVE}
    assert any(story.line.over for story in ends)
    assert any(Meaning.LOST in {m for _, m in story.told} for story in ends)
    assert {act for story in ends for act in story.acts} >= {Act.CONNECT, Act.BRIDGE, Act.PARK, Act.HOLD, Act.RESUME, Act.HANGUP}
