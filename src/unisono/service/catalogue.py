"""The words of the house: skills, wrap-up codes, teams and brands."""

from uuid import UUID

from msgspec import UNSET

from unisono.domain.errors import Conflict, NotFound
from unisono.service.access import Access
from unisono.service.ports import Database, NewEvent
from unisono.service.ports.setup import CodeChange
from unisono.service.queues import check_names, checked_key
from unisono.service.setup_views import CodeView, Names, ScopeView, SkillView
from unisono.service.users import checked_name


async def add_skill(db: Database, access: Access, skill_id: UUID, key: str, name: Names) -> SkillView:
    """Add a skill. Raises Invalid, Conflict when its key is taken."""
    check_names(name)
    skill = SkillView(id=skill_id, key=checked_key(key), name=name)
    async with db.write() as tx:
        if not await tx.setup.add_skill(skill):
            raise _taken(key)
        await tx.privacy.audit(access.user_id, "skill.added", "skill", str(skill_id), {})
        tx.emit(NewEvent(type="skill.changed", actor_id=access.user_id, body={"skill_id": skill_id}))
    return skill


async def rename_skill(db: Database, access: Access, skill_id: UUID, name: Names) -> None:
    """Rename a skill; its key stays. Raises Invalid, NotFound."""
    check_names(name)
    async with db.write() as tx:
        if not await tx.setup.rename_skill(skill_id, name):
            raise NotFound("This skill does not exist.")
        await tx.privacy.audit(access.user_id, "skill.changed", "skill", str(skill_id), {})
        tx.emit(NewEvent(type="skill.changed", actor_id=access.user_id, body={"skill_id": skill_id}))


async def add_code(db: Database, access: Access, code_id: UUID, key: str, name: Names) -> CodeView:
    """Add a wrap-up code. Raises Invalid, Conflict when its key is taken."""
    check_names(name)
    code = CodeView(id=code_id, key=checked_key(key), name=name, archived=False)
    async with db.write() as tx:
        if not await tx.setup.add_code(code):
            raise _taken(key)
        await tx.privacy.audit(access.user_id, "code.added", "wrap_up_code", str(code_id), {})
    return code


async def change_code(db: Database, access: Access, code_id: UUID, change: CodeChange) -> None:
    """Rename or archive a wrap-up code; work that was closed with it keeps it. Raises NotFound, Invalid, Conflict."""
    if change.key is not UNSET:
        checked_key(change.key)
    if change.name is not UNSET:
        check_names(change.name)
    async with db.write() as tx:
        if code_id not in {code.id for code in await tx.setup.codes()}:
            raise NotFound("This wrap-up code does not exist.")
        if not await tx.setup.change_code(code_id, change):
            raise _taken(str(change.key))
        await tx.privacy.audit(access.user_id, "code.changed", "wrap_up_code", str(code_id), {})


async def add_team(db: Database, access: Access, team_id: UUID, key: str, name: str) -> ScopeView:
    """Add a team: grants can be narrowed to its queues. Raises Invalid, Conflict."""
    team = ScopeView(id=team_id, key=checked_key(key), name=checked_name(name))
    async with db.write() as tx:
        if not await tx.setup.add_team(team):
            raise _taken(key)
        await tx.privacy.audit(access.user_id, "team.added", "team", str(team_id), {})
    return team


async def add_brand(db: Database, access: Access, brand_id: UUID, key: str, name: str) -> ScopeView:
    """Add a brand: grants can be narrowed to its channels. Raises Invalid, Conflict."""
    brand = ScopeView(id=brand_id, key=checked_key(key), name=checked_name(name))
    async with db.write() as tx:
        if not await tx.setup.add_brand(brand):
            raise _taken(key)
        await tx.privacy.audit(access.user_id, "brand.added", "brand", str(brand_id), {})
    return brand


def _taken(key: str) -> Conflict:
    return Conflict(f"The key {key!r} is taken.", code="key_taken", field="key")
