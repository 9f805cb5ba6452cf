"""Questions to the network: its records, its view of them, and its chat."""

from collections.abc import Sequence
from typing import Any, Final

from unisono.connectors.bluesky.answers import REAUTH_PAUSE_S, Json, decoded, demand, problem_of, silent, unreachable
from unisono.connectors.bluesky.session import Session, lacks_right
from unisono.connectors.bluesky.words import health
from unisono.contract import Ctx, NotReached, PullFailed, Purpose, Response
from unisono.domain.words import ChannelState

POST: Final = "app.bsky.feed.post"
CHAT: Final = "did:web:api.bsky.chat#bsky_chat"
#: So many items a question may name. Source: lexicons app.bsky.feed.getPosts, app.bsky.actor.getProfiles.
TOGETHER: Final = 25
#: Items of a page, the most that is given.
PAGE: Final = 100


class Api:
    """The account's questions. Each raises PullFailed with what is wrong and when to ask again, or BudgetSpent.

    purpose: what the questions are for.
    """

    def __init__(self, ctx: Ctx, purpose: Purpose = Purpose.READ, session: Session | None = None) -> None:
        self._ctx = ctx
        self._purpose = purpose
        self.session = session or Session(ctx)

    def meant_for(self, purpose: Purpose) -> "Api":
        """Return the same account's questions for another purpose."""
        return Api(self._ctx, purpose, self.session)

    async def ask(self, nsid: str, params: Sequence[tuple[str, str]] = (), *, proxy: str = "") -> Json:
        """Return the answer to a question."""
        answer = await self.tried(nsid, params, proxy=proxy)
        if lacks_right(answer):
            raise PullFailed(health(ChannelState.FORBIDDEN, "no_chat", "app_password"), REAUTH_PAUSE_S)
        demand(answer, self._ctx.clock.now())
        return decoded(answer, dict[str, Any])

    async def tried(self, nsid: str, params: Sequence[tuple[str, str]] = (), *, proxy: str = "") -> Response:
        """Return an answer whatever its status."""
        try:
            return await self.session.request("GET", nsid, purpose=self._purpose, proxy=proxy, params=list(params))
        except NotReached as error:
            raise silent(self.session.service, error) from error

    async def listed(self, nsid: str, name: str, params: Sequence[tuple[str, str]], *, proxy: str = "") -> tuple[list[Json], str]:
        """Return the items of a page, and where the next one begins (empty: there is none)."""
        answer = await self.ask(nsid, params, proxy=proxy)
        items, cursor = answer.get(name), answer.get("cursor")
        if not isinstance(items, list):
            raise unreachable("unreadable", service=nsid, status=200)
        return [item for item in items if isinstance(item, dict)], cursor if isinstance(cursor, str) else ""

    async def posts(self, uris: Sequence[str]) -> dict[str, Json]:
        """Return those posts that the network shows, by their address."""
        found: dict[str, Json] = {}
        for start in range(0, len(uris), TOGETHER):
            params = [("uris", uri) for uri in uris[start : start + TOGETHER]]
            items, _ = await self.listed("app.bsky.feed.getPosts", "posts", params)
            found |= {str(item["uri"]): item for item in items if "uri" in item}
        return found

    async def profiles(self, dids: Sequence[str]) -> dict[str, Json]:
        """Return those accounts that the network shows, by their DID."""
        found: dict[str, Json] = {}
        for start in range(0, len(dids), TOGETHER):
            params = [("actors", did) for did in dids[start : start + TOGETHER]]
            items, _ = await self.listed("app.bsky.actor.getProfiles", "profiles", params)
            found |= {str(item["did"]): item for item in items if "did" in item}
        return found

    async def is_deleted(self, did: str) -> bool:
        """Tell whether an account is gone for good: one that its owner or Bluesky has only closed may come back."""
        answer = await self.tried("app.bsky.actor.getProfile", [("actor", did)])
        if answer.status == 400:
            return problem_of(answer).error not in ("AccountDeactivated", "AccountTakedown", "AccountSuspended")
        demand(answer, self._ctx.clock.now())
        return False

    async def resolve(self, handle: str) -> str | None:
        """Return whom a handle means; None when nobody."""
        answer = await self.tried("com.atproto.identity.resolveHandle", [("handle", handle)])
        if answer.status in (400, 404):
            return None
        demand(answer, self._ctx.clock.now())
        did = decoded(answer, dict[str, Any]).get("did")
        return did if isinstance(did, str) else None


def did_of(uri: str) -> str:
    """Return in whose repository a record stands (`at://did/collection/key`)."""
    return uri.removeprefix("at://").partition("/")[0]


def key_of(uri: str) -> str:
    """Return the key of a record."""
    return uri.rpartition("/")[2]
