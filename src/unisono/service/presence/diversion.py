"""A call for one person: their presence and their own rule send it to them, to their deputy, or to voicemail."""

from uuid import UUID

from msgspec import Struct

from unisono.presence.divert import Diverted, Rules, Way, divert
from unisono.presence.merge import Merged
from unisono.service.log_in import login_key
from unisono.service.ports import Tx
from unisono.service.ports.presence import OwnRule


class Diversion(Struct, frozen=True, kw_only=True):
    """Where a call goes, and for whom it waits."""

    diverted: Diverted
    user_id: UUID


async def divert_call(tx: Tx, login: str) -> Diversion | None:
    """Return where a call for the person with this login goes; None when there is nobody of that name any more."""
    person = await tx.people.user_by_login(login_key(login))
    if person is None or person.disabled:
        return None
    user_id = person.id
    own = await tx.presence.rule(user_id) or OwnRule(rules=Rules())
    asked = [user_id] if own.deputy_id is None else [user_id, own.deputy_id]
    found = await tx.presence.merged(asked)
    mine = found.get(user_id, Merged())
    deputy = found.get(own.deputy_id, Merged()).value if own.deputy_id is not None else None
    diverted = divert(own.rules, mine.value, mine.line, deputy)
    if diverted.way is Way.DEPUTY:
        assert own.deputy_id is not None
        return Diversion(diverted=diverted, user_id=own.deputy_id)
    return Diversion(diverted=diverted, user_id=user_id)
