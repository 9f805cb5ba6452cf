"""Setting up chats: a house may have as many as it has websites."""

from tests.web.conftest import EVERYTHING, MakeHouse, make_house  # noqa: F401
from unisono.app.registry import Connectors
from unisono.domain.ids import new_id
from unisono.service.channels import Draft, add_channel
from unisono.service.ports.setup import NewQueue
from unisono.service.queues import add_queue


async def test_two_chats_are_two_accounts(make_house: MakeHouse) -> None:  # noqa: F811
    house = await make_house(Connectors())
    queue = NewQueue(id=new_id(), key="chats", name={"de": "Chats", "en": "Chats"})
    await add_queue(house.db, EVERYTHING, queue)
    added = [
        await add_channel(
            house.outside, EVERYTHING, new_id(), Draft(connector="webchat", config={}, secrets={}), name=name, queue_id=queue.id
        )
        for name in ("Laden", "Werkstatt")
    ]
    async with house.db.read() as tx:
        known = await tx.setup.channels(added)
    assert {str(channel.id) for channel in known} == {str(one) for one in added}
