"""Rules: kept, ordered, looked at before they work, and what they did."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Struct, UnsetType

from unisono.domain.errors import NotFound
from unisono.policy.rules.language import APPROVALS, CHOICES, FIELDS, ON_WORK_NOW, Action, Condition, Trigger, Verb
from unisono.service.instant import Instant, instant
from unisono.service.once import once
from unisono.service.page import Page, bounded
from unisono.service.ports.rules import Application, RuleChange, StoredRule
from unisono.service.rules.look import RulePreview, RuleTest, check_beside, preview_rule
from unisono.service.rules.manage import add_rule, change_rule, find_rule, order_rules, remove_rule
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class RuleBody(Body):
    """A rule: when `trigger`, if `conditions` (all of them, or one when match_all is false), then `actions`, in their order.

    after_s: only with the trigger waiting. stop: rules behind it are not looked at then. Words: `/rules/words`.
    """

    name: str
    trigger: str
    conditions: list[Condition]
    actions: list[Action]
    match_all: bool = True
    stop: bool = False
    after_s: int | None = None
    enabled: bool = False


class ChangeRuleBody(Body):
    """What changes of a rule; what is not named stays. A list replaces the whole list."""

    name: str | UnsetType = UNSET
    trigger: str | UnsetType = UNSET
    conditions: list[Condition] | UnsetType = UNSET
    actions: list[Action] | UnsetType = UNSET
    match_all: bool | UnsetType = UNSET
    stop: bool | UnsetType = UNSET
    after_s: int | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET


class OrderBody(Body):
    """All rules, in the order in which they are looked at."""

    rule_ids: list[UUID]


class PreviewBody(Body):
    """A rule that need not be kept, and how many days to look back."""

    rule: RuleBody
    days: int = 7


class TestBody(Body):
    """A rule that need not be kept, and a conversation to hold it beside."""

    rule: RuleBody
    conversation_id: UUID


class RuleWords(Struct, frozen=True, kw_only=True):
    """What a rule can be made of. `choices`: values that are known beforehand. on_work_now: verbs that move work.

    approvals: values of the verb `approval`.
    """

    triggers: list[str]
    fields: dict[str, list[str]]
    choices: dict[str, list[str]]
    verbs: list[str]
    on_work_now: list[str]
    approvals: list[str]


class ApplicationView(Struct, frozen=True, kw_only=True):
    """A rule that was applied: which conditions held, by which of their values, and what became of each action.

    outcome: done, skipped (`why` is a code) or failed. error: what went wrong inside, empty when nothing did.
    """

    id: UUID
    rule_id: UUID
    rule_name: str
    conversation_id: UUID
    interaction_id: UUID
    at: Instant
    findings: list[dict[str, Any]]
    done: list[dict[str, Any]]
    error: str


@get("/rules", opt=needs("rule.manage"), tags=["Administration"])
async def rules(house: HouseDep) -> Page[StoredRule]:
    """Return the rules in the order in which they are looked at."""
    async with house.db.read() as tx:
        return Page(items=await tx.rules.all())


@get("/rules/words", opt=needs("rule.manage"), tags=["Administration"], sync_to_thread=False)
def words() -> RuleWords:
    """Return what a rule can be made of."""
    return RuleWords(
        triggers=[trigger.value for trigger in Trigger], fields={name: [op.value for op in ops] for name, ops in FIELDS.items()},
        choices={name: list(values) for name, values in CHOICES.items()}, verbs=[verb.value for verb in Verb],
        on_work_now=sorted(verb.value for verb in ON_WORK_NOW), approvals=list(APPROVALS),
    )  # fmt: skip


@post("/rules", opt=needs("rule.manage"), tags=["Administration"])
async def new_rule(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[RuleBody]) -> StoredRule:
    """Add a rule behind the others; off unless it says otherwise."""
    key = await key_of(request)
    rule = _rule(data, id_under(key))
    rule_id = await once(house.db, key, lambda db: add_rule(db, actor.access, rule), UUID)
    async with house.db.read() as tx:
        return await find_rule(tx, rule_id)


@patch("/rules/{rule_id:uuid}", opt=needs("rule.manage"), tags=["Administration"])
async def edit_rule(house: HouseDep, actor: ActorDep, rule_id: FromPath[UUID], data: JSONBody[ChangeRuleBody]) -> StoredRule:
    """Change a rule; it holds from the next occasion on."""
    named = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not UNSET}
    await change_rule(house.db, actor.access, rule_id, RuleChange(**named))
    async with house.db.read() as tx:
        return await find_rule(tx, rule_id)


@delete("/rules/{rule_id:uuid}", opt=needs("rule.manage"), tags=["Administration"])
async def drop_rule(house: HouseDep, actor: ActorDep, rule_id: FromPath[UUID]) -> None:
    """Take a rule away with the record of where it was applied; what it did stays done."""
    await remove_rule(house.db, actor.access, rule_id)


@put("/rules/order", opt=needs("rule.manage"), tags=["Administration"])
async def order(house: HouseDep, actor: ActorDep, data: JSONBody[OrderBody]) -> Page[StoredRule]:
    """Put the rules in an order."""
    await order_rules(house.db, actor.access, data.rule_ids)
    async with house.db.read() as tx:
        return Page(items=await tx.rules.all())


@post("/rules/preview", opt=needs("rule.manage"), tags=["Administration"], status_code=200)
async def preview(house: HouseDep, actor: ActorDep, data: JSONBody[PreviewBody]) -> RulePreview:
    """Return which past enquiries the conditions meet, and what waiting work the actions would move; nothing is written."""
    return await preview_rule(house.db, actor.access, _rule(data.rule, UUID(int=0)), data.days)


@post("/rules/test", opt=needs("rule.manage"), tags=["Administration"], status_code=200)
async def beside(house: HouseDep, actor: ActorDep, data: JSONBody[TestBody]) -> RuleTest:
    """Return what a rule says of one conversation; nothing is written."""
    return await check_beside(house.db, actor.access, _rule(data.rule, UUID(int=0)), data.conversation_id)


@get("/rules/{rule_id:uuid}/applications", opt=needs("rule.manage"), tags=["Administration"])
async def of_rule(house: HouseDep, rule_id: FromPath[UUID], limit: FromQuery[int | None] = None) -> Page[ApplicationView]:
    """Return where a rule was applied lately, newest first."""
    async with house.db.read() as tx:
        found = await tx.rules.applications(rule_id=rule_id, limit=bounded(limit))
    return Page(items=[_view(one) for one in found])


@get("/conversations/{conversation_id:uuid}/rules", opt=needs("work.read"), tags=["Work"])
async def of_conversation(house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID]) -> Page[ApplicationView]:
    """Return which rules were applied in a conversation, and why, newest first."""
    async with house.db.read() as tx:
        conversation = await tx.talk.conversation(conversation_id)
        work = await tx.work.open_of(conversation_id) if conversation else None
        if conversation is None or not actor.access.sees(conversation.access_class, work.agent_id if work else None):
            raise NotFound("This conversation does not exist, or is not yours to see.")
        found = await tx.rules.applications(conversation_id=conversation_id, limit=100)
    return Page(items=[_view(one) for one in found])


def _rule(data: RuleBody, rule_id: UUID) -> StoredRule:
    return StoredRule(id=rule_id, position=0, **msgspec.structs.asdict(data))


def _view(one: Application) -> ApplicationView:
    return ApplicationView(
        id=one.id, rule_id=one.rule_id, rule_name=one.rule_name, conversation_id=one.conversation_id,
        interaction_id=one.interaction_id, at=instant(one.at), findings=one.findings, done=one.done, error=one.error,
    )  # fmt: skip


ROUTES = [rules, words, new_rule, edit_rule, drop_rule, order, preview, beside, of_rule, of_conversation]
