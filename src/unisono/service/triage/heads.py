"""The questions that triage asks of every text, and what may be answered."""

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
