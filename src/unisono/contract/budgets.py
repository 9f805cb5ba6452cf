"""Budgets: how often a network may be asked, and what asking costs; spent in one place for all nodes.

A connector takes from a bucket *before* each request, says what the request is for, and tells what the answer's headers say:

    await ctx.budgets.take("mentions", Purpose.READ, operation="post_read")
    answer = await ctx.http.request("GET", url)
    await ctx.budgets.learn("mentions", remaining=…, limit=…, resets_at=…)
    await ctx.budgets.charge("post_read", len(posts) - 1)

`BudgetSpent` may pass through `pull`, `send`, `listen`, `check` and every optional power: nothing was sent when it is raised,
and the house knows what it means (the channel reads THROTTLED with the time, an answer waits without a counted attempt).
"""

from datetime import datetime
from enum import IntEnum
from typing import Protocol


class Purpose(IntEnum):
    """What a request is for; when the budget runs short the higher goes on for longer.

    REPLY: anything without which an answer does not reach its customer, reconciling included. COMPLIANCE: looking whether
    what we keep still stands, deleting, hiding. READ: pulling what was said to us. LISTEN: looking for what is said about us.
    """

    LISTEN = 1
    READ = 2
    COMPLIANCE = 3
    REPLY = 4


class BudgetSpent(Exception):
    """The budget has nothing left for this purpose: no failure, and nothing was sent.

    bucket: the spent one; `money` for the money of the day or the month. until: when there is some again, aware, UTC; None
    when nobody knows.
    """

    def __init__(self, bucket: str, until: datetime | None) -> None:
        when = f" until {until:%Y-%m-%d %H:%M:%S} UTC" if until is not None else ""
        super().__init__(f"The budget {bucket!r} of this channel is spent{when}. Nothing was sent; it goes on by itself.")
        self.bucket = bucket
        self.until = until


class Budgets(Protocol):
    """The channel's buckets (`[[limits]]`) and its money (`[costs]`; settings `budget_day`, `budget_month`)."""

    async def take(
        self, bucket: str, purpose: Purpose, *, operation: str | None = None, amount: int = 1, thread: str | None = None
    ) -> None:
        """Take `amount` from a bucket, and the price of as many `operation`s from the money. Raises BudgetSpent, taking nothing.

        A bucket that the manifest does not name has no limit. With `amount=0` it is only asked whether something is left.
        thread: which thread is spoken to, for limits whose scope is the thread (its root id). Raises KeyError for an
        operation that the manifest's `[costs]` does not name, where it names any.
        """

    async def learn(
        self, bucket: str, *, remaining: int, limit: int | None = None, resets_at: datetime | None = None,
        thread: str | None = None,
    ) -> None:  # fmt: skip
        """Take over what a response's headers say of a bucket; the network knows better than our own counting.

        limit: the whole amount of the window, which also tells the windows of one bucket apart. resets_at: aware, UTC.
        """

    async def charge(self, operation: str, amount: int = 1) -> None:
        """Record the price of something that was only known afterwards (items read). Never raises BudgetSpent.

        Raises KeyError as `take` does.
        """
