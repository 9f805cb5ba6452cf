"""X's JSON as typed structs. Lists speak of posts, events and streams still of tweets; both names are taken.

What is not named here is ignored; what may be new is plain text, not an enum.
Sources: X's openapi.json 2.167 (Post, User, Media, DmEvent), X developer documentation, activity/event-payloads.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct


class Ref(Struct, frozen=True):
    """Another post that a post refers to: `replied_to`, `quoted`, `retweeted`."""

    id: str
    type: str = ""


class Named(Struct, frozen=True):
    """Somebody who is named in a text, and where."""

    username: str = ""
    id: str = ""
    start: int = 0


class Link(Struct, frozen=True):
    """A link, short as it stands in the text and long as it was typed; one with a media key stands for a file."""

    url: str = ""
    expanded_url: str | None = None
    media_key: str | None = None


class Entities(Struct, frozen=True):
    """What stands in a text."""

    mentions: list[Named] | None = None
    urls: list[Link] | None = None


class Attached(Struct, frozen=True):
    """Files, by key."""

    media_keys: list[str] | None = None


class Note(Struct, frozen=True):
    """The whole of a long text, of which `text` has the beginning."""

    text: str = ""
    entities: Entities | None = None


class Post(Struct, frozen=True):
    """A version of a post."""

    id: str
    author_id: str
    created_at: datetime
    text: str = ""
    conversation_id: str = ""
    in_reply_to_user_id: str | None = None
    in_reply_to_tweet_id: str | None = None
    referenced_posts: list[Ref] | None = None
    referenced_tweets: list[Ref] | None = None
    edit_history_post_ids: list[str] | None = None
    edit_history_tweet_ids: list[str] | None = None
    display_text_range: list[int] | None = None
    entities: Entities | None = None
    attachments: Attached | None = None
    note_post: Note | None = None
    note_tweet: Note | None = None
    lang: str | None = None

    @property
    def history(self) -> list[str]:
        """All versions, oldest first; this one alone when it was never changed."""
        return self.edit_history_post_ids or self.edit_history_tweet_ids or [self.id]

    @property
    def first_id(self) -> str:
        """What names the post whatever its version."""
        return self.history[0]

    @property
    def revision(self) -> int:
        """How often it had been changed when this version was made."""
        return self.history.index(self.id) if self.id in self.history else len(self.history)

    def refers(self, kind: str) -> str | None:
        """Return the post that it answers (`replied_to`) or quotes (`quoted`)."""
        refs: list[Ref] = [*(self.referenced_posts or ()), *(self.referenced_tweets or ())]
        found = [ref.id for ref in refs if ref.type == kind]
        if found:
            return found[0]
        return self.in_reply_to_tweet_id if kind == "replied_to" else None

    @property
    def names(self) -> list[Named]:
        """Whom it names."""
        note = self._note.entities if self._note else None
        return [*((self.entities and self.entities.mentions) or ()), *((note and note.mentions) or ())]

    @property
    def _note(self) -> Note | None:
        return self.note_post or self.note_tweet

    @property
    def whole(self) -> tuple[str, list[Link]]:
        """The whole text with its links."""
        note = self._note
        if note is not None and note.text:
            return note.text, list((note.entities and note.entities.urls) or (self.entities and self.entities.urls) or ())
        return self.text, list((self.entities and self.entities.urls) or ())


class Metrics(Struct, frozen=True):
    """What X counts of an account for all to see."""

    followers_count: int | None = None


class User(Struct, frozen=True):
    """An account."""

    id: str
    username: str = ""
    name: str = ""
    public_metrics: Metrics | None = None


class Variant(Struct, frozen=True):
    """One size of a moving picture."""

    url: str = ""
    content_type: str = ""
    bit_rate: int | None = None


class Media(Struct, frozen=True):
    """A file of a post or message."""

    media_key: str
    type: str = ""
    url: str | None = None
    preview_image_url: str | None = None
    alt_text: str | None = None
    variants: list[Variant] | None = None


class Beside(Struct, frozen=True):
    """What comes beside posts and messages."""

    users: list[User] | None = None
    posts: list[Post] | None = None
    tweets: list[Post] | None = None
    media: list[Media] | None = None

    def user(self, user_id: str) -> User | None:
        """Return a person, if told of."""
        return next((user for user in self.users or () if user.id == user_id), None)

    def post(self, post_id: str) -> Post | None:
        """Return a post, if told of."""
        return next((post for post in (*(self.posts or ()), *(self.tweets or ())) if post.id == post_id), None)

    def files(self, attached: Attached | None) -> list[Media]:
        """Return the files of something, in order."""
        keys = (attached and attached.media_keys) or []
        known = {media.media_key: media for media in self.media or ()}
        return [known[key] for key in keys if key in known]


class Dm(Struct, frozen=True):
    """A direct message as lists show it."""

    id: str
    sender_id: str
    created_at: datetime
    text: str = ""
    dm_conversation_id: str = ""
    event_type: str = "MessageCreate"
    entities: Entities | None = None
    attachments: Attached | None = None
    referenced_posts: list[Ref] | None = None
    referenced_tweets: list[Ref] | None = None
    participant_ids: list[str] | None = None

    @property
    def about(self) -> str | None:
        """The post that it carries, if any."""
        return next((ref.id for ref in (*(self.referenced_posts or ()), *(self.referenced_tweets or ()))), None)


class Meta(Struct, frozen=True):
    """What is said of a page; it is there also when nothing else is."""

    result_count: int = 0
    next_token: str | None = None


class Listed(Struct, frozen=True):
    """A page of a list. What was found, and what comes beside it by kind, stays as it came, for `read`."""

    meta: Meta
    data: list[dict[str, Any]] | None = None
    includes: dict[str, Any] | None = None


class Problem(Struct, frozen=True):
    """An error beside what was found, or instead of it (RFC 7807)."""

    title: str = ""
    detail: str = ""
    type: str = ""
    resource_id: str | None = None
    value: str | None = None


class Found(Struct, frozen=True):
    """Things that were asked for by id: those that stand, and what is wrong with the others."""

    data: list[dict[str, Any]] | None = None
    includes: dict[str, Any] | None = None
    errors: list[Problem] | None = None

    @property
    def gone(self) -> set[str]:
        """The ids that nobody may read any more: deleted, withheld, or of an account that is closed or gone."""
        return {one for problem in self.errors or () if (one := problem.resource_id or problem.value)}


def ids_in(raw: dict[str, Any]) -> Iterable[str]:
    """Return the ids of people, posts and files that something refers to, wherever they stand in it."""
    for name, value in raw.items():
        if isinstance(value, str) and (name == "id" or name.endswith(("_id", "_key"))):
            yield value
        elif isinstance(value, dict):
            yield from ids_in(value)
        elif isinstance(value, list):
            for one in value:
                if isinstance(one, dict):
                    yield from ids_in(one)
                elif isinstance(one, str) and name.endswith(("_ids", "_keys")):
                    yield one
