"""A house with a telephone: a line, a scripted exchange, and the switchboard between them, driven step by step."""

from typing import Any
from uuid import UUID

from msgspec.structs import replace

from tests.kit import House, Person
from unisono.app.registry import Connectors
from unisono.contract import Clock
from unisono.contract.voice import VoicePowers
from unisono.domain.ids import new_id
from unisono.service.calls.hear import follow_work
from unisono.service.calls.switchboard import Desk
from unisono.service.ports.calls import CallFacts
from unisono.service.ports.channels import ChannelFacts
from unisono.testing.telephone import FakeDriver, Reaction

OURS, ADA, BERT = "+49301000", "+4930123456", "+4940654321"


class Exchange:
    """The telephone of a test's house."""

    def __init__(self, house: House, clock: Clock, powers: VoicePowers | None = None) -> None:
        house.outside = replace(house.outside, registry=Connectors())
        self.house = house
        self.driver = FakeDriver(clock=clock, powers=powers)
        self.desk = Desk(house.outside, self.driver)
        self.driver.listen(self.desk)

    async def line(self, queue_id: UUID, *, units: int = 60, **config: Any) -> ChannelFacts:
        """Add a line whose number is OURS."""
        channel_id = new_id()
        await self.house.sql(
            "insert into channel (id, connector, network, medium, name, queue_id, units, config, work_class_id, one_at_a_time) "
            "values ($1, 'voice', 'phone', 'call', 'Hotline', $2, $3, $4, (select id from work_class where key = 'call'), true)",
            channel_id, queue_id, units, {"driver": "fake", "numbers": [OURS], **config},
        )  # fmt: skip
        async with self.house.db.write() as tx:
            facts = await tx.channels.facts(channel_id)
        assert facts is not None
        return facts

    def phone(self, person: Person, reaction: Reaction) -> None:
        """Say what a person's phone does when it rings."""
        self.driver.phone(str(person.id), reaction)

    async def settle(self) -> None:
        """Let everything follow until nothing moves any more: work, calls and telephony."""
        for _ in range(40):
            moved = await self.house.route()
            moved += await follow_work(self.house.outside)
            moved += await self.desk.ask_once()
            if not moved:
                return
        raise AssertionError("the calls never come to rest")

    async def call(self, name: str) -> CallFacts:
        """Return how the house sees a call."""
        async with self.house.db.read() as tx:
            found = await tx.calls.find("fake", name)
        assert found is not None
        return found

    async def work(self, name: str) -> Any:
        """Return the unit of work of a call."""
        rows = await self.house.sql("select * from interaction where id = $1", (await self.call(name)).interaction_id)
        return rows[0]

    async def tell_powers(self) -> None:
        """Let the house know what the exchange can do, as its start does."""
        async with self.house.db.write() as tx:
            await tx.calls.tell_powers(self.driver.name, self.driver.powers)

    async def allow_out(self, *prefixes: str) -> None:
        """Let the lines call out to these prefixes (+49 without any)."""
        await self.tell_powers()
        await self.house.sql(
            "update channel set config = config || $1 where connector = 'voice'", {"dial_prefixes": list(prefixes or ("+49",))}
        )

    def leg_of(self, facts: CallFacts, person: Person) -> str:
        """Return the leg that a person's phone is."""
        return next(leg for leg, wish in facts.call.intent.legs.items() if wish.user_id == person.id)
