"""The states of a call, and how they are reconciled with what the telephony side sees.

Pure. Signals go in with their times; the state of each leg, and what to tell the switch, come out.
"""
