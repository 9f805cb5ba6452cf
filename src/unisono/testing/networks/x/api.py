"""The endpoints of X API v2 that an account's connector uses."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from unisono.testing.networks.x.asked import Answer, Asked
from unisono.testing.networks.x.model import EPOCH_MS, Dm, Post, Refused, invalid, lost, missing
from unisono.testing.networks.x.network import XNetwork
from unisono.testing.networks.x.wire import Wire

_IMAGE, _VIDEO = 5 * 1024 * 1024, 512 * 1024 * 1024
_MENTIONS_KEPT, _OWN_KEPT = 800, 3_200
_SEARCHED = timedelta(days=7)
_DMS_KEPT = timedelta(days=30)
_LONGEST_QUERY = 512


class Api:
    """Handlers by method and path. strange: answers come in the form of a later version."""

    def __init__(self, network: XNetwork, wire: Wire) -> None:
        self._network = network
        self._wire = wire
        self.strange = False

    def routes(self) -> list[tuple[str, str, Callable[[Asked], Answer]]]:
        """Return them."""
        return [
            ("GET", "/2/users/me", self.me),
            ("GET", "/2/users", self.users),
            ("GET", "/2/users/*/mentions", self.mentions),
            ("GET", "/2/users/*/tweets", self.own),
            ("GET", "/2/tweets", self.lookup),
            ("GET", "/2/tweets/search/recent", self.search),
            ("POST", "/2/tweets", self.create),
            ("DELETE", "/2/tweets/*", self.delete),
            ("PUT", "/2/tweets/*/hidden", self.hide),
            ("GET", "/2/dm_events", self.dm_events),
            ("DELETE", "/2/dm_events/*", self.delete_dm),
            ("GET", "/2/dm_conversations/with/*/dm_events", self.dm_with),
            ("GET", "/2/dm_conversations/*/dm_events", self.dm_in),
            ("POST", "/2/dm_conversations/with/*/messages", self.write_to),
            ("POST", "/2/dm_conversations/*/messages", self.write_in),
            ("POST", "/2/media/upload/initialize", self.initialize),
            ("POST", "/2/media/upload/*/append", self.append),
            ("POST", "/2/media/upload/*/finalize", self.finalize),
            ("GET", "/2/media/upload", self.upload_state),
            ("POST", "/2/media/metadata", self.metadata),
            ("GET", "/media/*", self.file),
        ]

    # -- people --------------------------------------------------------------------------------------------------------

    def me(self, asked: Asked) -> Answer:
        """Tell who the token is for."""
        return Answer(data={"data": self._wire.user(self._network.users[asked.grant("users.read").user])})

    def users(self, asked: Asked) -> Answer:
        """Tell of people by id."""
        self._known(asked)
        ids = [int(one) for one in asked.query.get("ids", "").split(",") if one.isdigit()]
        found = [self._network.users[one] for one in ids if one in self._network.users and not self._network.users[one].gone]
        data: dict[str, Any] = {"data": [self._wire.user(one) for one in found]} if found else {}
        gone = [one for one in ids if one not in {user.id for user in found}]
        return Answer(data=data | ({"errors": [lost("user", one) for one in gone]} if gone else {}))

    # -- posts ---------------------------------------------------------------------------------------------------------

    def _known(self, asked: Asked) -> None:
        if asked.holder is None:
            raise Refused(401, "Unauthorized")

    def mentions(self, asked: Asked) -> Answer:
        """List who named an account; the newest 800 are kept."""
        self._known(asked)
        user = self._user(asked.path[0])
        found = self._network.listed(lambda p: p.author != user and (user in p.implicit or user in p.explicit))
        return self._listed(asked, found[:_MENTIONS_KEPT], low=5)

    def own(self, asked: Asked) -> Answer:
        """List what an account said; the newest 3,200 are kept."""
        self._known(asked)
        user = self._user(asked.path[0])
        return self._listed(asked, self._network.listed(lambda p: p.author == user)[:_OWN_KEPT], low=5)

    def _user(self, text: str) -> int:
        if not text.isdigit() or int(text) not in self._network.users:
            raise missing("user", text)
        return int(text)

    def search(self, asked: Asked) -> Answer:
        """Search the last seven days."""
        self._known(asked)
        query = asked.query.get("query", "")
        if not query or len(query) > _LONGEST_QUERY:
            raise invalid("The 'query' parameter must hold 1 to 512 characters.")
        since = self._network.now() - _SEARCHED
        for name in ("since_id", "until_id"):
            if (given := asked.query.get(name)) and _time_of(int(given)) < since.timestamp() - 60:
                raise invalid(f"'{name}' must be a tweet id created after [{since:%Y-%m-%dT%H:%M}Z].")
        fits = matcher(query, self._network)
        return self._listed(asked, self._network.listed(lambda p: p.at >= since and fits(p)), low=10)

    def _listed(self, asked: Asked, found: list[Post], *, low: int) -> Answer:
        limit = asked.whole("max_results", 10, low, 100)
        found = [p for p in found if self._between(asked, p)]
        start = _place(asked.query.get("pagination_token") or asked.query.get("next_token"))
        page = found[start : start + limit]
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": str(page[0].id), "oldest_id": str(page[-1].id)}
        if len(found) > start + limit:
            meta["next_token"] = f"p{start + limit}"
        data: dict[str, Any] = {"data": [self._wire.post(p) for p in page], "includes": self._wire.page(page)} if page else {}
        return Answer(data=data | {"meta": meta})

    @staticmethod
    def _between(asked: Asked, post: Post) -> bool:
        query = asked.query
        return (
            post.id > int(query.get("since_id") or 0)
            and post.id < int(query.get("until_id") or 2**63)
            and (not query.get("start_time") or post.at >= datetime.fromisoformat(query["start_time"]))
        )

    def lookup(self, asked: Asked) -> Answer:
        """Tell of posts by id; each version by its own id."""
        self._known(asked)
        ids = asked.query.get("ids", "").split(",")
        if len(ids) > 100 or not all(one.isdigit() for one in ids):
            raise invalid("The `ids` query parameter must hold 1 to 100 ids.")
        stands = [p for one in ids if (p := self._network.posts.get(int(one))) is not None and not p.gone]
        gone = [one for one in ids if int(one) not in {p.id for p in stands}]
        data: dict[str, Any] = {}
        if stands:
            data = {"data": [self._wire.post(p) for p in stands], "includes": self._wire.page(stands)}
        return Answer(data=data | ({"errors": [lost("tweet", one) for one in gone]} if gone else {}))

    def create(self, asked: Asked) -> Answer:
        """Say something."""
        grant = asked.grant("tweet.write")
        body = asked.json()
        reply = (body.get("reply") or {}).get("in_reply_to_tweet_id")
        media = self._media(grant.user, (body.get("media") or {}).get("media_ids") or (), most=4)
        quotes = body.get("quote_tweet_id")
        said = self._network.say_by_api(
            grant.user, str(body.get("text") or ""), reply_to=int(reply) if reply else None,
            quotes=int(quotes) if quotes else None, media=media,
        )  # fmt: skip
        wire = self._wire.post(said)
        return Answer(data={"data": {name: wire[name] for name in ("id", "text", "edit_history_post_ids")}}, status=201)

    def _media(self, owner: int, ids: Sequence[str], *, most: int) -> list[str]:
        found = [self._network.media.get(str(one)) for one in ids]
        if any(one is None or one.owner != owner or not one.ready for one in found):
            raise invalid("Your media IDs are invalid.")
        moving = [
            one
            for one in found
            if one is not None and not (one.media_type.startswith("image/") and one.media_type != "image/gif")
        ]
        if len(ids) > most or (moving and len(ids) > 1):
            raise invalid("A post holds up to four pictures, or one video or GIF.")
        return [str(one) for one in ids]

    def delete(self, asked: Asked) -> Answer:
        """Delete one of one's own posts."""
        grant = asked.grant("tweet.write")
        post = self._network.standing(int(asked.path[0]))
        if post.author != grant.user:
            raise Refused(403, "You are not allowed to delete this post.")
        self._network.delete(post.id)
        return Answer(data={"data": {"deleted": True}})

    def hide(self, asked: Asked) -> Answer:
        """Hide a reply in a conversation that one began, or show it again."""
        grant = asked.grant("tweet.moderate.write")
        post = self._network.standing(int(asked.path[0]))
        root = self._network.posts.get(post.conversation)
        if root is None or root.author != grant.user or post.id == root.id:
            raise Refused(403, "Only replies to a conversation that you began can be hidden.")
        hidden = asked.json().get("hidden")
        if not isinstance(hidden, bool):
            raise invalid("`hidden` must be true or false.")
        for version in post.history:
            self._network.posts[version].hidden = hidden
        return Answer(data={"data": {"hidden": hidden}})

    # -- direct messages -----------------------------------------------------------------------------------------------

    def dm_events(self, asked: Asked) -> Answer:
        """List an account's direct messages of 30 days, newest first."""
        user = asked.grant("dm.read").user
        return self._dms(asked, lambda d: user in d.people)

    def dm_with(self, asked: Asked) -> Answer:
        """List those between two."""
        user, other = asked.grant("dm.read").user, self._user(asked.path[0])
        low, high = sorted((user, other))
        return self._dms(asked, lambda d: d.conversation == f"{low}-{high}")

    def dm_in(self, asked: Asked) -> Answer:
        """List those of a conversation."""
        user = asked.grant("dm.read").user
        return self._dms(asked, lambda d: d.conversation == asked.path[0] and user in d.people)

    def _dms(self, asked: Asked, wanted: Callable[[Dm], bool]) -> Answer:
        limit = asked.whole("max_results", 100, 1, 100)
        since = self._network.now() - _DMS_KEPT
        found = [d for d in sorted(self._network.dms.values(), key=lambda d: -d.id) if wanted(d) and d.at >= since and not d.gone]
        start = _place(asked.query.get("pagination_token"))
        page = found[start : start + limit]
        meta: dict[str, Any] = {"result_count": len(page)}
        if len(found) > start + limit:
            meta["next_token"] = f"p{start + limit}"
        data: dict[str, Any] = {"data": [self._wire.dm(d) for d in page], "includes": self._wire.dm_page(page)} if page else {}
        return Answer(data=data | {"meta": meta})

    def write_to(self, asked: Asked) -> Answer:
        """Write to somebody."""
        grant = asked.grant("dm.write")
        text, media = self._message(asked, grant.user)
        return self._written(self._network.dm(grant.user, self._user(asked.path[0]), text, media=media))

    def write_in(self, asked: Asked) -> Answer:
        """Write into a conversation."""
        grant = asked.grant("dm.write")
        people = self._network.people_of(asked.path[0])
        if grant.user not in people:
            raise Refused(403, "You are not in this conversation.")
        text, media = self._message(asked, grant.user)
        if "-" in asked.path[0]:
            other = next(one for one in people if one != grant.user)
            return self._written(self._network.dm(grant.user, other, text, media=media))
        return self._written(self._network.group_dm(grant.user, people, text, asked.path[0]))

    def _message(self, asked: Asked, owner: int) -> tuple[str, list[str]]:
        body = asked.json()
        ids = [str(one.get("media_id")) for one in body.get("attachments") or ()]
        return str(body.get("text") or ""), self._media(owner, ids, most=1)

    def _written(self, said: Dm) -> Answer:
        return Answer(data={"data": {"dm_conversation_id": said.conversation, "dm_event_id": str(said.id)}}, status=201)

    def delete_dm(self, asked: Asked) -> Answer:
        """Delete a message, for oneself."""
        grant = asked.grant("dm.write")
        found = self._network.dms.get(int(asked.path[0]))
        if found is None or found.gone or grant.user not in found.people:
            raise missing("dm_event", asked.path[0])
        found.gone = True
        return Answer(data={"data": {"deleted": True}})

    # -- files ---------------------------------------------------------------------------------------------------------

    def initialize(self, asked: Asked) -> Answer:
        """Begin to take a file."""
        grant = asked.grant("media.write")
        body = asked.json()
        media_type, total, category = str(body.get("media_type")), body.get("total_bytes"), str(body.get("media_category"))
        largest = _VIDEO if media_type.startswith("video/") else _IMAGE
        if not isinstance(total, int) or not 0 < total <= largest:
            raise invalid(f"The file may have up to {largest} bytes.")
        if category not in ("tweet_image", "tweet_gif", "tweet_video", "dm_image", "dm_gif", "dm_video"):
            raise invalid("media_category is not known.")
        made = self._network.begin_upload(grant.user, media_type, total)
        return Answer(data={"data": {"id": str(made.id), "media_key": made.key, "expires_after_secs": 86_400}})

    def append(self, asked: Asked) -> Answer:
        """Take a part of a file."""
        asked.grant("media.write")
        media = self._network.media.get(asked.path[0])
        if media is None or media.ready:
            raise missing("media", asked.path[0])
        fields = multipart(asked)
        index = fields.get("segment_index", b"").decode()
        if not index.isdigit() or "media" not in fields:
            raise invalid("A part needs `media` and `segment_index`.")
        media.parts[int(index)] = fields["media"]
        return Answer(data={"data": {"expires_at": int(self._network.now().timestamp()) + 86_400}})

    def finalize(self, asked: Asked) -> Answer:
        """End a file; a video is worked on first."""
        asked.grant("media.write")
        media = self._network.media.get(asked.path[0])
        if media is None:
            raise missing("media", asked.path[0])
        if len(media.content) != media.total or sorted(media.parts) != list(range(len(media.parts))):
            raise invalid("Segments do not add up to provided total file size.")
        data: dict[str, Any] = {"id": str(media.id), "media_key": media.key, "size": media.total, "expires_after_secs": 86_400}
        if media.media_type.startswith("video/"):
            media.looks = 2
            data["processing_info"] = {"state": "pending", "check_after_secs": 1}
        else:
            media.ready = True
        return Answer(data={"data": data})

    def upload_state(self, asked: Asked) -> Answer:
        """Tell how far a file is."""
        asked.grant("media.write")
        media = self._network.media.get(asked.query.get("media_id", ""))
        if media is None:
            raise missing("media", asked.query.get("media_id"))
        media.looks = max(0, media.looks - 1)
        media.ready = media.ready or media.looks == 0
        state = (
            {"state": "succeeded", "progress_percent": 100} if media.ready else {"state": "in_progress", "check_after_secs": 1}
        )
        data = {"id": str(media.id), "media_key": media.key, "size": media.total, "processing_info": state}
        return Answer(data={"data": data})

    def metadata(self, asked: Asked) -> Answer:
        """Take a file's description."""
        asked.grant("media.write")
        body = asked.json()
        media = self._network.media.get(str(body.get("id")))
        if media is None:
            raise missing("media", body.get("id"))
        text = ((body.get("metadata") or {}).get("alt_text") or {}).get("text")
        if not isinstance(text, str) or len(text) > 1_000:
            raise invalid("alt_text holds up to 1,000 characters.")
        media.alt = text
        return Answer(data={"data": {"id": str(media.id), "associated_metadata": {"alt_text": {"text": text}}}})

    def file(self, asked: Asked) -> Answer:
        """Give a file."""
        media = self._network.media.get(asked.path[0].split(".", 1)[0])
        if media is None:
            return Answer(status=404, body=b"")
        return Answer(body=media.content, media_type=media.media_type)


def matcher(query: str, network: XNetwork) -> Callable[[Post], bool]:
    """Return what a query of search and of the filtered stream finds.

    Words, "words", #tags, @names, from:, conversation_id:, is:reply; a blank is and, OR is or, brackets hold together, a minus
    is not.
    """

    def has(post: Post, term: str) -> bool:
        if term.startswith("-"):
            return not has(post, term[1:])
        kind, _, value = term.partition(":")
        match kind:
            case "conversation_id":
                return str(post.conversation) == value
            case "from":
                return network.users[post.author].username.lower() == value.lower()
            case "is":
                return value == "reply" and post.reply_to is not None
        if term.startswith("@"):
            user = network.user_named(term)
            return user is not None and user.id in network.names(post)
        return re.search(rf"(?<!\w){re.escape(term.strip(chr(34)).lower())}(?!\w)", post.text.lower()) is not None

    def holds(post: Post, terms: Sequence[Any]) -> bool:
        choices: list[list[Any]] = [[]]
        for term in terms:
            if term == "OR":
                choices.append([])
            else:
                choices[-1].append(term)
        return any(
            bool(some) and all(holds(post, one) if isinstance(one, list) else has(post, one) for one in some) for some in choices
        )

    levels: list[list[Any]] = [[]]
    for token in re.findall(r"[()]|[^\s()]+", query):
        if token == "(":
            levels.append([])
        elif token == ")":
            if len(levels) < 2:
                raise invalid("The query closes a bracket that it did not open.")
            group = levels.pop()
            levels[-1].append(group)
        else:
            levels[-1].append(token)
    if len(levels) > 1:
        raise invalid("The query opens a bracket that it does not close.")
    return lambda post: holds(post, levels[0])


def multipart(asked: Asked) -> dict[str, bytes]:
    """Return the parts of a form with files by name."""
    head = f"content-type: {asked.headers.get('content-type', '')}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + asked.body)
    found: dict[str, bytes] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content
    return found


def _place(token: str | None) -> int:
    if token is None:
        return 0
    if not re.fullmatch(r"p\d{1,7}", token):
        raise invalid("The pagination token is not valid.")
    return int(token[1:])


def _time_of(snowflake: int) -> float:
    return ((snowflake >> 22) + EPOCH_MS) / 1000
