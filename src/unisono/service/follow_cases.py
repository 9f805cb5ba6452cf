"""What a customer writes finds its case: by the number in a subject, and by the conversation that went on."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from unisono.service.ports import NewEvent, Tx
from unisono.service.work_events import work_event

_NUMBER: Final = re.compile(r"\[#([0-9]{1,15})\]")


def case_number(subject: str) -> int | None:
    """Return the number of the case that a subject names: "Re: Lieferung [#482]"."""
    found = _NUMBER.search(subject)
    return int(found[1]) if found else None


def with_case_number(subject: str, number: int | None, maximum: int = 900) -> str:
    """Return a subject with the number of its case, so that the answer to it comes back there."""
    if number is None or not subject or case_number(subject) == number:
        return subject
    tail = f" [#{number}]"
    return subject[: maximum - len(tail)] + tail


async def follow_cases(tx: Tx, named: Mapping[UUID, tuple[UUID, int]], asked_again: Sequence[UUID]) -> None:
    """Put into its case what names one, and open again cases of which the customer wrote.

    named: by interaction its conversation and the number. A number that is not of a case of the same customer does nothing:
    anybody can write one. asked_again: interactions that may stand in a case already.
    """
    joined: list[UUID] = []
    cases = await tx.cases.named(list(named.values())) if named else {}
    for interaction_id, (conversation_id, _) in named.items():
        case_id = cases.get(conversation_id)
        work = await tx.work.interaction(interaction_id, lock=True) if case_id else None
        if case_id is None or work is None or await tx.cases.put_if_free(interaction_id, case_id) is False:
            continue
        joined.append(interaction_id)
        case = await tx.cases.facts(case_id)
        assert case is not None
        tx.emit(work_event("case_changed", work, case_id=case_id))
        tx.emit(NewEvent(type="case.changed", access_class=case.access_class, body={"case_id": case_id}))
    if wrote := [*joined, *asked_again]:
        for case_id, access_class in await tx.cases.customer_wrote(wrote):
            tx.emit(NewEvent(type="case.changed", access_class=access_class, body={"case_id": case_id}))
