"""The employees' own systems: presence, chat, directories and calendars.

An I/O room, one self-contained folder per system. What a presence or a contact means is decided by the pure rooms.
"""
