"""The demo's invented customers: what the README beside the files promises, checked on every line."""

import json
import re
import unicodedata
from collections import Counter
from itertools import combinations
from typing import get_args

import msgspec
import pytest

from tests.app.demo_files import (
    DATA_FILES,
    HERE,
    ChannelKind,
    Message,
    Thread,
    Topic,
    alike,
    company,
    content,
    folded,
    messages,
    people,
    raw,
    said,
    shingles,
    threads,
)

# ---- enough, and mixed -----------------------------------------------------------------------------------------------


def test_there_are_at_least_120_german_and_40_english_threads() -> None:
    count = Counter(thread.lang for thread in threads())
    assert count["de"] >= 120
    assert count["en"] >= 40


def test_the_file_a_thread_stands_in_is_the_file_of_its_language() -> None:
    for lang in ("de", "en"):
        for line in raw(f"threads-{lang}.jsonl").splitlines():
            thread = msgspec.json.decode(line, type=Thread)
            assert thread.lang == lang
            assert re.fullmatch(rf"{lang}-\d{{3}}", thread.thread)


@pytest.mark.parametrize("lang", ["de", "en"])
def test_posts_messages_mails_and_chats_are_mixed(lang: str) -> None:
    here = [thread for thread in threads() if thread.lang == lang]
    share = {kind: sum(thread.channel == kind for thread in here) / len(here) for kind in get_args(ChannelKind)}
    assert 0.40 <= share["post"] + share["comment"] <= 0.50
    assert 0.15 <= share["dm"] <= 0.25
    assert 0.15 <= share["mail"] <= 0.25
    assert 0.12 <= share["chat"] <= 0.20


@pytest.mark.parametrize("topic", get_args(Topic))
def test_every_topic_comes_up_in_both_languages(topic: str) -> None:
    assert {thread.lang for thread in threads() if thread.topic == topic} == {"de", "en"}


def test_the_hard_cases_of_real_post_are_there() -> None:
    everything = list(messages())
    texts = [message.text for _, message in everything]
    found = {
        "longer than 1,500 characters": sum(len(text) > 1500 for text in texts),
        "one word": sum(len(text.split()) == 1 for text in texts),
        "all capitals": sum(len(text) > 20 and text.upper() == text and text.lower() != text for text in texts),
        "neither capital nor full stop": sum(len(t) > 80 and t.lower() == t and "." not in t for t in texts),
        "emoji": sum(any(unicodedata.category(c) == "So" for c in text) for text in texts),
        "right to left": sum(any(unicodedata.bidirectional(c) in ("R", "AL") for c in text) for text in texts),
        "Chinese": sum(any("CJK UNIFIED" in unicodedata.name(c, "") for c in text) for text in texts),
        "broken encoding": sum("Ã" in text for text in texts),
        "umlauts written out": sum(bool(re.search(r"\b(fuer|gruen|Gruesse|Verstaerker)", text)) for text in texts),
        "quoted history": sum("\n>" in text for text in texts),
        "picture without a word": sum(bool(message.media) and not message.text for _, message in everything),
        "mail without a text": sum(message.kind == "mail" and not message.text for _, message in everything),
        "mail without a subject": sum(message.kind == "mail" and not message.subject for _, message in everything),
        "HTML mail": sum(message.html is not None for _, message in everything),
        "automatic mail": sum("Auto-Submitted" in message.headers for _, message in everything),
        "list mail": sum("List-Unsubscribe" in message.headers for _, message in everything),
        "edit": sum(message.kind == "edit" for _, message in everything),
        "delete": sum(message.kind == "delete" for _, message in everything),
        "attachment": sum(bool(message.media) for _, message in everything),
        "a third person joins in": sum(message.sender.startswith("other:") for _, message in everything),
    }
    assert [case for case, count in found.items() if not count] == []
    assert found["longer than 1,500 characters"] >= 5
    assert min(found["edit"], found["delete"], found["HTML mail"]) >= 2
    assert found["right to left"] >= 4


def test_some_people_come_back_on_another_channel() -> None:
    channels: dict[str, set[str]] = {}
    for thread in threads():
        used = "public" if thread.channel in ("post", "comment") else thread.channel
        channels.setdefault(thread.person, set()).add(used)
    assert sum(len(used) > 1 for used in channels.values()) >= 12
    assert any(used >= {"public", "mail", "chat"} for used in channels.values())


def test_nearly_every_post_is_addressed_to_the_company_and_some_only_speak_of_it() -> None:
    posts = [thread.messages[0].text.casefold() for thread in threads() if thread.channel == "post"]
    handle = company().channels[0].handle
    assert all(handle in text for text in posts)
    only_spoken_of = [text for text in posts if f"@{handle}" not in text]
    assert 3 <= len(only_spoken_of) <= 0.1 * len(posts)


def test_some_public_complaints_move_to_direct_messages() -> None:
    moved = [
        thread
        for thread in threads()
        if thread.channel == "post" and any(later.kind == "dm" and later.sender == "customer" for later in thread.messages)
    ]
    assert len(moved) >= 3


# ---- sound -----------------------------------------------------------------------------------------------------------


def test_every_reference_resolves() -> None:
    known = {person.person for person in people()}
    for thread in threads():
        assert thread.person in known, thread.thread
        assert thread.messages, thread.thread
        keys: dict[str, Message] = {}
        for message in thread.messages:
            where = f"{thread.thread}/{message.key}"
            assert message.key not in keys, where
            assert message.sender in ("customer", "company") or message.sender.removeprefix("other:") in known, where
            assert message.in_reply_to is None or message.in_reply_to in keys, where
            if message.kind in ("edit", "delete"):
                assert message.edits is not None, where
                assert keys[message.edits].sender == message.sender, f"{where}: only the author changes a message"
                assert keys[message.edits].kind not in ("edit", "delete"), where
            else:
                assert message.edits is None, where
            keys[message.key] = message


def test_a_message_answers_only_where_it_stands() -> None:
    """Public answers public: what is said privately never hangs on a public post, nor the other way round."""
    public = {"post", "reply", "comment"}
    for thread, message in messages():
        if message.in_reply_to is None:
            continue
        parent = next(other for other in thread.messages if other.key == message.in_reply_to)
        assert (parent.kind in public) == (message.kind in public), f"{thread.thread}/{message.key}"


def test_a_thread_begins_on_the_channel_that_it_names() -> None:
    for thread in threads():
        own = [message for message in thread.messages if message.sender == "customer"]
        assert own, f"{thread.thread}: the customer says nothing"
        assert own[0].kind == thread.channel, thread.thread
        if thread.channel == "comment":
            assert thread.messages[0].sender == "company", f"{thread.thread}: a comment stands below our post"
            assert thread.messages[0].kind == "post", thread.thread
        else:
            assert thread.messages[0] is own[0], thread.thread


def test_what_belongs_to_mail_stands_in_mails_only() -> None:
    for thread, message in messages():
        where = f"{thread.thread}/{message.key}"
        assert (message.subject is not None) == (message.kind == "mail"), where
        if message.kind != "mail":
            assert message.html is None, where
            assert not message.headers, where
        if message.kind == "delete":
            assert not message.text, where


def test_times_are_small_and_never_run_backwards() -> None:
    for thread in threads():
        assert 1 <= thread.wait_s <= 120, thread.thread
        assert thread.messages[0].after_s == 0, thread.thread
        for message in thread.messages[1:]:
            assert 1 <= message.after_s <= 86_400, f"{thread.thread}/{message.key}"


def test_every_person_is_one_person_and_takes_part() -> None:
    assert len({person.person for person in people()}) == len(people())
    for facts in (
        [person.handle for person in people() if person.handle],
        [person.email for person in people() if person.email],
    ):
        assert len(set(facts)) == len(facts)
    acting = {thread.person for thread in threads()} | {
        message.sender.removeprefix("other:") for _, message in messages() if message.sender.startswith("other:")
    }
    assert {person.person for person in people()} == acting


def test_a_person_can_be_reached_on_the_channels_that_the_person_uses() -> None:
    by_key = {person.person: person for person in people()}
    for thread, message in messages():
        if message.sender == "company":
            continue
        person = by_key[thread.person if message.sender == "customer" else message.sender.removeprefix("other:")]
        if message.kind in ("post", "reply", "comment", "dm"):
            assert person.handle, f"{thread.thread}: {person.person} has no handle"
        if message.kind == "mail":
            assert person.email, f"{thread.thread}: {person.person} has no address"


# ---- all different ---------------------------------------------------------------------------------------------------


def test_thread_numbers_are_unique() -> None:
    assert len({thread.thread for thread in threads()}) == len(threads())


def test_nothing_is_said_twice() -> None:
    """Except what everybody says: "hallo", "moin", an empty mail."""
    count = Counter(folded(message.text) for _, message in messages() if len(message.text) > 12)
    assert [text for text, times in count.items() if times > 1] == []
    answers = Counter(folded(thread.suggested_answer) for thread in threads() if thread.suggested_answer)
    assert max(answers.values()) == 1


def test_no_thread_is_another_one_with_words_swapped() -> None:
    sets = [(thread.thread, shingles(said(thread))) for thread in threads()]
    pairs = [
        (round(alike(one, other), 2), a, b)
        for (a, one), (b, other) in combinations(sets, 2)
        if min(len(one), len(other)) >= 8 and alike(one, other) > 0.10
    ]
    assert pairs == []


def test_the_measure_of_likeness_would_find_a_template() -> None:
    one = "Hallo, mein Paket mit der Lampe ist seit Montag nicht da und keiner meldet sich bei mir, bitte prüfen."
    other = "Hallo, mein Paket mit der Eule ist seit Freitag nicht da und keiner meldet sich bei mir, bitte prüfen."
    assert alike(shingles(one), shingles(other)) > 0.5


# ---- invented --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DATA_FILES)
def test_every_address_is_reserved_for_examples(name: str) -> None:
    """RFC 2606 and RFC 6761: nobody is ever behind `.example` or `example.org`."""
    text = content(name)
    named = re.findall(r"(?:://|(?<=\w)@)([\w.-]*\w)", text)
    bare = re.findall(r"\b((?:[\w-]+\.)+(?:de|com|net|org|eu|io|info|at|ch|uk|me|tv|app|dev|shop|example))\b", text)
    assert named or bare or name.startswith("outage")
    for domain in [*named, *bare]:
        assert f".{domain}".endswith((".example", ".example.org")), domain


# Number blocks that regulators keep for films and books: Bundesnetzagentur (Amtsblatt 7/2021, notice 148), Ofcom.
RESERVED_PHONES = re.compile(
    r"(?:49|0)(?:3023125\d{3}|6990009\d{3}|4066969\d{3}|2214710\d{3}|8999998\d{3}|17139200\d{2})|442079460\d{3}"
)


@pytest.mark.parametrize("name", DATA_FILES)
def test_every_telephone_number_belongs_to_nobody(name: str) -> None:
    for number in re.findall(r"(?:\+|(?<![\w.,-])0)\d[\d /()-]{6,}\d", content(name)):
        digits = re.sub(r"\D", "", number)
        assert RESERVED_PHONES.fullmatch(digits), number


@pytest.mark.parametrize("name", DATA_FILES)
def test_there_is_no_bank_account(name: str) -> None:
    assert not re.search(r"\b[A-Z]{2}\d{2}(?: ?\d{4}){3,}", content(name))


REAL_BRANDS = (
    "1&1|aldi|alexa|amazon|android|apple|avm|bluesky|chatgpt|congstar|dazn|dhl|discord|disney|dpd|e\\.on|ebay|edeka|enbw|"
    "eon|ewe|facebook|fritzbox|fritz!box|gls|gmail|gmx|google|hermes|huawei|ikea|instagram|iphone|ipad|kaufland|klarna|"
    "lichtblick|lidl|linkedin|mastodon|mediamarkt|microsoft|netflix|nintendo|o2|octopus|openai|otto|outlook|paypal|"
    "playstation|rewe|rwe|samsung|shelly|siemens|skype|snapchat|sonos|spotify|tado|telefonica|telegram|telekom|"
    "tesla|threema|tibber|tiktok|twitch|twitter|ups|vattenfall|vodafone|whatsapp|windows|xbox|xing|yello|youtube|zalando"
)


@pytest.mark.parametrize("name", DATA_FILES)
def test_no_real_brand_is_named(name: str) -> None:
    found = re.findall(rf"(?<![\w@])(?:{REAL_BRANDS})(?!\w)", content(name).casefold())
    assert found == []


# ---- answers ---------------------------------------------------------------------------------------------------------


def test_at_least_half_of_the_threads_come_with_a_good_answer() -> None:
    for lang in ("de", "en"):
        here = [thread for thread in threads() if thread.lang == lang]
        assert sum(bool(thread.suggested_answer) for thread in here) >= len(here) / 2


def test_nobody_answers_a_machine_or_spam() -> None:
    for thread in threads():
        automatic = any({"Auto-Submitted", "List-Unsubscribe"} & message.headers.keys() for message in thread.messages)
        if automatic or thread.topic == "spam":
            assert thread.suggested_answer is None, thread.thread


def test_a_public_answer_fits_a_post() -> None:
    """500 characters, the common limit of Mastodon-like networks."""
    for thread in threads():
        if thread.channel in ("post", "comment") and thread.suggested_answer:
            assert len(thread.suggested_answer) <= 500, (thread.thread, len(thread.suggested_answer))


DU = re.compile(r"\b(?:[Dd]u|[Dd]ich|[Dd]ir|[Dd]eine?[mnrs]?)\b")
SIE = re.compile(r"\b(?:Ihnen|Ihre[mnrs]?)\b|(?<=[a-zäöüß,] )Sie\b")


def test_an_answer_stays_with_du_or_with_sie() -> None:
    for thread in threads():
        answer = thread.suggested_answer
        if thread.lang == "de" and answer:
            assert not (DU.search(answer) and SIE.search(answer)), thread.thread
            if thread.channel == "mail":
                assert not DU.search(answer), f"{thread.thread}: a letter says Sie"


def test_every_file_is_one_json_object_a_line_in_utf_8_without_controls() -> None:
    for name in DATA_FILES:
        text = (HERE / name).read_bytes().decode("utf-8")
        assert text.endswith("\n")
        assert "\r" not in text
        if name.endswith(".jsonl"):
            for line in text.splitlines():
                assert isinstance(json.loads(line), dict)
        else:
            assert isinstance(json.loads(text), dict)
        assert {c for c in content(name) if unicodedata.category(c) == "Cc"} <= {"\n", "\t"}
