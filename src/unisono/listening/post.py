"""A post as the matcher takes it: its words, its fields, and what can be counted."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from unisono.listening.query import Seen
from unisono.listening.words import Words, lowered, words_of


class Post(Struct, frozen=True, kw_only=True):
    """What is known of a post, whatever network it comes from.

    texts: what it says; then what it quotes and what its pictures are said to show.
    authors: the author's id and handle on the network, without `@`.
    traits: what it has and is, as the fields `has:` and `is:` name it (`has:video`, `is:reply`); links, tags, mentions and
    questions are found in the text.
    counts: numbers that may be asked for, such as the author's followers; what is not known is left out.
    """

    texts: Sequence[str]
    language: str | None = None
    network: str | None = None
    channel: str | None = None
    authors: Sequence[str] = ()
    traits: Sequence[str] = ()
    counts: Mapping[str, int] = {}


def fields_of(post: Post, words: Words) -> list[str]:
    """Return the features of a post that are not words."""
    found = [f"{name}:{lowered(value)}" for name, value in _named(post) if value]
    found += post.traits
    for host in words.hosts:
        labels = host.split(".")
        found += (f"site:{'.'.join(labels[n:])}" for n in range(max(1, len(labels) - 1)))
    if words.hosts:
        found.append("has:link")
    for forms in words.more.values():
        found += ("has:tag" if form[0] == "#" else "has:mention" for form in forms if form[0] in "#@")
    if any("?" in text for text in post.texts):
        found.append("has:question")
    return found


def _named(post: Post) -> list[tuple[str, str | None]]:
    return [
        ("lang", post.language), ("network", post.network), ("channel", post.channel),
        *(("author", author.removeprefix("@")) for author in post.authors),
    ]  # fmt: skip


def seen(post: Post, words: Words | None = None) -> Seen:
    """Return a post with every feature that a query without wildcards could ask for."""
    words = words or words_of(post.texts)
    return Seen(frozenset((*words.places(), *fields_of(post, words))), words.places(), post.counts)
