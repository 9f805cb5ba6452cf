"""How long what is kept, what would go, and what must not."""

from uuid import UUID

from litestar import get, post, put
from litestar.params import JSONBody

from unisono.domain.errors import NotFound
from unisono.service.page import Page
from unisono.service.ports.retention import Hold, RetentionRule
from unisono.service.retention import WouldGo, holds, preview_rules, put_rules, set_hold
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class RuleBody(Body):
    """How many days something is kept; meanings as in `RetentionRule`."""

    what: str
    days: int
    channel_id: UUID | None = None
    work_class_id: UUID | None = None


class RulesBody(Body):
    """All rules; what no rule names is kept."""

    rules: list[RuleBody]


class HoldBody(Body):
    """Hold a customer, a conversation or a case on a ground; null lifts it. `number`: a case by its number instead of `id`."""

    kind: str
    id: UUID | None = None
    number: int | None = None
    ground: str | None = None


@get("/retention", opt=needs("retention.manage"), tags=["Administration"])
async def rules(house: HouseDep) -> Page[RetentionRule]:
    """Return for how long what is kept; the nearest rule holds: the channel's, that of its class of work, the house's."""
    async with house.db.read() as tx:
        return Page(items=await tx.retention.rules())


@put("/retention", opt=needs("retention.manage"), tags=["Administration"])
async def change(house: HouseDep, actor: ActorDep, data: JSONBody[RulesBody]) -> Page[RetentionRule]:
    """Replace all rules; they hold from the next round on, within minutes."""
    await put_rules(house.db, actor.access, _rules(data))
    async with house.db.read() as tx:
        return Page(items=await tx.retention.rules())


@post("/retention/preview", opt=needs("retention.manage"), tags=["Administration"], status_code=200)
async def preview(house: HouseDep, data: JSONBody[RulesBody]) -> Page[WouldGo]:
    """Return how much would go by these rules now; nothing goes."""
    return Page(items=await preview_rules(house.db, _rules(data)))


@get("/holds", opt=needs("retention.manage"), tags=["Administration"])
async def held(house: HouseDep) -> Page[Hold]:
    """Return what must not go, and on what ground."""
    return Page(items=await holds(house.db))


@put("/holds", opt=needs("retention.manage"), tags=["Administration"])
async def hold(house: HouseDep, actor: ActorDep, data: JSONBody[HoldBody]) -> Page[Hold]:
    """Hold something, or lift the hold."""
    found = data.id
    if found is None and data.number is not None and data.kind == "case":
        async with house.db.read() as tx:
            found = await tx.retention.case_of_number(data.number)
    if found is None:
        raise NotFound("What is to be held does not exist.")
    await set_hold(house.db, actor.access, data.kind, found, data.ground)
    return Page(items=await holds(house.db))


def _rules(data: RulesBody) -> list[RetentionRule]:
    return [RetentionRule(what=r.what, days=r.days, channel_id=r.channel_id, work_class_id=r.work_class_id) for r in data.rules]


ROUTES = [rules, change, preview, held, hold]
