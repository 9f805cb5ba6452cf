"""The questions that triage asks of every text, what may be answered, and in which language a label counts."""

from collections.abc import Iterable
from typing import Final

#: Answers by question, in the order in which they are offered; None: the wrap-up codes of the house.
HEADS: Final[dict[str, tuple[str, ...] | None]] = {
    "answer": ("yes", "no"),
    "relevance": ("yes", "no"),
    "sentiment": ("negative", "neutral", "positive"),
    "topic": None,
    "spam": ("yes", "no"),
    "abuse": ("yes", "no"),
}

#: The question whose gate demotes, and the answer that keeps a text where it is.
GATED: Final = "answer"
WANTED: Final = "yes"

#: What a text's language is called when it is too short to tell.
UNKNOWN: Final = ""


def by_language(counts: Iterable[tuple[str, str, str, int]]) -> dict[tuple[str, str], dict[str, int]]:
    """Return how often each answer was given, by question and language, from (question, language, answer, how often).

    Texts too short to tell their language by count with the language in which the question has most labels.
    """
    counts = list(counts)
    found: dict[tuple[str, str], dict[str, int]] = {}
    for head, language, label, count in counts:
        answers = found.setdefault((head, language or main_language(counts, head)), {})
        answers[label] = answers.get(label, 0) + count
    return found


def main_language(counts: Iterable[tuple[str, str, str, int]], head: str) -> str:
    """Return the language in which a question has most labels; `UNKNOWN` where no label's language is known."""
    of: dict[str, int] = {}
    for name, language, _, count in counts:
        if name == head and language != UNKNOWN:
            of[language] = of.get(language, 0) + count
    return max(of, key=lambda one: (of[one], one), default=UNKNOWN)
