"""Bluesky and other services of the AT Protocol: mentions, replies, quotes and direct messages of one account."""

from unisono.connectors.bluesky.protocol import Bluesky

connector = Bluesky

__all__ = ["Bluesky", "connector"]
