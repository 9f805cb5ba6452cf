"""Who is there, and what one person has in hand just now.

Who is there is shown to whoever supervises: states and room in units, no times and no figures. Since when somebody is in a state,
and what a single person works on just now, is looking at people: it needs a permit that two agreed to, is written down, and the
person sees it (`service.people_figures`).
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import NotFound
from unisono.service.access import Access
from unisono.service.instant import Instant, instant
from unisono.service.look import sight_of
from unisono.service.lost import NODE_FRESH_S
from unisono.service.people_figures import Kind, look, may_look
from unisono.service.ports import Database
from unisono.service.ports.reading import WorkFilter
from unisono.service.views import AgentView, WorkItem

MOST_WORK: Final = 200
#: What the person reads who was looked at.
WHAT_PEOPLE: Final = "live.people"
WHAT_PERSON: Final = "live.person"


class LivePerson(Struct, frozen=True, kw_only=True):
    """Somebody who takes work. since: of the state, only under a permit. silent: not heard of although not logged off."""

    agent: AgentView
    since: Instant | None
    silent: bool


class LivePeople(Struct, frozen=True, kw_only=True):
    """Who takes work, by name. permitted: whether the asker may be told since when each is in their state (`since=true`)."""

    people: list[LivePerson]
    permitted: bool


class LiveWork(Struct, frozen=True, kw_only=True):
    """What one person has in hand, by deadline, of what the asker may see. hidden: how many enquiries more they have."""

    person: LivePerson
    work: list[WorkItem]
    hidden: int


async def live_people(db: Database, access: Access, *, since: bool = False) -> LivePeople:
    """Return who takes work; with `since` also since when, which is a look at each of them. Raises Forbidden."""
    access.require("work.supervise")
    async with db.write() as tx:
        agents = await tx.reading.agents(None)
        if since:
            await look(tx, access, Kind.LIVE_VIEW, [agent.user_id for agent in agents], WHAT_PEOPLE)
        permitted = await may_look(tx, access, Kind.LIVE_VIEW, None)
        times = await tx.hands.desks([agent.user_id for agent in agents])
        people = [_person(agent, times, tx.now, since=since) for agent in agents]
    return LivePeople(people=people, permitted=permitted)


async def live_work(db: Database, access: Access, agent_id: UUID) -> LiveWork:
    """Return what one person works on just now; they see that somebody looked, who, and why. Raises Forbidden, NotFound."""
    access.require("work.supervise")
    async with db.write() as tx:
        agents = await tx.reading.agents([agent_id])
        if not agents:
            raise NotFound("This person takes no work.")
        await look(tx, access, Kind.LIVE_VIEW, [agent_id], WHAT_PERSON)
        times = await tx.hands.desks([agent_id])
        mine = WorkFilter(view="mine", me=agent_id)
        work = await tx.reading.work_list(sight_of(access), mine, None, MOST_WORK)
        held = await tx.hands.holds(agent_id)
        person = _person(agents[0], times, tx.now, since=True)
    return LiveWork(person=person, work=work, hidden=max(0, held - len(work)))


def _person(agent: AgentView, times: dict[UUID, tuple[datetime, datetime | None]], now: datetime, *, since: bool) -> LivePerson:
    state_since = times[agent.user_id][0] if agent.user_id in times else None
    return LivePerson(
        agent=agent, since=instant(state_since) if since and state_since is not None else None,
        silent=_is_silent(agent, times.get(agent.user_id), now),
    )  # fmt: skip


def _is_silent(agent: AgentView, times: tuple[datetime, datetime | None] | None, now: datetime) -> bool:
    heard_at = times[1] if times else None
    return agent.state != "offline" and heard_at is not None and now - heard_at > timedelta(seconds=NODE_FRESH_S)
