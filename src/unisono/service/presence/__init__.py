"""Presence: what the sources say of somebody becomes one state, which is shown, moves work and diverts calls.

Presence is a hint: it reserves nobody, the offer does (docs/adr/0012-presence-and-work.md).
"""
