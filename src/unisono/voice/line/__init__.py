"""A line: a number, an address or a page that can be called, as a channel like every other."""

from unisono.voice.line.protocol import Line

connector = Line

__all__ = ["Line", "connector"]
