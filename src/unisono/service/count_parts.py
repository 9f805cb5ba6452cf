"""In how many parts a long answer would go out, by the rules by which it is cut."""

from uuid import UUID

from msgspec import Struct

from unisono.contract.capabilities import Caps
from unisono.domain.errors import Conflict, NotFound
from unisono.domain.length import measure
from unisono.domain.split import CannotSplit, split
from unisono.service.access import Access
from unisono.service.channel_context import Outside, open_connector
from unisono.service.text import storable


class PartsView(Struct, frozen=True, kw_only=True):
    """parts: None when it is far too long, or cannot be cut for a link or a name that no part holds. most: that may be sent."""

    parts: int | None
    most: int


async def count_parts(
    outside: Outside, access: Access, interaction_id: UUID, text: str, conversation_id: UUID | None = None
) -> PartsView:
    """Return what would become of this text as an answer; nothing is sent. Raises NotFound, Conflict (archived channel)."""
    async with outside.db.read() as tx:
        place = await tx.talk.answerable(interaction_id, conversation_id)
        if place is None or not access.sees(place.access_class, place.agent_id):
            raise NotFound("This enquiry does not exist, or is not yours to see.")
        access.demand(place.access_class, place.agent_id, "work.answer")
        channel = await tx.channels.facts(place.channel_id)
    if channel is None:
        raise Conflict("The channel is archived; nothing can be sent on it.", code="channel_archived")
    caps = open_connector(outside, channel).capabilities(place.thread)
    return PartsView(parts=parts_of(storable(text).strip(), caps), most=caps.max_parts)


def parts_of(text: str, caps: Caps) -> int | None:
    """Return in how many parts a text must go, which may be more than the network takes; None when it is not worth cutting."""
    limit = caps.text
    if limit.maximum is None:
        return 1
    # Cutting takes its time, and who pastes a book need not know how many parts it would be. Blanks at a cut count nothing.
    length = measure(text, limit.unit.value, url_cost=limit.url_cost, domain_free=limit.mention_domain_free)
    if length > 2 * limit.maximum * caps.max_parts:
        return None
    try:
        return len(split(text, limit.maximum, limit.unit.value, url_cost=limit.url_cost, domain_free=limit.mention_domain_free))
    except CannotSplit:
        return None
