"""Reports agree with a plain recount of the log, to the last item: random histories, folded in pieces, days of clock changes."""

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.db import Cluster
from tests.kit import House, Person, StepClock
from tests.service.test_sending import written
from unisono.bus.memory import MemoryBell
from unisono.domain.errors import UnisonoError
from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.service.accept import accept_offer
from unisono.service.clockwork import tell_due
from unisono.service.erase import erase_customer
from unisono.service.finish import finish, wrap_up
from unisono.service.merge_conversations import merge_conversations, split_conversation, unmerge_conversations
from unisono.service.note import write_note
from unisono.service.park import park, unpark
from unisono.service.ports import NewEvent
from unisono.service.ports.reports import Asked
from unisono.service.ports.work import InteractionChange
from unisono.service.reopen import reopen
from unisono.service.reports.fold import fold_reports, rebuild_reports
from unisono.service.reports.judge import judge_week
from unisono.service.reports.kinds import BY
from unisono.service.settings import SETTINGS
from unisono.service.spread import bin_of, quantile_ms, unpacked
from unisono.service.tags import put_tag, take_tag
from unisono.service.take import take
from unisono.service.transfer import transfer
from unisono.store.database import PgDatabase
from unisono.store.driver import open_pool

#: The night in which Berlin's clocks go back, at 01:00 UTC; the year's first and last day are not far for long histories.
BEGINS = datetime(2026, 10, 24, 20, 10, tzinfo=UTC)
MOMENTS = ("arrived", "answered", "closed", "left")
LONG = (date(2026, 10, 1), date(2027, 10, 1))
VALUES = ("language", "code", "skills", "tags")

Numbers = dict[str, dict[str | None, Counter[str]]]


class Scene:
    """A house with two queues, three channels, four people and four customers who come back."""

    async def open(self, dsn: str) -> None:
        self.pool = await open_pool(dsn)
        clock = StepClock(BEGINS)
        self.house = House(PgDatabase(self.pool, clock, MemoryBell()), MemoryBell(), clock)
        self.queues = [await self.house.queue(first_response_s=1_800, wrap_up_s=0) for _ in range(2)]
        self.channels = [
            await self.house.channel(queue, medium=medium, units=1)
            for queue, medium in ((self.queues[0], "post"), (self.queues[0], "mail"), (self.queues[1], "chat"))
        ]
        await self.house.sql("update channel set work_class_id = (select id from work_class where key = channel.medium)")
        await self.house.sql('update channel set skills = \'[{"skill": "french", "level": 1}]\' where medium = \'chat\'')
        self.classes = [
            row["id"] for row in await self.house.sql("select id from work_class where key in ('post', 'mail') order by key")
        ]
        self.team = new_id()
        await self.house.sql("insert into team (id, key, name) values ($1, 'first', 'first')", self.team)
        await self.house.sql("update queue set team_id = $2 where id = $1", self.queues[0], self.team)
        self.channels = [await self._facts(channel.id) for channel in self.channels]
        self.people: list[Person] = [await self.house.agent(*self.queues, skills={"french": 1}) for _ in range(4)]
        self.codes = []
        for word in ("a", "b"):
            self.codes.append(new_id())
            await self.house.sql("insert into wrap_up_code (id, key, name) values ($1, $2, '{}')", self.codes[-1], word)
        self.tags = [new_id(), new_id()]
        for tag, word in zip(self.tags, ("wichtig", "presse"), strict=True):
            await self.house.sql(
                "insert into tag (id, name, name_key, colour, created_at) values ($1, $2, $2, 'red', now())", tag, word
            )
        # Groups of one, so that each piece is shown and held against the recount; the days of before are judged as time goes on.
        async with self.house.db.write() as tx:
            await tx.setup.put_setting("reports.least_group", 1, None)
        self.said = 0

    async def _facts(self, channel_id: UUID) -> Any:
        async with self.house.db.write() as tx:
            return await tx.channels.facts(channel_id)

    async def one(self, which: int, *states: str) -> Any:
        rows = await self.house.sql(
            "select id, conversation_id, agent_id from interaction where state = any($1::text[]) order by id", list(states)
        )
        return rows[which % len(rows)] if rows else None

    def person_of(self, row: Any) -> Person:
        return next(p for p in self.people if p.id == row["agent_id"])


async def hears(scene: Scene, who: int, which: int) -> None:
    """Somebody writes; now and then what was said long ago comes only now."""
    scene.said += 1
    at = scene.house.clock.now() - timedelta(hours=[0, 0, 0, 7, 80][which % 5])
    text = ["Hallo, wo bleibt meine Bestellung?", "Hello, where is my order?", "Où est ma commande, s'il vous plaît ?"][who % 3]
    await scene.house.hear(
        scene.channels[which % 3], {"id": str(scene.said), "root": f"c{who % 4}", "by": f"c{who % 4}", "text": text, "at": at.isoformat()}
    )  # fmt: skip


async def routes(scene: Scene, who: int, which: int) -> None:
    await scene.house.route()
    offers = await scene.house.sql("select id, agent_id from offer where state = 'open' order by id")
    for offer in offers[: 1 + who % 2]:
        await accept_offer(scene.house.db, scene.person_of(offer).access, offer["id"])


async def takes(scene: Scene, who: int, which: int) -> None:
    row = await scene.one(which, "waiting")
    if row:
        await take(scene.house.db, scene.people[who % 4].access, row["id"])


async def answers(scene: Scene, who: int, which: int) -> None:
    row = await scene.one(which, "active")
    if row:
        await written(scene.house, scene.person_of(row), row["id"], "Kommt.")


async def hands_over(scene: Scene, who: int, which: int) -> None:
    row = await scene.one(which, "active", "parked")
    if row and who % 2:
        await transfer(scene.house.db, scene.person_of(row).access, row["id"], queue_id=scene.queues[who % 3 % 2])
    elif row:
        await transfer(scene.house.db, scene.person_of(row).access, row["id"], agent_id=scene.people[(who + 1) % 4].id)


async def rests(scene: Scene, who: int, which: int) -> None:
    row = await scene.one(which, "active")
    if row:
        await park(scene.house.db, scene.person_of(row).access, row["id"])


async def wakes(scene: Scene, who: int, which: int) -> None:
    row = await scene.one(which, "parked")
    if row:
        await unpark(scene.house.db, scene.person_of(row).access, row["id"])


async def ends(scene: Scene, who: int, which: int) -> None:
    row = await scene.one(which, "active")
    if row:
        await finish(scene.house.db, scene.person_of(row).access, row["id"])


async def closes(scene: Scene, who: int, which: int) -> None:
    row = await scene.one(which, "active", "wrap_up")
    if row:
        await wrap_up(scene.house.db, scene.person_of(row).access, row["id"], scene.codes[who % 2])


async def notes(scene: Scene, who: int, which: int) -> None:
    row = await scene.one(which, "active", "waiting")
    if row:
        await write_note(scene.house.db, scene.people[0].access, row["conversation_id"], new_id(), "Notiz")


async def opens_again(scene: Scene, who: int, which: int) -> None:
    rows = await scene.house.sql("select id, conversation_id from interaction where state = 'closed' order by id")
    row = rows[which % len(rows)] if rows else None
    if row:
        await reopen(scene.house.db, scene.people[who % 4].access, row["conversation_id"])


async def gives_up(scene: Scene, who: int, which: int) -> None:
    """As a channel tells it that knows when somebody has left: no channel of this test does."""
    row = await scene.one(which, "waiting")
    if row:
        async with scene.house.db.write() as tx:
            await tx.work.change(row["id"], InteractionChange(state=InteractionState.CLOSED.value, closed_at=tx.now))
            tx.emit(NewEvent(type="interaction.wrapped_up", interaction_id=row["id"], body={"code": "abandoned"}))


async def is_erased(scene: Scene, who: int, which: int) -> None:
    rows = await scene.house.sql("select id from customer where erased_at is null order by id")
    if rows and which % 3 == 0:
        await erase_customer(scene.house.outside, scene.people[0].access, rows[who % len(rows)]["id"], "Antrag")


async def waits(scene: Scene, who: int, which: int) -> None:
    scene.house.clock.advance([5, 61, 901, 3_600, 7_201, 90_000][who % 6] + which)
    while await tell_due(scene.house.db):
        pass


async def folds(scene: Scene, who: int, which: int) -> None:
    await fold_reports(scene.house.db)


async def merges(scene: Scene, who: int, which: int) -> None:
    rows = await scene.house.sql(
        "select c.id from conversation c join identity n on n.id = c.identity_id where n.remote_id = $1 order by c.id",
        f"c{who % 4}",
    )
    if len(rows) > 1:
        one, other = rows[which % len(rows)]["id"], rows[(which + 1) % len(rows)]["id"]
        await merge_conversations(scene.house.db, scene.people[who % 4].access, one, other)


async def unmerges(scene: Scene, who: int, which: int) -> None:
    rows = await scene.house.sql("select id from conversation_bond where kind = 'merge' and ended_at is null order by id")
    if rows:
        await unmerge_conversations(scene.house.db, scene.people[who % 4].access, rows[which % len(rows)]["id"])


async def splits(scene: Scene, who: int, which: int) -> None:
    rows = await scene.house.sql("select id, conversation_id from message where direction = 'in' order by said_at, id")
    if rows:
        row = rows[-1 - which % len(rows)]
        await split_conversation(scene.house.db, scene.people[who % 4].access, row["conversation_id"], row["id"])


async def tags(scene: Scene, who: int, which: int) -> None:
    """A tag is put on, or taken off again; also of what was closed long ago."""
    rows = await scene.house.sql("select id from conversation order by id")
    if rows:
        verb = put_tag if who % 3 else take_tag
        await verb(scene.house.db, scene.people[who % 4].access, rows[which % len(rows)]["id"], scene.tags[who % 2])


STEPS: dict[str, Callable[[Scene, int, int], Awaitable[None]]] = {
    step.__name__: step
    for step in (
        hears, routes, takes, answers, hands_over, rests, wakes, ends, closes, notes, opens_again, gives_up, is_erased, waits, folds,
        merges, unmerges, splits, tags,
    )
}  # fmt: skip
# What makes histories long comes more often than what ends them.
WEIGHTED = (
    ["hears"] * 5
    + ["takes"] * 3
    + ["routes", "answers", "waits"] * 3
    + ["closes", "hands_over", "rests", "wakes", "merges"] * 2
    + sorted(STEPS)
    + ["is_erased"]
)


#: Two threads of one person, merged, folded and told apart again: what is merged away and comes back happens in each history.
BEGINNING = [
    ("hears", 1, 1), ("hears", 0, 0), ("hears", 0, 1), ("merges", 0, 0), ("folds", 0, 0), ("unmerges", 0, 0),
    ("hears", 1, 1), ("splits", 0, 0), ("tags", 1, 0), ("folds", 0, 0), ("tags", 2, 0), ("tags", 0, 1),
]  # fmt: skip


async def recount(scene: Scene, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Read the whole log and say of each enquiry what happened to it, without a word of what the product folds."""
    erased = {
        row["id"] for row in await scene.house.sql(
            "select i.id from interaction i join conversation c on c.id = i.conversation_id join identity y on y.id = c.identity_id "
            "join customer k on k.id = y.customer_id where k.erased_at is not null"
        )
    }  # fmt: skip
    log: dict[UUID, list[Any]] = {}
    for event in await scene.house.sql("select * from event where interaction_id is not null order by epoch, xid, id"):
        log.setdefault(event["interaction_id"], []).append(event)
    rows = {
        row["id"]: row for row in await scene.house.sql(
            "select i.id, coalesce(i.language, '') as language, i.skills, i.waiting_since, array(select t.tag_id::text "
            "from conversation_tag t where t.conversation_id = i.conversation_id) as tags from interaction i"
        )
    }  # fmt: skip
    found = []
    for one, events in log.items():
        first = events[0]
        gone = any(e["type"] == "interaction.wrapped_up" and e["body"].get("code") == "erased" for e in events)
        begun = [e for e in events if e["type"] in {"interaction.created", "interaction.reopened"}]
        if one in erased or gone or not begun:
            continue
        first = begun[0]
        by_hand = first["type"] == "interaction.reopened"
        classes = [
            e["access_class"]
            for e in events
            if e["type"] in {"interaction.created", "interaction.reopened", "interaction.transferred"}
        ]
        ended = endings(events)
        merged = bool(ended) and ended[0]["body"].get("code") == "merged"
        answered = [e for e in events if e["type"] == "answer.queued"]
        late = [e for e in events if e["type"] == "interaction.breached" and e["body"]["kind"] == "first_response"]
        began = rows[one]["waiting_since"] if not by_hand else first["at"]
        found.append({
            "class": classes[-1], "language": rows[one]["language"],
            "tags": ",".join(sorted(rows[one]["tags"])),
            "skills": ",".join(sorted({n["skill"] for n in rows[one]["skills"] if not n.get("optional")})),
            "arrived": None if by_hand else first["at"].astimezone(zone).date(), "hour": first["at"].astimezone(zone).hour,
            "again": first["body"].get("previous_id") is not None,
            "answered": answered[0]["at"].astimezone(zone).date() if answered and not by_hand else None,
            "first_ms": ms(answered[0]["at"] - began) if answered else 0,
            "late": late[0]["at"].astimezone(zone).date() if late else None,
            "closed": ended[0]["at"].astimezone(zone).date() if ended and not merged else None,
            "resolution_ms": ms(ended[0]["at"] - began) if ended else 0,
            "left": bool(ended) and ended[0]["body"].get("code") == "abandoned",
            "code": str(ended[0]["body"].get("code_id") or "") if ended else "",
            "transfers": sum(e["type"] == "interaction.transferred" for e in events),
            "worked_ms": worked(events),
        })  # fmt: skip
    return found


def endings(events: Iterable[Any]) -> list[Any]:
    """What ended it: of a merge that was undone nothing is left."""
    found: list[Any] = []
    for e in events:
        if e["type"] == "interaction.wrapped_up":
            found.append(e)
        elif e["type"] == "interaction.returned" and e["body"].get("cause") == "unmerged":
            found.pop()
    return found


def ms(span: timedelta) -> int:
    return max(0, span // timedelta(milliseconds=1))


def worked(events: Iterable[Any]) -> int:
    """The time in somebody's hands: from each event that puts it there to the next that changes where it stands."""
    total, since, pending = 0, None, False
    for e in events:
        name = e["type"].removeprefix("interaction.")
        body = e["body"]
        if name == "given":
            pending = True
        puts = name in {"accepted", "taken", "assigned", "unparked", "reopened"}
        puts = puts or (name == "transferred" and not (body.get("queue_id") or body.get("skill")) and not pending)
        if name in {"accepted", "taken", "assigned", "returned"}:
            pending = False
        if puts or name in {"returned", "transferred", "parked", "finished", "wrapped_up"}:
            if since is not None:
                total += ms(e["at"] - since)
            since = e["at"] if puts else None
    return total


def by_group(told: list[dict[str, Any]], asked: Asked, places: dict[int, dict[str, str]]) -> Numbers:
    """Add up what was recounted within a time, by one dimension."""
    sums: Numbers = {moment: {} for moment in MOMENTS}

    def add(moment: str, one: dict[str, Any], day: date, **more: int) -> None:
        if not asked.first <= day <= asked.last:
            return
        place = places[one["class"]]
        key = {
            "": "", "day": day.isoformat(), "week": (day - timedelta(days=day.weekday())).isoformat(), "month": f"{day:%Y-%m}",
            "language": one["language"], "code": one["code"], "skills": one["skills"], "tags": one["tags"], **place,
        }[asked.by]  # fmt: skip
        sums[moment].setdefault(key, Counter()).update(more)

    for one in told:
        if one["arrived"]:
            add("arrived", one, one["arrived"], n=1, again=one["again"])
        if one["answered"]:
            add("answered", one, one["answered"], n=1, ms=one["first_ms"], late=one["late"] is not None)
        if one["late"]:
            add("answered", one, one["late"], breached=1)
        if one["closed"] and one["left"]:
            add("left", one, one["closed"], n=1, ms=one["resolution_ms"])
        elif one["closed"]:
            add(
                "closed", one, one["closed"], n=1, ms=one["resolution_ms"], worked_ms=one["worked_ms"], transfers=one["transfers"]
            )
    return sums


def times_by_group(
    told: list[dict[str, Any]], asked: Asked, places: dict[int, dict[str, str]], moment: str
) -> dict[str | None, list[int]]:
    """Every span for itself, by group: what a histogram says of them is held against it."""
    spans: dict[str | None, list[int]] = {}
    for one in told:
        for key, sums in by_group([one], asked, places)[moment].items():
            if sums["n"]:
                spans.setdefault(key, []).append(sums["ms"])
    return spans


def not_far(number: int, spans: list[int]) -> int:
    """A median, and what nine in ten did not exceed, lie within the interval of the span that it is: a tenth of it, or a second."""
    for share in (0.5, 0.9):
        told = quantile_ms(number, share)
        exact = spans[max(0, math.ceil(share * len(spans)) - 1)] if spans else None
        assert (told is None) == (exact is None)
        if told is not None and exact is not None:
            assert abs(told - exact) <= max(1_000, exact * 0.1 + 1), (told, exact, spans)
    return len(spans) > 0


CHECKED = {
    "arrived": ("n", "again"), "answered": ("n", "ms", "late", "breached"), "left": ("n", "ms"),
    "closed": ("n", "ms", "worked_ms", "transfers"),
}  # fmt: skip


def questions(scene: Scene, classes: frozenset[int], *, every: bool) -> Iterable[Asked]:
    """Every grouping of a year; parts of weeks and months, single days; every filter; and by somebody who sees a part."""
    for by in ("", *BY):
        yield Asked(first=LONG[0], last=LONG[1], by=by)
    if not every:
        return
    for by in ("", *BY):
        yield Asked(first=LONG[0], last=LONG[1], by=by, classes=classes)
        yield Asked(first=date(2026, 10, 21), last=date(2026, 11, 3), by=by)
    for first, last in ((25, 25), (24, 25), (26, 27)):
        yield Asked(first=date(2026, 10, first), last=date(2026, 10, last), by="day")
    chosen: list[dict[str, Any]] = [
        {"queue_ids": (scene.queues[0],)}, {"team_ids": (scene.team,)}, {"channel_ids": (scene.channels[1].id,)},
        {"networks": (scene.channels[0].network,)}, {"media": ("mail", "chat")}, {"work_class_ids": tuple(scene.classes[:1])},
        {"languages": ("de", "fr")}, {"code_ids": (scene.codes[0],)}, {"skills": ("french",)}, {"tags": (str(scene.tags[0]),)},
        {"queue_ids": (scene.queues[0],), "languages": ("en",)},
    ]  # fmt: skip
    for narrowed in chosen:
        for by in ("", "week", "queue"):
            yield Asked(first=LONG[0], last=date(2026, 10, 28), by=by, **narrowed)
        yield Asked(first=LONG[0], last=LONG[1], by="", classes=classes, **narrowed)


def asked_for(one: dict[str, Any], place: dict[str, str], asked: Asked) -> bool:
    """Tell whether a filter lets an enquiry through, said plainly."""
    wanted = (
        (asked.queue_ids, {place["queue"]}), (asked.team_ids, {place["team"]}), (asked.channel_ids, {place["channel"]}),
        (asked.networks, {place["network"]}), (asked.media, {place["medium"]}), (asked.work_class_ids, {place["class"]}),
        (asked.languages, {one["language"]}), (asked.code_ids, {one["code"]}), (asked.skills, set(one["skills"].split(","))),
        (asked.tags, set(one["tags"].split(","))),
    )  # fmt: skip
    seen = asked.classes is None or one["class"] in asked.classes
    return seen and all(not chosen or {str(c) for c in chosen} & has for chosen, has in wanted)


async def compare(scene: Scene, zone: str, *, every: bool = False) -> int:
    """Ask for every grouping (and every time and filter), hold it against the recount; returns how many figures were compared."""
    told = await recount(scene, ZoneInfo(zone))
    # Also of days that are not over.
    while await judge_week(scene.house.db, 1, LONG[1]):
        pass
    places = {
        row["id"]: {k: str(row[k] or "") for k in ("queue", "team", "channel", "network", "medium", "class")}
        for row in await scene.house.sql(
            "select a.id, a.queue_id as queue, q.team_id as team, h.id as channel, h.network, h.medium, h.work_class_id as class "
            "from access_class a join channel h on h.id = a.channel_id join queue q on q.id = a.queue_id"
        )
    }
    # One channel of the first queue, and all of the second.
    classes = frozenset(
        one for one, place in places.items()
        if place["queue"] == str(scene.queues[1]) or place["channel"] == str(scene.channels[0].id)
    )  # fmt: skip
    figures = 0
    async with scene.house.db.read() as tx:
        for asked in questions(scene, classes, every=every):
            mine = [one for one in told if asked_for(one, places[one["class"]], asked)]
            for moment in MOMENTS:
                if moment != "closed" and (asked.by == "code" or asked.code_ids):
                    continue
                people = moment in {"answered", "closed"}
                rows = await (tx.reports.counted(asked, moment) if not people else tx.reports.counted_of_people(asked, moment, 1))
                expected = by_group(mine, asked, places)[moment]
                if people and asked.classes is not None and (asked.by in VALUES or any_value(asked)):
                    # Of a queue that is seen in part, people's doing is told by channel alone.
                    whole = {place["queue"] for place in places.values()} - {
                        place["queue"] for one, place in places.items() if one not in classes
                    }
                    some = [one for one in mine if places[one["class"]]["queue"] in whole]
                    expected = by_group(some, asked, places)[moment]
                found = {row.key: {name: row.sums[name] for name in CHECKED[moment]} for row in rows}
                wanted = {k: {name: c[name] for name in CHECKED[moment]} for k, c in expected.items()}
                assert found == wanted, (asked, moment)
                figures += len(found)
                if people and asked.classes is None:
                    spans = times_by_group(mine, asked, places, moment)
                    assert {row.key: unpacked(row.sums["hist"]) for row in rows if row.sums["hist"]} == {
                        key: Counter(bin_of(span / 1_000) for span in each) for key, each in spans.items()
                    }
                    for row in rows:
                        figures += not_far(row.sums["hist"], sorted(spans.get(row.key, [])))
        hours = Counter({(w, h): n for w, h, n in await tx.reports.by_hour(Asked(first=LONG[0], last=LONG[1], by=""))})
        assert hours == Counter((o["arrived"].isoweekday(), o["hour"]) for o in told if o["arrived"])
    return figures


def any_value(asked: Asked) -> bool:
    return any((asked.languages, asked.code_ids, asked.skills, asked.tags))


async def _play(cluster: Cluster, steps: list[tuple[str, int, int]], seen: Counter[str]) -> None:
    dsn = await cluster.lend()
    scene = Scene()
    await scene.open(dsn)
    try:
        for name, who, which in steps:
            try:
                await STEPS[name](scene, who, which)
                seen[name] += 1
            except UnisonoError:
                seen["no"] += 1
            scene.house.clock.advance(1 + who)
        await fold_reports(scene.house.db)
        seen["figures"] += await compare(scene, SETTINGS["reports.time_zone"].default, every=True)
        # Days by another clock, and everything anew from the log: the same.
        async with scene.house.db.write() as tx:
            await tx.setup.put_setting("reports.time_zone", "Pacific/Auckland", None)
        await fold_reports(scene.house.db)
        await compare(scene, "Pacific/Auckland")
        await rebuild_reports(scene.house.db)
        await compare(scene, "Pacific/Auckland")
        seen["merged away"] += len(await scene.house.sql("select from event where body->>'code' = 'merged'"))
        seen["apart again"] += len(await scene.house.sql("select from event where body->>'cause' = 'unmerged'"))
        seen["tagged"] += len(await scene.house.sql("select from report_fact where tags <> ''"))
        seen["split"] += len(await scene.house.sql("select from conversation where part > 0"))
        for row in await scene.house.sql("select distinct type from event"):
            seen[row["type"]] += 1
    finally:
        await scene.pool.close()
        await cluster.give_back(dsn)


def test_reports_agree_with_a_plain_recount_of_the_log(cluster: Cluster) -> None:
    seen: Counter[str] = Counter()

    @settings(
        max_examples=8, derandomize=True, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )  # fmt: skip
    @given(st.lists(st.tuples(st.sampled_from(WEIGHTED), st.integers(0, 11), st.integers(0, 11)), min_size=40, max_size=70))
    def any_history(steps: list[tuple[str, int, int]]) -> None:
        asyncio.run(_play(cluster, [*BEGINNING, *steps], seen))

    any_history()
    structlog.get_logger().info("histories", **seen)
    # A history in which nothing happens proves nothing.
    for type_ in ("created", "reopened", "transferred", "parked", "unparked", "wrapped_up", "breached", "accepted", "taken"):
        assert seen[f"interaction.{type_}"] >= 2, type_
    assert seen["customer.erased"] >= 2
    assert seen["merged away"] >= 2
    assert seen["apart again"] >= 1
    assert seen["tagged"] >= 2
    assert seen["split"] >= 2
    assert seen["figures"] > 200
