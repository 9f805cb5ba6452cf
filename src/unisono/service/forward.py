"""A mail that goes to a third party, with their answer back in the same conversation; the customer sees nothing of it."""

from typing import TYPE_CHECKING
from uuid import UUID

from unisono.contract.capabilities import Caps
from unisono.contract.connector import Connector, Forward
from unisono.contract.inbound import Author
from unisono.domain.errors import Invalid
from unisono.domain.words import Visibility
from unisono.service.ports import Tx
from unisono.service.ports.talk import Answerable

if TYPE_CHECKING:
    from unisono.service.answer import Answer


def third_party(connector: Connector, caps: Caps, place: Answerable, draft: "Answer") -> Author:
    """Return to whom a forwarded answer goes. Raises Invalid when it cannot, or when it is the customer after all."""
    if not caps.forward or not isinstance(connector, Forward) or place.visibility != Visibility.PRIVATE.value:
        raise Invalid("Nothing can be passed on to others on this network.", code="no_forward", field="forward_to")
    address = (draft.forward_to or "").strip()
    try:
        author = connector.third_party(address)
    except ValueError:
        raise Invalid(
            f"{address!r} is no address that can be written to. Nothing was sent.", code="bad_address", field="forward_to"
        ) from None
    if (author.realm, author.remote_id) == (place.identity_realm, place.identity_remote_id):
        raise Invalid("This is the customer; answer them instead. Nothing was sent.", code="is_customer", field="forward_to")
    return author


async def identity_of(tx: Tx, network: str, author: Author) -> UUID:
    """Return the identity of a third party, new if nobody knew it."""
    return (await tx.talk.resolve_identities(network, [author]))[(author.realm, author.remote_id)].id
