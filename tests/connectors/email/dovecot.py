"""Dovecot for the tests: where it is missing, the test says what to install."""

from tests.peers import dovecot
from unisono.testing.mailhouse.dovecot import Dovecot

__all__ = ["Dovecot", "start_dovecot"]


def start_dovecot(*, introspection: str = "", storage: str = "maildir") -> Dovecot:
    """Start a server of its own."""
    dovecot()
    server = Dovecot(introspection=introspection, storage=storage)
    server.start()
    return server
