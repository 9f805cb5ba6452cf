"""A telephone town for tests: Kamailio as trunk and registrar, sipp as callers and phones, and ears that hear what is played."""

from unisono.testing.telephony.ear import Ear, loudness, steadiness
from unisono.testing.telephony.kamailio import Kamailio
from unisono.testing.telephony.sipp import Sipp

__all__ = ["Ear", "Kamailio", "Sipp", "loudness", "steadiness"]
