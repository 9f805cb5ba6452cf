"""Where telephone tests at the interface happen: an agent of a queue, logged in, with a telephone that answers."""

from uuid import UUID

from msgspec import Struct

from tests.callkit import Exchange
from tests.web.conftest import PASSWORD, Browser, Served, serve
from unisono.service.first_run import first_administrator
from unisono.service.house import House
from unisono.testing.telephone import Reaction


class PhoneOffice(Struct, kw_only=True):
    """The house as it is served, its exchange, and Anna."""

    served: Served
    exchange: Exchange
    anna: Browser
    anna_id: UUID
    queue: UUID


async def phone_office(house: House) -> PhoneOffice:
    """Serve a house with an agent whose telephone answers; whoever asks closes what is served."""
    async with house.db.write() as tx:
        await first_administrator(tx, login="root", name="Root", locale="en", password_hash=await house.passwords.hash(PASSWORD))
    served = await serve(house)
    anna = await served.logged_in("anna", "agent", "supervisor")
    (row,) = await served.sql("select id from app_user where login = 'anna'")
    queue = await served.kit.queue()
    await served.sql("insert into agent (user_id, state, capacity) values ($1, 'available', 60) on conflict (user_id) do update "
                     "set state = 'available', capacity = 60", row["id"])  # fmt: skip
    await served.sql("insert into queue_member (queue_id, user_id) values ($1, $2)", queue, row["id"])
    exchange = Exchange(served.kit, house.clock)
    exchange.driver.phone(str(row["id"]), Reaction.ANSWERS)
    return PhoneOffice(served=served, exchange=exchange, anna=anna, anna_id=row["id"], queue=queue)
