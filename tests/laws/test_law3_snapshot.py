"""Law 3: an old snapshot plus the events since equals a fresh snapshot, for every verb.

The verbs are found by looking into `unisono.service`: one without a case here fails.
"""

import importlib
import inspect
import json
import pkgutil
from typing import Any

import pytest

import tests.laws.law3
import unisono.service
from tests.kit import House
from tests.laws.law3.scene import CASES, MORE, Scene
from tests.laws.lock_watch import Watch
from unisono.service.desk_state import DeskState, apply_frame, plain
from unisono.service.ports import Cursor

for _file in pkgutil.iter_modules(tests.laws.law3.__path__):
    importlib.import_module(f"tests.laws.law3.{_file.name}")

pytestmark = pytest.mark.law3

# Modules whose verbs change what a desk shows of work; the set-up's verbs have their own snapshot in tests/web.
MODULES = (
    "accept", "agent_state", "answer", "decline", "erase", "expire", "finish", "note", "park", "reopen", "repair", "take",
    "transfer", "receive", "router", "sender", "intake", "assign", "lost", "clockwork", "give_offer", "wrap_up_time", "silence",
    "consult", "consult_ends", "moderate",
    "interrupts", "customer_value", "log_off", "edit_answer", "rules.apply", "rules.follow",
    "cases", "follow_cases", "merge_customers", "customers",
    "spam", "tags", "bulk", "receive_blocked",
    "held_answers", "release", "mentions",
    "merge_conversations", "retention",
    "triage.labels", "triage.learn",
    "listening.monitors", "listening.sources", "listening.mentions", "listening.storms", "listening.alerts",
    "listening.alert_targets",
    "presence.own", "presence.match_work", "by_message.heed", "by_message.links",
    "calls.hear", "calls.tie", "calls.abandon", "calls.talk", "calls.consent", "calls.dialling", "calls.listen_in",
    "calls.wishes", "calls.wished_times", "block_number",
)  # fmt: skip
NO_VIEW = {
    "take.take_in": "the body of take, and part of by_message.heed.heed_commands",
    "by_message.links.code_in": "reads",
    "by_message.links.new_link_code": "one's own page shows it once",
    "by_message.links.my_accounts": "reads",
    "by_message.links.change_account": "one's own page reads its own list",
    "by_message.links.unlink_account": "one's own page reads its own list",
    "presence.own.set_call_rule": "one's own page reads its own rule",
    "triage.labels.label_item": "the desk reads what was judged by itself",
    "triage.labels.label_tasks": "reads",
    "triage.labels.learn_from_decision": "part of decide_mention and answer_mention",
    "triage.labels.learn_from_work": "part of wrap_up and close_with_code",
    "triage.labels.learn_from_spam": "part of mark_spam and mark_not_spam",
    "triage.learn.ask_learning": "the page of triage reads its own list",
    "triage.learn.use_version": "the page of triage reads its own list",
    "triage.learn.learn_on_nights": "runs the functions of this module",
    "triage.learn.ask_at_night": "the page of triage reads its own list",
    "triage.learn.learn_once": "the page of triage reads its own list",
    "listening.monitors.list_monitors": "reads",
    "listening.storms.list_storms": "reads",
    "listening.storms.write_storm_answer": "the page of storms reads its own list",
    "listening.storms.decide_storm_answer": "the page of storms reads its own list",
    "listening.alerts.list_alerts": "reads",
    "listening.alerts.look_for_spikes": "the page of storms reads its own list",
    "listening.alert_targets.list_alert_targets": "reads",
    "listening.alert_targets.alert_ways": "reads",
    "listening.alert_targets.add_alert_target": "the page of targets reads its own list",
    "listening.alert_targets.remove_alert_target": "the page of targets reads its own list",
    "listening.alert_targets.try_alert_target": "the page of targets reads its own list",
    "listening.monitors.add_monitor": "the page of monitors reads its own list",
    "listening.monitors.change_monitor": "the page of monitors reads its own list",
    "listening.monitors.check_query": "checks only",
    "listening.monitors.preview_query": "reads",
    "listening.sources.list_sources": "reads",
    "listening.sources.add_source": "the page of sources reads its own list",
    "listening.sources.switch_source": "the page of sources reads its own list",
    "listening.sources.remove_source": "the page of sources reads its own list",
    "listening.sources.hears": "asks only",
    "listening.sources.check_addresses": "checks only",
    "listening.sources.open_source": "opens a connector",
    "listening.mentions.mentions_page": "reads",
    "listening.mentions.mention_of": "reads",
    "listening.mentions.decide_mention": "the page of mentions reads its own list",
    "listening.mentions.answerable_networks": "asks only",
    "retention.put_rules": "the page of rules reads its own list",
    "retention.preview_rules": "reads",
    "retention.check_rules": "reads",
    "retention.set_hold": "the page of holds reads its own list",
    "retention.holds": "reads",
    "rules.apply.active_rules": "reads the rules",
    "rules.apply.apply_rules": "the body of receive, follow_log and look_at_waiting",
    "rules.follow.follow_rules": "runs the functions of this module",
    "spam.close_as_spam": "the body of mark_spam and block_identity",
    "spam.blocked_identities": "reads",
    "tags.list_tags": "reads",
    "tags.add_tag": "the list of tags is read by itself",
    "tags.change_tag": "the list of tags is read by itself",
    "bulk.bulk_view": "reads",
    "bulk.bulk_items": "reads",
    "receive_blocked.keep_blocked": "part of receive",
    "repair.reach_answer": "asks only",
    "repair.retry_item": "the quarantine page reads its own list",
    "repair.discard_item": "the quarantine page reads its own list",
    "erase.erase_for": "the body of erase_customer",
    "erase.erase_messages": "the body of erase_customer, receive and expire_texts",
    "erase.erase_again": "erase_customer, after a restore",
    "erase.expire_texts": "erase_messages for what has outlived its time",
    "note.add_note": "the body of write_note",
    "finish.close_with_code": "the body of wrap_up and solve_case",
    "erase.forget_in_cases": "the body of erase_customer and receive",
    "merge_conversations.end_merge": "the body of unmerge_conversations and unmerge_customers",
    "merge_conversations.part_conversations": "a part of unmerge_customers",
    "merge_customers.links_of": "reads",
    "merge_customers.reach_customer": "reads",
    "customers.customer_page": "reads",
    "customers.conversations_page": "reads",
    "customers.directory": "reads",
    "cases.cases_page": "reads",
    "cases.case_details": "reads",
    "cases.case_id_of": "reads",
    "cases.case_of_id": "reads",
    "cases.cases_of_customer": "reads",
    "note.put_note": "the body of add_note and decide_answer",
    "held_answers.hold_for": "reads what holds an answer back",
    "held_answers.hold": "part of answer, which has a case of its own for it",
    "held_answers.stop_held": "part of receive, which has a case of its own for it",
    "release.queue_answer": "the body of answer and release",
    "release.release": "the body of release_due, send_now and decide_answer",
    "mentions.add_mentions": "part of write_note, which has a case of its own for it",
    "mentions.colleagues": "reads",
    "mentions.my_mentions": "reads",
    "mentions.unread_mentions": "reads",
    "consult_ends.end": "the body of decline_consult, end_consult and the two below",
    "consult_ends.end_with_work": "the body of give_back, finish and wrap_up",
    "consult_ends.end_with_agent": "the body of step_back",
    "give_offer.give_offer": "the body of wake_parked and transfer",
    "wrap_up_time.begin_wrap_up": "the body of finish",
    "wrap_up_time.after_wrap_up": "the body of wrap_up, give_back and end_wrap_ups",
    "interrupts.set_aside": "part of accept_offer",
    "lost.desks_open": "fills a table that no desk shows",
    "intake.pull_once": "fills the inbox, which no desk shows",
    "intake.pull_round": "pull_once for each stream, and record_health",
    "intake.process_once": "receive, or quarantine",
    "intake.quarantine": "the quarantine page reads its own list",
    "intake.record_health": "channels have their own snapshot in tests/web",
    "clockwork.Clockwork": "runs the functions of this module",
    "intake.ChannelRunner": "runs the functions of this module",
    "intake.Intake": "runs the functions of this module",
    "accept.accept_in": "the body of accept_offer, and part of calls.hear.hear",
    "finish.end_talk": "the body of finish, and part of calls.hear.hear",
    "transfer.give_to": "the body of transfer, and part of calls.hear.hear",
    "calls.phone_asks.asked_by_phone": "part of calls.hear.hear",
    "calls.joining.settle_joining": "part of calls.hear.hear",
    "calls.joining.decline": "part of calls.hear.hear",
    "calls.give_talk.give_talk": "part of hand_over_call",
    "calls.consent.said": "part of note_consent and calls.hear.hear",
    "calls.consent.both_agreed": "asks only",
    "calls.consent.ask_consent": "asks telephony to play something; the answer comes by calls.hear.hear",
    "calls.talk.press_keys": "asks telephony alone",
    "calls.dialling.check_number": "asks only",
    "calls.abandon.abandon": "part of calls.hear.hear",
    "calls.abandon.close_as": "part of calls.hear.hear and calls.tie.absorb",
    "calls.abandon.open_call_backs": "open_call_back for each call that owes one",
    "calls.hear.take_in": "receive, for the inbox of one line",
    "calls.hear.go_on": "the body of follow_work, and part of hear",
    "calls.wishes.offer_of": "reads",
    "calls.wishes.takes_wishes": "asks only",
    "calls.wished_times.windows_of": "reads",
    "calls.wished_times.window_of": "reads",
    "calls.wished_times.keep_wish": "part of ask_call_back and calls.abandon.open_call_back",
    "calls.wished_times.set_window": "part of tie_wishes and calls.abandon.open_call_back",
    "calls.wished_times.tie_wishes": "part of receive, which calls.wishes.ask_call_back has cases for",
    "calls.tie.tie_calls": "part of receive, which calls.hear.hear has a case of its own for",
}


async def snapshot(house: House) -> dict[str, dict[str, Any]]:
    """Everything that a desk with every right could hold, read anew."""
    async with house.db.read() as tx:
        work = await tx.reading.work_items([row["id"] for row in await house.sql("select id from interaction")])
        messages = await tx.reading.messages_by_id([row["id"] for row in await house.sql("select id from message")])
        agents = await tx.reading.agents(None)
        offers = [
            o for row in await house.sql("select user_id from agent") for o, _ in await tx.reading.offers_of(row["user_id"])
        ]
        consults = await tx.consults.views(
            [row["id"] for row in await house.sql("select id from consult where state in ('requested', 'open')")]
        )
        cases = await tx.cases.views([row["id"] for row in await house.sql("select id from case_file")])
        mentions = await tx.mentions.views([row["id"] for row in await house.sql("select id from note_mention")])
        calls = await tx.calls.views(
            [row["id"] for row in await house.sql("select id from call where interaction_id is not null")]
        )
        customers = [await tx.reading.customer(row["id"]) for row in await house.sql("select id from customer")]
    return {
        "work": {str(i.interaction.id): plain(i) for i in work},
        "messages": {str(m.id): plain(m) for m in messages},
        "agents": {str(a.user_id): plain(a) for a in agents},
        "offers": {str(o.id): plain(o) for o in offers},
        "customers": {str(c.id): plain(c) for c in customers if c is not None},
        "consults": {str(c.id): plain(c) for c in consults},
        "cases": {str(c.id): plain(c) for c, _ in cases},
        "mentions": {str(m.id): plain(m) for m in mentions},
        "calls": {str(c.id): plain(c) for c in calls},
    }


def shown(state: DeskState) -> dict[str, dict[str, Any]]:
    """What the state shows: ended offers and consults are held only so that they never open again."""
    return {
        "work": state.work, "messages": state.messages, "agents": state.agents, "customers": state.customers,
        "cases": state.cases,
        "mentions": state.mentions, "calls": state.calls,
        "offers": {key: offer for key, offer in state.offers.items() if offer["state"] == "open"},
        "consults": {key: one for key, one in state.consults.items() if one["state"] in ("requested", "open")},
    }  # fmt: skip


async def frames_since(house: House, cursor: Cursor) -> list[dict[str, Any]]:
    """The events since, as frames; one for each event, so that the order of upserts matters."""
    async with house.db.read() as tx:
        events = await tx.log.after(cursor, 1_000)
        assert events is not None
        frames = []
        for event in events:
            views = await tx.reading.views_for([event])
            frames.append({
                "type": event.type, "v": event.v, "cursor": str(event.cursor), "work": plain(views.work),
                "messages": plain(views.messages), "offers": plain(views.offers), "agents": plain(views.agents),
                "customers": plain(views.customers), "consults": plain(views.consults), "cases": plain([c for c, _ in views.cases]),
                "mentions": plain(views.mentions), "calls": plain(views.calls), "gone": {},
            })  # fmt: skip
    return frames


@pytest.mark.parametrize("verb", sorted(CASES.keys() | MORE.keys()))
async def test_old_snapshot_plus_events_is_the_fresh_snapshot(
    house: House, dsn: str, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(house)
    await scene.set_up()
    step = await (CASES | MORE)[verb](scene)
    async with house.db.read() as tx:
        cursor = await tx.log.head()
    before = await snapshot(house)
    watch = Watch(monkeypatch)
    async with watch.over(dsn, verb):
        await step()
    assert not watch.wrong, "out of the order of service/locks.py: " + "; ".join(watch.wrong)
    after = await snapshot(house)
    assert before != after, "the verb changed nothing, so this would prove nothing"
    frames = await frames_since(house, cursor)
    state = DeskState(**json.loads(json.dumps(before)))
    for frame in frames + frames[-2:]:
        apply_frame(state, frame)
    assert shown(state) == after


def verbs() -> set[str]:
    """Every public coroutine function and worker of the verbs' modules that takes a database or the outside."""
    found: set[str] = set()
    for name in MODULES:
        module = importlib.import_module(f"unisono.service.{name}")
        for attribute, value in vars(module).items():
            if attribute.startswith("_") or getattr(value, "__module__", None) != module.__name__:
                continue
            if inspect.iscoroutinefunction(value) or (
                inspect.isclass(value) and inspect.iscoroutinefunction(getattr(value, "run", None))
            ):
                found.add(f"{name}.{attribute}")
    return found


def test_every_verb_has_a_case() -> None:
    assert verbs() - NO_VIEW.keys() == CASES.keys()


def test_no_module_that_emits_events_about_work_is_left_out() -> None:
    for module in pkgutil.iter_modules(unisono.service.__path__):
        if module.ispkg or module.name in MODULES:
            continue
        source = inspect.getsource(importlib.import_module(f"unisono.service.{module.name}"))
        assert 'type="interaction.' not in source
        assert 'type="message.' not in source
