"""Asterisk, by its REST interface: a company keeps its exchange, and its calls stand in the house's queue.

The dialplan sends calls to a Stasis application; they wait in a holding bridge with music, an agent's leg is dialled into the
application once it is reserved, and the two meet in a mixing bridge. Sound stays in the exchange.
"""

from unisono.contract.voice import VoiceContext
from unisono.voice.ari.driver import AriDriver
from unisono.voice.ari.exchange import MANIFEST, Exchange
from unisono.voice.ari.settings import BadSettings, read_settings

__all__ = ["MANIFEST", "AriDriver", "BadSettings", "Exchange", "make_driver"]


def make_driver(context: VoiceContext) -> AriDriver:
    """Return the driver for an exchange. Raises BadSettings, which names the setting."""
    return AriDriver(context.name, read_settings(context.settings), context.http, context.clock, context.log)
