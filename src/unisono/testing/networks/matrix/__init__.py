"""Matrix on this machine: a Synapse of its own for each test run, with accounts and rooms."""

from unisono.testing.networks.matrix.homeserver import Homeserver, find_synapse
from unisono.testing.networks.matrix.people import Person

__all__ = ["Homeserver", "Person", "find_synapse"]
