"""The demo's own material: the invented company, its customers and what they write, as steps to be played."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct, field

from unisono.app.demo.script import Kind, Media, Person, Step

_FOLDER = files("unisono.app") / "demo_data"
_MAIL_DOMAIN = "post.example"
T = TypeVar("T")


class Named(Struct, frozen=True):
    """Something with a key for programs and a name in each language."""

    key: str
    name: dict[str, str]


class SkillLevel(Struct, frozen=True):
    """A skill and how well it is mastered, or has to be: 1 to 5."""

    skill: str
    level: int = 1


class CompanyQueue(Named, frozen=True):
    """A queue of the company."""

    team: str
    first_response_s: int
    offer_s: int
    skills: list[SkillLevel]
    match_language: bool
    topics: list[str]


class CompanyChannel(Named, frozen=True):
    """A channel of the company; `carries` names the kinds of message that come in on it."""

    medium: str
    handle: str
    queue: str
    carries: list[str]


class Employee(Struct, frozen=True):
    """Somebody who works at the company."""

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


class Company(Struct, frozen=True):
    """The company as it stands in `company.json`."""

    name: str
    claim: dict[str, str]
    time_zone: str
    website: str
    channels: list[CompanyChannel]
    teams: list[Named]
    queues: list[CompanyQueue]
    skills: list[Named]
    employees: list[Employee]
    wrap_up_codes: list[Named]


class Town(Struct, frozen=True, kw_only=True):
    """What people say who want nothing of the company. rare: what a search for trouble finds as well; slots fill both."""

    first_names: list[str]
    last_names: list[str]
    templates: list[str]
    rare: list[str]
    slots: dict[str, list[str]]


class Outage(Struct, frozen=True):
    """What fills the slots of the texts about an outage."""

    town: str
    status_post: dict[str, str]
    slots: dict[str, list[str] | None]
    patterns: dict[str, list[str]]
    first_names: list[str]
    last_names: list[str]
    handle_patterns: list[str]


class OutageText(Struct, frozen=True):
    """One way of saying that the network is down; `kind` as in a thread."""

    id: str
    kind: Literal["post", "comment", "dm", "mail", "chat"]
    text: str
    subject: str = ""


class _Person(Struct, frozen=True):
    person: str
    display_name: str
    handle: str | None
    email: str | None
    lang: str


class _Message(Struct, frozen=True, rename={"sender": "from"}):
    key: str
    sender: str
    kind: Kind
    text: str
    in_reply_to: str | None
    after_s: float
    edits: str | None = None
    subject: str | None = None
    html: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    media: tuple[Media, ...] = ()


class _Thread(Struct, frozen=True):
    thread: str
    topic: str
    channel: str
    person: str
    wait_s: float
    messages: list[_Message]
    face: str = ""


@cache
def company() -> Company:
    """Return the company."""
    return msgspec.json.decode(_read("company.json"), type=Company)


@cache
def outage() -> Outage:
    """Return what an outage's texts are filled with."""
    return msgspec.json.decode(_read("outage.json"), type=Outage)


@cache
def town() -> Town:
    """Return what a town says that has nothing to do with the company."""
    return msgspec.json.decode(_read("town.json"), type=Town)


@cache
def outage_texts() -> tuple[OutageText, ...]:
    """Return the texts about an outage, with their slots."""
    return tuple(_lines("outage-de.jsonl", OutageText))


@cache
def people() -> dict[str, Person]:
    """Return everybody who writes, by key. Who has no handle or address gets one made of the key, for use where needed."""
    return {
        one.person: Person(
            key=one.person, name=one.display_name, handle=one.handle or one.person.removeprefix("p-"),
            address=one.email or f"{one.person.removeprefix('p-')}@{_MAIL_DOMAIN}", lang=one.lang,
        )
        for one in _lines("people.jsonl", _Person)
    }  # fmt: skip


@cache
def threads() -> tuple[Step, ...]:
    """Return everything that the demo's customers do, both languages side by side, in order of time."""
    steps: list[Step] = []
    for name in ("threads-de.jsonl", "threads-en.jsonl"):
        begins = 0.0
        for thread in _lines(name, _Thread):
            begins += thread.wait_s
            steps += _steps(thread, begins)
    return tuple(sorted(steps, key=lambda step: step.at_s))


@cache
def network_threads() -> tuple[Step, ...]:
    """Return what customers do on the networks by script, in order of time; each step names its network."""
    steps: list[Step] = []
    begins = 0.0
    for thread in _lines("networks.jsonl", _Thread):
        begins += thread.wait_s
        steps += _steps(thread, begins)
    return tuple(sorted(steps, key=lambda step: step.at_s))


def mailbox_of(topic: str) -> str:
    """Return the company's mail address that matters of a topic are sent to."""
    boxes = {channel.key: channel.handle for channel in company().channels if channel.medium == "mail"}
    if topic in {"legal", "privacy"}:
        return boxes["mail-recht"]
    return boxes["mail-presse"] if topic == "press" else boxes["mail-hallo"]


def _steps(thread: _Thread, begins: float) -> Iterable[Step]:
    at = begins
    for message in thread.messages:
        at += message.after_s
        yield Step(
            key=f"{thread.thread}/{message.key}", thread=thread.thread, at_s=at, kind=message.kind,
            who=_author(thread, message), text=message.text,
            parent=f"{thread.thread}/{message.in_reply_to}" if message.in_reply_to else None,
            target=f"{thread.thread}/{message.edits}" if message.edits else None,
            subject=message.subject or "", html=message.html, headers=message.headers, media=message.media,
            to=mailbox_of(thread.topic), topic=thread.topic, face=thread.face,
        )  # fmt: skip


def _author(thread: _Thread, message: _Message) -> Person | None:
    if message.sender == "company":
        return None
    return people()[message.sender.removeprefix("other:") if message.sender != "customer" else thread.person]


def _read(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()


def _lines(name: str, type_: type[T]) -> Iterable[T]:
    for line in _read(name).splitlines():
        yield msgspec.json.decode(line, type=type_)


def everything_known() -> dict[str, Any]:
    """Return how much material there is, for the start's summary."""
    steps = threads()
    return {"threads": len({step.thread for step in steps}), "steps": len(steps), "people": len(people())}
