"""A number on the WhatsApp Cloud API: messages of all kinds, statuses, templates."""

from unisono.connectors.whatsapp.protocol import WhatsApp

connector = WhatsApp

__all__ = ["WhatsApp", "connector"]
