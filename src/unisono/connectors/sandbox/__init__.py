"""The sandbox's networks: the connector to read first. Others are made after it."""

from unisono.connectors.sandbox.protocol import Sandbox

connector = Sandbox

__all__ = ["Sandbox", "connector"]
