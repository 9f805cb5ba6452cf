"""Waiting for news by IDLE (RFC 2177), begun anew well before servers hang up, or by asking where there is no IDLE."""

import threading
from typing import Final

from imapclient import IMAPClient

from unisono.connectors._mail.imap import open_folder
from unisono.connectors._mail.settings import Settings

# RFC 2177 advises less than 29 minutes; many firewalls forget a silent connection earlier.
IDLE_S: Final = 9 * 60.0
ASK_EVERY_S: Final = 20.0
_NEWS: Final = frozenset({b"EXISTS", b"RECENT"})


class Watch:
    """Waits on a connection until the folder grew; begins with opening the folder whenever the connection is a new one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: IMAPClient | None = None
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End a wait that only asks now and then; one in IDLE ends with its connection."""
        self._stopped.set()

    def __call__(self, client: IMAPClient) -> bool:
        """Return whether there may be news: at once after opening, for what came before is told by nobody."""
        if client is not self._opened:
            open_folder(client, self._settings.folder, "folder")
            self._opened = client
            return True
        return wait(client, self._stopped)


def wait(client: IMAPClient, stopped: threading.Event, idle_s: float = IDLE_S, ask_every_s: float = ASK_EVERY_S) -> bool:
    """Wait until the folder grew; False when it was time to begin anew, or when told to stop."""
    if not client.has_capability("IDLE"):
        return _grew(client.noop()[1]) or (not stopped.wait(ask_every_s) and _grew(client.noop()[1]))
    client.idle()
    news = client.idle_check(timeout=idle_s)
    _, later = client.idle_done()
    return _grew([*news, *later])


def _grew(news: list[tuple[object, ...]]) -> bool:
    return any(len(item) > 1 and item[1] in _NEWS for item in news)
