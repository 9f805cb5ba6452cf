"""The verbs on customers: merged, told apart, noted."""

from uuid import UUID

from tests.laws.law3.scene import Scene, Step, case
from unisono.domain.ids import new_id
from unisono.service.custom_fields import add_field
from unisono.service.customers import drop_customer_note, note_customer, set_fields
from unisono.service.merge_customers import claim, keep_apart, merge_customers, unmerge_customers
from unisono.service.ports.customers import NewField


async def _two(s: Scene) -> tuple[UUID, UUID]:
    rows = await s.house.sql("select customer_id from identity order by id limit 2")
    return rows[0]["customer_id"], rows[1]["customer_id"]


@case("merge_customers.merge_customers")
async def _merge(s: Scene) -> Step:
    one, other = await _two(s)
    return lambda: merge_customers(s.house.db, s.anna.access, one, other, "Dieselbe Person")


@case("merge_customers.unmerge_customers")
async def _unmerge(s: Scene) -> Step:
    merge = await merge_customers(s.house.db, s.anna.access, *(await _two(s)), "Dieselbe Person")
    return lambda: unmerge_customers(s.house.db, s.anna.access, merge)


@case("merge_customers.keep_apart")
async def _apart(s: Scene) -> Step:
    one, other = await _two(s)
    return lambda: keep_apart(s.house.db, s.anna.access, one, other)


@case("merge_customers.claim")
async def _claim(s: Scene) -> Step:
    one, _ = await _two(s)
    [row] = await s.house.sql("select id from identity where customer_id = $1", one)
    return lambda: claim(s.house.db, s.anna.access, one, row["id"], "mail", "anna@x.example")


@case("customers.note_customer")
async def _note(s: Scene) -> Step:
    one, _ = await _two(s)
    return lambda: note_customer(s.house.db, s.anna.access, one, new_id(), "Mag Tee")


@case("customers.drop_customer_note")
async def _drop(s: Scene) -> Step:
    one, _ = await _two(s)
    note = new_id()
    await note_customer(s.house.db, s.anna.access, one, note, "Mag Tee")
    return lambda: drop_customer_note(s.house.db, s.anna.access, one, note)


@case("customers.set_fields")
async def _fields(s: Scene) -> Step:
    one, _ = await _two(s)
    await add_field(s.house.db, s.anna.access, NewField(id=new_id(), key="f", name={"de": "F", "en": "F"}, kind="text"))
    return lambda: set_fields(s.house.db, s.anna.access, one, {"f": "A-1"})
