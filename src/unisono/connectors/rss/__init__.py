"""RSS and Atom: what stands in a feed, to be answered where it was published."""

from unisono.connectors.rss.protocol import Feed

connector = Feed

__all__ = ["Feed", "connector"]
