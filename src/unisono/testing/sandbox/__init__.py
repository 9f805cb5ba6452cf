"""A scripted social network over real HTTP on loopback: for the demo, where visitors are customers, and for tests."""

from unisono.testing.sandbox.faces import FACES, PINNWAND, ZWITSCHER, Face, PauseHeader, Rate
from unisono.testing.sandbox.faults import Effect, Fault
from unisono.testing.sandbox.model import Account, Item, Refused
from unisono.testing.sandbox.network import SandboxNetwork
from unisono.testing.sandbox.server import SandboxServer

__all__ = [
    "FACES",
    "PINNWAND",
    "ZWITSCHER",
    "Account",
    "Effect",
    "Face",
    "Fault",
    "Item",
    "PauseHeader",
    "Rate",
    "Refused",
    "SandboxNetwork",
    "SandboxServer",
]
