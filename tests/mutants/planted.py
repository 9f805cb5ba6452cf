"""Faults that a hurried change could bring, each with the law that it breaks and the tests of the law that must notice."""

from tests.mutants.calls import CALL_MUTANTS
from tests.mutants.desk import DESK_MUTANTS
from tests.mutants.mutant import Mutant

_LAW1 = "tests/laws/test_law1_nothing_lost.py"
_LAW2 = "tests/laws/test_law2_equal_rank.py"
_LAW3 = "tests/laws/test_law3_snapshot.py"
_LAW7 = "tests/laws/test_law7_erasure.py"
_LAW8 = "tests/laws/test_law8_documented.py"
_LAW9 = "tests/laws/test_law9_upgrade.py"
_WORK = "tests/service/test_work.py"
_CONSULT = "tests/service/test_consult.py"
_SENDING = "tests/service/test_sending.py"

MUTANTS = [
    *DESK_MUTANTS,
    *CALL_MUTANTS,
    Mutant(
        law=1,
        name="the network is thanked although the store failed",
        file="web/hooks.py",
        old="    await store_pushed(house.outside, channel, found)\n",
        new="    import contextlib\n    with contextlib.suppress(Exception):\n        await store_pushed(house.outside, channel, found[:-1])\n",
        tests=f"{_LAW1}::test_items_three_times_shuffled_and_killed_twice",
    ),
    Mutant(
        law=1,
        name="a transcript stands in the order of arrival",
        file="store/reading.py",
        old="order by m.said_at desc, m.tie_break desc, m.ingest_key desc ",
        new="order by m.received_at desc, m.tie_break desc, m.ingest_key desc ",
        tests=f"{_LAW1}::test_items_three_times_shuffled_and_killed_twice",
    ),
    Mutant(
        law=1,
        name="a deletion that comes before what it deletes is forgotten",
        file="service/receive.py",
        old='return [pair for pair in created if pair[1].event.remote_id not in dead]',
        new="return created",
        tests=f"{_LAW1}::test_items_three_times_shuffled_and_killed_twice",
    ),
    Mutant(
        law=1,
        name="an answer of unknown fate is sent again without asking",
        file="service/sender.py",
        old='state = "retrying" if native_idempotency else "unknown"',
        new='state = "retrying"',
        tests=f"{_LAW1}::test_answers_to_a_network_in_trouble_go_once_each",
    ),
    Mutant(
        law=6,
        name="a private reply goes where its thread has become public",
        file="service/sender.py",
        old="if message.private_reply_to is not None and message.thread.visibility is not Visibility.PRIVATE:",
        new="if False:",
        tests="tests/service/test_private_reply.py::test_a_private_reply_whose_thread_turned_public_is_not_sent",
    ),
    Mutant(
        law=6,
        name="a phone's recording is taken in before anybody agreed to it",
        file="voice/webrtc/exchange.py",
        old="if taking is None or taking.user_id != user_id:",
        new="if False:",
        tests="tests/voice/webrtc/test_exchange.py::test_nothing_is_taken_in_before_a_recording_is_wished",
    ),
    Mutant(
        law=2,
        name="the router knows the medium",
        file="routing/facts.py",
        old="    units: int\n    priority: int\n    since: datetime\n",
        new='    units: int\n    priority: int\n    since: datetime\n    medium: str = ""\n',
        tests=f"{_LAW2}::test_no_input_of_the_router_has_a_field_for_network_or_medium",
    ),
    Mutant(
        law=2,
        name="calls and mails go before posts",
        file="store/work.sql",
        old="-- name: all_waiting\nselect i.id, i.version, i.queue_id, i.skills, i.units, i.priority, i.waiting_since as since",
        new="-- name: all_waiting\nselect i.id, i.version, i.queue_id, i.skills, i.units, i.priority + (select (h.medium in ('call', 'mail'))::int "
        "from channel h where h.id = i.channel_id) as priority, i.waiting_since as since",
        tests=f"{_LAW2}::test_the_medium_decides_nothing",
    ),
    Mutant(
        law=3,
        name="a transfer does not say what became of the agent's capacity",
        file="service/work_events.py",
        old='    return NewEvent(type="agent.changed", agent_id=agent_id, body=body)',
        new='    return NewEvent(type="agent.changed", body=body)',
        tests=_LAW3,
    ),
    Mutant(
        law=3,
        name="parking is not told",
        file="service/park.py",
        old='        tx.emit(work_event("parked", work, actor_id=access.user_id))\n',
        new="",
        tests=_LAW3,
    ),
    Mutant(
        law=4,
        name="the router's transaction does not guard capacity",
        file="store/work.sql",
        old="and a.state = 'available' and a.used + l.units <= a.capacity",
        new="and a.state = 'available'",
        tests=f"{_WORK}::test_a_slot_that_is_filled_after_the_router_looked_is_not_filled_twice",
    ),
    Mutant(
        law=4,
        name="taking by hand does not guard capacity",
        file="store/work.sql",
        old="    where user_id = $2 and used + $3 - coalesce((select units from before), 0) <= capacity\n",
        new="    where user_id = $2\n",
        tests=f"{_WORK}::test_hands_and_router_grabbing_at_once_never_exceed_capacity",
    ),
    Mutant(
        law=4,
        name="who helps a colleague may have no room",
        file="store/consults.sql",
        old="where user_id = $2 and used + $3 <= capacity returning user_id",
        new="where user_id = $2 returning user_id",
        tests=f"{_CONSULT}::test_nobody_helps_beyond_their_capacity",
    ),
    Mutant(
        law=4,
        name="a consult that ends keeps its capacity",
        file="service/consult_ends.py",
        old="    for consult in await tx.consults.of_work(work.id):\n",
        new="    for consult in []:\n",
        tests=f"{_CONSULT}::test_what_ends_the_work_or_takes_who_helps_ends_the_consult_and_frees_its_capacity",
    ),
    Mutant(
        law=4,
        name="what was lent does not count again",
        file="store/work.sql",
        old="update agent a set used = a.used - gone.units + given.units, version",
        new="update agent a set used = a.used - gone.units, version",
        tests="tests/service/test_interrupts.py::test_only_what_is_free_besides_is_borrowed",
    ),
    Mutant(
        law=4,
        name="what goes back to its queue keeps the capacity",
        file="service/give_back.py",
        old="    agent_id = await tx.work.release(work.id)\n",
        new="    agent_id = work.agent_id\n",
        tests="tests/laws/test_law4_any_verbs.py::test_any_verbs_in_any_order_with_a_take_over_in_the_middle",
    ),
    Mutant(
        law=4,
        name="a router that was replaced commits all the same",
        file="store/work.sql",
        old="    where exists (select from fence) and i.version = p.version and i.state = 'waiting'\n",
        new="    where i.version = p.version and i.state = 'waiting'\n",
        tests=f"{_WORK}::test_a_router_whose_lease_was_taken_commits_nothing",
    ),
    Mutant(
        law=2,
        name="somebody is interrupted although another has room",
        file="routing/state.py",
        old="        best = min(found, key=_rank_of_pair, default=None)\n        if best is not None or",
        new="        best = min(found, key=_rank_of_pair, default=None)\n        if (best is not None and not work_class.params.interrupts) or",
        tests="tests/service/test_interrupts.py::test_who_has_room_is_asked_before_anybody_is_interrupted",
    ),
    Mutant(
        law=6,
        name="nobody compares what the agent saw with where the answer goes",
        file="service/answer.py",
        old="    if draft.visibility != visibility:\n",
        new="    if not draft.visibility:\n",
        tests=f"{_SENDING}::test_a_text_written_for_one_kind_of_thread_is_never_sent_to_the_other",
    ),
    Mutant(
        law=7,
        name="the raw bytes stay in the inbox",
        file="store/talk.sql",
        old="update inbox set body = null, error = '' where message_id = any($1::uuid[]);",
        new="update inbox set error = '' where message_id = any($1::uuid[]);",
        tests=_LAW7,
    ),
    Mutant(
        law=7,
        name="search still finds it",
        file="store/talk.sql",
        old="delete from message_terms where message_id = any($1::uuid[]);",
        new="delete from message_terms where message_id = any($1::uuid[]) and false;",
        tests=_LAW7,
    ),
    Mutant(
        law=8,
        name="an event that no page describes",
        file="service/note.py",
        old='type="note.added"',
        new='type="note.scribbled"',
        tests=_LAW8,
    ),
    Mutant(
        law=8,
        name="a setting that no page describes",
        file="app/settings.py",
        old="    log_format: Annotated[str,",
        new='    sparkle: Annotated[bool, Meta(description="Sparkles.")] = False\n    log_format: Annotated[str,',
        tests=_LAW8,
    ),
    Mutant(
        law=9,
        name="a list of the last release is gone",
        file="web/routes/queues.py",
        old='@get("/skills", opt',
        new='@get("/abilities", opt',
        tests=_LAW9,
    ),
    Mutant(
        law=9,
        name="a migration of the last release was changed",
        file="store/migrations/0003_work_lists.sql",
        old="create index interaction_class on interaction (access_class, due_at, id) where state <> 'closed';",
        new="create index interaction_class on interaction (access_class, due_at) where state <> 'closed';",
        tests=_LAW9,
    ),
]  # fmt: skip
