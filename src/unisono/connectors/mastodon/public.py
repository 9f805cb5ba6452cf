"""What is said in public on a server, or under hashtags, to whoever listens; and taking up what shall be answered.

Source: docs.joinmastodon.org, methods/streaming, methods/timelines, methods/search. Since 4.2 the streams need a token; other
software of the family still tells anybody. Pushes are not repeated: after a pause the timeline is walked forward from the last
status that was heard. Ids are the server's own, so they are told with its name in front.
"""

from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from unisono.connectors.mastodon.api import PAGE, Api
from unisono.connectors.mastodon.read import MISSHAPEN, moment
from unisono.connectors.mastodon.text import plain_text
from unisono.contract import Ctx, Heard, Overheard, Response

#: How many pages are walked after a pause: 2,000 statuses. What a server said beyond that is told as a gap.
_MOST_PAGES: Final = 50
_MEDIA: Final = {"image": "has:image", "video": "has:video", "gifv": "has:video", "audio": "has:audio"}


class Public:
    """The public side of one server."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api
        self.realm = ctx.account.realm or urlsplit(api.base).netloc
        self._tag = str(ctx.account.config.get("hashtag") or "").lstrip("#").strip()

    async def overhear(self, place: str | None) -> AsyncIterator[Overheard]:
        """Yield what is said in public after a status. Raises NotReached, PullFailed, HostRefused."""
        token = await self._ctx.secrets.get("access_token")
        headers = {"authorization": f"Bearer {token}"} if token else {}
        path = f"/api/v1/streaming/hashtag?tag={quote(self._tag)}" if self._tag else "/api/v1/streaming/public"
        async with self._ctx.http.stream("GET", self._api.base + path, headers=headers, idle_s=120.0) as answer:
            if answer.status >= 300:
                self._api.demand(Response(status=max(answer.status, 400), headers=answer.headers, body=b"", url=path))
            # Open already: what is said while the timeline is walked waits in the stream.
            async for missed in self._missed(place, headers):
                yield missed
            event = ""
            async for line in answer.lines():
                if line.startswith("event:"):
                    event = line[6:].strip()
                elif line.startswith("data:") and (step := self._step(event, line[5:].strip())) is not None:
                    yield step

    async def _missed(self, place: str | None, headers: dict[str, str]) -> AsyncIterator[Overheard]:
        if not place:
            return
        path = f"/api/v1/timelines/tag/{quote(self._tag)}" if self._tag else "/api/v1/timelines/public"
        for _ in range(_MOST_PAGES):
            params = [("min_id", place), ("limit", str(PAGE))]
            answer = await self._ctx.http.request("GET", self._api.base + path, params=params, headers=headers)
            self._api.demand(answer)
            try:
                page = msgspec.json.decode(answer.body, type=list[dict[str, Any]])
                page.sort(key=lambda status: (len(str(status["id"])), str(status["id"])))
            except MISSHAPEN:
                yield Overheard(gap=True)
                return
            posts = tuple(post for status in page if (post := self.post_of(status)) is not None)
            if not page:
                return
            place = str(page[-1]["id"])
            yield Overheard(posts=posts, place=place)
            if len(page) < PAGE:
                return
        yield Overheard(gap=True)

    def _step(self, event: str, payload: str) -> Overheard | None:
        if event == "delete":
            return Overheard(gone=(f"{self.realm}/{payload}",))
        if event not in ("update", "status.update"):
            return None
        try:
            status = msgspec.json.decode(payload, type=dict[str, Any])
        except MISSHAPEN:
            return None
        post = self.post_of(status)
        if post is None:
            return None
        # An edited status is an old one: the place stays where it was.
        return Overheard(posts=(post,), place=str(status["id"]) if event == "update" else "")

    def post_of(self, status: dict[str, Any]) -> Heard | None:
        """Return a status as monitors look at it; None for what is not public, says nothing of its own, or cannot be read."""
        try:
            if status.get("visibility") not in (None, "public", "unlisted") or status.get("reblog"):
                return None
            account, parent = status["account"], status.get("in_reply_to_id")
            media = [one for one in status.get("media_attachments") or () if isinstance(one, dict)]
            traits = {_MEDIA[str(one.get("type"))] for one in media if str(one.get("type")) in _MEDIA}
            language = status.get("language")
            return Heard(
                remote_id=f"{self.realm}/{status['id']}", author_id=f"{self.realm}/{account['id']}",
                author=str(account.get("acct") or ""), said_at=moment(status["created_at"]),
                text="\n".join(filter(None, [status.get("spoiler_text"), plain_text(status.get("content") or "")])),
                url=str(status.get("url") or status.get("uri") or ""),
                language=str(language).split("-")[0].lower() if language else None,
                root_id=None if parent else f"{self.realm}/{status['id']}",
                parent_id=f"{self.realm}/{parent}" if parent else None,
                more=tuple(str(one["description"]) for one in media if one.get("description")),
                traits=("is:reply" if parent else "is:post", *sorted(traits), *(("has:media",) if traits else ())),
                followers=account["followers_count"] if isinstance(account.get("followers_count"), int) else None,
            )  # fmt: skip
        except MISSHAPEN:
            return None

    async def find(self, remote_id: str, url: str) -> dict[str, Any] | None:
        """Return the status as our server knows it; of another server's it is asked to fetch it by its address."""
        realm, _, status_id = remote_id.rpartition("/")
        if realm == self.realm:
            answer = await self._api.request("GET", f"/api/v1/statuses/{quote(status_id)}")
            if answer.status in (404, 410):
                return None
            self._api.demand(answer)
            found = msgspec.json.decode(answer.body)
            return found if isinstance(found, dict) and "id" in found else None
        params = [("q", url), ("resolve", "true"), ("type", "statuses"), ("limit", "1")]
        found = await self._api.get("/api/v2/search", params)
        statuses = found.get("statuses") if isinstance(found, dict) else None
        return statuses[0] if isinstance(statuses, list) and statuses and "id" in statuses[0] else None
