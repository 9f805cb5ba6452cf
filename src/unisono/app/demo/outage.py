"""Five hundred voices about one outage: posts, comments, mails and chats, no two alike."""

import random
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

import msgspec

from unisono.app.demo.material import OutageText, mailbox_of, outage, outage_texts
from unisono.app.demo.script import Person, Step

ENQUIRIES: Final = 500
OVER_S: Final = 120.0
MURMURS: Final = 40
_SLOT = re.compile(r"\{(\w+)\}")
_LETTERS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ł": "l", "ø": "o"})


def outage_steps(run: int, count: int = ENQUIRIES) -> list[Step]:
    """Return the company's status post and what `count` customers say below, beside and behind it.

    Each customer begins one thread: a post, a comment, a direct message, a mail, or a chat of several lines.
    run: number of the outage in this house; the same number gives the same messages, another number others.
    """
    chance = random.Random(f"outage {run}")  # noqa: S311 - a script has to be the same every time
    status = Step(
        key=f"outage-{run}/status", thread=f"outage-{run}", at_s=0.0, kind="post", who=None,
        text=outage().status_post["de"],
    )  # fmt: skip
    said: list[Step] = []
    # Who speaks about the company and not to it asks nothing: that is for listening, not for the queue.
    templates = [text for text in outage_texts() if text.kind != "post" or "@brookwatt" in text.text]
    texts: set[str] = set()
    writers = _Writers(run, chance)
    while len(texts) < count:
        template = chance.choice(templates)
        writer = writers.another()
        text = _filled(template.text, writer, chance)
        if text in texts:
            continue
        texts.add(text)
        said += _steps(template, text, writer, run, len(texts), chance)
    timed = [msgspec.structs.replace(step, at_s=OVER_S * place / len(said)) for place, step in enumerate(said, 1)]
    return [status, *timed]


def murmur_steps(run: int, count: int = MURMURS) -> list[Step]:
    """Return what is said about the outage to nobody in particular: it asks nothing, and only who listens hears it."""
    chance = random.Random(f"murmurs {run}")  # noqa: S311 - a script has to be the same every time
    templates = [text for text in outage_texts() if text.kind == "post"]
    writers = _Writers(run + 1_000, chance)
    found: list[Step] = []
    for number in range(1, count + 1):
        writer = writers.another()
        text = _filled(chance.choice(templates).text, writer, chance).replace("@brookwatt", "Brookwatt")
        thread = f"murmur-{run}-{number:03}"
        at_s = OVER_S * number / count
        found.append(Step(key=f"{thread}/1", thread=thread, at_s=at_s, kind="post", who=writer, text=text))
    return found


def _steps(template: OutageText, text: str, writer: Person, run: int, number: int, chance: random.Random) -> list[Step]:
    thread = f"outage-{run}-{number:04}"
    if template.kind == "chat":
        lines = [line for line in text.split("\n") if line.strip()]
        return [
            Step(key=f"{thread}/{place}", thread=thread, at_s=0.0, kind="chat", who=writer, text=line)
            for place, line in enumerate(lines, 1)
        ]
    return [
        Step(
            key=f"{thread}/1", thread=thread, at_s=0.0, kind=template.kind, who=writer, text=text,
            parent=f"outage-{run}/status" if template.kind == "comment" else None,
            subject=_filled(template.subject, writer, chance), to=mailbox_of("outage"),
        )
    ]  # fmt: skip


class _Writers:
    """People made of the lists of names, no two with the same handle."""

    def __init__(self, run: int, chance: random.Random) -> None:
        self._run = run
        self._chance = chance
        self._makers = self._make()

    def another(self) -> Person:
        return next(self._makers)

    def _make(self) -> Iterator[Person]:
        used: set[str] = set()
        data = outage()
        while True:
            first, last = self._chance.choice(data.first_names), self._chance.choice(data.last_names)
            pattern = self._chance.choice(data.handle_patterns)
            handle = pattern.format(first=_ascii(first), last=_ascii(last), n=self._chance.randint(1, 99))
            # Networks take some of these signs for one another.
            if handle.replace(".", "_") in used:
                continue
            used.add(handle.replace(".", "_"))
            yield Person(
                key=f"outage-{self._run}-{handle}", name=f"{first} {last}", handle=handle, address=f"{handle}@post.example"
            )


def _filled(text: str, writer: Person, chance: random.Random) -> str:
    """Each slot is chosen once for a message."""
    chosen: dict[str, str] = {"name": writer.name}

    def fill(slot: re.Match[str]) -> str:
        name = slot[1]
        if name not in chosen:
            patterns = outage().patterns.get(name)
            options = outage().slots.get(name)
            if patterns:
                chosen[name] = re.sub("#", lambda _: str(chance.randint(0, 9)), chance.choice(patterns))
            elif options:
                chosen[name] = chance.choice(options)
            else:
                raise KeyError(f"outage.json has nothing for the slot {name!r}")
        return chosen[name]

    return _SLOT.sub(fill, text)


def _ascii(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    return "".join(letter for letter in folded if letter.isascii() and letter.isalnum())
