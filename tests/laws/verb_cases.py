"""The verbs that move work, each as a step of a play: who does it, and to what; and the house in which they are played.

Verbs are found as law 3 finds them: `test_law4_in_any_order` fails for one that neither has a case here nor says why it moves nothing.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from tests.kit import House, Person, StepClock
from tests.service.test_interrupts import KINDS
from tests.service.test_work import code
from unisono.bus.memory import MemoryBell
from unisono.domain.ids import new_id
from unisono.policy.rules.language import Verb as RuleVerb
from unisono.service.accept import accept_offer
from unisono.service.access import Access
from unisono.service.agent_state import set_agent_state
from unisono.service.assign import assign, prioritise, take_over
from unisono.service.bulk import BulkArgs, begin_bulk, undo_bulk
from unisono.service.cases import add_to_case, open_case, solve_case
from unisono.service.clockwork import tell_due
from unisono.service.consult import ask_colleague, begin_consult, decline_consult, end_consult
from unisono.service.custody import GONE_AFTER_S, hands
from unisono.service.customer_value import HIGH, LOW, set_customer_value
from unisono.service.decline import decline_offer
from unisono.service.erase import erase_customer
from unisono.service.expire import end_wrap_ups, expire_offers, wake_parked
from unisono.service.finish import finish, wrap_up
from unisono.service.interrupts import take_up_again
from unisono.service.listening.storms import begin_storm, decide_storm_answer, send_storms, write_storm_answer
from unisono.service.log_off import log_off
from unisono.service.lost import desks_open, log_off_lost
from unisono.service.merge_conversations import merge_conversations, unmerge_conversations
from unisono.service.park import park, unpark
from unisono.service.ports.channels import ChannelFacts
from unisono.service.presence.keep import match_all
from unisono.service.presence.own import clear_presence, set_presence
from unisono.service.reopen import reopen
from unisono.service.router import LeaseLost, Router
from unisono.service.rules.follow import follow_log, look_at_waiting
from unisono.service.silence import give_back_silent
from unisono.service.spam import block_identity, end_blocks, mark_not_spam, mark_spam, unblock_identity
from unisono.service.take import take
from unisono.service.transfer import transfer
from unisono.store.database import PgDatabase
from unisono.store.driver import open_pool

MOVES_NOTHING = {
    "by_message.heed.heed_commands": "moves work by take and the verbs of presence, which have their cases",
    **dict.fromkeys(
        (
            "calls.hear.hear", "calls.hear.follow_work", "calls.hear.reconcile_calls", "calls.tie.absorb",
            "calls.abandon.open_call_back", "calls.talk.hand_over_call", "calls.talk.hang_up", "calls.talk.transfer_out",
            "calls.dialling.call_back", "calls.dialling.call_number", "calls.wishes.ask_call_back",
        ),
        "moves work by the verbs above; tests/service/test_calls_orders.py draws orders of what happens on the line",
    ),
    "block_number.block_number": "finds the identity; spam.block_identity does the rest, and has a case",
    **dict.fromkeys(
        (
            "calls.talk.hold_call", "calls.talk.consult_call", "calls.talk.join_call", "calls.talk.back_to_caller",
            "calls.consent.note_consent", "calls.consent.record_call", "calls.listen_in.listen_in",
            "calls.listen_in.stop_listening",
        ),
        "about who hears whom; the work stays where it is",
    ),
    "retention.keep_house": "lets go of what was said in work that is over",
    "answer.answer": "says something; the work stays where it is",
    "sender.Sender": "delivers what was said",
    "repair.retry_answer": "delivers what was said",
    "repair.discard_answer": "delivers what was said",
    "note.write_note": "says something; the work stays where it is",
    "intake.fetch_media": "fetches a file",
    "moderate.moderate": "does something to what was said, at its network",
    "clockwork.tell_due": "tells of deadlines",
    "clockwork.follow_changes": "counts deadlines anew",
    "bulk.go_on": "goes on with what begin_bulk began",
    "edit_answer.edit_answer": "says something else; the work stays where it is",
    "follow_cases.follow_cases": "part of receive",
    "mentions.read_mentions": "tells that something was read",
    "release.release_due": "delivers what was said",
    **dict.fromkeys(
        ("held_answers.withdraw_answer", "held_answers.reschedule_answer", "held_answers.send_now", "held_answers.decide_answer"),
        "about what is said; the work stays where it is",
    ),
    **dict.fromkeys(
        ("listening.storms.begin_storm", "listening.storms.fold_more"),
        "part of the case of send_storms: what was offered goes back when it is folded",
    ),
    "listening.storms.end_storm": "work stays where it is; it is offered again",
    **dict.fromkeys(
        ("listening.mentions.answer_mention", "listening.mentions.adopt_asked"), "begins work that waits, as receive does"
    ),
    **dict.fromkeys(
        ("cases.change_case", "cases.note_case", "cases.set_case_members", "cases.remove_from_case"), "about the case alone"
    ),
    **dict.fromkeys(
        (
            "customers.note_customer", "customers.drop_customer_note", "customers.set_fields", "merge_customers.claim",
            "merge_customers.keep_apart", "merge_customers.merge_customers", "merge_customers.unmerge_customers",
        ),
        "about people; the work stays where it is",
    ),
    **dict.fromkeys(
        (
            "merge_conversations.link_conversations", "merge_conversations.unlink_conversations",
            "merge_conversations.split_conversation", "tags.put_tag", "tags.take_tag",
        ),
        "about the conversation; the work stays where it is",
    ),
}  # fmt: skip
MEDIA = {"call": 60, "chat": 20, "mail": 12, "post": 12}
HOUR = timedelta(hours=1)
AWAY = ("available", "busy", "away", "offline")
OPEN = "select id, state, agent_id, conversation_id from interaction where state <> 'closed' order by id"


class Scene:
    """A house with three people and four kinds of work, an active router and one that stands by."""

    async def open(self, dsn: str) -> None:
        self.clock = StepClock()
        self.pool = await open_pool(dsn, size=6)
        bell = MemoryBell()
        self.house = House(PgDatabase(self.pool, self.clock, bell), bell, self.clock)
        self.db = self.house.db
        self.routers = [self.house.router, Router(self.db, bell, self.clock, "standby")]
        self.queues = [await self.house.queue(silence_s=120, wrap_up_s=60), await self.house.queue()]
        self.channels = [await self.channel(kind) for kind in MEDIA]
        await self.house.sql("update work_class set parks_interrupted = true, parked_share = 0.25 where key = 'call'")
        first, second = self.queues
        self.people = [
            await self.house.agent(first, second), await self.house.agent(first, capacity=80),
            await self.house.agent(second, capacity=24),
        ]  # fmt: skip
        self.code = await code(self.house)
        self.heard = 0
        self.seen: set[UUID] = set()
        await self.routers[0].acquire()
        await self.routers[0].load()

    async def channel(self, kind: str) -> ChannelFacts:
        channel = await self.house.channel(self.queues[kind == "mail"], medium=kind, units=MEDIA[kind])
        await self.house.sql("update channel set work_class_id = $2 where id = $1", channel.id, KINDS[kind])
        return channel

    def person(self, who: int) -> Person:
        return self.people[who % len(self.people)]

    async def work(self, which: int, *states: str) -> Any:
        """One of what is open, in one of these states if there is any."""
        rows = await self.house.sql(OPEN)
        fitting = [row for row in rows if row["state"] in states] or rows
        return fitting[which % len(fitting)] if fitting else None

    def owner(self, work: Any, who: int) -> Person:
        """Whoever has it, or somebody who has not."""
        return next((p for p in self.people if who and p.id == work["agent_id"]), self.person(who))

    async def take_over(self) -> None:
        """The lease runs out, as if the active router hung; the standby takes it and goes on."""
        self.routers.reverse()
        await self.house.sql("update lease set expires_at = $1 where name = 'router'", self.clock.now() - timedelta(seconds=1))
        if await self.routers[0].acquire():
            await self.routers[0].load()
            await self.step()

    async def step(self) -> None:
        try:
            await self.routers[0].step()
        except LeaseLost:
            # It was replaced while it decided: it committed nothing, and the other one goes on.
            self.routers.reverse()

    async def check(self, after: str) -> None:
        async with self.db.read() as tx:
            broken = await tx.custody.broken(GONE_AFTER_S)
        assert not broken, f"after {after}: {broken}"
        over = await self.house.sql("select user_id, used, capacity from agent where used > capacity")
        assert not over, f"after {after}: {over}"
        known = {row["id"] for row in await self.house.sql("select id from interaction")}
        assert known >= self.seen, f"after {after}: interactions are gone"
        self.seen = known
        orphans = await self.house.sql(
            "select id from conversation c where not exists (select from interaction i where i.conversation_id = c.id)"
        )
        assert not orphans, f"after {after}: nobody works on {orphans}"
        view = await hands(self.db, self.people[0].access)
        assert view.adds_up, f"after {after}: {view}"


Verb = Callable[[Scene, int, int], Awaitable[object]]
CASES: dict[str, Verb] = {}


def case(name: str) -> Callable[[Verb], Verb]:
    def add(body: Verb) -> Verb:
        CASES[name] = body
        return body

    return add


def to_work(name: str, verb: Callable[[Scene, Person, UUID, int], Awaitable[object]], *states: str) -> None:
    """A verb on a unit of work, by who has it or by another."""

    async def body(s: Scene, who: int, which: int) -> None:
        work = await s.work(which, *states)
        if work is not None:
            await verb(s, s.owner(work, who), work["id"], which)

    CASES[name] = body


@case("receive.receive")
async def _receive(s: Scene, who: int, which: int) -> None:
    for n in range(3):
        s.heard += 1
        item = {"id": f"m{s.heard}", "text": "Hallo", "by": f"c{s.heard % 7}", "at": s.clock.now().isoformat()}
        if which == 0:
            item["root"] = "m1"
        await s.house.hear(s.channels[(which + n) % len(s.channels)], item)


@case("router.Router")
async def _route(s: Scene, who: int, which: int) -> None:
    await s.step()


async def _offer(s: Scene, which: int) -> Any:
    rows = await s.house.sql("select id, agent_id from offer where state = 'open' order by id")
    return rows[which % len(rows)] if rows else None


@case("accept.accept_offer")
async def _accept(s: Scene, who: int, which: int) -> None:
    offer = await _offer(s, which)
    if offer is not None:
        await accept_offer(s.db, s.owner(offer, 1).access, offer["id"])


@case("decline.decline_offer")
async def _decline(s: Scene, who: int, which: int) -> None:
    offer = await _offer(s, which)
    if offer is not None:
        await decline_offer(s.db, s.owner(offer, 1).access, offer["id"], "busy")


@case("expire.expire_offers")
async def _expire(s: Scene, who: int, which: int) -> None:
    s.clock.advance(31)
    await expire_offers(s.db)


@case("expire.wake_parked")
async def _wake(s: Scene, who: int, which: int) -> None:
    s.clock.advance(61)
    await wake_parked(s.db)


@case("expire.end_wrap_ups")
async def _end_wrap_ups(s: Scene, who: int, which: int) -> None:
    s.clock.advance(61)
    await end_wrap_ups(s.db)


@case("silence.give_back_silent")
async def _silent(s: Scene, who: int, which: int) -> None:
    s.clock.advance(121)
    await give_back_silent(s.db)


@case("lost.log_off_lost")
async def _lost(s: Scene, who: int, which: int) -> None:
    await desks_open(s.db, "node", [s.person(who).id])
    for _ in range(4):
        s.clock.advance(40)
        await desks_open(s.db, "node", [])
    await log_off_lost(s.db)


@case("agent_state.set_agent_state")
async def _state(s: Scene, who: int, which: int) -> None:
    await set_agent_state(s.db, s.person(who).access, AWAY[0] if which > 3 else AWAY[which % 4])


@case("presence.own.set_presence")
async def _presence(s: Scene, who: int, which: int) -> None:
    await set_presence(s.house.outside, s.person(who).access, ("available", "away", "busy", "dnd")[which % 4])


@case("presence.own.clear_presence")
async def _presence_over(s: Scene, who: int, which: int) -> None:
    await clear_presence(s.house.outside, s.person(who).access)


@case("presence.match_work.match_work")
async def _match_work(s: Scene, who: int, which: int) -> None:
    await match_all(s.db)


@case("reopen.reopen")
async def _reopen(s: Scene, who: int, which: int) -> None:
    rows = await s.house.sql("select conversation_id from interaction where state = 'closed' order by id")
    if rows:
        await reopen(s.db, s.person(who).access, rows[which % len(rows)]["conversation_id"])


@case("erase.erase_customer")
async def _erase(s: Scene, who: int, which: int) -> None:
    rows = await s.house.sql("select id from customer order by id")
    if rows and which > 5:
        await erase_customer(s.house.outside, s.people[0].access, rows[which % len(rows)]["id"], "Antrag")


@case("customer_value.set_customer_value")
async def _value(s: Scene, who: int, which: int) -> None:
    rows = await s.house.sql("select id from customer where erased_at is null order by id")
    if rows:
        value = min(HIGH, max(LOW, which / 2))
        await set_customer_value(s.db, s.people[0].access, rows[which % len(rows)]["id"], value, "Stammkunde")


@case("interrupts.take_up_again")
async def _again(s: Scene, who: int, which: int) -> None:
    await take_up_again(s.db)


@case("log_off.log_off")
async def _log_off(s: Scene, who: int, which: int) -> None:
    await log_off(s.db, s.people[0].access, s.person(who).id, "Rechner defekt")


@case("spam.block_identity")
async def _block(s: Scene, who: int, which: int) -> None:
    rows = await s.house.sql("select id from identity order by id")
    if rows and which > 4:
        await block_identity(s.db, s.person(who).access, rows[which % len(rows)]["id"], "Werbung", s.clock.now() + HOUR)


@case("spam.unblock_identity")
async def _unblock(s: Scene, who: int, which: int) -> None:
    rows = await s.house.sql("select id from identity order by id")
    if rows:
        await unblock_identity(s.db, s.person(who).access, rows[which % len(rows)]["id"])


@case("spam.end_blocks")
async def _end_blocks(s: Scene, who: int, which: int) -> None:
    await end_blocks(s.db)


@case("spam.mark_not_spam")
async def _not_spam(s: Scene, who: int, which: int) -> None:
    rows = await s.house.sql("select id from interaction where spam order by id")
    if rows:
        await mark_not_spam(s.db, s.person(who).access, rows[which % len(rows)]["id"])


@case("bulk.begin_bulk")
async def _bulk(s: Scene, who: int, which: int) -> None:
    rows = await s.house.sql(OPEN)
    args = BulkArgs(queue_id=s.queues[which % 2], priority=1, reason="x")
    verb = ("take", "spam", "park", "transfer", "priority")[which % 5]
    if rows:
        await begin_bulk(s.db, s.person(who).access, new_id(), verb=verb, args=args, interaction_ids=[r["id"] for r in rows[:4]])


@case("bulk.undo_bulk")
async def _undo_bulk(s: Scene, who: int, which: int) -> None:
    rows = await s.house.sql("select id, user_id from bulk_work order by id")
    if rows:
        row = rows[which % len(rows)]
        mine = next(p for p in s.people if p.id == row["user_id"])
        await undo_bulk(s.db, mine.access, row["id"])


@case("merge_conversations.merge_conversations")
async def _merge(s: Scene, who: int, which: int) -> None:
    rows = await s.house.sql(
        "select a.id as one, b.id as other from conversation a join conversation b on b.identity_id = a.identity_id and b.id > a.id "
        "order by 1, 2"
    )
    if rows:
        pair = rows[which % len(rows)]
        await merge_conversations(s.db, s.person(who).access, pair["one"], pair["other"])


@case("merge_conversations.unmerge_conversations")
async def _unmerge(s: Scene, who: int, which: int) -> None:
    rows = await s.house.sql("select id from conversation_bond order by id")
    if rows:
        await unmerge_conversations(s.db, s.person(who).access, rows[which % len(rows)]["id"])


STORM = """
insert into mention (id, network, remote_id, message_id, author_id, said_at, heard_at)
select g.id, 'test', g.id::text, g.id, 'x', $1, $1 from message g where g.conversation_id = $2 and g.direction = 'in'
on conflict do nothing
"""


@case("listening.storms.send_storms")
async def _send_storms(s: Scene, who: int, which: int) -> None:
    """A storm about one piece of work, wherever it is, is answered; the next one may find it closed."""
    work = await s.work(which)
    if work is not None:
        now, monitor, storm = s.clock.now(), new_id(), new_id()
        await s.house.sql(
            "insert into monitor (id, name, name_key, query, created_at, changed_at) values ($1, $2, $2, 'x', $3, $3)",
            monitor, str(monitor), now,
        )  # fmt: skip
        await s.house.sql(STORM, now, work["conversation_id"])
        await s.house.sql(
            "insert into mention_monitor (mention_id, monitor_id, words) select n.id, $1, '{}' from mention n "
            "join message g on g.id = n.message_id where g.conversation_id = $2", monitor, work["conversation_id"],
        )  # fmt: skip
        await s.house.sql("update mention set said_at = $1", now)
        rights = frozenset({"work.read", "work.answer", "work.supervise", "answer.approve"})
        access = Access(user_id=s.person(who).id, actions=rights, classes=dict.fromkeys(rights))
        await begin_storm(s.house.outside, access, storm, monitor, "Sturm")
        await write_storm_answer(s.db, access, storm, "Wir sind dran.", s.code)
        other = msgspec.structs.replace(access, user_id=s.person(who + 1).id)
        await decide_storm_answer(s.db, other, storm, approve=True)
    await send_storms(s.house.outside)


@case("cases.solve_case")
async def _solve(s: Scene, who: int, which: int) -> None:
    rows = await s.house.sql("select id from case_file order by id")
    if rows:
        await solve_case(s.db, s.person(who).access, rows[which % len(rows)]["id"], s.code)


@case("cases.add_to_case")
async def _add_to_case(s: Scene, who: int, which: int) -> None:
    rows = await s.house.sql("select id from case_file order by id")
    work = await s.work(which)
    if rows and work is not None:
        await add_to_case(s.db, s.person(who).access, rows[0]["id"], work["id"])


async def _consult(s: Scene, which: int) -> Any:
    rows = await s.house.sql("select id, asked_by, agent_id from consult where state in ('requested', 'open') order by id")
    return rows[which % len(rows)] if rows else None


@case("consult.begin_consult")
async def _begin_consult(s: Scene, who: int, which: int) -> None:
    consult = await _consult(s, which)
    if consult is not None:
        await begin_consult(s.db, s.owner(consult, 1).access, consult["id"])


@case("consult.decline_consult")
async def _decline_consult(s: Scene, who: int, which: int) -> None:
    consult = await _consult(s, which)
    if consult is not None:
        await decline_consult(s.db, s.owner(consult, 1).access, consult["id"])


@case("consult.end_consult")
async def _end_consult(s: Scene, who: int, which: int) -> None:
    consult = await _consult(s, which)
    if consult is not None:
        await end_consult(s.db, s.owner(consult, who).access, consult["id"])


async def _rule(s: Scene, trigger: str, verb: RuleVerb, value: str, after_s: int | None = None) -> None:
    if not await s.house.sql("select from rule where trigger = $1", trigger):
        await s.house.sql(
            "insert into rule (id, name, position, trigger, after_s, actions, enabled, created_at, changed_at) "
            "values ($1, 'Probe', 1, $2, $3, $4, true, now(), now())",
            new_id(), trigger, after_s, [{"verb": verb.value, "value": value}],
        )  # fmt: skip


@case("rules.follow.look_at_waiting")
async def _rule_of_waiting(s: Scene, who: int, which: int) -> None:
    await _rule(s, "waiting", RuleVerb.QUEUE, str(s.queues[1]), 60)
    s.clock.advance(61)
    await look_at_waiting(s.house.outside)


@case("rules.follow.follow_log")
async def _rule_of_breach(s: Scene, who: int, which: int) -> None:
    await _rule(s, "breached", RuleVerb.ASSIGN, str(s.people[0].id))
    await _rule(s, "warned", RuleVerb.CLOSE, str(s.code))
    await tell_due(s.db)
    await follow_log(s.house.outside)


to_work(
    "consult.ask_colleague",
    lambda s, p, i, n: ask_colleague(s.db, p.access, i, new_id(), agent_id=s.person(n).id, question="Was meinst du?"),
    "active",
)
to_work("cases.open_case", lambda s, p, i, n: open_case(s.db, p.access, i, "Störung"), "active")
to_work("spam.mark_spam", lambda s, p, i, n: mark_spam(s.db, p.access, i))
to_work("take.take", lambda s, p, i, n: take(s.db, p.access, i), "waiting")
to_work("finish.finish", lambda s, p, i, n: finish(s.db, p.access, i), "active")
to_work("finish.wrap_up", lambda s, p, i, n: wrap_up(s.db, p.access, i, s.code), "active", "wrap_up")
to_work(
    "park.park", lambda s, p, i, n: park(s.db, p.access, i, s.clock.now() + timedelta(seconds=60) if n % 2 else None), "active"
)
to_work("park.unpark", lambda s, p, i, n: unpark(s.db, p.access, i), "parked")
to_work(
    "transfer.transfer",
    lambda s, p, i, n: (
        transfer(s.db, p.access, i, queue_id=s.queues[n // 2 % 2])
        if n % 2
        else transfer(s.db, p.access, i, agent_id=s.person(n).id)
    ),
    "active",
)
to_work("assign.assign", lambda s, p, i, n: assign(s.db, p.access, i, s.person(n).id))
to_work("assign.take_over", lambda s, p, i, n: take_over(s.db, s.person(n).access, i))
to_work("assign.prioritise", lambda s, p, i, n: prioritise(s.db, p.access, i, n - 3, "eilt"))
