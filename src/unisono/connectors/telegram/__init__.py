"""Telegram: what people write to a bot, in private and in groups that it belongs to."""

from unisono.connectors.telegram.protocol import Telegram

connector = Telegram

__all__ = ["Telegram", "connector"]
