"""Unisono: every channel, one voice."""

__version__ = "0.2.0"
