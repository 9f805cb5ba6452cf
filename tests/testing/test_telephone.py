"""The scripted exchange keeps the voice contract: others test their calls against it."""

from unisono.contract.voice import (
    CALLER,
    Bridge,
    Cause,
    Connect,
    Done,
    Ended,
    Endpoint,
    EndpointKind,
    Hangup,
    LegEnded,
    LegState,
    Park,
    Refused,
    VoiceEvent,
    decode_event,
    encode_event,
)
from unisono.testing.clock import FakeClock
from unisono.testing.telephone import FakeDriver, Reaction

ANNA = Endpoint(kind=EndpointKind.AGENT, address="anna")


class Ear:
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.events: list[VoiceEvent] = []

    async def heard(self, event: VoiceEvent) -> None:
        self.events.append(event)

    async def reconnected(self) -> None: ...


def exchange() -> tuple[FakeDriver, Ear]:
    driver, ear = FakeDriver(clock=FakeClock()), Ear()
    driver.listen(ear)
    return driver, ear


async def test_a_command_is_done_once_and_a_repeat_gets_the_first_result() -> None:
    driver, ear = exchange()
    driver.phone("anna", Reaction.ANSWERS)
    call = await driver.rings("+4930123456", "+498001")
    ring = Connect(command_id="c1", call_id=call, leg_id="a", endpoint=ANNA, timeout_s=20)

    assert await driver.do(ring) == await driver.do(ring) == Done(command_id="c1")
    assert [event.__struct_config__.tag for event in ear.events] == ["offered", "ringing", "answered"]


async def test_a_call_from_ring_to_goodbye_as_events_and_as_snapshot() -> None:
    driver, ear = exchange()
    driver.phone("anna", Reaction.ANSWERS)
    call = await driver.rings("+4930123456", "+498001")
    await driver.do(Park(command_id="c1", call_id=call))
    assert (await driver.snapshot()).calls[0].parked
    await driver.do(Connect(command_id="c2", call_id=call, leg_id="a", endpoint=ANNA, timeout_s=20))
    await driver.do(Bridge(command_id="c3", call_id=call, legs=(CALLER, "a")))

    seen = (await driver.snapshot()).call(call)
    assert seen is not None
    assert {leg.leg_id: leg.state for leg in seen.legs} == {CALLER: LegState.UP, "a": LegState.UP}
    assert seen.bridge == (CALLER, "a")

    await driver.hangs_up(call)
    await driver.do(Hangup(command_id="c4", call_id=call))
    ends = [event for event in ear.events if isinstance(event, LegEnded | Ended)]
    assert [type(event) for event in ends] == [LegEnded, LegEnded, Ended]
    assert (await driver.snapshot()).calls == ()


async def test_a_busy_phone_says_so_and_the_caller_stays() -> None:
    driver, ear = exchange()
    driver.phone("anna", Reaction.BUSY)
    call = await driver.rings("+4930123456", "+498001")
    await driver.do(Connect(command_id="c1", call_id=call, leg_id="a", endpoint=ANNA, timeout_s=20))

    assert ear.events[-1].leg_id == "a"  # type: ignore[union-attr]
    assert ear.events[-1].cause is Cause.BUSY  # type: ignore[union-attr]
    assert driver.lives(call)


async def test_what_is_gone_is_refused_in_words() -> None:
    driver, _ = exchange()
    result = await driver.do(Hangup(command_id="c1", call_id="nobody"))
    assert isinstance(result, Refused)
    assert result.gone


async def test_every_event_survives_the_inbox() -> None:
    driver, ear = exchange()
    driver.phone("anna", Reaction.ANSWERS)
    call = await driver.rings("+4930123456", "+498001", display_name="Ada")
    await driver.do(Connect(command_id="c1", call_id=call, leg_id="a", endpoint=ANNA, timeout_s=20))
    await driver.presses(call, "1#")
    await driver.hangs_up(call)
    assert [decode_event(encode_event(event)) for event in ear.events] == ear.events
    assert b'"from":"+4930123456"' in encode_event(ear.events[0])
