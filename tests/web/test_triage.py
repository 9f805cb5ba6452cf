"""Triage over HTTP: what customers write is judged with reasons, people say what it is, heads learn from it, and the gate demotes."""

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.kit import START, OneConnector
from tests.service.test_listening import Public
from tests.service.test_work import code
from tests.web.conftest import Browser, MakeHouse, Served, serve
from unisono.app.learn_apart import learn
from unisono.app.schoolroom import Schoolroom
from unisono.contract import Heard, Overheard
from unisono.domain.ids import new_id
from unisono.service.first_run import first_administrator
from unisono.service.listening.ear import Ear
from unisono.service.listening.take_in import take_in
from unisono.service.ports.fitting import FitTask, Fitted
from unisono.service.triage import judge as judging
from unisono.service.triage.judge import Judge
from unisono.service.triage.learn import ask_at_night, learn_once

NEEDS = ("Wo bleibt denn mein Paket {}?", "Meine Rechnung {} stimmt leider nicht", "Wie kündige ich meinen Vertrag {}?")
TALK = (
    "Werbung {} im Fernsehen gesehen, ganz nett",
    "Foto {} vom schönen Wochenende am See",
    "Gewinnspiel {}: bitte alle teilen!",
)


def posts(count: int, seed: int) -> list[tuple[str, bool]]:
    """German posts with whether each needs an answer."""
    dice = random.Random(seed)
    made = []
    for _ in range(count):
        needs = dice.random() < 0.5
        made.append((dice.choice(NEEDS if needs else TALK).format(dice.randrange(10_000)), needs))
    return made


async def hear(served: Served, texts: list[str], begin: int = 0) -> list[UUID]:
    """Customers write these on one channel; returns the messages in this order."""
    channel = await served.kit.channel()
    items = [
        {"id": f"t{begin + n}", "by": f"c{begin + n}", "text": text, "at": (START + timedelta(minutes=begin + n)).isoformat()}
        for n, text in enumerate(texts)
    ]
    await served.kit.hear(channel, *items)
    rows = await served.sql("select id, remote_id from message where channel_id = $1", channel.id)
    by_id = {row["remote_id"]: row["id"] for row in rows}
    return [by_id[f"t{begin + n}"] for n in range(len(texts))]


async def label(who: Browser, item: Any, head: str, answer: str | None, source: str = "page") -> Any:
    return await who.did("PUT", f"triage/items/{item}/label", {"head": head, "label": answer, "source": source})


async def teach(served: Served, root: Browser, count: int, seed: int = 1) -> None:
    """Hear and label posts, and learn from them."""
    known = posts(count, seed)
    await said(served, zip(await hear(served, [text for text, _ in known], seed * 1_000), known, strict=True))
    await root.did("POST", "triage/learn")
    assert await learn_once(served.house.db, Here()) == "learned"
    # By itself it would look within a few seconds.
    await served.house.outside.judge.keep_up(served.house.db, at_once=True)


async def said(served: Served, known: Iterable[tuple[UUID, tuple[str, bool]]], *, mentions: bool = False) -> None:
    """Write many labels at once, as if somebody had said each."""
    ids, labels = zip(*((item, "yes" if needs else "no") for item, (_, needs) in known), strict=True)
    await served.sql(
        "insert into triage_label (item_id, mention_id, head, label, source, decided_at) "
        "select t.id, case when $3 then t.id end, 'answer', t.label, 'page', clock_timestamp() "
        "from unnest($1::uuid[], $2::text[]) t(id, label)", list(ids), list(labels), mentions,
    )  # fmt: skip


class Here:
    """Learns in this process: what a process of its own does, without starting one."""

    def can_learn(self) -> bool:
        return True

    async def fit(self, task: FitTask) -> Fitted:
        return learn(task)


def verdict(view: Any, head: str) -> Any:
    return next(one for one in view["verdicts"] if one["head"] == head)


async def test_what_a_customer_writes_is_judged_with_reasons_a_correction_stands_and_erasing_takes_both(
    served: Served, root: Browser
) -> None:
    channel = await served.kit.channel()
    await served.kit.hear(
        channel, {"id": "a", "text": "Ich bin sehr enttäuscht, das ist eine Katastrophe! Seit Stunden kein Netz."},
        {"id": "own", "text": "Das tut uns leid", "own": True, "to": "anna"},
    )  # fmt: skip
    [row] = await served.sql("select id, conversation_id from message where remote_id = 'a'")
    # What the house says itself is judged by nobody.
    assert [one["item_id"] for one in await served.sql("select item_id from triage_score")] == [row["id"]]
    # Nor can anybody say of it what it is, so that it is never learned from.
    [own] = await served.sql("select id from message where remote_id = 'own'")
    assert (await root.problem("PUT", f"triage/items/{own['id']}/label", {"head": "answer", "label": "yes"}))["status"] == 404
    [view] = (await root.get(f"conversations/{row['conversation_id']}/triage"))["items"]
    assert view["language"] == "de"
    tone = verdict(view, "sentiment")
    assert (tone["label"], tone["trained"], tone["by"]) == ("negative", False, "list")
    assert [one["because"] for one in view["terms"] if one["code"] == "alarm.outage"] == ["seit stunden, kein netz"]
    assert view["urgency"] == pytest.approx(sum(one["value"] for one in view["terms"]), abs=0.01)
    # Corrected, it is what somebody said; taken back, it is judged as before.
    stands = verdict(await label(root, view["item_id"], "sentiment", "neutral", "correction"), "sentiment")
    assert (stands["label"], stands["by"]) == ("neutral", "person")
    assert verdict(await label(root, view["item_id"], "sentiment", None, "correction"), "sentiment") == tone
    assert await served.sql("select 1 from triage_label") == []
    # What is erased is neither judged nor learned from; what others wrote is.
    [item, other] = await hear(served, ["Wo bleibt denn mein Paket?", "Ein Foto vom Wochenende"])
    await label(root, item, "answer", "yes")
    await label(root, other, "answer", "no")
    [gone] = await served.sql("select customer_id from identity where remote_id = 'c0'")
    await root.did("POST", f"customers/{gone['customer_id']}/erase", {"reason": "asked for it"})
    assert {one["item_id"] for one in await served.sql("select item_id from triage_score")} == {row["id"], other}
    assert [one["item_id"] for one in await served.sql("select item_id from triage_label")] == [other]


async def test_labels_teach_a_head_that_says_why_and_can_be_gone_back_from(served: Served, root: Browser) -> None:
    await teach(served, root, 60)
    [head] = (await root.get("triage"))["heads"]
    assert (head["head"], head["language"], head["labelled"], head["trained"]) == ("answer", "de", 60, False)
    [first] = head["versions"]
    assert first["state"] == "live"
    assert first["f1"] > 0.8 > first["guessing_f1"]
    assert first["texts"] == 15
    # Judged by what was learned, with the words that told; of the labels that wait, the least sure come first.
    [item, other] = await hear(served, ["Wo bleibt denn bloß meine Rechnung?", "Ein Foto vom Wochenende"], 5_000)
    [row] = await served.sql("select conversation_id from message where id = $1", item)
    [view] = (await root.get(f"conversations/{row['conversation_id']}/triage"))["items"]
    found = verdict(view, "answer")
    assert (found["label"], found["by"], found["trained"]) == ("yes", "head", False)
    assert {"rechnung", "bleibt"} & set(found["because"])
    tasks = await root.get("triage/tasks?head=answer&language=de")
    assert {one["item_id"] for one in tasks["items"]} == {str(item), str(other)}
    assert (tasks["labelled"], tasks["wanted"]) == (60, 100)
    # With fewer than twenty new labels nothing can be compared, and what is in use stays.
    await label(root, item, "answer", "yes")
    await root.did("POST", "triage/learn")
    # In a process of its own, as in service.
    assert await learn_once(served.house.db, Schoolroom()) == "nothing_new"
    await teach(served, root, 60, seed=2)
    [head] = (await root.get("triage"))["heads"]
    second, first = head["versions"]
    assert (second["state"], first["state"], head["trained"]) == ("live", "kept", True)
    assert second["before_f1"] <= second["f1"]
    await root.did("POST", f"triage/heads/{first['id']}/use")
    [head] = (await root.get("triage"))["heads"]
    assert {one["number"]: one["state"] for one in head["versions"]} == {1: "live", 2: "kept"}
    assert not head["trained"]
    assert (await root.problem("POST", f"triage/heads/{first['id']}/use"))["status"] == 404


async def test_a_head_that_learned_from_nonsense_does_not_take_the_place_of_a_good_one(served: Served, root: Browser) -> None:
    await teach(served, root, 60)
    # The old labels are turned round, so that what is learned from all of them is worse on the newest, which are right.
    await served.sql("update triage_label set label = case label when 'yes' then 'no' else 'yes' end")
    known = posts(20, 7)
    await said(served, zip(await hear(served, [text for text, _ in known], 7_000), known, strict=True))
    await root.did("POST", "triage/learn")
    assert await learn_once(served.house.db, Here()) == "refused"
    [head] = (await root.get("triage"))["heads"]
    refused, live = head["versions"]
    assert (refused["state"], refused["usable"], live["state"]) == ("refused", False, "live")
    assert refused["f1"] < refused["before_f1"]


@pytest.fixture
async def heard(make_house: MakeHouse) -> Any:
    """A served house on a network that can be overheard."""
    Public.steps, Public.asked_from, Public.standing, Public.silent = [], [], {}, False
    house = await make_house(OneConnector(Public))
    async with house.db.write() as tx:
        await first_administrator(
            tx, login="root", name="Root", locale="en", password_hash=await house.passwords.hash("correct horse battery")
        )
    served = await serve(house)
    yield served
    await served.close()


async def overhear(served: Served, texts: list[str], begin: int, *, to_work: bool = False) -> None:
    """Strangers say these in public, and a monitor finds them."""
    [found] = await served.sql("select count(*) as n from monitor")
    if not found["n"]:
        await served.sql(
            "insert into monitor (id, name, name_key, query, to_work, created_at, changed_at) "
            "values ($1, 'Acme', 'acme', 'acme', $2, now(), now())", new_id(), to_work,
        )  # fmt: skip
    source = new_id()
    async with served.house.db.write() as tx:
        await tx.listening.add_source(source, "scripted", None, "", {})
    ear = Ear(served.house.db)
    await ear.keep_up()
    heard = tuple(
        Heard(
            remote_id=f"p{begin + n}", author_id=f"s{n}", author=f"s{n}", said_at=START + timedelta(minutes=begin + n), text=text
        )
        for n, text in enumerate(texts)
    )
    await served.house.outside.judge.keep_up(served.house.db, at_once=True)
    await take_in(served.house.outside, ear, source, "scripted", [Overheard(posts=heard, place="1")])


async def demotes(served: Served) -> bool:
    """Whether a process that starts now demotes what surely needs no answer."""
    judge = Judge()
    await judge.keep_up(served.house.db, at_once=True)
    return judge.judge("Acme: Foto 1 vom schönen Wochenende am See", "de", new_id(), gated=True).demoted


async def test_the_gate_demotes_within_its_budget_and_one_click_brings_a_post_back(
    heard: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One of twenty that are demoted is shown all the same, chosen by its id, which is another in each run.
    monkeypatch.setattr(judging, "_is_sampled", lambda _: False)
    root = heard.browser()
    await root.log_in("root")
    await root.did("PATCH", "settings", {"triage.loss_per_thousand": 100})
    await overhear(heard, [f"Acme: {text}" for text, _ in posts(300, 3)], 0, to_work=True)
    mentions = (await root.get("mentions?limit=200"))["items"]
    assert all(not one["triage"]["demoted"] for one in mentions)
    ids = {row["remote_id"]: row["id"] for row in await heard.sql("select id, remote_id from mention")}
    await said(heard, ((ids[f"p{n}"], one) for n, one in enumerate(posts(300, 3))), mentions=True)
    await root.did("POST", "triage/learn")
    assert await learn_once(heard.house.db, Here()) == "learned"
    [head] = (await root.get("triage"))["heads"]
    assert head["gate"]["threshold"] > 0
    assert head["gate"]["lost"] <= 0.1
    # With one label less than a hundred it gates nothing.
    await heard.sql("update triage_head set own = 99")
    assert not await demotes(heard)
    assert (await root.get("triage"))["heads"][0]["gate"] is None
    await heard.sql("update triage_head set own = 300")
    assert await demotes(heard)
    await overhear(
        heard, ["Acme: Foto 1 vom schönen Wochenende am See", "Acme: Wo bleibt denn mein Paket 2?"], 1_000, to_work=True
    )
    [demoted] = (await root.get("mentions?review=true"))["items"]
    assert "Wochenende" in "".join(one["text"] for one in demoted["text"])
    assert demoted["state"] == "new", "what is demoted is not put into the queue by itself"
    assert (await root.get("triage"))["review"] == 1
    normal = (await root.get("mentions?review=false&limit=200"))["items"]
    assert demoted["id"] not in {one["id"] for one in normal}
    assert any(one["state"] == "asked" for one in normal)
    await label(root, demoted["id"], "answer", "yes", "correction")
    assert (await root.get("mentions?review=true"))["items"] == []
    assert demoted["id"] in {one["id"] for one in (await root.get("mentions?review=false&limit=200"))["items"]}
    # Of the sample it is learned whether the gate is right: it goes where it would without a gate.
    monkeypatch.setattr(judging, "_is_sampled", lambda _: True)
    await overhear(heard, ["Acme: Foto 7007 vom schönen Wochenende am See"], 2_000, to_work=True)
    normal = (await root.get("mentions?review=false&limit=200"))["items"]
    [shown] = [one for one in normal if any("Foto 7007" in part["text"] for part in one["text"])]
    assert (shown["state"], shown["triage"]["demoted"], shown["triage"]["sampled"]) == ("asked", True, True)


async def test_what_is_decided_about_a_mention_is_a_label_until_it_is_opened_again(heard: Served) -> None:
    root = heard.browser()
    await root.log_in("root")
    await overhear(heard, ["Acme ist auch ein Dorf in den Bergen"], 0)
    [mention] = (await root.get("mentions"))["items"]
    labels = "select head, label, source from triage_label order by head"
    await root.did("PATCH", f"mentions/{mention['id']}", {"state": "not_ours"})
    assert [tuple(row) for row in await heard.sql(labels)] == [("answer", "no", "decision"), ("relevance", "no", "decision")]
    await root.did("PATCH", f"mentions/{mention['id']}", {"state": "new"})
    assert await heard.sql(labels) == []
    # What somebody said of the text itself stands, whatever is decided.
    await label(root, mention["id"], "answer", "yes", "correction")
    await root.did("PATCH", f"mentions/{mention['id']}", {"state": "ignored"})
    assert [tuple(row) for row in await heard.sql(labels)] == [("answer", "yes", "correction")]


async def test_a_wrap_up_and_a_mark_of_spam_are_labels_of_the_customers_text(served: Served) -> None:
    items = await hear(served, ["Wo bleibt denn mein Paket?", "Günstige Uhren zu verkaufen, hier klicken"])
    await code(served.kit)
    anna = await served.person("anna", "agent")
    await served.sql("update agent set state = 'busy', capacity = 600 where user_id = $1", anna)
    browser = served.browser()
    await browser.log_in("anna")
    work = [(await served.sql("select interaction_id as id from message where id = $1", one))[0]["id"] for one in items]
    [done] = await served.sql("select id from wrap_up_code limit 1")
    await browser.did("POST", f"interactions/{work[0]}/take")
    await browser.did(
        "POST", f"interactions/{work[0]}/answer", {"message_id": str(new_id()), "text": "Morgen!", "visibility": "public"}
    )
    await browser.did("POST", f"interactions/{work[0]}/wrap-up", {"code_id": str(done["id"])})
    await browser.did("POST", f"interactions/{work[1]}/spam")
    found = {
        (row["item_id"], row["head"], row["label"]) for row in await served.sql("select item_id, head, label from triage_label")
    }
    assert found == {
        (items[0], "topic", str(done["id"])), (items[0], "answer", "yes"), (items[0], "relevance", "yes"), (items[1], "spam", "yes"),
    }  # fmt: skip


async def test_what_does_not_fit_is_refused_and_at_night_is_learned_what_was_labelled_since(
    served: Served, root: Browser
) -> None:
    [item] = await hear(served, ["Wo bleibt denn mein Paket?"])
    for body, why in (
        ({"head": "mood", "label": "yes"}, "not_one_of"), ({"head": "spam", "label": "maybe"}, "not_one_of"),
        ({"head": "topic", "label": "x"}, "no_code"), ({"head": "spam", "label": "yes", "source": "wrap_up"}, "not_one_of"),
    ):  # fmt: skip
        assert (await root.problem("PUT", f"triage/items/{item}/label", body))["code"] == why
    assert (await root.problem("PUT", f"triage/items/{new_id()}/label", {"head": "spam", "label": "no"}))["status"] == 404
    viewer = await served.logged_in("vera", "viewer")
    assert (await viewer.problem("PUT", f"triage/items/{item}/label", {"head": "spam", "label": "no"}))["status"] == 403
    assert (await root.problem("GET", "triage/tasks?head=mood"))["code"] == "not_one_of"
    assert (await viewer.problem("POST", "triage/learn"))["status"] == 403
    assert await served.sql("select 1 from triage_label") == []
    db, zone = served.house.db, "reports.time_zone"
    assert not await ask_at_night(db, Schoolroom())
    await label(root, item, "answer", "yes")
    [now] = await served.sql("select extract(hour from now() at time zone 'UTC')::int as hour")
    # Somewhere it is night at any hour.
    night, noon = ((hour - now["hour"] + 12) % 24 - 12 for hour in (2, 12))
    await root.did("PATCH", "settings", {zone: f"Etc/GMT{-noon:+d}"})
    assert not await ask_at_night(db, Schoolroom())
    await root.did("PATCH", "settings", {zone: f"Etc/GMT{-night:+d}"})
    assert await ask_at_night(db, Schoolroom())
    assert not await ask_at_night(db, Schoolroom())
    assert await learn_once(db, Here()) == "too_few"
    assert not await ask_at_night(db, Schoolroom()), "what was labelled before this night's learning was learned"
