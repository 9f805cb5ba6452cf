"""Own roles: named sets of actions beside the built-in ones."""

import re
from collections.abc import Sequence
from typing import Final

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.actions import ACTIONS
from unisono.service.api_tokens import checked_actions
from unisono.service.ports import Database, Tx
from unisono.service.setup_views import RoleView
from unisono.service.users import user_event

_NAME: Final = re.compile(r"[\w][\w .&/+-]{0,59}", re.UNICODE)
#: The archive is opened by a role of its own, which comes with the house.
_NOT_OWN: Final = frozenset({"archive.open"})


async def put_role(db: Database, access: Access, name: str, actions: Sequence[str]) -> None:
    """Add an own role or change what it allows; streams of who has it follow at once.

    Raises Invalid, Conflict for a built-in role; nobody gives more than they have.
    """
    if not _NAME.fullmatch(name):
        raise Invalid("A role has a name of 1 to 60 letters, digits and blanks.", code="bad_name", field="name")
    chosen = checked_actions(actions) or []
    beyond = set(chosen) - access.actions | set(chosen) & _NOT_OWN
    if beyond:
        raise Invalid(
            f"You cannot put {', '.join(sorted(beyond))} into a role: it is more than you are allowed to.",
            code="grants_more", field="actions",
        )  # fmt: skip
    async with db.write() as tx:
        known = await _own(tx, name, must_exist=False)
        if known is not None and set(known.actions) - access.actions:
            raise Invalid("This role allows more than you are allowed to; somebody who may all of it changes it.",
                          code="grants_more", field="actions")  # fmt: skip
        await tx.admin.put_role(name, chosen)
        await _told(tx, access, "role.changed" if known else "role.added", name, actions=chosen)


async def remove_role(db: Database, access: Access, name: str) -> None:
    """Take an own role away. Raises NotFound, Conflict for a built-in one or one that somebody has."""
    async with db.write() as tx:
        await _own(tx, name, must_exist=True)
        holders = await tx.admin.holders(name)
        if holders:
            raise Conflict(
                f"{len(holders)} people have this role. Nothing was changed; give them another first.", code="role_in_use",
                count=len(holders),
            )  # fmt: skip
        await tx.admin.remove_role(name)
        await tx.privacy.audit(access.user_id, "role.removed", "role", name, {})


async def _own(tx: Tx, name: str, *, must_exist: bool) -> RoleView | None:
    found = next((role for role in await tx.people.roles() if role.name == name), None)
    if found is None and must_exist:
        raise NotFound("This role does not exist.")
    if found is not None and found.built_in:
        raise Conflict("This role comes with the house and follows its version; make one of your own.", code="built_in_role")
    return found


async def _told(tx: Tx, access: Access, action: str, name: str, **body: object) -> None:
    await tx.privacy.audit(access.user_id, action, "role", name, dict(body))
    for user_id in await tx.admin.holders(name):
        tx.emit(user_event(user_id, access.user_id))


def all_actions() -> list[tuple[str, str]]:
    """Return what can be allowed, each with how a grant's scope narrows it."""
    return [(action, reach.value) for action, reach in ACTIONS.items()]
