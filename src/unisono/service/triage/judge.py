"""The judge of a process: the lists of words, the heads in use and their gates, held against every text of a customer.

Heads are loaded from the store, and anew soon after others were put in place; a process that cannot load any judges by lists.
"""

import asyncio
import hashlib
import time
import zlib
from functools import cache
from importlib.resources import files
from typing import Final
from uuid import UUID

import numpy as np
import structlog
from msgspec import structs

from unisono.domain.errors import UnisonoError
from unisono.service.ports import Database
from unisono.service.ports.triage import HeadFacts, Judgement
from unisono.service.triage.heads import GATED, WANTED
from unisono.service.understand import Said, Understood
from unisono.triage.clean import clean
from unisono.triage.explain import telling
from unisono.triage.features import WIDTH, features
from unisono.triage.heads import Head, Heads
from unisono.triage.lexicon import Lexicon
from unisono.triage.urgency import Alarms

#: How soon another version of a head is in use everywhere.
LOOK_EVERY_S: Final = 3.0
#: One of so many demoted texts is shown as if it were not.
SAMPLE_ONE_OF: Final = 20
_LISTED: Final = ("de", "en")
_log = structlog.get_logger("triage")


@cache
def lexicon_of(language: str | None) -> Lexicon:
    """Return the words that praise and complain in a language; none of one that has no list."""
    return Lexicon(_lines("words", language) if language in _LISTED else ())


@cache
def alarms_of(language: str | None) -> Alarms:
    """Return the alarming words of a language; of one that has no list, those of all that have."""
    chosen = [language] if language in _LISTED else _LISTED
    return Alarms([line for one in chosen for line in _lines("alarms", one)])


def _lines(folder: str, language: str | None) -> list[str]:
    return files("unisono.triage").joinpath(folder, f"{language}.txt").read_text(encoding="utf-8").splitlines()


class Judge:
    """What texts are judged by in this process."""

    def __init__(self) -> None:
        self._loaded: dict[UUID, tuple[HeadFacts, Head]] = {}
        self._heads: dict[str, Heads] = {}
        self._gates: dict[str, float] = {}
        self._main = ""
        self._looked_at = float("-inf")
        self._lock = asyncio.Lock()

    async def keep_up(self, db: Database, *, at_once: bool = False) -> None:
        """Take over heads that were put in place since; looks at most every few seconds. What cannot be read is left out."""
        if not at_once and time.monotonic() - self._looked_at < LOOK_EVERY_S:
            return
        async with self._lock:
            self._looked_at = time.monotonic()
            async with db.read() as tx:
                live = set(await tx.triage.live())
                news = live - self._loaded.keys()
                facts = {one.id: one for one in await tx.triage.heads() if one.id in news} if news else {}
                packed = {one: await tx.triage.weights(one) for one in facts}
            if not news and live == self._loaded.keys():
                return
            kept = {key: one for key, one in self._loaded.items() if key in live}
            for key, one in facts.items():
                # Beside the event loop: a head of fifty topics is thirteen megabytes.
                head = await asyncio.to_thread(_unpacked, one, packed[key])
                if head is not None:
                    kept[key] = (one, head)
            self._take(kept)

    def _take(self, loaded: dict[UUID, tuple[HeadFacts, Head]]) -> None:
        by_language: dict[str, list[Head]] = {}
        for facts, head in loaded.values():
            by_language.setdefault(facts.language, []).append(head)
        self._loaded = loaded
        self._heads = {language: Heads(sorted(heads, key=lambda head: head.name)) for language, heads in by_language.items()}
        self._gates = {
            facts.language: facts.threshold for facts, head in loaded.values() if head.name == GATED and head.trained
        }  # fmt: skip
        # What is too short to tell its language by is most likely in the one of which most is known.
        self._main = max(by_language, key=lambda one: (sum(head.own for head in by_language[one]), one), default="")

    def judge(self, text: str, language: str | None, item_id: UUID, *, gated: bool = False) -> Judgement:
        """Return what a text is judged to be. gated: it may be demoted; what is said to the house itself never is."""
        heads = self._heads.get(language or self._main)
        lexicon = lexicon_of(language or self._main)
        cleaned = clean(text)
        said = heads.probabilities(features(text, lexicon)) if heads else {}
        if "sentiment" not in said:
            said["sentiment"] = _by_list(lexicon, cleaned)
        threshold = self._gates.get(language or self._main, 0.0)
        demoted = gated and GATED in said and said[GATED].get(WANTED, 1.0) < threshold
        return Judgement(
            language=language,
            said={head: {label: round(share, 4) for label, share in shares.items()} for head, shares in said.items()},
            trained=[head.name for head in heads.heads if head.trained] if heads else [],
            alarms=list(alarms_of(language).found(cleaned)), demoted=demoted, sampled=demoted and _is_sampled(item_id),
        )  # fmt: skip

    def with_judgements(self, understood: Understood) -> Understood:
        """Return an item with what its texts are judged to be: those of customers, and not what a machine wrote."""
        return structs.replace(understood, said=[self._judged(said) for said in understood.said])

    def _judged(self, said: Said) -> Said:
        text = whole(said.clean.subject, said.clean.text)
        if getattr(said.event, "own", False) or getattr(said.event, "automatic", False) or not text.strip():
            return said
        return structs.replace(said, judgement=self.judge(text, said.clean.language, said.message_id))

    def telling(self, name: str, label: str, text: str, language: str | None) -> list[str]:
        """Return the words that speak most for what a head says; none where there is no such head."""
        heads = self._heads.get(language or self._main)
        head = next((one for one in heads.heads if one.name == name), None) if heads else None
        return telling(head, label, text) if head is not None and label in head.labels else []


def whole(subject: str, text: str) -> str:
    """Return what is judged of a message."""
    return f"{subject}\n{text}" if subject else text


def _by_list(lexicon: Lexicon, cleaned: str) -> dict[str, float]:
    """Return the tone by lists of words alone: what is known of a house that has labelled nothing."""
    balance = lexicon.tone(cleaned).balance
    return {"negative": max(-balance, 0.0), "neutral": 1 - abs(balance), "positive": max(balance, 0.0)}


def _is_sampled(item_id: UUID) -> bool:
    return hashlib.sha256(item_id.bytes).digest()[0] % SAMPLE_ONE_OF == 0


def _unpacked(facts: HeadFacts, packed: bytes | None) -> Head | None:
    """Return a head as it was stored, or None for one that another version of the program made."""
    try:
        weights = np.frombuffer(zlib.decompress(packed or b""), dtype=np.float16).reshape(WIDTH, len(facts.labels))
    except (zlib.error, ValueError) as error:
        _log.warning("head_unreadable", head_id=str(facts.id), error=type(error).__name__)
        return None
    return Head(
        name=facts.name, labels=tuple(facts.labels), weights=weights, bias=np.array(facts.bias, dtype=np.float32),
        strength=facts.strength, own=facts.own,
    )  # fmt: skip


def packed(head: Head) -> bytes:
    """Return a head's weights as they are stored."""
    return zlib.compress(head.weights.tobytes(), 6)


async def keep_up_quietly(judge: Judge, db: Database) -> None:
    """Take over new heads; whoever takes things in goes on with the old ones when the store does not answer."""
    try:
        await judge.keep_up(db)
    except UnisonoError as error:
        _log.warning("heads_not_looked_at", code=error.code)
