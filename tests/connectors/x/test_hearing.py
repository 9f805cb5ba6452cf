"""What comes in: mentions in order and once, threads, edits and deletions, direct messages, and what it costs."""

import msgspec
import pytest

from tests.connectors.x.conftest import PRIVATE, Desk, open_desk, person
from unisono.connectors.x.place import Place
from unisono.contract import AuthorGone, BudgetSpent, Created, Deleted, Edited, PullFailed, Sent
from unisono.domain.words import ChannelState, ReplyRule
from unisono.testing.networks.x import LIMITS, Limit
from unisono.testing.sandbox.faults import Effect, Fault


async def test_a_mention_is_read_as_its_author_typed_it(desk: Desk) -> None:
    post = desk.mention("Kaffee & Kuchen <b>: https://example.org/a/very/long/address?with=parameters&more=1")
    said = await desk.one()
    assert said.text == "Hallo @exampleshop Kaffee & Kuchen <b>: https://example.org/a/very/long/address?with=parameters&more=1"
    assert (said.remote_id, said.thread.root_id, said.thread.parent_id) == (str(post.id), str(post.id), None)
    assert (said.author.handle, said.author.display_name) == ("@anna", "Anna")
    assert said.author == msgspec.structs.replace(
        person(desk.anna), display_name="Anna", profile_url="https://x.com/anna", followers=desk.anna.followers
    )
    assert said.url == f"https://x.com/i/status/{post.id}"


async def test_what_was_stored_is_not_read_again_and_what_comes_late_is(desk: Desk) -> None:
    desk.mention("eins")
    _, cursor = await desk.new()
    desk.mention("spät", late_s=40)
    desk.clock.advance(10)
    desk.mention("zwei")
    events, cursor = await desk.new(cursor)
    assert [event.text[-4:] for event in events] == ["zwei"]
    desk.clock.advance(35)
    events, cursor = await desk.new(cursor)
    assert [event.text[-4:] for event in events] == ["spät"]
    assert (await desk.new(cursor))[0] == []


async def test_more_mentions_than_x_lists_are_found_by_the_search(desk: Desk) -> None:
    _, cursor = await desk.new()
    for number in range(1_003):
        desk.x.network.post(desk.anna.id, f"@exampleshop {number}")
    events, _ = await desk.new(cursor)
    assert sorted(int(event.text.split()[-1]) for event in events) == list(range(1_003))
    assert desk.asked("/search/recent") > 0


async def test_what_lies_behind_the_search_is_told_as_a_gap(desk: Desk) -> None:
    _, cursor = await desk.new()
    desk.clock.advance(9 * 86_400)
    for number in range(801):
        desk.x.network.post(desk.anna.id, f"@exampleshop {number}")
    gaps = []
    for _ in range(30):
        page = await desk.connector.pull("mentions", cursor, 100)
        gaps.append(page.gap)
        cursor = page.next_cursor
        if not page.has_more:
            break
    assert any(gaps)
    assert not gaps[0]


async def test_a_cursor_of_the_future_begins_anew(desk: Desk) -> None:
    desk.mention("da")
    ahead = Place(at=str((1 << 62) + 1)).encoded()
    events, _ = await desk.new(ahead)
    assert [event.text for event in events] == ["Hallo @exampleshop da"]


async def test_the_thread_is_the_conversation_and_the_parent_the_first_version(desk: Desk) -> None:
    root = desk.mention("Wurzel")
    changed = desk.x.network.edit(root.id, "Hallo @exampleshop Wurzel, besser")
    desk.x.network.post(desk.ben.id, "@exampleshop ich auch", reply_to=changed.id)
    events, _ = await desk.new()
    created = [event for event in events if isinstance(event, Created)]
    assert [event.thread.root_id for event in created] == [str(root.id)] * 2
    assert created[1].thread.parent_id == str(root.id)


@pytest.mark.parametrize(
    ("setting", "rule"), [("unknown", ReplyRule.YES), ("yes", ReplyRule.YES), ("no", ReplyRule.NEEDS_SUMMON)]
)
async def test_a_reply_without_our_name_may_be_answered_as_far_as_is_known(setting: str, rule: ReplyRule) -> None:
    async with open_desk(implicit_mention_counts=setting) as desk:
        ours = desk.x.network.post(desk.us.user.id, "Neu im Laden")
        desk.x.network.post(desk.anna.id, "Was kostet das?", reply_to=ours.id)
        said = await desk.one()
        assert said.can_reply.rule is rule
        assert said.addressed


async def test_who_names_us_or_quotes_us_may_be_answered(desk: Desk) -> None:
    ours = desk.x.network.post(desk.us.user.id, "Neu im Laden")
    desk.x.network.post(desk.anna.id, "So ein Unsinn, @exampleshop", quotes=ours.id)
    events, _ = await desk.new()
    assert [event.can_reply.rule for event in events] == [ReplyRule.YES]
    assert events[0].details == {"quotes": str(ours.id)}


async def test_an_enterprise_contract_needs_no_summons() -> None:
    async with open_desk(access="enterprise", implicit_mention_counts="no") as desk:
        ours = desk.x.network.post(desk.us.user.id, "Neu im Laden")
        desk.x.network.post(desk.anna.id, "Was kostet das?", reply_to=ours.id)
        assert (await desk.one()).can_reply.rule is ReplyRule.YES


async def test_what_a_customer_says_further_without_naming_us_is_found(desk: Desk) -> None:
    root = desk.mention("Frage")
    desk.clock.advance(200)
    _, cursor = await desk.new(None, "threads")
    await desk.new()
    # Ben is a stranger here; Anna asked us.
    for who, text in ((desk.anna, "Noch etwas"), (desk.ben, "Ich misch mich ein")):
        post = desk.x.network.post(who.id, text, reply_to=root.id)
        # In X one can take the names of others out of a reply.
        post.implicit = ()
    assert (await desk.new(cursor, "threads"))[0] == []
    desk.clock.advance(601)
    events, cursor = await desk.new(cursor, "threads")
    assert [(event.text, event.addressed, event.can_reply.rule) for event in events] == [
        ("Noch etwas", True, ReplyRule.NEEDS_SUMMON)
    ]
    assert events[0].thread.root_id == str(root.id)
    desk.clock.advance(300)
    assert (await desk.new(cursor, "threads"))[0] == []


async def test_an_edit_is_the_same_post_with_a_higher_revision(desk: Desk) -> None:
    post = desk.mention("alt")
    await desk.new()
    _, cursor = await desk.new(None, "recheck")
    desk.clock.advance(600)
    desk.x.network.edit(post.id, "Hallo @exampleshop neu")
    events, cursor = await desk.new(cursor, "recheck")
    assert [(type(event), event.remote_id) for event in events] == [(Edited, str(post.id))]
    assert (events[0].text, events[0].revision) == ("Hallo @exampleshop neu", 1)
    desk.clock.advance(600)
    assert (await desk.new(cursor, "recheck"))[0] == []


async def test_a_deletion_is_told_until_it_is_known_to_be_stored(desk: Desk) -> None:
    gone, stays = desk.mention("weg"), desk.mention("bleibt")
    await desk.new()
    _, cursor = await desk.new(None, "recheck")
    desk.clock.advance(600)
    desk.x.network.delete(gone.id)
    first, later = await desk.new(cursor, "recheck")
    again, _ = await desk.new(cursor, "recheck")
    assert [event.remote_id for event in first] == [event.remote_id for event in again] == [str(gone.id)]
    assert all(isinstance(event, Deleted) for event in first)
    desk.clock.advance(600)
    assert (await desk.new(later, "recheck"))[0] == []
    assert await desk.connector.still_there([str(gone.id), str(stays.id)]) == {str(gone.id): False, str(stays.id): True}


async def test_whose_posts_are_gone_is_asked_for(desk: Desk) -> None:
    desk.mention("von jemandem, der geht")
    await desk.new()
    _, cursor = await desk.new(None, "recheck")
    desk.clock.advance(600)
    desk.x.network.leave(desk.anna.id)
    events, _ = await desk.new(cursor, "recheck")
    assert [type(event) for event in events] == [Deleted, AuthorGone]
    assert events[1].author.remote_id == str(desk.anna.id)


async def test_old_posts_are_looked_at_once_a_day(desk: Desk) -> None:
    desk.mention("älter")
    await desk.new()
    _, cursor = await desk.new(None, "recheck")
    asked = []
    for _ in range(24 * 4):
        desk.clock.advance(900)
        before = desk.asked("/2/tweets")
        _, cursor = await desk.new(cursor, "recheck")
        asked.append(desk.asked("/2/tweets") - before)
    assert sum(asked[5:]) in (1, 2), asked


async def test_direct_messages_of_both_sides_come_with_their_people(desk: Desk) -> None:
    desk.x.network.dm(desk.anna.id, desk.us.user.id, "Vertraulich")
    desk.x.network.dm(desk.us.user.id, desk.anna.id, "Aus der App")
    events, cursor = await desk.new(None, "direct")
    assert [(event.text, event.own, event.thread.visibility) for event in events] == [
        ("Vertraulich", False, PRIVATE), ("Aus der App", True, PRIVATE),
    ]  # fmt: skip
    low, high = sorted((desk.anna.id, desk.us.user.id))
    assert {event.thread.root_id for event in events} == {f"{low}-{high}"}
    assert events[1].thread.customer is not None
    assert events[1].thread.customer.remote_id == events[0].author.remote_id == str(desk.anna.id)
    desk.clock.advance(300)
    assert (await desk.new(cursor, "direct"))[0] == []


async def test_a_message_about_a_post_knows_its_thread(desk: Desk) -> None:
    post = desk.mention("öffentlich")
    desk.x.network.dm(desk.anna.id, desk.us.user.id, "lieber hier", post=post.id)
    assert (await desk.one("direct")).thread.links_to == str(post.id)


async def test_spent_direct_messages_hold_up_nothing_else(desk: Desk) -> None:
    cursor = None
    for _ in range(40):
        page = await desk.connector.pull("direct", cursor, 100)
        cursor = page.next_cursor
    assert desk.asked("/2/dm_events") <= 12
    desk.x.network.dm(desk.anna.id, desk.us.user.id, "wartet")
    desk.mention("geht weiter")
    assert (await desk.one()).text.endswith("geht weiter")
    desk.clock.advance(901)
    assert [event.text for event in (await desk.new(cursor, "direct"))[0]] == ["wartet"]


async def test_a_limit_that_x_tells_is_kept(desk: Desk) -> None:
    desk.x.app._limits._limits = {**LIMITS, ("GET", "/2/users/*/mentions"): (Limit(3, 900),)}
    cursor = None
    asked = 0
    with pytest.raises((PullFailed, BudgetSpent)):
        for asked in range(10):  # noqa: B007
            _, cursor = await desk.new(cursor)
    assert asked <= 3
    assert not any(seen.status == 429 for seen in desk.x.seen), "X had to refuse what its headers had told of"


async def test_reading_costs_what_the_manifest_says_and_once_a_day(desk: Desk) -> None:
    before = desk.spent()
    desk.mention("eins")
    await desk.new()
    # The post is an own read; Anna and our own account are read beside it.
    assert desk.spent() - before == pytest.approx(0.001 + 0.010, abs=1e-9)
    await desk.new()
    assert desk.spent() - before == pytest.approx(0.001 + 0.010, abs=1e-9)


async def test_without_money_listening_stops_first_then_reading_and_answers_go_on() -> None:
    async with open_desk(budget_day=0.2) as desk:
        desk.mention("Frage")
        said = await desk.one()
        stopped: dict[str, float] = {}
        for number in range(100):
            desk.x.network.post(desk.x.person(f"Neu{number}").id, "@exampleshop noch eine")
            for what in ("listening", "reading"):
                if what not in stopped and not await _goes(desk, what):
                    stopped[what] = desk.spent()
            if len(stopped) == 2:
                break
        assert 0 < stopped["listening"] < stopped["reading"] < 0.2
        assert isinstance(await desk.connector.send(desk.answer(said, "Gern."), 1), Sent)
        desk.clock.advance(86_400)
        assert await _goes(desk, "reading"), "a new day has new money"


async def _goes(desk: Desk, what: str) -> bool:
    try:
        if what == "reading":
            await desk.new()
        else:
            hints = desk.connector.listen()
            await anext(hints)
            await hints.aclose()
    except BudgetSpent as spent:
        return not (spent.bucket == "money" and spent.until is not None)
    return True


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault(effect=Effect.STATUS, path="*/mentions", status=503), ChannelState.UNREACHABLE),
        (Fault(effect=Effect.MALFORMED, path="*/mentions"), ChannelState.UNREACHABLE),
        (Fault(effect=Effect.STATUS, path="*/mentions", status=402), ChannelState.THROTTLED),
        (Fault(effect=Effect.STATUS, path="*/mentions", status=403), ChannelState.FORBIDDEN),
        (Fault(effect=Effect.RATE_LIMIT, path="*/mentions", pause_s=40), ChannelState.THROTTLED),
    ],
)
async def test_trouble_is_told_and_loses_nothing(desk: Desk, fault: Fault, state: ChannelState) -> None:
    _, cursor = await desk.new()
    desk.mention("trotzdem")
    desk.x.fault(fault)
    with pytest.raises(PullFailed) as failed:
        await desk.connector.pull("mentions", cursor, 100)
    assert failed.value.health.state is state
    assert set(failed.value.health.texts) == {"de", "en"}
    assert [event.text for event in (await desk.new(cursor))[0]] == ["Hallo @exampleshop trotzdem"]
