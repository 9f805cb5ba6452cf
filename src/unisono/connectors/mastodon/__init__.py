"""Mastodon and what speaks its API: mentions, replies and direct messages of one account."""

from unisono.connectors.mastodon.protocol import Mastodon

connector = Mastodon

__all__ = ["Mastodon", "connector"]
