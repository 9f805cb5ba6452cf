"""An enquiry as the rules see it."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from unisono.policy.rules.decide import Facts
from unisono.policy.rules.language import WEEKDAYS, Rule, Trigger
from unisono.service.ports.rules import RuleFacts, StoredRule
from unisono.service.text import sort_key

#: More of a text is not looked at; who has not come to the point by then is read by a person.
MOST_CHARS: Final = 20_000


def fold(phrase: str) -> str:
    """Return the comparison key of a phrase: its folded words with one space between."""
    return sort_key(phrase)


def facts_of(row: RuleFacts, now: datetime, *, open_now: bool | None = None, waited_s: float | None = None) -> Facts:
    """Return what rules compare. open_now, waited_s: as they were, where another moment than the present is looked at."""
    open_then = row.open_now if open_now is None else open_now
    local = now.astimezone(ZoneInfo(row.time_zone))
    return Facts(
        words=f" {fold(f'{row.subject} {row.text}'[:MOST_CHARS])} ",
        network=row.network,
        channel=str(row.channel_id),
        medium=row.medium,
        visibility=row.visibility,
        queue=str(row.queue_id),
        work_class=str(row.work_class_id or ""),
        language=row.language or "",
        skills=frozenset(str(need["skill"]) for need in row.skills),
        tags=frozenset(row.tags),
        customer_value=row.customer_value,
        priority=row.priority,
        waiting_s=max(0.0, (now - row.waiting_since).total_seconds()) if waited_s is None else waited_s,
        hours="open" if open_then else "closed",
        weekday=WEEKDAYS[local.weekday()],
        minute=local.hour * 60 + local.minute,
        first_contact="yes" if row.first_contact else "no",
        agent=str(row.preferred_agent_id or row.agent_id or ""),
        closed=row.state == "closed",
        followers=None if row.followers is None else float(row.followers),
        approval=row.approval,
    )


def rule_of(stored: StoredRule) -> Rule:
    """Return a stored rule as it is applied."""
    return Rule(
        id=stored.id, position=stored.position, trigger=Trigger(stored.trigger), conditions=tuple(stored.conditions),
        match_all=stored.match_all, actions=tuple(stored.actions), stop=stored.stop, after_s=stored.after_s,
    )  # fmt: skip
