"""A scripted Telegram: one bot with its chats, by the Bot API over real HTTP, and a page for people."""

from unisono.testing.networks.telegram.server import Refused, Said, TelegramServer

__all__ = ["Refused", "Said", "TelegramServer"]
