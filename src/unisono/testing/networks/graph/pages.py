"""Pages with their posts and nested comments, and what the app is told of them.

Source: Meta for Developers, "Webhooks for Pages", "Page Feed", "Comments", "Private Replies".
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from unisono.testing.networks.graph.model import Comment, News, Page, Person, Picture, Post, Refused, instant, no_object, unix

if TYPE_CHECKING:
    from unisono.testing.networks.graph.network import GraphNetwork

MOST_CHARS = 8_000
PRIVATE_REPLY_WITHIN = timedelta(days=7)
_SHOWN = "https://www.facebook.com"


class Pages:
    """All pages of the network."""

    def __init__(self, network: "GraphNetwork") -> None:
        self._network = network
        self.pages: dict[str, Page] = {}
        self.posts: dict[str, Post] = {}
        self.comments: dict[str, Comment] = {}
        self.answered: set[str] = set()
        self._below: dict[str, list[Comment]] = {}

    # -- what people do ----------------------------------------------------------------------------------------------

    def add(self, name: str) -> Page:
        """Make a page, with a token for it; the app is not installed yet."""
        node = self._network.number()
        page = Page(id=node, name=name, token=self._network.tokens.give(node, name))
        self.pages[node] = page
        return page

    def post(
        self, page: Page, author: Person | Page, text: str, *, tags: Sequence[str] = (), picture: Picture | None = None
    ) -> Post:
        """Publish on a page's feed: the company itself, or a visitor."""
        now = self._network.now()
        post = Post(
            id=f"{page.id}_{self._network.number()}", page=page.id, author=_as_person(author), text=text, at=now, updated=now,
            tags=tuple(tags), picture=picture,
        )  # fmt: skip
        self.posts[post.id] = post
        self._tell(post.page, "feed", {"item": "status", "verb": "add", **self._of_post(post)}, post.id)
        for tagged in post.tags:
            value = {"item": "post", "verb": "add", "post_id": post.id, "message": text, "created_time": unix(now)}
            self._tell(tagged, "mention", {**value, "sender_name": post.author.name, "sender_id": post.author.id}, post.id)
        return post

    def comment(self, author: Person | Page, on: str, text: str, *, picture: Picture | None = None, written: str = "") -> Comment:
        """Comment on a post or a comment. Raises Refused (100) for what is gone or too long."""
        if len(text) > MOST_CHARS:
            raise Refused(100, f"Comment is too long. The maximum is {MOST_CHARS} characters.")
        if not text and picture is None:
            raise Refused(100, "Param message is empty.")
        above = self.comments.get(on)
        post = self.posts.get(above.post if above else on)
        if post is None or (above is not None and above.deleted):
            raise no_object(on)
        now = self._network.now()
        comment = Comment(
            id=f"{post.id.partition('_')[2]}_{self._network.number()}", post=post.id, parent=above.id if above else None,
            author=_as_person(author), text=text, at=now, picture=picture, written=written,
        )  # fmt: skip
        self.comments[comment.id] = comment
        for place in {post.id, above.id if above else post.id}:
            self._below.setdefault(place, []).append(comment)
        post.updated = now
        self._tell(post.page, "feed", self._of_comment(comment, "add"), comment.id)
        return comment

    def edit(self, node: str, text: str) -> None:
        """Change the words of a comment or a post. Raises Refused (100)."""
        if (post := self.posts.get(node)) is not None:
            post.text = text
            self._tell(post.page, "feed", {"item": "status", "verb": "edited", **self._of_post(post)}, post.id)
            return
        comment = self.found(node)
        comment.text = text
        self._tell_comment(comment, "edited")

    def remove(self, node: str) -> None:
        """Delete a comment or a post, with all below it. Raises Refused (100)."""
        if (post := self.posts.get(node)) is not None:
            for comment in self.below(node):
                comment.deleted = True
            del self.posts[node]
            value = {"item": "post", "verb": "remove", "post_id": node, "created_time": unix(self._network.now())}
            self._tell(post.page, "feed", {**value, "from": _who(post.author)}, node)
            return
        comment = self.found(node)
        for one in (comment, *(c for c in self.comments.values() if self._is_below(c, node))):
            one.deleted = True
            one.text = ""
            self._tell_comment(one, "remove")

    def lose(self, node: str) -> None:
        """Let one comment be gone without telling anybody, and without what is below it."""
        self.found(node).deleted = True

    def hide(self, node: str, *, hidden: bool) -> None:
        """Hide a comment from everybody but its author and their friends, or show it again. Raises Refused (100)."""
        comment = self.found(node)
        comment.hidden = hidden
        self._tell_comment(comment, "hide" if hidden else "unhide")

    def like(self, node: str, *, liked: bool) -> None:
        """Like a comment as the page, or no longer. Raises Refused (100)."""
        self.found(node).liked = liked

    def answer_privately(self, page: Page, node: str) -> Person:
        """Use up the one private answer to a comment or a visitor's post; returns whom it goes to. Raises Refused (10900, 10)."""
        thing: Comment | Post = self.comments[node] if node in self.comments else self.seen(node)
        if isinstance(thing, Comment) and thing.deleted:
            raise no_object(node)
        if thing.author.id == page.id:
            raise Refused(100, "A page cannot answer itself privately.")
        if self._network.now() - thing.at > PRIVATE_REPLY_WITHIN:
            raise Refused(10, "(#10) The comment is older than 7 days and cannot be answered privately.", subcode=2018278)
        if node in self.answered:
            raise Refused(10900, "(#10900) Activity already replied to")
        self.answered.add(node)
        return thing.author

    def forget(self, person: Person) -> None:
        """Delete what somebody said; of the end of an account nobody is told one by one."""
        for comment in self.comments.values():
            if comment.author.id == person.id:
                comment.deleted = True
        for post in [one for one in self.posts.values() if one.author.id == person.id]:
            for comment in self.below(post.id):
                comment.deleted = True
            del self.posts[post.id]

    def restore(self, pages: dict[str, Page], posts: dict[str, Post], comments: dict[str, Comment], answered: set[str]) -> None:
        """Take up what stood before."""
        self.pages, self.posts, self.comments, self.answered = pages, posts, comments, answered
        self._below = {}
        for comment in comments.values():
            for place in {comment.post, comment.parent or comment.post}:
                self._below.setdefault(place, []).append(comment)

    # -- looking -----------------------------------------------------------------------------------------------------

    def seen(self, node: str) -> Post:
        """Return a post. Raises Refused (100)."""
        if node not in self.posts:
            raise no_object(node)
        return self.posts[node]

    def found(self, node: str) -> Comment:
        """Return a comment that stands. Raises Refused (100)."""
        comment = self.comments.get(node)
        if comment is None or comment.deleted:
            raise no_object(node)
        return comment

    def below(self, node: str) -> list[Comment]:
        """Return the comments of a post, or the replies to a comment, oldest first."""
        return [comment for comment in self._below.get(node, ()) if not comment.deleted]

    def feed(self, page: str) -> list[Post]:
        """Return a page's posts, newest first."""
        return sorted((p for p in self.posts.values() if p.page == page), key=lambda p: (p.at, p.id), reverse=True)

    def tagged(self, page: str) -> list[Post]:
        """Return the posts elsewhere that mention a page, newest first."""
        return sorted((p for p in self.posts.values() if page in p.tags), key=lambda p: (p.at, p.id), reverse=True)

    def shown_post(self, post: Post, at: str = "") -> dict[str, Any]:
        """Return a post as the Graph API shows it. at: the server's address, for the file."""
        picture = {"full_picture": f"{at}/files/{post.picture.node}"} if post.picture else {}
        return picture | {
            "comments": {"data": [], "summary": {"total_count": len(self.below(post.id)), "can_comment": True}},
            "id": post.id, "message": post.text, "created_time": instant(post.at), "updated_time": instant(post.updated),
            "from": _who(post.author), "permalink_url": f"{_SHOWN}/{post.page}/posts/{post.id.partition('_')[2]}",
            "is_published": True,
        }  # fmt: skip

    def shown_comment(self, comment: Comment, at: str) -> dict[str, Any]:
        """Return a comment as the Graph API shows it. at: the server's address, for the file."""
        shown: dict[str, Any] = {
            "id": comment.id, "message": comment.text, "created_time": instant(comment.at), "from": _who(comment.author),
            "permalink_url": f"{_SHOWN}/{comment.post.partition('_')[0]}/posts/{comment.id.partition('_')[0]}"
            f"?comment_id={comment.id.partition('_')[2]}",
            "is_hidden": comment.hidden, "user_likes": comment.liked, "can_comment": True, "can_hide": True,
            "can_reply_privately": comment.id not in self.answered, "comment_count": len(self.below(comment.id)),
            "object": {"id": comment.post},
        }  # fmt: skip
        if comment.parent is not None and not self.comments[comment.parent].deleted:
            above = self.comments[comment.parent]
            shown["parent"] = {
                "id": above.id,
                "from": _who(above.author),
                "created_time": instant(above.at),
                "message": above.text,
            }
        elif comment.parent is not None:
            shown["parent"] = {"id": comment.parent}
        if comment.picture is not None:
            source = f"{at}/files/{comment.picture.node}"
            shown["attachment"] = {"type": "photo", "media": {"image": {"src": source}}, "target": {"id": comment.picture.node}}
        return shown

    # -- telling -----------------------------------------------------------------------------------------------------

    def _of_post(self, post: Post) -> dict[str, Any]:
        value: dict[str, Any] = {
            "from": _who(post.author), "post_id": post.id, "message": post.text, "created_time": unix(post.at), "published": 1,
        }  # fmt: skip
        if post.picture is not None:
            value["photo_id"] = post.picture.node
        return value

    def _of_comment(self, comment: Comment, verb: str) -> dict[str, Any]:
        post = self.posts.get(comment.post)
        value: dict[str, Any] = {
            "item": "comment", "verb": verb, "post_id": comment.post, "comment_id": comment.id,
            "parent_id": comment.parent or comment.post, "from": _who(comment.author), "created_time": unix(comment.at),
        }  # fmt: skip
        if verb in ("add", "edited"):
            value["message"] = comment.text
        if post is not None:
            shown = self.shown_post(post)
            value["post"] = {
                "id": post.id, "status_type": "mobile_status_update", "is_published": True,
                "updated_time": shown["updated_time"], "permalink_url": shown["permalink_url"], "promotion_status": "inactive",
            }  # fmt: skip
        if comment.picture is not None:
            value["photo"] = f"{self._network.address}/files/{comment.picture.node}"
        return value

    def _tell_comment(self, comment: Comment, verb: str) -> None:
        page = comment.post.partition("_")[0]
        self._tell(page, "feed", self._of_comment(comment, verb), comment.id)

    def _tell(self, page: str, field: str, value: dict[str, Any], subject: str) -> None:
        if page in self.pages:
            news = News(object="page", account=page, field=field, value=value, at=self._network.now(), subject=subject)
            self._network.tell(news)

    def _is_below(self, comment: Comment, node: str) -> bool:
        above = comment.parent
        while above is not None:
            if above == node:
                return True
            above = self.comments[above].parent
        return False


def _as_person(author: Person | Page) -> Person:
    return author if isinstance(author, Person) else Person(id=author.id, name=author.name)


def _who(person: Person) -> dict[str, str]:
    return {"id": person.id, "name": person.name}
