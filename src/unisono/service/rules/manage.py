"""Rules are added, changed, ordered and removed by who may; each change is in the audit."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict, replace

from unisono.domain.errors import Invalid, NotFound
from unisono.service.access import Access
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.rules import RuleChange, StoredRule
from unisono.service.rules.check import check_rule


async def add_rule(db: Database, access: Access, rule: StoredRule) -> UUID:
    """Add a rule behind the others. Raises Invalid."""
    async with db.write() as tx:
        await check_rule(tx, rule)
        await tx.rules.add(replace(rule, name=rule.name.strip()))
        await _told(tx, access, "rule.added", rule.id)
    return rule.id


async def change_rule(db: Database, access: Access, rule_id: UUID, change: RuleChange) -> None:
    """Change what is named. Raises NotFound, Invalid."""
    async with db.write() as tx:
        before = await find_rule(tx, rule_id)
        named = {name: value for name, value in asdict(change).items() if value is not UNSET}
        await check_rule(tx, replace(before, **named))
        await tx.rules.change(rule_id, change)
        what = {"enabled": change.enabled} if change.enabled is not UNSET else {"fields": sorted(named)}
        await _told(tx, access, "rule.changed", rule_id, **what)


async def remove_rule(db: Database, access: Access, rule_id: UUID) -> None:
    """Take a rule away; what it did stays done. Raises NotFound."""
    async with db.write() as tx:
        await find_rule(tx, rule_id)
        await tx.rules.remove(rule_id)
        await _told(tx, access, "rule.removed", rule_id)


async def order_rules(db: Database, access: Access, rule_ids: Sequence[UUID]) -> None:
    """Put all rules in an order. Raises Invalid when one is missing or stands twice: somebody may have added one meanwhile."""
    async with db.write() as tx:
        known = [rule.id for rule in await tx.rules.all()]
        if sorted(known) != sorted(rule_ids):
            raise Invalid(
                "The rules are others by now. Nothing was moved; load them anew.", code="rules_changed", field="rule_ids"
            )
        await tx.rules.order(rule_ids)
        await _told(tx, access, "rule.ordered", None)


async def find_rule(tx: Tx, rule_id: UUID) -> StoredRule:
    """Return a rule. Raises NotFound."""
    found = next((rule for rule in await tx.rules.all() if rule.id == rule_id), None)
    if found is None:
        raise NotFound("This rule does not exist.")
    return found


async def _told(tx: Tx, access: Access, action: str, rule_id: UUID | None, **body: object) -> None:
    await tx.privacy.audit(access.user_id, action, "rule", str(rule_id or "all"), dict(body))
    tx.emit(NewEvent(type="rule.changed", actor_id=access.user_id, body={"rule_id": rule_id}))
