"""XMPP on this machine: a Prosody of its own for each test run, and people with programs of their own."""

from unisono.testing.networks.xmpp.people import Person
from unisono.testing.networks.xmpp.prosody import Prosody, find_prosody

__all__ = ["Person", "Prosody", "find_prosody"]
