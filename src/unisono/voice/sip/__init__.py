"""SIP: an endpoint in a process of its own, which answers the trunk and calls the agents' phones.

The stack (baresip) lives in C and may fall; then its process ends, the calls in it are lost and said to be so, and the house
goes on. The endpoint never decides: it does what the driver orders, and what it is asked from outside it only reports.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unisono.contract.voice import VoiceContext
    from unisono.voice.sip.driver import SipDriver

__all__ = ["make_driver"]


def make_driver(context: "VoiceContext") -> "SipDriver":
    """Return the driver for a trunk and its phones. Raises BadSipSettings, which names the setting."""
    # Here, because the endpoint's process has this package above it and needs none of the driver.
    from unisono.voice.sip.driver import SipDriver

    return SipDriver(context)
