"""Block a phone number that may never have called: what comes from it is kept apart like all that is blocked."""

from datetime import datetime
from uuid import UUID

from unisono.calls.numbers import e164, shown
from unisono.contract.inbound import Author
from unisono.domain.errors import Invalid
from unisono.service.access import Access
from unisono.service.ports import Database
from unisono.service.spam import block_identity

#: The network of phone numbers.
PHONE = "phone"


async def block_number(
    db: Database, access: Access, number: str, region: str, reason: str, until: datetime | None = None
) -> UUID:  # fmt: skip
    """Block a number, as people type it; returns its identity, which is made if nobody called from it yet.

    Raises Forbidden; Invalid for what is no number, or without a reason; Conflict when the person was erased.
    """
    access.require("work.supervise")
    known = e164(number, region or "DE")
    if known is None:
        raise Invalid("This is no phone number.", code="no_number", field="number")
    async with db.write() as tx:
        author = Author(remote_id=known, handle=shown(known))
        identity = (await tx.talk.resolve_identities(PHONE, [author]))[("", known)]
    await block_identity(db, access, identity.id, reason, until)
    return identity.id
