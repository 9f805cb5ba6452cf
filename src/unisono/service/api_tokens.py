"""API tokens: a person's own, for programs; told once, stored as a hash."""

import secrets
from datetime import datetime
from uuid import UUID

import msgspec

from unisono.domain.errors import Invalid, NotFound
from unisono.service.access import Access
from unisono.service.actor import TOKEN_PREFIX, hash_of
from unisono.service.ports import Database
from unisono.service.setup_views import TokenView
from unisono.service.users import checked_name


async def make_token(db: Database, access: Access, token_id: UUID, name: str, expires_at: datetime | None = None) -> TokenView:
    """Return a new token of the asker with its secret, which is shown this once. Raises Invalid."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    async with db.write() as tx:
        if expires_at is not None and expires_at <= tx.now:
            raise Invalid("The token would be over at once; choose a time in the future.", code="past", field="expires_at")
        view = await tx.people.add_token(token_id, access.user_id, checked_name(name), hash_of(token), expires_at)
        await tx.privacy.audit(access.user_id, "token.added", "token", str(view.id), {})
    return msgspec.structs.replace(view, token=token)


async def remove_token(db: Database, access: Access, token_id: UUID) -> None:
    """Make one of the asker's tokens useless. Raises NotFound."""
    async with db.write() as tx:
        if not await tx.people.remove_token(token_id, access.user_id):
            raise NotFound("This token does not exist, or is a colleague's.")
        await tx.privacy.audit(access.user_id, "token.removed", "token", str(token_id), {})
