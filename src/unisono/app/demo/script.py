"""What is played: steps in order, each one thing that somebody does on a network, by mail or in a chat."""

from typing import Literal

from msgspec import Struct, field

Kind = Literal["post", "reply", "comment", "dm", "mail", "chat", "edit", "delete"]
PUBLIC_KINDS = frozenset({"post", "reply", "comment"})
#: The networks by script, and what they are called on the demo's page.
SCRIPTED_FACES = {
    "x": "X", "facebook": "Facebook", "instagram": "Instagram", "messenger": "Messenger", "whatsapp": "WhatsApp",
    "telegram": "Telegram",
}  # fmt: skip


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who writes. `key` is stable and unique over everything that is played into one house."""

    key: str
    name: str
    handle: str
    address: str
    lang: str = "de"


class Media(Struct, frozen=True, kw_only=True):
    """A file that comes along: for a picture what is seen on it, for another file its name."""

    alt: str
    kind: Literal["image", "file"] = "image"


class Step(Struct, frozen=True, kw_only=True):
    """One thing that happens.

    key: stable over restarts, unique in everything that is played. thread: what belongs together.
    at_s: seconds after the beginning, at speed 1. who: None is the company itself.
    parent: key of the step that this one answers; target: key of the step that an edit or a deletion changes.
    topic: what it is about.
    face: the network that it happens on: of the sandbox, or one by script. to: the company's address that a mail goes to.
    """

    key: str
    thread: str
    at_s: float
    kind: Kind
    who: Person | None
    text: str
    parent: str | None = None
    target: str | None = None
    subject: str = ""
    html: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    media: tuple[Media, ...] = ()
    face: str = ""
    to: str = ""
    topic: str = ""

    @property
    def by_company(self) -> bool:
        """Whether the company said it, before the visitor came."""
        return self.who is None
