"""Commands by message: what employees write from their own linked accounts is carried out, once, and answered.

Who writes is known by the id that the network gives their account, never by a name. Nobody else's message is a command.
"""
