"""From a public stream to the last answer: an outage hidden in thousands of posts is noticed, folded, answered once to each.

Everything is the product's own, over real HTTP on this machine: the network's stream, the pull of what is said to the company,
the post that is taken up, the answer below it. The network's clock and the house's are one, and move with the stream. What came
of it is counted at the network, which knows nothing of us.
"""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from bench.outage_story import BRAND_SHARE, ELSEWHERE_SHARE, GRUMBLE_SHARE, OUTAGE_QUERY, PER_S, Said, Story, story
from bench.place import open_directory
from bench.results import Figure
from unisono.app.build import build
from unisono.app.roles import tidy
from unisono.app.settings import Settings
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.actions import ACTIONS
from unisono.service.channel_context import Outside, open_connector
from unisono.service.channels import Draft, add_channel
from unisono.service.intake import process_once, pull_round
from unisono.service.listening.alerts import list_alerts, look_for_spikes
from unisono.service.listening.ear import Ear
from unisono.service.listening.follow import follow_messages
from unisono.service.listening.listen import hear_source
from unisono.service.listening.mentions import adopt_asked
from unisono.service.listening.monitors import add_monitor
from unisono.service.listening.sources import add_source
from unisono.service.listening.storm_views import StormView
from unisono.service.listening.storms import (
    begin_storm,
    decide_storm_answer,
    fold_more,
    list_storms,
    send_storms,
    write_storm_answer,
)
from unisono.service.sender import Sender
from unisono.testing.clock import FakeClock
from unisono.testing.sandbox.faces import ZWITSCHER, Rate
from unisono.testing.sandbox.network import SandboxNetwork
from unisono.testing.sandbox.server import SandboxServer

POSTS: Final = 10_000
STEP_S: Final = 15.0
#: What the network allows the company in five minutes; a storm must not make it shut the door.
RATE: Final = Rate(requests=180, per_s=300.0)
REPLY: Final = "Ein Bagger hat unser Kabel in Krähenfleth getroffen. Um 17 Uhr geht es wieder. Es tut uns leid!"
OUTAGE_MONITOR: Final = "Störung"
#: Watched as well, and never alarmed.
QUIET: Final = {"Nordtel": "nordtel", "Hafenfest": "hafenfest", "Solar": "solartarif"}
MONITORS: Final = {"Brookwatt": "brookwatt", OUTAGE_MONITOR: OUTAGE_QUERY, **QUIET}
BEGAN: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_WAITS_S: Final = 60.0
_AFTERWARDS: Final = 400


class Told(Struct, frozen=True, kw_only=True):
    """What came of a story. Seconds are the stream's.

    alert_after_s: from the first voice until the alert. false_alarms: alerts before it, or of what nothing happened to.
    folded: of the enquiries about it. answered: authors to whom the network shows the answer, under a post of theirs; doubles:
    further answers to one author; strays: answers to anybody else. refused: how often the network said that it was too much.
    """

    posts: int
    heard: int
    voices: int
    authors: int
    alert_after_s: float
    voices_until_alert: int
    false_alarms: int
    folded: int
    enquiries: int
    answered: int
    doubles: int
    strays: int
    refused: int
    last_answer_after_s: float
    storm: StormView


class World:
    """A town's network, and the company that listens to it."""

    def __init__(self, outside: Outside, clock: FakeClock, server: SandboxServer, told: Story) -> None:
        self.outside = outside
        self.clock = clock
        self.server = server
        self.network = server.network
        self.story = told
        self.ear = Ear(outside.db)
        self.accounts: dict[str, int] = {}
        self.said: dict[int, Said] = {}

    async def furnish(self, people: Callable[[], Awaitable[tuple[UUID, Access, Access, UUID]]]) -> None:
        """Connect the account, keep the monitors with a month behind them, and hear the stream."""
        queue_id, self.ilka, self.yusuf, self.code_id = await people()
        self.network.configure(ZWITSCHER.key, rate=RATE)
        company = self.network.join(ZWITSCHER.key, "Brookwatt", "brookwatt", company=True)
        assert company.token is not None
        self.company = company.id
        config = {"base_url": self.server.url, "face": ZWITSCHER.key, "account": "brookwatt"}
        draft = Draft(connector="sandbox", config=config, secrets={"token": company.token})
        self.channel_id = await add_channel(self.outside, self.ilka, new_id(), draft, name="Zwitscher", queue_id=queue_id)
        self.monitors: dict[str, UUID] = {}
        for name, query in MONITORS.items():
            self.monitors[name] = (await add_monitor(self.outside.db, self.ilka, new_id(), name=name, query=query)).id
        source = {"base_url": self.server.url, "face": ZWITSCHER.key}
        self.source_id = (await add_source(self.outside, self.ilka, new_id(), connector="sandbox", config=source)).id
        await self.ear.keep_up()
        await follow_messages(self.outside.db, self.ear)

    async def play(self) -> Told:
        """Let the stream go by, and the people at the desk do their part as soon as they are told."""
        async with self.outside.db.read() as tx:
            source = await tx.listening.source(self.source_id)
            channel = await tx.channels.facts(self.channel_id)
        assert source is not None
        assert channel is not None
        connector = open_connector(self.outside, channel)
        sender = Sender(self.outside, "bench")
        hearing = asyncio.create_task(hear_source(self.outside, self.ear, source, "bench"))
        try:
            await self._listened_to(hearing)
            said = list(self.story.said)
            storm: UUID | None = None
            alert_at: float | None = None
            spoken = quiet = 0
            while said or quiet < 4:
                now_s = self._at()
                ready = 0
                while said and said[0].at_s <= now_s:
                    self._say(said.pop(0))
                    spoken += 1
                    ready += 1
                if ready:
                    await self._heard(spoken, hearing)
                await pull_round(self.outside, channel, connector)
                while await process_once(self.outside, channel, connector):
                    pass
                while await follow_messages(self.outside.db, self.ear):
                    pass
                await look_for_spikes(self.outside.db)
                if alert_at is None:
                    alert_at = await self._alert()
                elif storm is None and now_s >= alert_at + 60:
                    storm = await self._begin()
                elif storm is not None:
                    await fold_more(self.outside)
                    await adopt_asked(self.outside)
                    await send_storms(self.outside)
                    await sender.send_due(channel.id)
                if not said:
                    if storm is None or now_s > self.story.lasts_s + _AFTERWARDS * STEP_S:
                        break
                    quiet = quiet + 1 if await self._done(storm) else 0
                self.clock.advance(STEP_S)
        finally:
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing
        assert alert_at is not None, "nobody was told"
        assert storm is not None, "nothing was folded"
        return await self._told(spoken, alert_at)

    async def _listened_to(self, hearing: asyncio.Task[str]) -> None:
        for _ in range(2_000):
            if self.network.live.listens(f"public:{ZWITSCHER.key}") or hearing.done():
                return
            await asyncio.sleep(0.005)

    def _at(self) -> float:
        return (self.clock.now() - BEGAN).total_seconds()

    def _say(self, said: Said) -> None:
        account = self.accounts.get(said.who.key)
        if account is None:
            account = self.accounts[said.who.key] = self.network.join(ZWITSCHER.key, said.who.name, said.who.handle).id
        item = self.network.say(account, said.text[:280], at=BEGAN + timedelta(seconds=said.at_s))
        self.said[item.id] = said

    async def _heard(self, posts: int, hearing: asyncio.Task[str]) -> None:
        """Wait until the stream has brought what was said."""
        until = time.monotonic() + _WAITS_S
        while time.monotonic() < until and not hearing.done():
            async with self.outside.db.read() as tx:
                (source,) = await tx.listening.sources()
            if source.posts >= posts:
                return
            await asyncio.sleep(0.005)
        raise RuntimeError(f"Of {posts} posts the stream brought {source.posts}; it ended: {hearing.done()}.")

    async def _alert(self) -> float | None:
        for alert in await list_alerts(self.outside.db, self.ilka):
            if alert.monitor_id == self.monitors[OUTAGE_MONITOR] and self._seconds(alert.began_at) >= self.story.begins_s:
                return self._seconds(alert.began_at)
        return None

    def _seconds(self, instant: str) -> float:
        return (datetime.fromisoformat(instant) - BEGAN).total_seconds()

    async def _begin(self) -> UUID:
        storm = await begin_storm(self.outside, self.ilka, new_id(), self.monitors[OUTAGE_MONITOR], "Glasfaser in Krähenfleth")
        await write_storm_answer(self.outside.db, self.ilka, storm.id, REPLY, self.code_id)
        await decide_storm_answer(self.outside.db, self.yusuf, storm.id, approve=True)
        return storm.id

    async def _done(self, storm_id: UUID) -> bool:
        (view,) = [one for one in await list_storms(self.outside.db, self.ilka) if one.id == storm_id]
        return view.waiting == view.strangers == 0 and view.arrived == view.answered

    async def _told(self, spoken: int, alert_at: float) -> Told:
        (view,) = await list_storms(self.outside.db, self.ilka)
        alerts = await list_alerts(self.outside.db, self.ilka)
        early = [one for one in alerts if self._seconds(one.began_at) < self.story.begins_s]
        strange = [one for one in alerts if one.monitor in QUIET and one not in early]
        voices = {said.who.key for said in self.story.voices}
        people = {number: key for key, number in self.accounts.items()}
        replies: Counter[str] = Counter()
        last = self.clock.now()
        for item in self.network.store.items_where("author = ? and deleted_at is null", (self.company,)):
            parent = self.network.store.item(item.parent or 0)
            replies[people.get(parent.author, "") if parent else ""] += 1
            last = item.created_at
        answers = {key: count for key, count in replies.items() if key in voices}
        return Told(
            posts=len(self.story.said), heard=spoken, voices=len(self.story.voices), authors=len(voices),
            alert_after_s=alert_at - self.story.voices[0].at_s,
            voices_until_alert=sum(said.at_s <= alert_at for said in self.story.voices),
            false_alarms=len(early) + len(strange), folded=view.folded, enquiries=len(self.story.voices),
            answered=len(answers), doubles=sum(count - 1 for count in answers.values()),
            strays=sum(replies.values()) - sum(answers.values()),
            refused=sum(seen.status == 429 for seen in self.server.seen),
            last_answer_after_s=(last - BEGAN).total_seconds() - alert_at, storm=view,
        )  # fmt: skip


#: What the monitors found in the last four weeks, hour by hour: as much as in the stream, and no outage.
_PAST = """
insert into monitor_tally (monitor_id, hour, network, language, posts)
select $1, h, 'sandbox', '',
       greatest(0, round($2::float8 + sqrt($2::float8) * 1.2 * sin(extract(epoch from h) / 3600 * 2.4)))::int
from generate_series($3::timestamptz - interval '28 days', $3::timestamptz - interval '1 hour', interval '1 hour') h
"""


async def remember(world: World, execute: Callable[..., Awaitable[object]]) -> None:
    """Give the monitors four weeks behind them."""
    await execute("update monitor set created_at = $1", BEGAN - timedelta(days=28))
    hourly = PER_S * 3_600
    for name, monitor_id in world.monitors.items():
        usual = {"Brookwatt": BRAND_SHARE + GRUMBLE_SHARE, OUTAGE_MONITOR: GRUMBLE_SHARE}
        share = usual.get(name, ELSEWHERE_SHARE / 5)
        await execute(_PAST, monitor_id, hourly * share, BEGAN)


async def people(execute: Callable[..., Awaitable[object]]) -> tuple[UUID, Access, Access, UUID]:
    """A queue, two supervisors and a wrap-up code."""
    queue_id, code_id = new_id(), new_id()
    await execute("insert into queue (id, key, name) values ($1, 'social', '{}')", queue_id)
    await execute("insert into wrap_up_code (id, key, name, position) values ($1, 'outage', '{}', 1)", code_id)
    found = []
    for login in ("ilka", "yusuf"):
        user_id = new_id()
        await execute("insert into app_user (id, login, login_key, name, name_key) values ($1, $2, $2, $2, $2)", user_id, login)
        await execute("insert into agent (user_id, state, capacity) values ($1, 'busy', 60)", user_id)
        found.append(Access(user_id=user_id, actions=frozenset(ACTIONS), classes=dict.fromkeys(ACTIONS)))
    return queue_id, found[0], found[1], code_id


async def tell(
    outside: Outside, clock: FakeClock, execute: Callable[..., Awaitable[object]], posts: int, voices: int | None = None
) -> Told:
    """Play a story of so many posts in a house; returns what came of it."""
    network = SandboxNetwork(now=clock.now)
    try:
        async with SandboxServer(network) as server:
            world = World(outside, clock, server, story(posts, voices))
            await world.furnish(lambda: people(execute))
            await remember(world, execute)
            return await world.play()
    finally:
        network.close()


async def measure() -> dict[str, Figure]:
    """Play the whole story once."""
    directory = open_directory()
    clock = FakeClock(BEGAN)
    try:
        async with build(Settings(data=directory, port=0, log_level="error", allow_private_hosts=True), clock=clock) as running:
            await tidy(running)
            began = time.perf_counter()
            told = await tell(running.outside, clock, running.pool.execute, POSTS)
            wall = time.perf_counter() - began
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    more = {
        "posts": told.posts, "voices": told.voices, "authors": told.authors, "voices_until_alert": told.voices_until_alert,
        "false_alarms": told.false_alarms, "answered": told.answered, "doubles": told.doubles, "strays": told.strays,
        "refused_by_network": told.refused, "arrived": told.storm.arrived, "along": told.storm.along,
        "answers_within_s_of_alert": told.last_answer_after_s, "played_in_s": round(wall, 1),
    }  # fmt: skip
    return {
        "outage.alert_after_s": Figure(
            value=told.alert_after_s, unit="s", baseline="five minutes of the stream", baseline_value=300.0, more=more
        ),
        "outage.folded": Figure(
            value=told.folded, unit="posts", baseline="all that speak of it", baseline_value=told.enquiries, more=more
        ),
        "outage.doubles": Figure(
            value=told.doubles, unit="answers", baseline="authors who were answered", baseline_value=told.answered, more=more
        ),
    }  # fmt: skip
