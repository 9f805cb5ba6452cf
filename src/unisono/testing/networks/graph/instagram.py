"""Instagram accounts with their media and comments, and mentions elsewhere.

Source: Meta for Developers, Instagram Platform: "IG Media", "IG Comment", "Comment moderation", "Mentions", "Webhooks: examples".
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from unisono.testing.networks.graph.model import News, Page, Person, Refused, instant, no_object

if TYPE_CHECKING:
    from unisono.testing.networks.graph.network import GraphNetwork

MOST_CHARS = 2_200
PRIVATE_REPLY_WITHIN = timedelta(days=7)


class Account(Struct, kw_only=True):
    """A professional account, linked with a page whose token opens it."""

    id: str
    username: str
    page: str


class Media(Struct, kw_only=True):
    """A picture or film of an account, or (`owner` is a person) one that mentions it."""

    id: str
    owner: str
    caption: str
    at: datetime
    product: str = "FEED"


class Remark(Struct, kw_only=True):
    """A comment below a media, or a reply to one; there are no more levels."""

    id: str
    media: str
    parent: str | None
    author: Person
    text: str
    at: datetime
    hidden: bool = False
    deleted: bool = False
    written: str = ""


class Instagram:
    """All accounts of the network."""

    def __init__(self, network: "GraphNetwork") -> None:
        self._network = network
        self.accounts: dict[str, Account] = {}
        self.media: dict[str, Media] = {}
        self.remarks: dict[str, Remark] = {}
        self._below: dict[str, list[Remark]] = {}
        self.answered: set[str] = set()

    def add(self, page: Page, username: str) -> Account:
        """Make an account that is linked with a page."""
        account = Account(id=self._network.number(), username=username, page=page.id)
        self.accounts[account.id] = account
        return account

    def publish(self, owner: Account | Person, caption: str, *, product: str = "FEED") -> Media:
        """Publish something."""
        media = Media(id=self._network.number(), owner=owner.id, caption=caption, at=self._network.now(), product=product)
        self.media[media.id] = media
        return media

    def comment(self, author: Person | Account, on: str, text: str, *, written: str = "") -> Remark:
        """Comment on a media, or reply to a comment. Raises Refused (100)."""
        if not 1 <= len(text) <= MOST_CHARS:
            raise Refused(100, f"(#100) A comment holds 1 to {MOST_CHARS} characters.")
        above = self.remarks.get(on)
        media = self.media.get(above.media if above else on)
        if media is None or (above is not None and above.deleted):
            raise no_object(on)
        # A reply to a reply stands below the first comment, as on the network itself.
        parent = (above.parent or above.id) if above else None
        who = author if isinstance(author, Person) else Person(id=author.id, name=author.username, username=author.username)
        remark = Remark(
            id=self._network.number(), media=media.id, parent=parent, author=who, text=text, at=self._network.now(),
            written=written,
        )  # fmt: skip
        self.remarks[remark.id] = remark
        self._below.setdefault(parent or media.id, []).append(remark)
        if media.owner in self.accounts:
            value: dict[str, Any] = {
                "id": remark.id, "from": {"id": who.id, "username": who.username}, "text": text,
                "media": {"id": media.id, "media_product_type": media.product},
            }  # fmt: skip
            if parent is not None:
                value["parent_id"] = parent
            self._tell(media.owner, "comments", value, remark.id)
        return remark

    def mention(self, account: Account, person: Person, text: str, *, on: Media | None = None) -> Remark | Media:
        """Let somebody mention an account: in a caption of their own, or in a comment below somebody's media."""
        if on is None:
            media = self.publish(person, text)
            self._tell(account.id, "mentions", {"media_id": media.id}, media.id)
            return media
        remark = self.comment(person, on.id, text)
        self._tell(account.id, "mentions", {"media_id": on.id, "comment_id": remark.id}, remark.id)
        return remark

    def remove(self, node: str) -> None:
        """Delete a comment with its replies. Nobody is told: the network has no such webhook."""
        remark = self.found(node)
        for one in (remark, *self._below.get(node, ())):
            one.deleted = True
            one.text = ""

    def lose(self, node: str) -> None:
        """Let one comment be gone."""
        self.found(node).deleted = True

    def answer_privately(self, account: str, node: str) -> Person:
        """Use up the one private answer to a comment; returns whom it goes to. Raises Refused (10900, 10)."""
        remark = self.found(node)
        if remark.author.id == account:
            raise Refused(100, "(#100) An account cannot answer itself privately.")
        if self._network.now() - remark.at > PRIVATE_REPLY_WITHIN:
            raise Refused(10, "(#10) The comment is older than 7 days.", subcode=2534022)
        if node in self.answered:
            raise Refused(10900, "(#10900) Activity already replied to")
        self.answered.add(node)
        return remark.author

    def forget(self, person: Person) -> None:
        """Delete what somebody said."""
        for remark in self.remarks.values():
            if remark.author.id == person.id:
                remark.deleted = True

    def restore(
        self, accounts: dict[str, Account], media: dict[str, Media], remarks: dict[str, Remark], answered: set[str]
    ) -> None:
        """Take up what stood before."""
        self.accounts, self.media, self.remarks, self.answered = accounts, media, remarks, answered
        self._below = {}
        for remark in remarks.values():
            self._below.setdefault(remark.parent or remark.media, []).append(remark)

    # -- looking -----------------------------------------------------------------------------------------------------

    def found(self, node: str) -> Remark:
        """Return a comment that stands. Raises Refused (100)."""
        remark = self.remarks.get(node)
        if remark is None or remark.deleted:
            raise no_object(node)
        return remark

    def below(self, node: str) -> list[Remark]:
        """Return what stands below a media or a comment, newest first."""
        standing = [remark for remark in self._below.get(node, ()) if not remark.deleted]
        return sorted(standing, key=lambda remark: (remark.at, remark.id), reverse=True)

    def shown(self, remark: Remark) -> dict[str, Any]:
        """Return a comment as the API shows it."""
        shown: dict[str, Any] = {
            "id": remark.id, "text": remark.text, "timestamp": instant(remark.at), "username": remark.author.username,
            "from": {"id": remark.author.id, "username": remark.author.username}, "hidden": remark.hidden,
            "media": {"id": remark.media}, "like_count": 0,
        }  # fmt: skip
        if remark.parent is not None:
            shown["parent_id"] = remark.parent
        else:
            shown["replies"] = {"data": [self.shown(one) for one in self.below(remark.id)]}
        return shown

    def shown_media(self, media: Media) -> dict[str, Any]:
        """Return a media as the API shows it."""
        count = sum(1 for remark in self.remarks.values() if remark.media == media.id and not remark.deleted)
        owner = self.accounts.get(media.owner)
        person = self._network.people.get(media.owner)
        username = owner.username if owner else person.username if person else ""
        return {
            "id": media.id, "caption": media.caption, "timestamp": instant(media.at), "media_product_type": media.product,
            "permalink": f"https://www.instagram.com/p/{media.id}/", "username": username, "comments_count": count,
            "owner": {"id": media.owner},
        }  # fmt: skip

    def _tell(self, account: str, field: str, value: dict[str, Any], subject: str) -> None:
        news = News(object="instagram", account=account, field=field, value=value, at=self._network.now(), subject=subject)
        self._network.tell(news)
