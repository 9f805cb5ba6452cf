"""Our own web chat: a snippet for any page, and a page of its own. Here the transcript is the network."""

from unisono.connectors.webchat.protocol import Webchat

connector = Webchat

__all__ = ["Webchat", "connector"]
