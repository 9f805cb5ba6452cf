"""API tokens, of a person or of a service account; told once, stored as a hash, and allowed less if one likes."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from unisono.domain.errors import Forbidden, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.actions import ACTIONS
from unisono.service.actor import TOKEN_PREFIX, access_of, hash_of
from unisono.service.ports import Database, Tx
from unisono.service.setup_views import TokenView
from unisono.service.users import checked_name


async def make_token(
    db: Database, access: Access, token_id: UUID, name: str, expires_at: datetime | None = None,
    actions: Sequence[str] | None = None,
) -> TokenView:  # fmt: skip
    """Return a new token of the asker with its secret, which is shown this once; `actions`: what it may do at most.

    Raises Invalid.
    """
    async with db.write() as tx:
        made = await insert_token(tx, access.user_id, token_id, name, expires_at, checked_actions(actions))
        await tx.privacy.audit(access.user_id, "token.added", "token", str(token_id), {})
    return made


async def make_service_token(
    db: Database, access: Access, service_id: UUID, token_id: UUID, name: str, expires_at: datetime | None = None,
    actions: Sequence[str] | None = None,
) -> TokenView:  # fmt: skip
    """Return a new token of a service account. Raises NotFound for none, Forbidden when it may do more than the asker."""
    async with db.write() as tx:
        if not await tx.admin.is_service(service_id):
            raise NotFound("This service account does not exist. Tokens of people they make themselves.")
        beyond = (await access_of(tx, service_id)).actions - access.actions
        if beyond:
            raise Forbidden("This account may do more than you; somebody who may all of it makes its tokens.", action=min(beyond))
        made = await insert_token(tx, service_id, token_id, name, expires_at, checked_actions(actions))
        await tx.privacy.audit(access.user_id, "token.added", "token", str(token_id), {"user_id": str(service_id)})
    return made


async def remove_service_token(db: Database, access: Access, service_id: UUID, token_id: UUID) -> None:
    """Make a token of a service account useless. Raises NotFound."""
    async with db.write() as tx:
        if not await tx.admin.is_service(service_id) or not await tx.people.remove_token(token_id, service_id):
            raise NotFound("This token does not exist, or is a person's.")
        await tx.privacy.audit(access.user_id, "token.removed", "token", str(token_id), {"user_id": str(service_id)})


def checked_actions(actions: Sequence[str] | None) -> list[str] | None:
    """Return the actions in their order, each once. Raises Invalid for one that does not exist, or for none."""
    if actions is None:
        return None
    unknown = [action for action in actions if action not in ACTIONS]
    if unknown or not actions:
        raise Invalid(f"{', '.join(unknown) or 'Nothing'} is no action.", code="no_action", field="actions")
    return [action for action in ACTIONS if action in set(actions)]


async def insert_token(
    tx: Tx, owner_id: UUID, token_id: UUID, name: str, expires_at: datetime | None, actions: Sequence[str] | None
) -> TokenView:
    """Write a token within a verb's transaction and return it with its secret. Raises Invalid."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    if expires_at is not None and expires_at <= tx.now:
        raise Invalid("The token would be over at once; choose a time in the future.", code="past", field="expires_at")
    view = await tx.people.add_token(token_id, owner_id, checked_name(name), hash_of(token), expires_at)
    if actions is not None:
        view = await tx.admin.limit_token(token_id, actions)
    return msgspec.structs.replace(view, token=token)


async def remove_token(db: Database, access: Access, token_id: UUID) -> None:
    """Make one of the asker's tokens useless. Raises NotFound."""
    async with db.write() as tx:
        if not await tx.people.remove_token(token_id, access.user_id):
            raise NotFound("This token does not exist, or is a colleague's.")
        await tx.privacy.audit(access.user_id, "token.removed", "token", str(token_id), {})
