"""Where a caller is in the reception, as their call keeps it."""

import msgspec

from unisono.calls.reception import Place
from unisono.service.ports.calls import CallFacts


def place_of(facts: CallFacts) -> Place:
    """Return where a caller is in the reception."""
    return msgspec.convert(facts.path.get("place", {}), Place)
