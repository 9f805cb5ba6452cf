"""A domain of people at an XMPP server, by one link (XEP-0114): presence of everybody, without a password for each."""

from unisono.workplace.xmpp.link import ComponentDoor, door_of

__all__ = ["ComponentDoor", "door_of"]
