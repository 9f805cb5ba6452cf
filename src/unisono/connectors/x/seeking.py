"""What strangers say on X and monitors look for: the filtered stream, with rules that are kept in step with the monitors.

One connection an app: hear it by one channel, whose own stream is then `activity`. Without an enterprise contract X repeats
nothing, so that whatever was said while nobody was connected is lost, and told as a gap. The filtered stream has no partitions.
Each post that it brings costs, and so does each author once a day.
Sources: X developer documentation, posts/filtered-stream, fundamentals/consuming-streaming-data and recovery-and-redundancy.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from unisono.connectors.x.api import SHOWN, Api
from unisono.connectors.x.read import SITE
from unisono.connectors.x.text import plain
from unisono.connectors.x.wire import Media, Post, User
from unisono.contract import MISSHAPEN, Ctx, Heard, NotReached, Overheard, Purpose, Response, Sought

STREAM: Final = "/2/tweets/search/stream"
RULES: Final = f"{STREAM}/rules"
#: How many rules a self-serve app has, and how many are changed in one request of ours.
MOST_RULES: Final = 1_000
_AT_ONCE: Final = 50
#: Begins the tag of every rule of ours; what else the app looks for is none of our business.
TAG: Final = "unisono-monitor:"
#: X says something each 20 seconds, a blank line if nothing else.
_IDLE_S: Final = 45.0
_LOOK: Final = timedelta(seconds=15)
#: How often is looked whether there is money left; at most 250 posts come within this.
_PAY: Final = timedelta(seconds=1)
_NOTHING_SOUGHT_S: Final = 15.0
_BACKFILL: Final = timedelta(minutes=5)
_GRACE: Final = timedelta(seconds=2)
_KINDS: Final = {"photo": "has:image", "video": "has:video", "animated_gif": "has:video"}


class _Rule(Struct, frozen=True):
    id: str
    value: str = ""
    tag: str = ""


class _Rules(Struct, frozen=True):
    data: list[_Rule] | None = None


class _Around(Struct, frozen=True):
    users: list[User] | None = None
    media: list[Media] | None = None
    tweets: list[Post] | None = None


class _Line(Struct, frozen=True):
    data: dict[str, Any] | None = None
    includes: dict[str, Any] | None = None
    errors: list[dict[str, Any]] | None = None


class Seeking:
    """The filtered stream of the app."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api
        self._known: tuple[tuple[str, str], ...] | None = None

    async def seek(self, place: str | None, wanted: Callable[[], Sequence[Sought]]) -> AsyncIterator[Overheard]:
        """Yield what X finds until the connection ends. Raises NotReached, PullFailed, BudgetSpent."""
        while not await self._keep_in_step(wanted()):
            # X refuses a stream without rules.
            await self._ctx.clock.sleep(_NOTHING_SOUGHT_S)
        await self._afford()
        await self._ctx.budgets.take("stream", Purpose.LISTEN)
        fields = {"tweet.fields": SHOWN["post.fields"].replace("note_post", "note_tweet"), "user.fields": SHOWN["user.fields"]}
        fields |= {
            "expansions": "author_id,attachments.media_keys,referenced_tweets.id",
            "media.fields": "alt_text,media_key,type",
        }
        minutes, gap = self._missed(place)
        if minutes:
            fields["backfill_minutes"] = str(minutes)
        url = f"{self._api.base}{STREAM}?{urlencode(fields)}"
        headers = await self._api.app_headers()
        async with self._ctx.http.stream("GET", url, headers=headers, idle_s=_IDLE_S) as answer:
            if answer.status >= 300:
                self._api.demand(Response(status=answer.status, headers=answer.headers, body=b"", url=STREAM))
            looked = paid = self._ctx.clock.now()
            yield Overheard(gap=gap, place=self._here(), at=looked)
            async for line in answer.lines():
                now = self._ctx.clock.now()
                step = await self._step(line) if line.strip() else Overheard(place=self._here(), at=now)
                if step is not None:
                    yield step
                if now - looked >= _LOOK:
                    looked = now
                    await self._keep_in_step(wanted())
                if now - paid >= _PAY:
                    paid = now
                    await self._afford()

    async def _afford(self) -> None:
        """Raise BudgetSpent where listening may spend no more; answers keep what is theirs."""
        await self._ctx.budgets.take("", Purpose.LISTEN, operation="post_read", amount=0)

    def _here(self) -> str:
        return str(int(self._ctx.clock.now().timestamp() * 1_000))

    def _missed(self, place: str | None) -> tuple[int, bool]:
        """Return how many minutes X shall repeat, and whether something is lost to us."""
        if not place or not place.isdigit():
            return 0, False
        away = self._ctx.clock.now() - datetime.fromtimestamp(int(place) / 1_000, UTC)
        if self._ctx.account.config.get("access") != "enterprise":
            return 0, away > _GRACE
        minutes = min(-(-away // timedelta(minutes=1)), _BACKFILL // timedelta(minutes=1))
        return max(1, minutes), away > _BACKFILL

    # -- rules ---------------------------------------------------------------------------------------------------------

    async def _keep_in_step(self, sought: Sequence[Sought]) -> int:
        """Have a rule for each ask, and none of ours besides; returns how many there are. Raises NotReached, PullFailed."""
        asked = [(f"{TAG}{one.key}", ask) for one in sought for ask in one.asks]
        wanted = tuple(dict.fromkeys(asked))[:MOST_RULES]
        if len(asked) > MOST_RULES:
            self._ctx.log.warning("too_many_rules", wanted=len(asked), most=MOST_RULES)
        if wanted == self._known:
            return len(wanted)
        there = self._api.decoded(await self._as_app("GET"), _Rules).data or []
        ours = {(rule.tag, rule.value): rule.id for rule in there if rule.tag.startswith(TAG)}
        old = [rule_id for key, rule_id in ours.items() if key not in wanted]
        new = [key for key in wanted if key not in ours]
        for begin in range(0, len(old), _AT_ONCE):
            await self._as_app("POST", {"delete": {"ids": old[begin : begin + _AT_ONCE]}})
        for begin in range(0, len(new), _AT_ONCE):
            await self._as_app("POST", {"add": [{"value": ask, "tag": tag} for tag, ask in new[begin : begin + _AT_ONCE]]})
        self._known = wanted
        return len(wanted)

    async def _as_app(self, method: str, body: object | None = None) -> Response:
        answer = await self._api.as_app(method, RULES, **({} if body is None else {"json": body}))
        if answer is None:
            raise NotReached("The filtered stream needs the app's bearer token.", sent=False)
        self._api.demand(answer)
        return answer

    # -- posts ---------------------------------------------------------------------------------------------------------

    async def _step(self, line: str) -> Overheard | None:
        """Return what a line brings. Raises NotReached when X takes leave."""
        try:
            found = msgspec.json.decode(line, type=_Line)
            if found.data is None:
                if found.errors:
                    raise NotReached(f"X ends the stream: {found.errors[0].get('title', '')}", sent=False)
                return None
            post = msgspec.convert(found.data, Post)
            around = msgspec.convert(found.includes or {}, _Around)
        except MISSHAPEN:
            return None
        await self._api.billed("post_read", [found.data])
        await self._api.billed("user_read", (found.includes or {}).get("users"))
        if post.refers("retweeted") or post.author_id == self._ctx.account.remote_id:
            return Overheard(place=self._here())
        return Overheard(posts=(_heard(post, around),), place=self._here())


def _heard(post: Post, around: _Around) -> Heard:
    author = next((user for user in around.users or () if user.id == post.author_id), None)
    quoted = next((one for one in around.tweets or () if one.id == post.refers("quoted")), None)
    media = [one for one in around.media or () if one.media_key in ((post.attachments and post.attachments.media_keys) or ())]
    parent = post.refers("replied_to")
    shown = {_KINDS[one.type] for one in media if one.type in _KINDS}
    return Heard(
        remote_id=post.first_id, author_id=post.author_id, author=author.username if author else "", said_at=post.created_at,
        text=plain(*post.whole), url=f"{SITE}/i/web/status/{post.id}", root_id=post.conversation_id or None, parent_id=parent,
        # X looks into what is quoted, but not into what pictures are said to show.
        language=post.lang if post.lang not in (None, "und", "zxx") else None, more=(plain(*quoted.whole),) if quoted else (),
        traits=("is:reply" if parent else "is:post", *sorted(shown), *(("has:media",) if shown else ())),
        followers=author.public_metrics.followers_count if author and author.public_metrics else None,
    )  # fmt: skip
