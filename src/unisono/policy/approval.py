"""Which answers need a second person's approval: rules over facts, nothing else."""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct


class AnswerFacts(Struct, frozen=True, kw_only=True):
    """What a rule may know of an answer. may_approve: its author is one who may approve others' here.

    asked: whose answers to this enquiry wait, as a rule of the house has set (`rules.language.APPROVALS`); empty for nobody's.
    """

    public: bool
    may_approve: bool
    channel_id: str = ""
    queue_id: str = ""
    asked: str = ""


class ApprovalRule(Protocol):
    """A rule; it yields a stable word for why a second person must look, or None."""

    def __call__(self, facts: AnswerFacts) -> str | None: ...


def public_by_newcomers(facts: AnswerFacts) -> str | None:
    """Everybody can read a public answer, so who may not approve needs somebody who may."""
    return "public" if facts.public and not facts.may_approve else None


def asked_of_enquiry(facts: AnswerFacts) -> str | None:
    """A rule wants a second person for this enquiry: for everybody's answers, or for those of who may not approve."""
    return "rule" if facts.asked == "everybody" or (facts.asked and not facts.may_approve) else None


def first_reason(rules: Iterable[ApprovalRule], facts: AnswerFacts) -> str | None:
    """Return the first reason that a rule gives."""
    return next((reason for rule in rules if (reason := rule(facts)) is not None), None)
