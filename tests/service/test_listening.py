"""Listening: what customers write and what public streams bring is held against the monitors, kept once, and decided on."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import msgspec
import pytest

from tests.kit import ACTIONS, START, House, OneConnector, Person, Scripted
from unisono.contract import Ctx, Heard, NotReached, Overheard, Raw
from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.erase import erase_customer
from unisono.service.listening.ear import Ear
from unisono.service.listening.figures import as_csv, listening_figures
from unisono.service.listening.follow import follow_messages
from unisono.service.listening.listen import hear_source
from unisono.service.listening.mentions import adopt_asked, answer_mention, decide_mention, mention_of, mentions_page
from unisono.service.listening.monitors import add_monitor, change_monitor, list_monitors, preview_query
from unisono.service.listening.sources import add_source, list_sources, switch_source
from unisono.service.listening.stream_context import StreamContext
from unisono.service.listening.take_in import take_in
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.listening import MentionFilter, MonitorChange, SourceFacts

RIGHTS = ACTIONS | {"monitor.manage"}


class Public(Scripted):
    """A network with a public stream, and posts that can be taken up."""

    steps: ClassVar[list[Overheard | Exception]] = []
    asked_from: ClassVar[list[str | None]] = []
    standing: ClassVar[dict[str, str]] = {}
    silent: ClassVar[bool] = False

    async def overhear(self, place: str | None) -> AsyncIterator[Overheard]:
        self.asked_from.append(place)
        while self.steps:
            step = self.steps.pop(0)
            if isinstance(step, Exception):
                raise step
            yield step

    async def adopt(self, remote_id: str, url: str) -> Raw | None:
        if Public.silent:
            raise NotReached("nobody there", sent=False)
        text = self.standing.get(remote_id)
        if text is None:
            return None
        body = msgspec.json.encode({"id": remote_id, "text": text, "by": "zoe", "at": START.isoformat()})
        return Raw(ingest_key=f"created:{remote_id}:0", body=body, received_at=START)


@pytest.fixture
def listening(house: House) -> House:
    """A house on a network that can be overheard."""
    house.outside = msgspec.structs.replace(house.outside, registry=OneConnector(Public))
    Public.steps, Public.asked_from, Public.standing, Public.silent = [], [], {}, False
    return house


async def somebody(house: House, queue: UUID, actions: frozenset[str] = RIGHTS) -> Person:
    """An agent who may also listen."""
    agent = await house.agent(queue)
    return Person(id=agent.id, access=Access(user_id=agent.id, actions=actions, classes=dict.fromkeys(actions, None)))


def narrowed(person: Person, *classes: int) -> Access:
    """The same person with a grant for some access classes alone."""
    return Access(user_id=person.id, actions=RIGHTS, classes=dict.fromkeys(RIGHTS, frozenset(classes)))


def post(number: int, text: str, author: str = "zoe", **more: Any) -> Heard:
    """Something said in public."""
    return Heard(
        remote_id=f"p{number}", author_id=author, author=author, said_at=START + timedelta(seconds=number), text=text, **more
    )


async def monitor(house: House, person: Person, query: str, **more: Any) -> UUID:
    """A monitor that is on."""
    return (await add_monitor(house.db, person.access, new_id(), name=f"M {query}"[:60], query=query, **more)).id


async def source(house: House, person: Person, channel: ChannelFacts | None = None) -> UUID:
    """A stream that is heard through a channel."""
    found = await add_source(
        house.outside, person.access, new_id(), connector="scripted", channel_id=channel.id if channel else None
    )
    return found.id


async def ear(house: House) -> Ear:
    """An ear that knows the monitors."""
    found = Ear(house.db)
    await found.keep_up()
    return found


async def listened(house: House, one: Ear) -> None:
    """Follow the channels' messages to the end."""
    await one.keep_up()
    while await follow_messages(house.db, one):
        pass


async def heard(house: House, source_id: UUID, one: Ear) -> str:
    """Hear a source until its connection ends."""
    async with house.db.read() as tx:
        facts = await tx.listening.source(source_id)
    assert facts is not None
    return await hear_source(house.outside, one, facts, "test")


async def found(house: House, access: Access, **which: Any) -> list[Any]:
    """What was found, the last said first."""
    return (await mentions_page(house.db, access, MentionFilter(**which), None, 50)).items


def said(view: Any) -> str:
    """The whole text of a mention."""
    return "".join(piece.text for piece in view.text)


async def test_a_message_of_any_channel_is_found_with_its_reason_and_only_once(listening: House) -> None:
    queue = await listening.queue()
    channel = await listening.channel(queue)
    anna = await somebody(listening, queue)
    one = await ear(listening)
    await listened(listening, one)
    await monitor(listening, anna, "(acme OR #acme) stör* NOT jobs")
    await listening.hear(
        channel, {"id": "1", "text": "Acme ist gestört, schon wieder!"}, {"id": "2", "text": "Jobs bei Acme gestört"}
    )
    await listened(listening, one)
    await listening.hear(channel, {"id": "1", "kind": "edited", "revision": 1, "text": "Acme: gestoert. Störung seit heute!"})
    await listened(listening, one)
    (view,) = await found(listening, anna.access)
    assert said(view) == "Acme: gestoert. Störung seit heute!"
    assert [(reason.words) for reason in view.reasons] == [["acme", "stoerung"]]
    assert [piece.text for piece in view.text if piece.hit] == ["Acme", "Störung"]
    assert view.conversation_id is not None
    (kept,) = await list_monitors(listening.db, anna.access)
    assert kept.found == 1


async def test_who_may_not_see_a_monitor_or_the_message_sees_no_mention(listening: House) -> None:
    queue, other = await listening.queue(), await listening.queue()
    channel, private = await listening.channel(queue), await listening.channel(other)
    anna = await somebody(listening, queue)
    one = await ear(listening)
    await listened(listening, one)
    await monitor(listening, anna, "acme", channel_id=channel.id)
    await listening.hear(channel, {"id": "1", "text": "Acme eins"})
    await listening.hear(private, {"id": "2", "text": "Acme zwei"})
    await listened(listening, one)
    assert {said(view) for view in await found(listening, anna.access)} == {"Acme eins", "Acme zwei"}
    assert [said(view) for view in await found(listening, narrowed(anna, channel.access_class))] == ["Acme eins"]
    assert await found(listening, narrowed(anna, private.access_class)) == []
    assert await list_monitors(listening.db, narrowed(anna, private.access_class)) == []
    (view,) = await found(listening, narrowed(anna, channel.access_class))
    with pytest.raises(NotFound):
        await decide_mention(listening.db, narrowed(anna, private.access_class), view.id, "ignored")


async def test_a_stream_goes_on_where_what_was_found_was_kept_and_repeats_nothing(listening: House) -> None:
    queue = await listening.queue()
    channel = await listening.channel(queue)
    anna = await somebody(listening, queue)
    await monitor(listening, anna, "acme", channel_id=channel.id)
    one, stream = await ear(listening), await source(listening, anna, channel)
    Public.steps = [
        Overheard(posts=(post(1, "Acme fällt aus"),), place="1"), Overheard(posts=(post(2, "nichts davon"),), place="2"),
        NotReached("cut", sent=False),
    ]  # fmt: skip
    assert await heard(listening, stream, one) == "unreachable"
    Public.steps = [
        Overheard(posts=(post(1, "Acme fällt aus"),), place="1"),
        Overheard(posts=(post(3, "acme!"),), place="3", gap=True),
    ]
    assert await heard(listening, stream, one) == ""
    assert Public.asked_from == [None, "2"]
    assert [said(view) for view in await found(listening, anna.access)] == ["acme!", "Acme fällt aus"]
    (view,) = await list_sources(listening.db)
    assert (view.posts, view.found, view.gaps, view.health) == (4, 2, 1, "")
    assert view.lag_s is not None
    assert view.lag_s > 3_000
    rows = await listening.sql("select sum(posts) as posts from monitor_tally")
    assert rows[0]["posts"] == 2


async def test_what_its_author_takes_back_is_gone_and_so_is_all_of_an_account_that_is(listening: House) -> None:
    queue = await listening.queue()
    anna = await somebody(listening, queue)
    channel = await listening.channel(queue)
    await monitor(listening, anna, "acme")
    one, stream = await ear(listening), await source(listening, anna, channel)
    steps = [Overheard(posts=(post(1, "acme eins"), post(2, "acme zwei", "bob"), post(3, "acme drei")))]
    await take_in(listening.outside, one, stream, "scripted", steps)
    await take_in(listening.outside, one, stream, "scripted", [Overheard(gone=("p1",))])
    assert {said(view) for view in await found(listening, anna.access)} == {"acme zwei", "acme drei"}
    # Said and taken back before it could be kept.
    await take_in(listening.outside, one, stream, "scripted", [Overheard(posts=(post(4, "acme vier"),)), Overheard(gone=("p4",))])
    await take_in(listening.outside, one, stream, "scripted", [Overheard(authors_gone=("bob",))])
    assert {said(view) for view in await found(listening, anna.access)} == {"acme drei"}


@pytest.mark.law7
async def test_who_is_erased_is_gone_from_what_monitors_found(listening: House) -> None:
    queue = await listening.queue()
    channel = await listening.channel(queue)
    anna = await somebody(listening, queue)
    one = await ear(listening)
    await listened(listening, one)
    await monitor(listening, anna, "geheim*")
    stream = await source(listening, anna, channel)
    await listening.hear(channel, {"id": "1", "text": "mein Geheimwort", "by": "zoe"}, {"id": "2", "text": "geheim", "by": "bob"})
    await listened(listening, one)
    steps = [Overheard(posts=(post(7, "noch ein Geheimnis"),))]
    await take_in(listening.outside, one, stream, channel.network, steps)
    assert len(await found(listening, anna.access)) == 3
    (row,) = await listening.sql("select customer_id from identity where remote_id = 'zoe'")
    await erase_customer(listening.outside, anna.access, row["customer_id"], "asked for it")
    assert [said(view) for view in await found(listening, anna.access)] == ["geheim"]
    left = str(await listening.sql("select n.*, m.words from mention n join mention_monitor m on m.mention_id = n.id"))
    assert "geheimwort" not in left.lower()
    assert "Geheimnis" not in left


async def test_one_click_brings_a_strangers_post_into_the_queue_and_its_text_stands_there_alone(listening: House) -> None:
    queue = await listening.queue()
    channel = await listening.channel(queue)
    anna = await somebody(listening, queue)
    await monitor(listening, anna, "acme")
    one, stream = await ear(listening), await source(listening, anna, channel)
    await take_in(
        listening.outside, one, stream, channel.network, [Overheard(posts=(post(1, "Acme, was ist los?"), post(2, "acme weg")))]
    )
    Public.standing = {"p1": "Acme, was ist los?"}
    gone, view = await found(listening, anna.access)
    for _ in range(2):
        answered = await answer_mention(listening.outside, anna.access, view.id)
        await listening.process(channel)
    answered = await mention_of(listening.db, anna.access, view.id)
    assert (answered.state, said(answered)) == ("work", "Acme, was ist los?")
    (work,) = await listening.sql("select conversation_id, state from interaction")
    assert (work["conversation_id"], work["state"]) == (answered.conversation_id, "waiting")
    (row,) = await listening.sql("select text, author from mention where id = $1", view.id)
    assert (row["text"], row["author"]) == ("", "")
    with pytest.raises(Conflict) as refused:
        await decide_mention(listening.db, anna.access, view.id, "ignored")
    assert refused.value.code == "is_work"
    with pytest.raises(Conflict) as refused:
        await answer_mention(listening.outside, anna.access, gone.id)
    assert refused.value.code == "post_gone"
    assert [one.id for one in await found(listening, anna.access)] == [view.id]


async def test_what_a_monitor_sends_to_the_queue_goes_there_by_itself_and_waits_while_the_network_is_silent(
    listening: House,
) -> None:
    queue = await listening.queue()
    channel = await listening.channel(queue)
    anna = await somebody(listening, queue)
    await monitor(listening, anna, "acme kaputt", to_work=True)
    await monitor(listening, anna, "acme")
    one, stream = await ear(listening), await source(listening, anna, channel)
    steps = [Overheard(posts=(post(1, "Acme kaputt"), post(2, "Acme schön"), post(3, "acme kaputt, gelöscht")))]
    await take_in(listening.outside, one, stream, channel.network, steps)
    Public.standing, Public.silent = {"p1": "Acme kaputt"}, True
    assert await adopt_asked(listening.outside) == 0
    Public.silent = False
    assert await adopt_asked(listening.outside) == 2
    assert await adopt_asked(listening.outside) == 0
    await listening.process(channel)
    assert {(said(view), view.state) for view in await found(listening, anna.access)} == {
        ("Acme kaputt", "work"),
        ("Acme schön", "new"),
    }


async def test_where_the_network_lets_nobody_answer_it_stays_on_the_watch_list(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue)
    anna = await somebody(house, queue)
    await monitor(house, anna, "acme", to_work=True)
    one = await ear(house)
    async with house.db.write() as tx:
        await tx.listening.add_source(stream := new_id(), "scripted", channel.id, "x", {})
    await take_in(house.outside, one, stream, channel.network, [Overheard(posts=(post(1, "acme"),))])
    assert await adopt_asked(house.outside) == 1
    (view,) = await found(house, anna.access)
    assert view.state == "new"
    with pytest.raises(Conflict) as refused:
        await answer_mention(house.outside, anna.access, view.id)
    assert refused.value.code == "cannot_answer"
    with pytest.raises(Invalid) as wrong:
        await add_source(house.outside, anna.access, new_id(), connector="scripted", channel_id=channel.id)
    assert wrong.value.code == "no_stream"


async def test_what_leads_to_nothing_expires_and_what_is_answered_stays(listening: House) -> None:
    queue = await listening.queue()
    channel = await listening.channel(queue)
    anna = await somebody(listening, queue)
    await monitor(listening, anna, "acme")
    one, stream = await ear(listening), await source(listening, anna, channel)
    await take_in(listening.outside, one, stream, channel.network, [Overheard(posts=(post(1, "acme a"), post(2, "acme b")))])
    Public.standing = {"p1": "acme a"}
    ignored, view = await found(listening, anna.access)
    await answer_mention(listening.outside, anna.access, view.id)
    await decide_mention(listening.db, anna.access, ignored.id, "ignored")
    listening.clock.advance(29.9 * 86_400)
    async with listening.db.write() as tx:
        assert await tx.listening.expire(10) == 0
    listening.clock.advance(0.2 * 86_400)
    async with listening.db.write() as tx:
        assert await tx.listening.expire(10) == 1
    assert [row["id"] for row in await listening.sql("select id from mention")] == [view.id]


async def test_a_change_is_in_effect_with_the_next_post_and_a_pause_as_well(listening: House) -> None:
    queue = await listening.queue()
    channel = await listening.channel(queue)
    anna = await somebody(listening, queue)
    first = await monitor(listening, anna, "acme")
    one = await ear(listening)
    assert [list(by) for by in await one.hear([("x", post(1, "acme")), ("x", post(2, "beta"))])] == [[first], []]
    listening.clock.advance(1)
    await change_monitor(listening.db, anna.access, first, MonitorChange(query="beta"))
    assert await one.keep_up() == 1
    assert [list(by) for by in await one.hear([("x", post(1, "acme")), ("x", post(2, "beta"))])] == [[], [first]]
    await change_monitor(listening.db, anna.access, first, MonitorChange(state="paused"))
    assert await one.keep_up() == 1
    assert len(one) == 0
    # What changes anew and anew wears the matcher out; it is filed anew meanwhile, and finds the same.
    for turn in range(120):
        await change_monitor(listening.db, anna.access, first, MonitorChange(query=f"beta OR w{turn}", state="on"))
        await one.keep_up()
    assert await one.hear([("x", post(2, "beta")), ("x", post(3, "w119")), ("x", post(4, "w118"))]) == [
        {first: ("beta",)}, {first: ("w119",)}, {},
    ]  # fmt: skip
    assert channel.id


async def test_a_query_is_refused_at_its_character_and_a_right_is_needed_to_keep_one(listening: House) -> None:
    queue = await listening.queue()
    anna = await somebody(listening, queue)
    with pytest.raises(Invalid) as wrong:
        await monitor(listening, anna, "acme AND (kaputt")
    assert (wrong.value.field, wrong.value.facts["at"]) == ("query", 9)
    with pytest.raises(Invalid) as wrong:
        await monitor(listening, anna, "NOT jobs")
    assert wrong.value.code == "query_open"
    await monitor(listening, anna, "acme")
    with pytest.raises(Conflict):
        await monitor(listening, anna, "acme")
    other = await somebody(listening, queue, ACTIONS)
    with pytest.raises(Forbidden):
        await monitor(listening, other, "beta")
    with pytest.raises(Forbidden):
        await switch_source(listening.db, other.access, new_id(), "paused")


async def test_a_preview_tries_a_query_on_what_was_found_lately(listening: House) -> None:
    queue = await listening.queue()
    channel = await listening.channel(queue)
    anna = await somebody(listening, queue)
    await monitor(listening, anna, "acme")
    one, stream = await ear(listening), await source(listening, anna, channel)
    steps = [Overheard(posts=(post(1, "Acme kaputt"), post(2, "Acme toll", language="de"), post(3, "acme kaputt jobs")))]
    await take_in(listening.outside, one, stream, channel.network, steps)
    tried = await preview_query(listening.db, anna.access, "acme kaputt NOT jobs")
    assert (tried.looked_at, tried.fit, [item.words for item in tried.items]) == (3, 1, [["acme", "kaputt"]])
    with pytest.raises(Unavailable):
        Public.silent = True
        (_, _, view) = await found(listening, anna.access)
        await answer_mention(listening.outside, anna.access, view.id)


async def test_figures_tell_volume_reach_networks_words_and_whose_voice_is_how_loud(listening: House) -> None:
    queue = await listening.queue()
    channel = await listening.channel(queue)
    anna = await somebody(listening, queue)
    first, second = await monitor(listening, anna, "acme"), await monitor(listening, anna, "beta")
    one, stream = await ear(listening), await source(listening, anna, channel)
    posts = (
        post(1, "Acme Störung", followers=10), post(2, "acme STOERUNG heute", language="de", followers=5), post(3, "acme"),
        post(4, "Beta Störung"), post(5, "nichts"),
    )  # fmt: skip
    await take_in(listening.outside, one, stream, channel.network, [Overheard(posts=posts)])
    figures = await listening_figures(listening.db, anna.access, [], 7)
    assert [(found.monitor_id, found.posts, found.reach, found.share) for found in figures.monitors] == [
        (first, 3, 15, 0.75), (second, 1, 0, 0.25),
    ]  # fmt: skip
    acme = figures.monitors[0]
    assert (len(acme.days), acme.days[-1][1:], acme.networks, acme.languages) == (
        7,
        (3, 15),
        {channel.network: 3},
        {"?": 2, "de": 1},
    )
    assert acme.words[:2] == [("acme", 3), ("stoerung", 2)]
    assert as_csv(figures).splitlines()[0] == "monitor,day,posts,reach,negative,neutral,positive"
    # How they sound is counted by day; what somebody says of one outweighs what it was judged to be.
    assert sum(acme.tones[-1][1:]) == 3
    judged = acme.tones[-1][3]
    await listening.sql(
        "insert into triage_label (item_id, head, label, source, decided_at) "
        "select coalesce(message_id, id), 'sentiment', 'positive', 'page', now() from mention where remote_id = 'p3'"
    )
    acme = (await listening_figures(listening.db, anna.access, [first], 7)).monitors[0]
    assert (sum(acme.tones[-1][1:]), acme.tones[-1][3], judged) == (3, 1, 0)
    assert as_csv(figures).count("\n") == 15
    # What is taken back is gone from the words; the count stays a number.
    await take_in(listening.outside, one, stream, channel.network, [Overheard(gone=("p1", "p2"))])
    (acme, _) = (await listening_figures(listening.db, anna.access, [first, second], 7)).monitors
    assert (acme.posts, acme.words) == (3, [("acme", 1)])
    with pytest.raises(Invalid):
        await listening_figures(listening.db, anna.access, [], 0)


async def test_what_came_by_a_channel_without_being_said_to_us_becomes_an_enquiry_by_one_click(listening: House) -> None:
    house = listening
    queue = await house.queue()
    channel = await house.channel(queue)
    anna = await somebody(house, queue)
    one = await ear(house)
    await listened(house, one)
    await monitor(house, anna, "acme")
    await house.hear(
        channel,
        {"id": "1", "text": "Acme antwortet nie", "addressed": False, "by": "zoe"},
        {"id": "2", "text": "Acme, hallo?", "by": "bob"},
    )
    await listened(house, one)
    mine = {said(view): view for view in await found(house, anna.access)}
    aside, asked = mine["Acme antwortet nie"], mine["Acme, hallo?"]
    assert (aside.enquiry, asked.enquiry) == (False, True)
    for _ in range(2):
        view = await answer_mention(house.outside, anna.access, aside.id)
        assert (view.enquiry, view.state, view.conversation_id) == (True, "work", aside.conversation_id)
    works = await house.sql(
        "select i.state, i.waiting_since, i.due_at < 'infinity' as due, (select count(*) from message m where m.interaction_id = i.id) "
        "as said from interaction i where conversation_id = $1",
        aside.conversation_id,
    )
    assert [dict(row) for row in works] == [{"state": "waiting", "waiting_since": START, "due": True, "said": 1}]
    # What is one already stays as it is.
    assert (await answer_mention(house.outside, anna.access, asked.id)).state == "new"
    assert len(await house.sql("select 1 from interaction")) == 2


async def test_a_monitor_that_answers_by_itself_takes_up_what_a_channel_brought_and_only_where_we_may_answer(
    listening: House,
) -> None:
    house = listening
    queue = await house.queue()
    channel = await house.channel(queue)
    anna = await somebody(house, queue)
    one = await ear(house)
    await listened(house, one)
    await monitor(house, anna, "acme", to_work=True)
    await house.hear(
        channel,
        {"id": "1", "text": "Acme antwortet nie", "addressed": False, "by": "zoe"},
        {"id": "2", "text": "acme privat", "addressed": False, "by": "bob", "visibility": "private"},
    )
    await listened(house, one)
    assert await adopt_asked(house.outside) == 1
    assert {said(view): view.state for view in await found(house, anna.access)} == {
        "Acme antwortet nie": "work", "acme privat": "new",
    }  # fmt: skip


async def test_a_stream_without_an_account_has_no_secrets_and_keeps_nothing(listening: House) -> None:
    house = listening
    facts = SourceFacts(id=new_id(), connector="scripted", channel_id=None, config={}, state="on", place=None, version=1)
    ctx: Ctx = StreamContext(house.outside, facts)
    assert await ctx.secrets.get("access_token") is None
    await ctx.memory.put("etag", b"1")
    assert await ctx.memory.get("etag") == b"1"
    for refused in (ctx.secrets.put("access_token", "x"), ctx.intake.put([])):
        with pytest.raises(Conflict) as error:
            await refused
        assert error.value.code == "no_account"
    again: Ctx = StreamContext(house.outside, facts)
    assert await again.memory.get("etag") is None


async def test_what_the_stream_brought_first_and_then_comes_by_a_channel_is_one_and_the_channels(listening: House) -> None:
    house = listening
    queue = await house.queue()
    channel = await house.channel(queue)
    anna = await somebody(house, queue)
    one = await ear(house)
    await listened(house, one)
    await monitor(house, anna, "acme", to_work=True)
    await one.keep_up()
    stream = await source(house, anna, channel)
    await take_in(house.outside, one, stream, channel.network, [Overheard(posts=(post(1, "@acme hallo?"),))])
    await house.hear(channel, {"id": "p1", "text": "@acme hallo?", "by": "zoe"})
    await listened(house, one)
    (view,) = await found(house, anna.access)
    assert (view.enquiry, view.state, said(view)) == (True, "new", "@acme hallo?")
    (row,) = await house.sql("select text, author, message_id from mention")
    assert (row["text"], row["author"]) == ("", "")
    assert row["message_id"] is not None
    assert await adopt_asked(house.outside) == 0
