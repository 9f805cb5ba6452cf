"""A page's messages on Messenger."""

from unisono.connectors.messenger.protocol import Messenger

connector = Messenger

__all__ = ["Messenger", "connector"]
