"""X: mentions, replies, quotes and direct messages of one account, by API v2."""

from unisono.connectors.x.protocol import X

connector = X

__all__ = ["X", "connector"]
