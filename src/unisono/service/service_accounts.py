"""Service accounts: programs with grants and tokens of their own, and no password."""

from collections.abc import Sequence
from uuid import UUID

from unisono.service.access import Access
from unisono.service.ports import Database
from unisono.service.setup_views import GrantView
from unisono.service.users import give_grants, insert_user, user_event


async def add_service(db: Database, access: Access, user_id: UUID, login: str, name: str, grants: Sequence[GrantView]) -> None:
    """Add a service account. Raises Invalid, Conflict when the login is taken; nobody grants more than they have."""
    async with db.write() as tx:
        await insert_user(tx, user_id, login=login, name=name, email="", locale="en", password_hash=None)
        await tx.admin.set_service(user_id)
        await give_grants(tx, access, user_id, grants)
        await tx.privacy.audit(access.user_id, "service.added", "user", str(user_id), {})
        tx.emit(user_event(user_id, access.user_id))
