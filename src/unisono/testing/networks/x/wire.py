"""The network's JSON. Lists speak of posts (`referenced_posts`), events and streams still of tweets (`referenced_tweets`).

Sources: X's openapi.json 2.167 (lists), X developer documentation, activity/event-payloads (events and streams).
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from unisono.testing.networks.x.model import Dm, Media, Post, User
from unisono.testing.networks.x.network import MENTION, XNetwork

_LINK = re.compile(r"https?://[^\s<>\"]+")
_KINDS = {"image": "photo", "video": "video"}


def when(at: datetime) -> str:
    """Return an instant as X writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


class Wire:
    """Writes what the network has as JSON. `base_url` is where its files lie."""

    def __init__(self, network: XNetwork) -> None:
        self._network = network
        self.base_url = ""

    def user(self, user: User) -> dict[str, Any]:
        """Return an account."""
        return {
            "id": str(user.id), "name": user.name, "username": user.username, "created_at": when(user.at), "protected": False,
            "verified": False, "verified_type": "none", "description": "",
            "public_metrics": {"followers_count": user.followers, "following_count": 3, "post_count": 1, "listed_count": 0},
        }  # fmt: skip

    def post(self, post: Post, *, old_names: bool = False) -> dict[str, Any]:
        """Return a post with the fields that are asked for usually."""
        text, start, entities = self._text(post)
        kind = "tweet" if old_names else "post"
        made: dict[str, Any] = {
            "id": str(post.id), "text": text, "author_id": str(post.author), "created_at": when(post.at),
            "conversation_id": str(post.conversation), f"edit_history_{kind}_ids": [str(one) for one in post.history],
            "display_text_range": [start, len(text)], "lang": "und", "reply_settings": "everyone", "possibly_sensitive": False,
        }  # fmt: skip
        references = []
        if post.reply_to is not None:
            parent = self._network.posts[post.reply_to]
            made["in_reply_to_user_id"] = str(parent.author)
            references.append({"type": "replied_to", "id": str(post.reply_to)})
            if old_names:
                made["in_reply_to_tweet_id"] = str(post.reply_to)
        if post.quotes is not None:
            references.append({"type": "quoted", "id": str(post.quotes)})
        if references:
            made[f"referenced_{kind}s"] = references
        if entities:
            made["entities"] = entities
        if post.media:
            made["attachments"] = {"media_keys": [self._network.media[one].key for one in post.media]}
        return made

    def _text(self, post: Post) -> tuple[str, int, dict[str, Any]]:
        """The text as it travels: whom a reply names stands in front, links are shortened, three signs are escaped."""
        mentions: list[dict[str, Any]] = []
        front = ""
        for user_id in post.implicit:
            user = self._network.users[user_id]
            mentions.append(
                {"start": len(front), "end": len(front) + len(user.username) + 1, "username": user.username, "id": str(user.id)}
            )
            front += f"@{user.username} "
        urls: list[dict[str, Any]] = []
        body = ""
        place = 0
        for found in _LINK.finditer(post.text):
            body += escape(post.text[place : found.start()], quote=False)
            short = "https://t.co/" + hashlib.sha256(found[0].encode()).hexdigest()[:10]
            start = len(front) + len(body)
            urls.append({
                "start": start, "end": start + len(short), "url": short, "expanded_url": found[0],
                "display_url": found[0].split("//", 1)[1][:26],
            })  # fmt: skip
            body += short
            place = found.end()
        body += escape(post.text[place:], quote=False)
        mentions += [
            {
                "start": len(front) + named.start(), "end": len(front) + named.end(), "username": someone.username,
                "id": str(someone.id),
            }
            for named in MENTION.finditer(body) if (someone := self._network.user_named(named[1])) is not None
        ]  # fmt: skip
        for number, _ in enumerate(post.media, 1):
            short = "https://t.co/" + hashlib.sha256(f"{post.id}/{number}".encode()).hexdigest()[:10]
            expanded = f"https://x.com/{self._network.users[post.author].username}/status/{post.id}/photo/{number}"
            if number == 1:
                urls.append({
                    "start": len(front) + len(body) + 1, "end": len(front) + len(body) + 1 + len(short), "url": short,
                    "expanded_url": expanded, "display_url": "pic.x.com/x", "media_key": self._network.media[post.media[0]].key,
                })  # fmt: skip
                body += f" {short}"
        entities = {name: found for name, found in (("mentions", mentions), ("urls", urls)) if found}
        return front + body, len(front), entities

    def media(self, media: Media) -> dict[str, Any]:
        """Return a file."""
        made = {"media_key": media.key, "type": _KINDS.get(media.media_type.split("/", 1)[0], "photo")}
        if media.media_type == "image/gif":
            made["type"] = "animated_gif"
        if media.alt:
            made["alt_text"] = media.alt
        where = f"{self.base_url}/media/{media.id}.{media.media_type.split('/', 1)[1]}"
        if made["type"] == "photo":
            return {**made, "url": where}
        return {**made, "variants": [{"content_type": media.media_type, "url": where, "bit_rate": 832_000}]}

    def page(self, posts: Sequence[Post], *, old_names: bool = False) -> dict[str, Any]:
        """Return what is beside posts: their people, what they refer to, their files."""
        users: dict[int, User] = {}
        others: dict[int, Post] = {}
        media: dict[str, Media] = {}
        for post in posts:
            users[post.author] = self._network.users[post.author]
            users |= {one: self._network.users[one] for one in post.implicit}
            for one in (post.reply_to, post.quotes):
                if one is not None and not self._network.posts[one].gone:
                    others[one] = self._network.posts[one]
            media |= {one: self._network.media[one] for one in post.media}
        made: dict[str, Any] = {}
        if users:
            made["users"] = [self.user(user) for user in users.values() if not user.gone]
        if others:
            made["tweets" if old_names else "posts"] = [self.post(one, old_names=old_names) for one in others.values()]
        if media:
            made["media"] = [self.media(one) for one in media.values()]
        return made

    def dm(self, dm: Dm) -> dict[str, Any]:
        """Return a direct message as a list shows it."""
        made: dict[str, Any] = {
            "id": str(dm.id), "event_type": "MessageCreate", "text": escape(dm.text, quote=False), "sender_id": str(dm.sender),
            "dm_conversation_id": dm.conversation, "created_at": when(dm.at),
        }  # fmt: skip
        if dm.media:
            made["attachments"] = {"media_keys": [self._network.media[one].key for one in dm.media]}
        if dm.post is not None:
            made["referenced_posts"] = [{"id": str(dm.post)}]
        return made

    def dm_page(self, dms: Sequence[Dm]) -> dict[str, Any]:
        """Return what is beside direct messages."""
        people = {one for dm in dms for one in (dm.sender, *dm.people)}
        made: dict[str, Any] = {"users": [self.user(self._network.users[one]) for one in sorted(people)]} if people else {}
        media = {one: self._network.media[one] for dm in dms for one in dm.media}
        if media:
            made["media"] = [self.media(one) for one in media.values()]
        posts = {dm.post: self._network.posts[dm.post] for dm in dms if dm.post is not None}
        if posts:
            made["posts"] = [self.post(one) for one in posts.values()]
        return made

    # -- events --------------------------------------------------------------------------------------------------------

    def event(self, event_type: str, user: int, what: Any, uuid: int, tag: str = "") -> dict[str, Any]:
        """Return an event of the Activity API in its envelope."""
        payload, includes = self._payload(event_type, what)
        data: dict[str, Any] = {"event_uuid": str(uuid), "filter": {"user_id": str(user)}, "event_type": event_type}
        if tag:
            data["tag"] = tag
        return {"data": {**data, "payload": payload, **({"includes": includes} if includes is not None else {})}}

    def _payload(self, event_type: str, what: Any) -> tuple[dict[str, Any], dict[str, Any] | None]:
        if isinstance(what, Dm):
            return self._dm_payload(what), None
        if event_type == "post.delete" and isinstance(what, Post):
            return {"id": str(what.id), "author_id": str(what.author)}, {}
        if isinstance(what, Post):
            # A reply's and a quote's event comes without its author, as X's own examples show.
            bare = event_type in ("post.reply.create", "post.quote.create")
            return self.post(what, old_names=True), {} if bare else self.page([what], old_names=True)
        return dict(what) if isinstance(what, dict) else {}, None

    def _dm_payload(self, dm: Dm) -> dict[str, Any]:
        others = [one for one in dm.people if one != dm.sender]
        message: dict[str, Any] = {
            "text": escape(dm.text, quote=False), "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
        }  # fmt: skip
        event = {
            "type": "message_create", "id": str(dm.id), "created_timestamp": str(int(dm.at.timestamp() * 1000)),
            "message_create": {
                "target": {"recipient_id": str(others[0])}, "sender_id": str(dm.sender), "message_data": message,
            },
        }  # fmt: skip
        users = {str(one): {"data": self.user(self._network.users[one])} for one in dm.people}
        return {"direct_message_events": [event], "users": users}
