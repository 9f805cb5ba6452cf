"""What the HTTP library writes into the log: addresses hold tokens (some networks put them into the path), headers do too."""

import logging
from urllib.parse import urlsplit


class _HostOnly(logging.Filter):
    """Leaves of every address in a line its scheme and host."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_shortened(value) for value in record.args)
        return True


def _shortened(value: object) -> object:
    text = str(value)
    if not text.startswith(("http://", "https://")):
        return value
    parts = urlsplit(text)
    return f"{parts.scheme}://{parts.hostname or ''}/..."


def keep_quiet() -> None:
    """Shorten addresses in the library's lines, and leave out what it says of headers. Doing it again changes nothing."""
    library = logging.getLogger("httpx2")
    if not any(isinstance(one, _HostOnly) for one in library.filters):
        library.addFilter(_HostOnly())
    logging.getLogger("httpcore2").setLevel(logging.INFO)
