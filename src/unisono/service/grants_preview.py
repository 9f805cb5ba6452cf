"""What somebody with certain grants could see and do, before they have them."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Invalid
from unisono.service.access import GrantReach, resolve
from unisono.service.ports import Database
from unisono.service.setup_views import GrantView


class PlaceView(Struct, frozen=True, kw_only=True):
    """A queue that a channel's work is, or was, in."""

    channel_id: UUID
    queue_id: UUID


class GrantsPreview(Struct, frozen=True, kw_only=True):
    """What grants allow together. house: every conversation is seen; own: only one's own. Counts end at 10,000."""

    actions: list[str]
    house: bool
    own: bool
    places: list[PlaceView]
    conversations: int
    open: int


async def preview_grants(db: Database, grants: Sequence[GrantView]) -> GrantsPreview:
    """Return what these grants would give. Raises Invalid for a role that does not exist."""
    async with db.read() as tx:
        roles = {role.name: role for role in await tx.people.roles()}
        reached: list[GrantReach] = []
        for grant in grants:
            if grant.role not in roles:
                raise Invalid(f"{grant.role!r} is no role.", code="no_role", field="role")
            narrowed = grant.scope_kind not in ("organisation", "self")
            reached.append(
                GrantReach(
                    role=grant.role, actions=tuple(roles[grant.role].actions), scope_kind=grant.scope_kind,
                    scope_id=grant.scope_id, classes=await tx.admin.classes_of(grant) if narrowed else frozenset(),
                )
            )  # fmt: skip
        access = resolve(UUID(int=0), reached)
        seen = access.visible_classes("work.read")
        classes = None if seen is None else sorted(seen)
        places = await tx.admin.places_of(classes) if classes is None or classes else []
        conversations, open_ = await tx.admin.seen_counts(classes) if classes is None or classes else (0, 0)
    return GrantsPreview(
        actions=sorted(access.actions), house=seen is None, own="work.read" in access.own,
        places=[PlaceView(channel_id=channel, queue_id=queue) for channel, queue in places],
        conversations=conversations, open=open_,
    )  # fmt: skip
