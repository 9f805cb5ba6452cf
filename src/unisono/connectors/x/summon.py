"""Who may be answered: since 2026-02-23 only authors who called us, unless the company has an enterprise contract with X.

Called is who was @mentioned in so many words, or whose post was quoted. Whether the name that a reply carries by itself
counts is not stated; it is a setting, which is learnt from X's first word on it.
Source: X developer documentation, posts/manage-tweets/integrate, post creation restrictions.
"""

from enum import StrEnum

from unisono.connectors.x.wire import Beside, Post
from unisono.contract import CanReply
from unisono.domain.words import ReplyRule


class Counts(StrEnum):
    """Whether being named only by a reply's own front counts as called."""

    UNKNOWN = "unknown"
    YES = "yes"
    NO = "no"


class Call(StrEnum):
    """How an author called us."""

    NAMED = "named"
    QUOTED = "quoted"
    REPLIED = "replied"
    NOT = "not"


def call_of(post: Post, beside: Beside, me: str) -> Call:
    """Return how a post calls us."""
    start = (post.display_text_range or [0])[0]
    named = [one for one in post.names if one.id == me]
    if any(one.start >= start for one in named):
        return Call.NAMED
    quoted = post.refers("quoted")
    if quoted is not None and (original := beside.post(quoted)) is not None and original.author_id == me:
        return Call.QUOTED
    return Call.REPLIED if named or post.in_reply_to_user_id == me else Call.NOT


def can_reply(call: Call, *, enterprise: bool, counts: Counts, url: str) -> CanReply:
    """Return whether the author may be answered. What is not known is tried, and learnt from."""
    if enterprise or call in (Call.NAMED, Call.QUOTED) or (call is Call.REPLIED and counts is not Counts.NO):
        return CanReply()
    return CanReply(rule=ReplyRule.NEEDS_SUMMON, url=url)
