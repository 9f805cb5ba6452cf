"""What the benches load is what the product's own verbs write: column by column, and in what search, lists and reports show."""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import msgspec
import pytest

from bench import talk_data
from bench.talk_data import Loaded
from tests.kit import House, Person, Scripted
from tests.service.test_sending import send, written
from unisono.contract import Created, Event, Raw, Sent
from unisono.domain.words import InteractionState
from unisono.service.clockwork import tell_due
from unisono.service.finish import wrap_up
from unisono.service.park import park
from unisono.service.ports import NewEvent
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.reading import Sight, WorkFilter
from unisono.service.ports.reports import Asked
from unisono.service.ports.searching import SearchFor
from unisono.service.ports.work import InteractionChange
from unisono.service.reports.fold import fold_reports
from unisono.service.take import take
from unisono.service.text import number_alternatives, query_alternatives
from unisono.triage.language import language_of

CONVERSATIONS, TEXTS = 400, 40
SHAPE: Final = r"""
select (select string_agg(pg_get_indexdef(indexrelid), E'\n' order by indexrelid::regclass::text) from pg_index
        where indrelid::regclass::text !~ '^(bench_|pg_)|_\d{4}_\d\d$') || (
       select string_agg(conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid), E'\n' order by conrelid, conname)
       from pg_constraint where conrelid::regclass::text !~ '^(bench_|pg_)|_\d{4}_\d\d$') as shape
"""
#: Enquiries of people who write for the first time.
STORY: Final = """
select p.*, k.needed, array(select t.text from message m join message_text t on t.message_id = m.id
                  where m.conversation_id = p.conversation_id order by m.said_at) as texts,
       array(select m.language from message m where m.conversation_id = p.conversation_id order by m.said_at) as languages
from bench_place p join bench_skills k on k.skills = p.skills where p.stand = $1 and p.n < $2
  -- What falls on the very minute is told by whoever comes first.
  and p.closed_at <> p.last_at + interval '1 hour' and p.answered_at <> p.at + interval '1 hour' order by p.n
"""
#: Of each table the rows of a story, by its customer or its conversation.
ROWS: Final = {
    "customer": "select c.* from customer c where c.id = $1",
    "identity": "select i.* from identity i where i.customer_id = $1",
    "conversation": "select c.* from conversation c where c.id = $1",
    "interaction": "select i.* from interaction i where i.conversation_id = $1",
    "message": "select m.* from message m where m.conversation_id = $1 order by m.said_at",
    "message_text": "select t.* from message_text t join message m on m.id = t.message_id where m.conversation_id = $1 order by m.said_at",
    "message_terms": "select t.* from message_terms t where t.conversation_id = $1 order by t.said_at",
    "report_fact": "select f.* from report_fact f where f.conversation_id = $1",
}  # fmt: skip


class Speaking(Scripted):
    """A network that says in which language something was written, as Mastodon does."""

    def __init__(self, language: str) -> None:  # no context: it reads only
        self.language = language

    def read(self, raw: Raw) -> list[Event]:
        return [
            msgspec.structs.replace(event, language=self.language) for event in super().read(raw) if isinstance(event, Created)
        ]


class Replay:
    """Lets the product write what was loaded."""

    def __init__(self, house: House, channel: ChannelFacts, person: Person) -> None:
        self.house, self.channel, self.person = house, channel, person

    async def tell(self, story: Any) -> UUID:
        """Tell one enquiry by the verbs, each at its time; what is late is told when it becomes so. Returns its conversation."""
        hour, minute, ends = timedelta(hours=1), timedelta(minutes=1), story["closed_at"]
        await self.house.sql("update channel set skills = $2 where id = $1", self.channel.id, story["needed"])
        async with self.house.db.write() as tx:
            self.channel = await tx.channels.facts(self.channel.id) or self.channel
        told: list[tuple[datetime, Callable[[], Awaitable[None]]]] = []
        told += [(story["at"], lambda: self.said(story, 0)), (story["last_at"], lambda: self.said(story, 2))]
        if story["untaken"]:
            told += [(story["at"] + 3 * minute, lambda: self.said(story, 1)), (story["at"] + hour, self.is_late)]
        else:
            told += [(story["taken_at"], lambda: self.takes(story)), (story["answered_at"], lambda: self.answers(story))]
            told += [(at + hour, self.is_late) for at in (story["at"], story["last_at"])]
        if story["stand"] in ("closed", "left", "parked"):
            told.append((ends, lambda: self.ends(story)))
        for at, verb in sorted(told, key=lambda one: one[0]):
            self.house.clock.advance((at - self.house.clock.now()).total_seconds())
            await verb()
        return UUID(str((await self.work(story))["conversation_id"]))

    async def work(self, story: Any) -> Any:
        [row] = await self.house.sql(
            "select i.id, i.conversation_id from interaction i join conversation c on c.id = i.conversation_id "
            "where c.channel_id = $1 and c.root_remote_id = $2", self.channel.id, f"s{story['n'] * 3}",
        )  # fmt: skip
        return row

    async def takes(self, story: Any) -> None:
        await take(self.house.db, self.person.access, (await self.work(story))["id"])

    async def answers(self, story: Any) -> None:
        Scripted.results = [Sent(remote_id=f"s{story['n'] * 3 + 1}")]
        await written(self.house, self.person, (await self.work(story))["id"], story["texts"][1])
        await send(self.house)

    async def is_late(self) -> None:
        while await tell_due(self.house.db):
            pass

    async def ends(self, story: Any) -> None:
        work = (await self.work(story))["id"]
        match story["stand"]:
            case "closed":
                await wrap_up(self.house.db, self.person.access, work, story["code_id"])
            case "parked":
                await park(self.house.db, self.person.access, work)
            case "left":
                await self.leaves(work)

    async def leaves(self, interaction_id: UUID) -> None:
        """As a channel tells it that knows when somebody has left."""
        async with self.house.db.write() as tx:
            await tx.work.change(interaction_id, InteractionChange(state=InteractionState.CLOSED.value, closed_at=tx.now))
            tx.emit(NewEvent(type="interaction.wrapped_up", interaction_id=interaction_id, body={"code": "abandoned"}))

    async def said(self, story: Any, which: int) -> None:
        n = story["n"]
        item = {
            "id": f"s{n * 3 + which}", "root": f"s{n * 3}", "by": str(story["person"]), "handle": f"@person{story['person']}",
            "name": f"Anna P{story['person']}", "text": story["texts"][which], "at": self.house.clock.now().isoformat(),
        }  # fmt: skip
        await self.house.hear(self.channel, item, process=False)
        await self.house.process(self.channel, Speaking(story["languages"][which]))


async def rows_of(house: House, conversation_id: UUID, names: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    """Return a story's rows of each table as text, its own ids by what they are of."""
    [whose] = await house.sql(
        "select i.customer_id, c.identity_id, w.id as interaction_id, c.access_class from conversation c "
        "join identity i on i.id = c.identity_id join interaction w on w.conversation_id = c.id where c.id = $1", conversation_id,
    )  # fmt: skip
    messages = await house.sql("select id from message where conversation_id = $1 order by said_at", conversation_id)
    known = names | {
        str(conversation_id): "conversation", str(whose["customer_id"]): "customer", str(whose["identity_id"]): "identity",
        str(whose["interaction_id"]): "interaction", **{str(row["id"]): f"message {n}" for n, row in enumerate(messages)},
    }  # fmt: skip
    found: dict[str, list[dict[str, str]]] = {}
    for table, statement in ROWS.items():
        of = whose["customer_id"] if table in ("customer", "identity") else conversation_id
        rows = await house.sql(statement, of)
        found[table] = [
            {name: _told(name, value, known, whose["access_class"]) for name, value in dict(row).items()} for row in rows
        ]
    return found


def _told(name: str, value: object, known: dict[str, str], access_class: int) -> str:
    text = json.dumps(value, sort_keys=True) if isinstance(value, list | dict) else str(value)
    for one, said in known.items():
        text = text.replace(one, said)
    if name == "access_class":
        return "class" if value == access_class else text
    if name == "ingest_key":
        # Each network has its own word for it.
        return re.sub("^(status:|created:s)", "", text)
    return text.replace(f"'@{access_class}'", "'@class'") if name == "terms" else text


async def stories(house: House) -> list[Any]:
    """Choose what is told again: one of each stand, and one that was answered late."""
    found = []
    for stand, late in (
        ("closed", False),
        ("closed", True),
        ("left", True),
        ("waiting", True),
        ("active", False),
        ("parked", False),
    ):
        fitting = [
            story for story in await house.sql(STORY, stand, CONVERSATIONS * 7 // 10)
            # In which language an answer is written, nobody tells.
            if story["late"] == late and (story["untaken"] or language_of(story["texts"][1]) == story["languages"][1])
        ]  # fmt: skip
        assert fitting, f"nothing is {stand}; take more texts or conversations"
        found.append(fitting[0])
    return sorted(found, key=lambda story: int(story["n"]))


async def test_what_is_loaded_is_what_the_verbs_write(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk_data, "DAYS", 60)
    monkeypatch.setattr(talk_data, "AGENTS", 12)
    [before] = await house.sql(SHAPE)
    loaded = await talk_data.load(
        SimpleNamespace(pool=house.db.pool, clock=house.clock), CONVERSATIONS, 482, texts=TEXTS, is_open=0.5
    )
    [after] = await house.sql(SHAPE)
    assert after["shape"] == before["shape"], "an index or a constraint is not what it was"
    [[broken]] = await house.sql("select count(*) from pg_index where not indisvalid")
    assert broken == 0
    await _is_found(house, loaded)
    await _is_listed_and_reported(house)

    queue = await house.queue(wrap_up_s=0, first_response_s=3_600)
    channel = await house.channel(queue)
    person = await house.agent(queue, capacity=600)
    house.clock.advance(-86_400.0 * 61)
    replay = Replay(house, channel, person)
    told = [(story, await replay.tell(story)) for story in await stories(house)]
    await fold_reports(house.db)
    for story, conversation in told:
        theirs = {str(story["channel_id"]): "channel", str(story["queue_id"]): "queue", str(story["agent_id"]): "agent"}
        ours = {str(channel.id): "channel", str(queue): "queue", str(person.id): "agent"}
        made, written_ = await rows_of(house, story["conversation_id"], theirs), await rows_of(house, conversation, ours)
        for table in ROWS:
            # The network is another; versions count each look at a clock as well, and there are as many as there happen to be.
            unlike = {"identity": {"network", "realm"}, "interaction": {"version"}}.get(table, set())
            if table == "interaction" and story["stand"] == "left":
                # No verb closes it here: the driver of a call does, and with it ends what was promised.
                unlike = {"version", "due_at", "due_kind", "due_state", "updated_at"}
            found, wanted = _without(made[table], unlike), _without(written_[table], unlike)
            assert len(found) == len(wanted) > 0
            differing = [(name, a[name], b[name]) for a, b in zip(found, wanted, strict=True) for name in a if a[name] != b[name]]
            assert differing == [], f"{table} of what is {story['stand']}: column, as it was loaded, as the verbs write it"


def _without(rows: list[dict[str, str]], names: set[str]) -> list[dict[str, str]]:
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


async def _is_found(house: House, loaded: Loaded) -> None:
    """A word that occurs once, a number, a name, and a common word as often as it stands in the texts."""
    words = [loaded.rare[0], loaded.numbers[0], loaded.numbers[0][2:], "person7"]
    for word in words:
        assert len(await _hits(house, [query_alternatives(word) if not word[0].isdigit() else number_alternatives(word)])) >= 1, (
            word
        )
    common = loaded.common[0]
    [[said]] = await house.sql("select count(*) from message_text where text ~* ('\\m' || $1 || '\\M')", common)
    assert len(await _hits(house, [[common]])) == said > 100


async def _hits(house: House, groups: list[list[str]]) -> list[Any]:
    async with house.db.read() as tx:
        found = await tx.searching.search(Sight(classes=None), SearchFor(groups=groups), None, 5_000)
    return found.hits


async def _is_listed_and_reported(house: House) -> None:
    [told] = await house.sql(
        "select count(*) filter (where stand = 'waiting') as waiting, count(*) filter (where stand = 'parked') as parked, "
        "count(*) filter (where stand in ('closed', 'left')) as closed, count(*) filter (where stand = 'left') as gone, "
        "count(*) as arrived from bench_place"
    )
    async with house.db.read() as tx:
        for view in ("waiting", "parked", "closed"):
            listed = await tx.reading.work_list(Sight(classes=None), WorkFilter(view=view, me=UUID(int=0)), None, 1_000)
            assert len(listed) == told[view] > 0
    # Language, skills and tags of the facts are those of the enquiries.
    facts = "select md5(string_agg(f::text, ',' order by f.interaction_id)) as all from report_fact f"
    [before] = await house.sql(facts)
    async with house.db.write() as tx:
        await tx.reports.describe([row["id"] for row in await house.sql("select id from interaction")])
    assert await house.sql(facts) == [before]
    await fold_reports(house.db)
    asked = Asked(first=date(2026, 1, 1), last=date(2026, 12, 31), by="")
    async with house.db.read() as tx:
        assert [row.sums["n"] for row in await tx.reports.counted(asked, "arrived")] == [told["arrived"]]
        assert [row.sums["n"] for row in await tx.reports.counted(asked, "left")] == [told["gone"]]
