"""Telephony drivers: one self-contained folder per kind of switch, all alike.

An I/O room. Drivers speak WebRTC, SIP or a private branch exchange; what a call means is decided in `unisono.calls`.
"""
