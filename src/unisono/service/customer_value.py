"""A person says that a customer counts more, or less, than usual: one number in the index of all that they ask."""

from typing import Final
from uuid import UUID

from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.ports import Database, NewEvent

USUAL: Final = 1.0
LOW: Final = 0.5
HIGH: Final = 4.0
"""As much as the urgency that a promise makes when its time is over: whoever counts most and has just come stands beside whoever
counts as usual and is due, and waiting lifts that one further. At the other end what counts half is level again with what is
twice as urgent, so nobody waits for ever.
"""
STEP: Final = 0.25
"""Coarse, so that what waits stays in few classes, and because nobody can say what 1.37 means."""
MAX_REASON_CHARS: Final = 500


async def set_customer_value(db: Database, access: Access, customer_id: UUID, value: float, reason: str) -> None:
    """Set how much a customer counts, on all channels alike; the router follows at once. The same value again is nothing.

    Raises Invalid; NotFound, Forbidden for whoever leads nowhere where the customer is; Conflict when they are erased.
    """
    if not LOW <= value <= HIGH:
        raise Invalid(f"value lies between {LOW} and {HIGH:g}.", code="out_of_range", field="value", low=LOW, high=HIGH)
    if value % STEP:
        raise Invalid(f"value goes in steps of {STEP}.", code="bad_step", field="value", step=STEP)
    if not reason.strip():
        raise Invalid("Say why: the reason is kept with who decided.", code="empty", field="reason")
    if len(reason) > MAX_REASON_CHARS:
        raise Invalid(f"A reason takes {MAX_REASON_CHARS} characters.", code="too_long", field="reason")
    async with db.write() as tx:
        places = await tx.reading.customer_places(customer_id)
        if not any(access.sees(*place) for place in places):
            raise NotFound("This customer does not exist, or is not yours to see.")
        if not any(access.sees(*place, "work.supervise") for place in places):
            raise Forbidden("This needs the right 'work.supervise', which your roles do not give here.", action="work.supervise")
        before = await tx.talk.customer_value(customer_id)
        if before is None:
            raise Conflict("This person was erased; nothing about them is kept.", code="erased")
        if before == value:
            return
        await tx.talk.set_customer_value(customer_id, value)
        change = {"from": before, "to": value}
        await tx.privacy.audit(
            access.user_id, "customer.valued", "customer", str(customer_id), {**change, "reason": reason.strip()}
        )
        tx.emit(NewEvent(type="customer.changed", actor_id=access.user_id, body={"customer_id": customer_id, **change}))
