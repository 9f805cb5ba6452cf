"""XMPP: chats of one account, from its server's archive."""

from unisono.connectors.xmpp.protocol import Xmpp

connector = Xmpp

__all__ = ["Xmpp", "connector"]
