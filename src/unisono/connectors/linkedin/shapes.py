"""What LinkedIn tells, as far as it is needed. Further fields and kinds are left alone.

Source: Microsoft Learn, LinkedIn Marketing API documentation, "Organization Social Action Notifications" and "Comments API".
"""

from msgspec import Struct, field


class Text(Struct, frozen=True):
    """A text."""

    text: str = ""


class Stamp(Struct, frozen=True):
    """When something was done, in milliseconds since 1970."""

    time: int = 0


class Comment(Struct, frozen=True):
    """A comment as the Comments API tells it. `object`: the post; `parent`: the comment that it answers, of the first level."""

    actor: str
    object: str
    id: str = ""
    message: Text = Text()
    created: Stamp = Stamp()
    parent: str | None = field(default=None, name="parentComment")
    urn: str = field(default="", name="$URN")


class Said(Struct, frozen=True):
    """A comment or a share as a notification shows it; which post a comment answers is told, which comment is not."""

    owner: str = ""
    text: str = ""
    entity: str = ""


class Activity(Struct, frozen=True):
    """What came of an action."""

    comment: Said | None = None
    share: Said | None = None


class Notification(Struct, frozen=True):
    """One thing that somebody did about the page. `last_modified_at`: milliseconds since 1970."""

    id: int = field(name="notificationId")
    page: str = field(name="organizationalEntity")
    action: str = ""
    post: str = field(default="", name="sourcePost")
    last_modified_at: int = field(default=0, name="lastModifiedAt")
    activity: str = field(default="", name="generatedActivity")
    said: Activity | None = field(default=None, name="decoratedGeneratedActivity")


class Item(Struct, frozen=True):
    """What the inbox holds: a notification, and what had to be asked to understand it.

    comment: the comment itself. above: the comment that it answers.
    """

    told: Notification
    comment: Comment | None = None
    above: Comment | None = None


class Paging(Struct, frozen=True):
    """Where a page of a list stands."""

    start: int = 0
    count: int = 0


class Notifications(Struct, frozen=True):
    """A page of notifications. Each is decoded by itself, so that a strange one does not hide the others."""

    elements: list[Notification]


class Comments(Struct, frozen=True):
    """A page of comments."""

    elements: list[Comment]


class Found(Struct, frozen=True):
    """Comments asked for by number; those that are gone are missing."""

    results: dict[str, Comment]


class Page(Struct, frozen=True):
    """A company page."""

    id: int = 0
    name: str = field(default="", name="localizedName")
    vanity: str = field(default="", name="vanityName")


class Role(Struct, frozen=True):
    """A member's role at a page. The page's name changed with the API's versions."""

    role: str = ""
    state: str = ""
    organization: str = ""
    target: str = field(default="", name="organizationTarget")

    @property
    def page(self) -> str:
        """Whose role it is."""
        return self.organization or self.target


class Roles(Struct, frozen=True):
    """The member's roles."""

    elements: list[Role]


class Problem(Struct, frozen=True):
    """A refusal."""

    status: int = 0
    code: str = ""
    message: str = ""
