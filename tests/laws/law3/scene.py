"""A house in which every verb can be tried, and the list of cases."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from tests.kit import START, House, Person, Scripted
from tests.service.test_work import code
from unisono.contract import Retry
from unisono.domain.ids import new_id
from unisono.service.accept import accept_offer
from unisono.service.answer import Answer, answer


class Scene:
    """A house with two agents, work in several states, and something to do with it."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def set_up(self) -> None:
        house = self.house
        self.queue, self.other_queue = await house.queue(offer_s=30), await house.queue()
        self.channel = await house.channel(self.queue)
        self.anna = await house.agent(self.queue, self.other_queue)
        self.code = await code(house)
        at = [(START + timedelta(minutes=n)).isoformat() for n in range(5)]
        await house.hear(self.channel, *({"id": str(n), "text": f"Frage {n}", "by": f"c{n}", "at": at[n]} for n in range(5)))
        await house.route()
        self.ben = await house.agent(self.queue, capacity=60, state="busy")
        await house.router.load()

    async def offer(self, person: Person | None = None) -> UUID:
        rows = await self.house.sql(
            "select id from offer where state = 'open' and agent_id = $1 order by id", (person or self.anna).id
        )
        return rows[0]["id"]  # type: ignore[no-any-return]

    async def active(self) -> UUID:
        return await accept_offer(self.house.db, self.anna.access, await self.offer())

    async def conversation(self) -> UUID:
        return (await self.house.sql("select id from conversation order by id limit 1"))[0]["id"]  # type: ignore[no-any-return]

    async def failed_answer(self) -> UUID:
        interaction = await self.active()
        Scripted.results = [Retry(reason="no")]
        message = new_id()
        await answer(
            self.house.outside, self.anna.access, interaction, Answer(message_id=message, text="Moin", visibility="public")
        )
        await self.house.sql("update outbox set state = 'dead', error_code = 'gave_up'")
        await self.house.sql("update message set delivery = 'dead' where id = $1", message)
        return message


Step = Callable[[], Awaitable[object]]
Case = Callable[[Scene], Awaitable[Step]]
CASES: dict[str, Case] = {}


def case(verb: str) -> Callable[[Case], Case]:
    def add(body: Case) -> Case:
        CASES[verb] = body
        return body

    return add


#: The same verb once more, where it does something else besides.
MORE: dict[str, Case] = {}
