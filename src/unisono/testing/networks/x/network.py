"""The network: people, posts, direct messages, files and what may be done with them. It knows nothing of HTTP.

Sources: X developer documentation (posts/manage-tweets, fundamentals/edit-posts, direct-messages, activity), 2026-08.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from unisono.domain.length import measure
from unisono.testing.networks.x.model import EPOCH_MS, App, Dm, Grant, Media, Post, Refused, State, User, invalid, missing

MENTION = re.compile(r"(?<![\w@/])@(\w{1,30})")
_CASHTAG = re.compile(r"(?<!\w)\$[A-Za-z]{1,6}\b")
_LONGEST_POST, _LONGEST_DM, _URL = 280, 10_000, 23
_EDITABLE = timedelta(minutes=60)
_MOST_EDITS = 5
_ACCESS = timedelta(hours=2)
SCOPES = (
    "tweet.read",
    "tweet.write",
    "users.read",
    "dm.read",
    "dm.write",
    "media.write",
    "tweet.moderate.write",
    "offline.access",
)

Told = Callable[[str, int, Any], None]


class XNetwork:
    """State and rules. implicit_counts: whether a reply to us, which names us only by itself, summons us; X does not say.

    enterprise: accounts that need no summons. now: the time, aware.
    """

    def __init__(self, now: Callable[[], datetime] | None = None, *, implicit_counts: bool = True) -> None:
        self.now = now or (lambda: datetime.now(UTC))
        self.implicit_counts = implicit_counts
        self.enterprise: set[int] = set()
        self.users: dict[int, User] = {}
        self._names: dict[str, User] = {}
        self.posts: dict[int, Post] = {}
        self.dms: dict[int, Dm] = {}
        self.media: dict[str, Media] = {}
        self.apps: dict[str, App] = {}
        self.grants: list[Grant] = []
        self._heard: list[Told] = []
        self._last = 0

    def listen(self, told: Told) -> None:
        """Call `told(event type, user, what)` for everything that happens to an account."""
        self._heard.append(told)

    def _tell(self, event_type: str, user: int, what: Any) -> None:
        for told in self._heard:
            told(event_type, user, what)

    def state(self) -> State:
        """Return all that is held here."""
        return State(
            users=[*self.users.values()], posts=[*self.posts.values()], dms=[*self.dms.values()], media=[*self.media.values()],
            apps=[*self.apps.values()], grants=self.grants,
        )  # fmt: skip

    def take_up(self, state: State) -> None:
        """Go on from what was held before. Ids hold the time, so that none is given twice."""
        self.users = {user.id: user for user in state.users}
        self._names = {user.username.lower(): user for user in state.users}
        self.posts = {post.id: post for post in state.posts}
        for post in state.posts:
            post.history = self.posts[post.history[0]].history
        self.dms = {dm.id: dm for dm in state.dms}
        self.media = {str(media.id): media for media in state.media}
        self.apps = {app.client_id: app for app in state.apps}
        self.grants = state.grants

    def mint(self, at: datetime | None = None) -> int:
        """Return an id that is larger than all before, and holds the time."""
        wanted = (int((at or self.now()).timestamp() * 1000) - EPOCH_MS) << 22
        if at is not None and at < self.now():
            while wanted in self.posts or wanted in self.dms:
                wanted += 1
            return wanted
        self._last = max(self._last + 1, wanted)
        return self._last

    # -- people and apps -----------------------------------------------------------------------------------------------

    def join(self, name: str, username: str) -> User:
        """Make an account."""
        user = User(id=self.mint(), username=username, name=name, at=self.now())
        self.users[user.id] = user
        self._names[username.lower()] = user
        return user

    def user_named(self, username: str) -> User | None:
        """Return who has a name, if anybody."""
        found = self._names.get(username.lower().lstrip("@"))
        return None if found is None or found.gone else found

    def leave(self, user: int) -> None:
        """Delete an account with all its posts; its direct messages stay with who received them."""
        self.users[user].gone = True
        for post in self.posts.values():
            if post.author == user:
                post.gone = True

    def register(self, owner: int) -> App:
        """Make a developer's app."""
        app = App(
            client_id=secrets.token_urlsafe(18), client_secret=secrets.token_urlsafe(30), owner=owner,
            consumer_secret=secrets.token_urlsafe(30), bearer="A" * 20 + secrets.token_urlsafe(40),
        )  # fmt: skip
        self.apps[app.client_id] = app
        return app

    def grant(self, user: int, app: str, scopes: Sequence[str] = SCOPES) -> Grant:
        """Let a user allow an app to act for them."""
        made = Grant(
            user=user, app=app, access=secrets.token_urlsafe(32), refresh=secrets.token_urlsafe(32),
            until=self.now() + _ACCESS, scopes=tuple(scopes),
        )  # fmt: skip
        self.grants.append(made)
        return made

    def renew(self, app: str, refresh: str) -> Grant:
        """Exchange a refresh token; the old pair is void from then on. Raises Refused as OAuth does."""
        found = next((g for g in self.grants if g.refresh == refresh and g.app == app and not g.revoked), None)
        if found is None:
            refused = Refused(400, "")
            refused.body = {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}
            raise refused
        found.access, found.refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        found.until = self.now() + _ACCESS
        found.renewals += 1
        return found

    def expire(self, user: int) -> None:
        """End the access tokens of a user; the authorisations go on."""
        for grant in self.grants:
            if grant.user == user:
                grant.until = self.now() - timedelta(seconds=1)

    def revoke(self, user: int) -> None:
        """Withdraw a user's authorisations."""
        for grant in self.grants:
            if grant.user == user:
                grant.revoked = True
                self._tell("oauth.revoke", user, grant)

    def holder(self, token: str) -> Grant | App | None:
        """Return whose token it is, None for one that is wrong, void or out of date."""
        for app in self.apps.values():
            if secrets.compare_digest(app.bearer, token):
                return app
        for grant in self.grants:
            if grant.access == token and not grant.revoked and grant.until > self.now():
                return grant
        return None

    # -- posts ---------------------------------------------------------------------------------------------------------

    def post(
        self, author: int, text: str, *, reply_to: int | None = None, quotes: int | None = None, media: Sequence[str] = (),
        at: datetime | None = None, late_s: float = 0.0,
    ) -> Post:  # fmt: skip
        """Say something in public, as the app of X itself allows. Raises Refused."""
        parent = self.standing(reply_to) if reply_to is not None else None
        quoted = self.standing(quotes) if quotes is not None else None
        if measure(text, "weighted", url_cost=_URL) > _LONGEST_POST:
            raise invalid(
                "Your Tweet text is too long. For more information, see https://developer.x.com/en/docs/counting-characters."
            )
        if not text and not media:
            raise invalid("A post needs a text or media.")
        post_id = self.mint(at)
        said = Post(
            id=post_id, author=author, text=text, at=at or self.now(), conversation=parent.conversation if parent else post_id,
            listed_at=(at or self.now()) + timedelta(seconds=late_s), reply_to=parent.id if parent else None,
            quotes=quoted.id if quoted else None, implicit=self._carried(author, parent), explicit=self.named_in(text),
            media=tuple(media), history=[post_id],
        )  # fmt: skip
        self.posts[post_id] = said
        self._tell_post(said, parent, quoted)
        return said

    def _carried(self, author: int, parent: Post | None) -> tuple[int, ...]:
        """A reply names by itself whom it answers, and whom that named."""
        if parent is None:
            return ()
        people = [parent.author, *parent.implicit, *parent.explicit]
        return tuple(dict.fromkeys(one for one in people if one != author))

    def named_in(self, text: str) -> tuple[int, ...]:
        """Return whom a text names."""
        found = [self.user_named(name) for name in MENTION.findall(text)]
        return tuple(dict.fromkeys(user.id for user in found if user is not None))

    def _tell_post(self, said: Post, parent: Post | None, quoted: Post | None) -> None:
        self._tell("post.create", said.author, said)
        for user in said.explicit:
            if user != said.author:
                self._tell("post.mention.create", user, said)
        if parent is not None and parent.author != said.author:
            self._tell("post.reply.create", parent.author, said)
        if quoted is not None and quoted.author != said.author:
            self._tell("post.quote.create", quoted.author, said)

    def say_by_api(self, author: int, text: str, *, reply_to: int | None, quotes: int | None, media: Sequence[str]) -> Post:
        """Say something as a developer's app: summoned, without repetition, with one cashtag at most. Raises Refused."""
        if len(_CASHTAG.findall(text)) > 1:
            raise Refused(403, "Posts created via the API may hold at most one cashtag.")
        if reply_to is not None:
            parent = self.standing(reply_to)
            if author not in self.enterprise and not self.summoned(author, parent):
                raise Refused(
                    403, "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by "
                    "the author of the post you are replying to.",
                )  # fmt: skip
        alike = (p for p in self.posts.values() if p.author == author and p.text == text and not p.gone)
        if any(p.reply_to == reply_to and not p.media and self.now() - p.at < timedelta(days=1) for p in alike if not media):
            raise Refused(403, "You are not allowed to create a Tweet with duplicate content.")
        return self.post(author, text, reply_to=reply_to, quotes=quotes, media=media)

    def summoned(self, account: int, post: Post) -> bool:
        """Tell whether the author of a post called an account to answer."""
        if post.author == account or account in post.explicit:
            return True
        if post.quotes is not None and (quoted := self.posts.get(post.quotes)) and quoted.author == account:
            return True
        return self.implicit_counts and account in post.implicit

    def edit(self, post_id: int, text: str) -> Post:
        """Change a post: a new version with a new id. Raises Refused after an hour, or five times."""
        old = self.newest(self.standing(post_id))
        first = self.posts[old.history[0]]
        if self.now() - first.at > _EDITABLE or len(old.history) > _MOST_EDITS or old.reply_to is not None:
            raise Refused(403, "This post can no longer be edited.")
        new_id = self.mint()
        old.history.append(new_id)
        new = Post(
            id=new_id, author=old.author, text=text, at=self.now(), conversation=old.conversation, listed_at=self.now(),
            quotes=old.quotes, explicit=self.named_in(text), media=old.media, history=old.history,
        )  # fmt: skip
        self.posts[new_id] = new
        self._tell_post(new, None, None)
        return new

    def newest(self, post: Post) -> Post:
        """Return the newest version."""
        return self.posts[post.history[-1]]

    def delete(self, post_id: int) -> None:
        """Delete a post, all its versions with it. Raises Refused."""
        post = self.standing(post_id)
        for version in post.history:
            self.posts[version].gone = True
        self._tell("post.delete", post.author, post)

    def lose(self, post_id: int) -> None:
        """Let a post vanish without a word."""
        for version in self.posts[post_id].history:
            self.posts[version].gone = True

    def standing(self, post_id: int) -> Post:
        """Return a post that can be read. Raises Refused (404)."""
        found = self.posts.get(post_id)
        if found is None or found.gone:
            raise missing("tweet", post_id)
        return found

    def listed(self, wanted: Callable[[Post], bool]) -> list[Post]:
        """Return the newest versions of posts that lists show, newest first."""
        now = self.now()
        found = [
            p for p in self.posts.values() if not p.gone and p.listed_at <= now and p.history[-1] == p.id and wanted(p)
        ]  # fmt: skip
        return sorted(found, key=lambda p: p.id, reverse=True)

    def names(self, post: Post) -> set[int]:
        """Return whom a post names, in so many words or by being a reply."""
        return {*post.implicit, *post.explicit}

    # -- direct messages -----------------------------------------------------------------------------------------------

    def dm(
        self, sender: int, to: int, text: str, *, media: Sequence[str] = (), post: int | None = None, at: datetime | None = None
    ) -> Dm:
        """Write to somebody. Raises Refused."""
        receiver = self.users.get(to)
        if receiver is None or receiver.gone:
            raise missing("user", to)
        if not receiver.takes_dms and not any(d.sender == to and sender in d.people for d in self.dms.values()):
            raise Refused(403, "You do not have permission to DM one or more participants.")
        low, high = sorted((sender, to))
        return self._write(sender, f"{low}-{high}", (low, high), text, media, post, at)

    def group_dm(self, sender: int, people: Iterable[int], text: str, conversation: str | None = None) -> Dm:
        """Write to several."""
        return self._write(sender, conversation or str(self.mint()), tuple(sorted({sender, *people})), text, (), None, None)

    def _write(
        self, sender: int, conversation: str, people: tuple[int, ...], text: str, media: Sequence[str], post: int | None,
        at: datetime | None,
    ) -> Dm:  # fmt: skip
        if len(text) > _LONGEST_DM:
            raise invalid("The text of your Direct Message is over the max character limit.")
        if not text and not media:
            raise invalid("A message needs a text or an attachment.")
        said = Dm(
            id=self.mint(at), sender=sender, conversation=conversation, people=people, text=text, at=at or self.now(),
            media=tuple(media), post=post,
        )  # fmt: skip
        self.dms[said.id] = said
        self._tell("dm.sent", sender, said)
        for one in people:
            if one != sender:
                self._tell("dm.received", one, said)
        return said

    def people_of(self, conversation: str) -> tuple[int, ...]:
        """Return who is in a conversation. Raises Refused."""
        found = next((d for d in self.dms.values() if d.conversation == conversation), None)
        if found is None:
            raise missing("dm_conversation", conversation)
        return found.people

    # -- files ---------------------------------------------------------------------------------------------------------

    def begin_upload(self, owner: int, media_type: str, total: int) -> Media:
        """Begin to take a file."""
        media_id = self.mint()
        made = Media(id=media_id, key=f"3_{media_id}", media_type=media_type, total=total, owner=owner)
        self.media[str(media_id)] = made
        return made

    def upload(self, owner: int, media_type: str, content: bytes, alt: str = "") -> Media:
        """Take a file whole."""
        made = self.begin_upload(owner, media_type, len(content))
        made.parts[0], made.ready, made.alt = content, True, alt
        return made
