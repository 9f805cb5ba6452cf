"""Reads the demo's invented company, strictly: a field that the README does not know is an error."""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct, field

HERE = files("unisono.app") / "demo_data"

Topic = Literal[
    "invoice", "delivery", "outage", "contract", "return", "move", "login", "meter", "appointment", "praise", "spam",
    "press", "job", "legal", "privacy", "smalltalk", "other",
]  # fmt: skip
ChannelKind = Literal["post", "comment", "dm", "mail", "chat"]
MessageKind = Literal["post", "reply", "comment", "dm", "mail", "chat", "edit", "delete"]


class Media(Struct, forbid_unknown_fields=True):
    alt: str
    kind: Literal["image", "file"]


class Message(Struct, forbid_unknown_fields=True, rename={"sender": "from"}):
    key: str
    sender: str
    kind: MessageKind
    text: str
    in_reply_to: str | None
    after_s: int
    edits: str | None = None
    subject: str | None = None
    html: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    media: list[Media] = field(default_factory=list)


class Thread(Struct, forbid_unknown_fields=True):
    thread: str
    lang: Literal["de", "en"]
    topic: Topic
    channel: ChannelKind
    person: str
    wait_s: int
    messages: list[Message]
    skills: list[str]
    suggested_answer: str | None = None


class Person(Struct, forbid_unknown_fields=True):
    person: str
    display_name: str
    handle: str | None
    email: str | None
    lang: Literal["de", "en"]
    bio: str


class OutageText(Struct, forbid_unknown_fields=True):
    id: str
    kind: ChannelKind
    text: str
    subject: str | None = None


class Outage(Struct, forbid_unknown_fields=True):
    town: str
    began: str
    cause: dict[str, str]
    status_post: dict[str, str]
    slots: dict[str, list[str] | None]
    patterns: dict[str, list[str]]
    first_names: list[str]
    last_names: list[str]
    handle_patterns: list[str]


class Named(Struct):
    key: str
    name: dict[str, str]


class SkillLevel(Struct, forbid_unknown_fields=True):
    skill: str
    level: int


class CompanyQueue(Named):
    team: str
    first_response_s: int
    offer_s: int
    skills: list[SkillLevel]
    match_language: bool
    topics: list[Topic]


class CompanyChannel(Named):
    medium: Literal["post", "message", "mail", "chat"]
    handle: str
    queue: str
    carries: list[ChannelKind]


class Employee(Struct, forbid_unknown_fields=True):
    login: str
    name: str
    email: str
    team: str
    roles: list[str]
    languages: list[str]
    locale: Literal["de", "en"]
    capacity: int
    queues: list[str]
    skills: list[SkillLevel]


class Company(Struct):
    name: str
    claim: dict[str, str]
    signature: dict[str, str]
    channels: list[CompanyChannel]
    teams: list[Named]
    queues: list[CompanyQueue]
    skills: list[Named]
    employees: list[Employee]
    wrap_up_codes: list[Named]


def raw(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@cache
def threads() -> list[Thread]:
    lines = [*raw("threads-de.jsonl").splitlines(), *raw("threads-en.jsonl").splitlines()]
    return [msgspec.json.decode(line, type=Thread) for line in lines]


@cache
def people() -> list[Person]:
    return [msgspec.json.decode(line, type=Person) for line in raw("people.jsonl").splitlines()]


@cache
def outage_texts() -> list[OutageText]:
    return [msgspec.json.decode(line, type=OutageText) for line in raw("outage-de.jsonl").splitlines()]


@cache
def outage() -> Outage:
    return msgspec.json.decode(raw("outage.json"), type=Outage)


@cache
def company() -> Company:
    return msgspec.json.decode(raw("company.json"), type=Company)


def messages() -> Iterator[tuple[Thread, Message]]:
    for thread in threads():
        for message in thread.messages:
            yield thread, message


def said(thread: Thread) -> str:
    """All that anybody says in a thread."""
    return "\n".join(message.text for message in thread.messages)


def folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def strings(value: object) -> Iterator[str]:
    """Every string of a decoded JSON value, without the names of the fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


@cache
def content(name: str) -> str:
    """All strings of a file, as a reader sees them: escapes such as a line break are undone."""
    values = [json.loads(line) for line in raw(name).splitlines()] if name.endswith(".jsonl") else [json.loads(raw(name))]
    return "\n".join(strings(values))


DATA_FILES = ("threads-de.jsonl", "threads-en.jsonl", "people.jsonl", "outage-de.jsonl", "outage.json", "company.json")


def shingles(text: str, words: int = 3) -> set[tuple[str, ...]]:
    tokens = folded(text).split()
    return {tuple(tokens[i : i + words]) for i in range(len(tokens) - words + 1)}


def alike(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    """How much of the smaller set stands in the other, 0 to 1: finds a short copy inside a long text as well."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
