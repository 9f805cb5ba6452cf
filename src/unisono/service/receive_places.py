"""Where something said belongs, and which answer of ours it is. Pure."""

from uuid import UUID

from unisono.contract.inbound import Created, ThreadRef
from unisono.service.text import fold, words_of
from unisono.service.understand import Said


def aliases_of(thread: ThreadRef) -> list[str]:
    """Return what else the network calls its place, the message above it included."""
    return [*thread.aliases, *([thread.parent_id] if thread.parent_id else [])]


def of_whom(thread: ThreadRef, author: UUID, aliases: dict[str, tuple[str, UUID, bool]]) -> tuple[str, UUID] | None:
    """Whose conversation it belongs to when a third party answers what was passed on to them: (root, the customer)."""
    nearest = next((aliases[alias] for alias in aliases_of(thread) if alias in aliases), None)
    return (nearest[0], nearest[1]) if nearest is not None and nearest[2] and nearest[1] != author else None


def root_of(thread: ThreadRef, identity_id: UUID, aliases: dict[str, tuple[str, UUID, bool]]) -> str:
    """The network's root, unless something it refers to already stands in a conversation with the same person."""
    for alias in aliases_of(thread):
        root, identity, _ = aliases.get(alias, ("", None, False))
        if identity == identity_id:
            return root
    return thread.root_id


def key_of(said: Said) -> UUID | None:
    """Return the key of ours that an answer of our own names; None for everything else."""
    return uuid_of(said.event.client_key) if isinstance(said.event, Created) and said.event.own else None


def url_of(said: Said) -> str:
    """Return where it can be read, empty where the network did not say."""
    return said.event.url if isinstance(said.event, Created) else ""


def uuid_of(text: str | None) -> UUID | None:
    """Return an id of ours; None for what is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def same_text(ours: str, theirs: str) -> bool:
    """Networks change white space and put mentions in front; the words stay, in their order, at the end."""
    mine, other = [fold(w) for w in words_of(ours)], [fold(w) for w in words_of(theirs)]
    return mine == other[-len(mine) :] if mine else not other
