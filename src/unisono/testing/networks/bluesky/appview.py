"""A double of Bluesky's AppView: notifications, posts and profiles, as its lexicons describe them."""

import re
from datetime import UTC, datetime

from unisono.testing.networks.bluesky.index import Index, Json, Post

_BAD = "InvalidRequest"


class Refused(Exception):
    """The question is refused: with which status, error and words."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message


class AppView:
    """Answers for whoever the PDS says is asking. `pictures`: where the picture store is."""

    def __init__(self, index: Index, pictures: str = "") -> None:
        self._index = index
        self.pictures = pictures

    def answer(self, nsid: str, me: str, params: dict[str, list[str]]) -> Json:
        """Return the answer to a question. Raises Refused."""
        match nsid:
            case "app.bsky.notification.listNotifications":
                return self._notifications(me, params)
            case "app.bsky.feed.getPosts":
                uris = params.get("uris", [])
                if len(uris) > 25:
                    raise Refused(400, _BAD, "Error: uris must not have more than 25 elements")
                found = [self._index.posts[uri] for uri in uris if uri in self._index.posts]
                return {"posts": [self._view(post, me) for post in found if post.did not in self._index.closed]}
            case "app.bsky.feed.searchPosts":
                return self._search(me, params)
            case "app.bsky.actor.getProfiles":
                dids = [did for actor in params.get("actors", []) if (did := self._did(actor)) is not None]
                return {"profiles": [self._profile(did) for did in dids if did not in self._index.closed]}
            case "app.bsky.actor.getProfile":
                return self._profile(self._one(params.get("actor", [""])[0]))
        raise Refused(501, "MethodNotImplemented", "Method Not Implemented")

    def _did(self, actor: str) -> str | None:
        by_handle = {handle: did for did, handle in self._index.handles.items()}
        return actor if actor in self._index.handles else by_handle.get(actor)

    def _one(self, actor: str) -> str:
        did = self._did(actor)
        match self._index.closed.get(did or ""):
            case "deactivated":
                raise Refused(400, "AccountDeactivated", "Account is deactivated")
            case "takendown" | "suspended":
                raise Refused(400, "AccountTakedown", "Account has been suspended")
            case None if did is not None:
                return did
        raise Refused(400, _BAD, "Profile not found")

    def _profile(self, did: str) -> Json:
        handle = self._index.handles[did]
        return {"did": did, "handle": handle, "displayName": handle.partition("-")[0].title(), "labels": []}

    def _view(self, post: Post, me: str) -> Json:
        root = str(((post.record.get("reply") or {}).get("root") or {}).get("uri") or post.uri)
        closed = root in self._index.gates and not root.startswith(f"at://{me}/")
        view: Json = {
            "uri": post.uri, "cid": post.cid, "author": self._profile(post.did), "record": post.record,
            "indexedAt": _written(post.at), "labels": [],
            "viewer": {"threadMuted": False, "embeddingDisabled": False} | ({"replyDisabled": True} if closed else {}),
        }  # fmt: skip
        embed = post.record.get("embed") or {}
        if embed.get("$type") == "app.bsky.embed.images":
            images = [self._image(post.did, image) for image in embed["images"]]
            view["embed"] = {"$type": "app.bsky.embed.images#view", "images": images}
        return view

    def _image(self, did: str, image: Json) -> Json:
        path = f"plain/{did}/{image['image']['ref']['$link']}@{image['image']['mimeType'].partition('/')[2]}"
        urls = {size: f"{self.pictures}/img/feed_{size}/{path}" for size in ("fullsize", "thumbnail")}
        shown = {"fullsize": urls["fullsize"], "thumb": urls["thumbnail"], "alt": image["alt"]}
        return shown | ({"aspectRatio": image["aspectRatio"]} if "aspectRatio" in image else {})

    def _notifications(self, me: str, params: dict[str, list[str]]) -> Json:
        limit = int(params.get("limit", ["50"])[0])
        if not 1 <= limit <= 100:
            raise Refused(400, _BAD, "Error: limit must be between 1 and 100")
        wanted = params.get("reasons")
        found = [(post, reason) for post in reversed(self._index.shown()) if (reason := _reason(post, me))]
        found = [(post, reason) for post, reason in found if not wanted or reason in wanted]
        if cursor := params.get("cursor", [""])[0]:
            try:
                before = datetime.fromtimestamp(int(cursor) / 1e6, UTC)
            except ValueError:
                raise Refused(400, _BAD, "Malformed cursor") from None
            found = [(post, reason) for post, reason in found if post.at < before]
        page = found[:limit]
        answer: Json = {"notifications": [self._notification(post, reason) for post, reason in page], "priority": False}
        if len(found) > limit:
            answer["cursor"] = str(round(page[-1][0].at.timestamp() * 1e6))
        return answer

    def _search(self, me: str, params: dict[str, list[str]]) -> Json:
        """Search for one word, the latest first, as the lexicon says."""
        limit = int(params.get("limit", ["25"])[0])
        if not 1 <= limit <= 100:
            raise Refused(400, _BAD, "Error: limit must be between 1 and 100")
        word = params.get("q", [""])[0].lower()
        if not word:
            raise Refused(400, _BAD, 'Error: Params must have the property "q"')
        since = datetime.fromisoformat(params["since"][0]) if "since" in params else None
        found = [post for post in self._index.shown() if word in _words(post) and (since is None or _sort_at(post) >= since)]
        found.sort(key=_sort_at, reverse=True)
        begin = int(params.get("cursor", ["0"])[0])
        answer: Json = {"hitsTotal": len(found), "posts": [self._view(post, me) for post in found[begin : begin + limit]]}
        if len(found) > begin + limit:
            answer["cursor"] = str(begin + limit)
        return answer

    def _notification(self, post: Post, reason: str) -> Json:
        return {
            "uri": post.uri, "cid": post.cid, "author": self._profile(post.did), "reason": reason, "record": post.record,
            "isRead": False, "indexedAt": _written(post.at), "labels": [],
        }  # fmt: skip


def _reason(post: Post, me: str) -> str:
    """Why somebody is told of a post; empty: they are not."""
    if post.did == me:
        return ""
    reply = post.record.get("reply") or {}
    above = [str((reply.get(name) or {}).get("uri") or "") for name in ("parent", "root")]
    ours = f"at://{me}/"
    if any(uri.startswith(ours) for uri in above):
        return "reply"
    embed = post.record.get("embed") or {}
    quoted = embed.get("record") or {}
    if str(quoted.get("uri") or (quoted.get("record") or {}).get("uri") or "").startswith(ours):
        return "quote"
    features = [feature for facet in post.record.get("facets") or () for feature in facet["features"]]
    return "mention" if any(feature.get("did") == me for feature in features) else ""


def _words(post: Post) -> list[str]:
    return re.findall(r"[\w'-]+", str(post.record.get("text") or "").lower())


def _sort_at(post: Post) -> datetime:
    """When it counts as said: what its author wrote, but never later than it was seen."""
    return min(datetime.fromisoformat(str(post.record["createdAt"])), post.at)


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
