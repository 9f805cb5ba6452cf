"""The invented company's house: teams, queues, skills, people, codes and channels. Run at every start; changes what differs."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from msgspec import Struct, field

from unisono.app.demo.material import Company, Employee, SkillLevel, company
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.actions import ADMINISTRATOR
from unisono.service.actor import access_of
from unisono.service.channel_context import Outside
from unisono.service.channels import Draft, add_channel, change_channel
from unisono.service.first_run import bring_roles_up_to_date, first_administrator
from unisono.service.log_in import login_key
from unisono.service.passwords import Passwords
from unisono.service.ports import Database
from unisono.service.ports.people import UserChange
from unisono.service.ports.setup import ChannelChange, NewQueue
from unisono.service.queues import change_agent, set_members
from unisono.service.settings import change_settings
from unisono.service.setup_views import ChannelView, CodeView, GrantView, QueueSkillView, ScopeView, SkillView
from unisono.service.users import add_user

BRAND: Final = "brookwatt"
LANGUAGES: Final = {
    "ar": {"de": "Arabisch", "en": "Arabic"},
    "de": {"de": "Deutsch", "en": "German"},
    "en": {"de": "Englisch", "en": "English"},
    "fr": {"de": "Französisch", "en": "French"},
    "nds": {"de": "Plattdeutsch", "en": "Low German"},
    "pl": {"de": "Polnisch", "en": "Polish"},
    "tr": {"de": "Türkisch", "en": "Turkish"},
}


class WantedChannel(Struct, frozen=True, kw_only=True):
    """A channel that the demo needs, with the addresses of this start."""

    name: str
    connector: str
    queue: str
    config: dict[str, Any]
    secrets: dict[str, str] = field(default_factory=dict)
    units: int = 12


class Seeded(Struct, frozen=True, kw_only=True):
    """The house as it stands now. channels: ids by name. access: what the company's administrator may do."""

    channels: dict[str, UUID]
    queues: dict[str, UUID]
    access: Access
    people: list[Employee]


async def seed(outside: Outside, passwords: Passwords, password: str, channels: Sequence[WantedChannel]) -> Seeded:
    """Bring the house to what the company needs; what a visitor changed beside that stays.

    password: what everybody of the company logs in with; it is set for people who are new. Raises CheckFailed when a
    channel's network does not answer.
    """
    db, data = outside.db, company()
    await bring_roles_up_to_date(db)
    await _words(db, data)
    queues = await _queues(db, data)
    access, users = await _people(db, data, passwords, password)
    await _skills_of(db, access, data, users)
    await _members(db, access, data, queues, users)
    await change_settings(db, access, {"organisation.name": data.name})
    found = {wanted.name: await _channel(outside, access, wanted, queues) for wanted in channels}
    return Seeded(channels=found, queues=queues, access=access, people=data.employees)


async def _words(db: Database, data: Company) -> None:
    async with db.write() as tx:
        if BRAND not in {brand.key for brand in await tx.setup.brands()}:
            await tx.setup.add_brand(ScopeView(id=new_id(), key=BRAND, name=data.name))
        teams = {team.key for team in await tx.setup.teams()}
        for team in data.teams:
            if team.key not in teams:
                await tx.setup.add_team(ScopeView(id=new_id(), key=team.key, name=team.name["de"]))
        skills = {skill.key for skill in await tx.setup.skills()}
        for key, name in [(s.key, s.name) for s in data.skills] + [(f"lang-{k}", n) for k, n in LANGUAGES.items()]:
            if key not in skills:
                await tx.setup.add_skill(SkillView(id=new_id(), key=key, name=name))
                skills.add(key)
        codes = {code.key for code in await tx.setup.codes()}
        for code in data.wrap_up_codes:
            if code.key not in codes:
                await tx.setup.add_code(CodeView(id=new_id(), key=code.key, name=code.name, archived=False))


async def _queues(db: Database, data: Company) -> dict[str, UUID]:
    async with db.write() as tx:
        teams = {team.key: team.id for team in await tx.setup.teams()}
        known = {queue.key: queue.id for queue in await tx.setup.queues(None, archived=True)}
        for queue in data.queues:
            if queue.key not in known:
                known[queue.key] = new_id()
                await tx.setup.add_queue(
                    NewQueue(
                        id=known[queue.key], key=queue.key, name=queue.name, team_id=teams[queue.team],
                        time_zone=data.time_zone, first_response_s=queue.first_response_s, offer_s=queue.offer_s,
                        skills=_needed(queue.skills), match_language=queue.match_language,
                    )
                )  # fmt: skip
    return known


async def _people(db: Database, data: Company, passwords: Passwords, password: str) -> tuple[Access, dict[str, UUID]]:
    head = next(person for person in data.employees if ADMINISTRATOR in person.roles)
    others = [person for person in data.employees if person is not head]
    users = await _logins(db)
    if head.login not in users:
        password_hash = await passwords.hash(password)
        async with db.write() as tx:
            users[head.login] = await first_administrator(
                tx, login=head.login, name=head.name, locale=head.locale, password_hash=password_hash
            )
            await tx.people.change_user(users[head.login], UserChange(email=head.email))
    async with db.read() as tx:
        access = await access_of(tx, users[head.login])
    for person in others:
        if person.login not in users:
            users[person.login] = await add_user(
                db, access, new_id(), login=person.login, name=person.name, email=person.email, locale=person.locale,
                grants=[GrantView(role=role, scope_kind="organisation") for role in person.roles],
                password_hash=await passwords.hash(password),
            )  # fmt: skip
    return access, users


async def _logins(db: Database) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    async with db.read() as tx:
        for person in company().employees:
            user = await tx.people.user_by_login(login_key(person.login))
            if user is not None:
                found[person.login] = user.id
    return found


async def _skills_of(db: Database, access: Access, data: Company, users: dict[str, UUID]) -> None:
    async with db.read() as tx:
        skills = {skill.key: skill.id for skill in await tx.setup.skills()}
        agents = {agent.user_id: agent for agent in await tx.reading.agents(list(users.values()))}
    for person in data.employees:
        agent = agents[users[person.login]]
        if agent.skills:
            continue
        # What is somebody's own language they speak well, unless the file tells how well.
        wanted = {skills[f"lang-{language}"]: 5 for language in person.languages}
        wanted |= {skills[one.skill]: one.level for one in person.skills}
        await change_agent(db, access, agent.user_id, capacity=person.capacity, skills=wanted)


async def _members(db: Database, access: Access, data: Company, queues: dict[str, UUID], users: dict[str, UUID]) -> None:
    async with db.read() as tx:
        standing = {queue.key: queue for queue in await tx.setup.queues(None, archived=True)}
    for queue in data.queues:
        if not standing[queue.key].member_ids:
            members = [users[person.login] for person in data.employees if queue.key in person.queues]
            await set_members(db, access, queues[queue.key], members)


async def _channel(outside: Outside, access: Access, wanted: WantedChannel, queues: dict[str, UUID]) -> UUID:
    async with outside.db.read() as tx:
        standing = [c for c in await tx.setup.channels(None) if c.connector == wanted.connector and c.name == wanted.name]
        brand_id = next(brand.id for brand in await tx.setup.brands() if brand.key == BRAND)
    if not standing:
        return await add_channel(
            outside, access, new_id(), Draft(connector=wanted.connector, config=wanted.config, secrets=wanted.secrets),
            name=wanted.name, queue_id=queues[wanted.queue], brand_id=brand_id, units=wanted.units,
        )  # fmt: skip
    if _differs(standing[0], wanted):
        config = standing[0].config | wanted.config
        await change_channel(
            outside, access, standing[0].id, ChannelChange(), config=config, secrets=wanted.secrets, save_anyway=True
        )
    return standing[0].id


def _differs(standing: ChannelView, wanted: WantedChannel) -> bool:
    return any(standing.config.get(name) != value for name, value in wanted.config.items())


def _needed(skills: Sequence[SkillLevel]) -> list[QueueSkillView]:
    return [QueueSkillView(skill=one.skill, level=one.level) for one in skills]
