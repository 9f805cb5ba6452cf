"""Unisono: every channel, one voice."""

__version__ = "0.3.0"
