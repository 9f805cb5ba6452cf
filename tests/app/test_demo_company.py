"""The demo's invented company and its outage: all it names exists, and 500 people can complain differently."""

import re
from collections import Counter
from itertools import combinations
from random import Random
from typing import get_args

import pytest

from tests.app.demo_files import (
    ChannelKind,
    OutageText,
    Topic,
    alike,
    company,
    folded,
    outage,
    outage_texts,
    shingles,
    threads,
)

# ---- the company -----------------------------------------------------------------------------------------------------


def test_everything_the_company_names_exists() -> None:
    house = company()
    teams, queues, skills = ({item.key for item in items} for items in (house.teams, house.queues, house.skills))
    assert {queue.team for queue in house.queues} <= teams
    assert {channel.queue for channel in house.channels} <= queues
    for employee in house.employees:
        assert employee.team in teams
        assert set(employee.queues) <= queues
        assert {known.skill for known in employee.skills} <= skills
        assert all(1 <= known.level <= 5 for known in employee.skills)
    assert {need.skill for queue in house.queues for need in queue.skills} <= skills
    assert {skill for thread in threads() for skill in thread.skills} <= skills
    assert {kind for channel in house.channels for kind in channel.carries} == set(get_args(ChannelKind))
    assert {topic for queue in house.queues for topic in queue.topics} == set(get_args(Topic)) - {"spam"}
    assert len({employee.login for employee in house.employees}) == len(house.employees) >= 8


def test_every_name_of_the_company_exists_in_german_and_english() -> None:
    house = company()
    for named in (*house.teams, *house.queues, *house.skills, *house.wrap_up_codes, *house.channels):
        assert named.name["de"], named.key
        assert named.name["en"], named.key
    assert house.claim["de"] != house.claim["en"]


def test_for_every_thread_there_is_somebody_who_can_take_it() -> None:
    able = [{known.skill for known in employee.skills} for employee in company().employees]
    for thread in threads():
        assert any(set(thread.skills) <= skills for skills in able), (thread.thread, thread.skills)


def test_for_every_queue_there_is_a_member_with_its_skills() -> None:
    house = company()
    for queue in house.queues:
        members = [employee for employee in house.employees if queue.key in employee.queues]
        assert any(
            all(any(k.skill == need.skill and k.level >= need.level for k in member.skills) for need in queue.skills)
            for member in members
        ), queue.key


def test_every_signed_answer_is_signed_by_an_employee() -> None:
    first_names = {employee.name.split()[0] for employee in company().employees}
    signed = 0
    for thread in threads():
        for text in [thread.suggested_answer or "", *(m.text for m in thread.messages if m.sender == "company")]:
            for name in re.findall(r" /(\w+)$", text):
                signed += 1
                assert name in first_names, (thread.thread, name)
    assert signed >= 50


# ---- the outage ------------------------------------------------------------------------------------------------------


def composed(text: OutageText, random: Random) -> tuple[str, str]:
    """Subject and text with every slot filled, as the README says."""
    facts = outage()
    values = {name: random.choice(choices) for name, choices in facts.slots.items() if choices}
    values["name"] = f"{random.choice(facts.first_names)} {random.choice(facts.last_names)}"
    values["customer"] = re.sub("#", lambda _: str(random.randrange(10)), random.choice(facts.patterns["customer"]))
    return (text.subject or "").format_map(values), text.text.format_map(values)


def test_there_are_at_least_60_ways_to_speak_of_the_outage() -> None:
    assert len({folded(text.text) for text in outage_texts()}) >= 60
    assert len({text.id for text in outage_texts()}) == len(outage_texts())
    kinds = Counter(text.kind for text in outage_texts())
    assert all(kinds[kind] >= 10 for kind in get_args(ChannelKind))
    for text in outage_texts():
        assert (text.subject is not None) == (text.kind == "mail"), text.id


def test_no_two_outage_texts_are_the_same_with_words_swapped() -> None:
    sets = [(text.id, shingles(text.text)) for text in outage_texts()]
    pairs = [(a, b) for (a, x), (b, y) in combinations(sets, 2) if min(len(x), len(y)) >= 8 and alike(x, y) > 0.25]
    assert pairs == []


def test_every_slot_of_the_outage_is_used_and_every_used_slot_exists() -> None:
    used = {slot for text in outage_texts() for slot in re.findall(r"\{(\w+)\}", f"{text.subject or ''} {text.text}")}
    assert used == outage().slots.keys()


@pytest.mark.parametrize("seed", range(5))
def test_500_different_messages_of_500_different_people_can_be_composed(seed: int) -> None:
    random = Random(seed)
    texts = [text for text in outage_texts() if "{" in text.text]
    assert len(texts) >= 60
    made: set[tuple[str, str]] = set()
    for _ in range(1_000):
        made.add(composed(random.choice(texts), random))
        if len(made) == 500:
            break
    assert len(made) == 500
    for subject, text in made:
        assert "{" not in subject + text
        assert "}" not in subject + text
        assert "  " not in subject + text, text
        assert not re.search(r"\s[,.]\s", text), text
    assert len(outage().first_names) * len(outage().last_names) >= 500
