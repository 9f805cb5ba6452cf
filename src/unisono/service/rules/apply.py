"""Apply the rules to what just happened, in the transaction that records it; a rule that fails holds up nothing."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct

from unisono.domain.errors import Unavailable, UnisonoError
from unisono.domain.ids import new_id
from unisono.policy.rules.decide import Judgement, decide
from unisono.policy.rules.language import Rule, Trigger
from unisono.service.channel_context import Outside
from unisono.service.ports import Tx
from unisono.service.ports.rules import Application, RuleFacts
from unisono.service.rules.carry_out import Doing, carry_out
from unisono.service.rules.facts import facts_of, fold, rule_of
from unisono.service.work_events import work_event

LATELY: Final = timedelta(days=1)
_log = structlog.get_logger("rules")


class Occasion(Struct, frozen=True, kw_only=True):
    """Something that happened to an enquiry. `key` tells the same told twice from two; `message_id`: what was said."""

    interaction_id: UUID
    key: str
    message_id: UUID | None = None


async def active_rules(tx: Tx, *triggers: Trigger) -> list[Rule]:
    """Return the rules that are on and wait for one of these."""
    wanted = {trigger.value for trigger in triggers}
    return [rule_of(stored) for stored in await tx.rules.all(enabled=True) if stored.trigger in wanted]


async def apply_rules(
    tx: Tx, outside: Outside, rules: Sequence[Rule], trigger: Trigger, occasions: Sequence[Occasion],
    done: list[UUID] | None = None,
) -> set[str]:  # fmt: skip
    """Apply what applies, once for each rule and occasion; returns the bells to ring after the commit.

    done: is told to which enquiries something was done.
    """
    rings: set[str] = set()
    rules = [rule for rule in rules if rule.trigger is trigger]
    if not rules or not occasions:
        return rings
    lately = await tx.rules.applied_lately([o.interaction_id for o in occasions], tx.now - LATELY)
    for occasion in occasions:
        # Read one by one: what a rule did to an enquiry counts for the next occasion of the same.
        for facts in await tx.rules.facts([(occasion.interaction_id, occasion.message_id)]):
            applied = {rule.id: lately.get((facts.interaction_id, rule.id), 0) for rule in rules}
            for judgement in decide(rules, trigger, facts_of(facts, tx.now), fold, applied):
                if judgement.applies and await _apply(tx, outside, facts, judgement, occasion, rings):
                    place = (facts.interaction_id, judgement.rule_id)
                    lately[place] = lately.get(place, 0) + 1
                    if done is not None:
                        done.append(facts.interaction_id)
    return rings


async def _apply(tx: Tx, outside: Outside, facts: RuleFacts, judgement: Judgement, occasion: Occasion, rings: set[str]) -> bool:
    application = Application(
        id=new_id(), rule_id=judgement.rule_id, interaction_id=facts.interaction_id, conversation_id=facts.conversation_id,
        occasion=occasion.key, at=tx.now, findings=msgspec.to_builtins([f for f in judgement.findings if f.holds]), done=[],
    )  # fmt: skip
    if not await tx.rules.record(application):
        return False
    doing = Doing(tx=tx, outside=outside, facts=facts, rule_id=judgement.rule_id, rings=rings)
    done: list[dict[str, Any]] = []
    error = ""
    for action in judgement.actions:
        entry: dict[str, Any] = {"verb": action.verb.value, "value": action.value}
        if action.verb.value in ("note", "acknowledge"):
            # The text stands with the message, where it is erased with it.
            del entry["value"]
        try:
            async with tx.savepoint():
                entry |= {"outcome": "done", **await carry_out(doing, action)}
        except Unavailable:
            raise
        except UnisonoError as refusal:
            entry |= {"outcome": "skipped", "why": refusal.code}
        except Exception as failure:  # a fault of one rule must not hold up what is received, nor the rules behind it
            _log.error("rule_failed", rule=str(judgement.rule_id), error=type(failure).__name__)
            entry |= {"outcome": "failed", "why": type(failure).__name__}
            error = type(failure).__name__
        done.append(entry)
    await tx.rules.finish_record(application.id, done, error)
    work = await tx.work.interaction(facts.interaction_id)
    if work is not None:
        webhooks = [entry["value"] for entry in done if entry["verb"] == "webhook" and entry["outcome"] == "done"]
        tx.emit(
            work_event(
                "rule_applied", work, rule_id=judgement.rule_id, application_id=application.id, webhook_ids=webhooks or None
            )
        )
    return True
