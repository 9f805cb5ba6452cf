"""An Instagram account: comments below its media, mentions elsewhere, direct messages and story replies."""

from unisono.connectors.instagram.protocol import Instagram

connector = Instagram

__all__ = ["Instagram", "connector"]
