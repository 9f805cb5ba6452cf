"""Listening to a house from beside it: what it logs, and where it connects to."""

import contextlib
import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog

_connections: ContextVar[list[tuple[str, int]] | None] = ContextVar("connections", default=None)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    heard, address = _connections.get(), arguments[1]
    if heard is not None and isinstance(address, tuple):
        heard.append((str(address[0]), int(address[1])))


class _Once:
    hooked = False


@contextmanager
def connections() -> Iterator[list[tuple[str, int]]]:
    """Collect the addresses that what is called in the block connects to, in threads of its own as well.

    Sees what goes over Python's sockets, as the standard event loop and libraries do.
    """
    if not _Once.hooked:
        # An audit hook cannot be taken away again; outside a block it does nothing.
        sys.addaudithook(_note)
        _Once.hooked = True
    heard: list[tuple[str, int]] = []
    token = _connections.set(heard)
    try:
        yield heard
    finally:
        _connections.reset(token)


class _Keep(logging.Handler):
    def __init__(self, into: io.StringIO) -> None:
        super().__init__(logging.DEBUG)
        self._into = into

    def emit(self, record: logging.LogRecord) -> None:
        # Formatting with the traceback, as a handler of an operator would.
        self._into.write(logging.Formatter("%(name)s %(message)s").format(record) + "\n")


@contextmanager
def logs() -> Iterator[io.StringIO]:
    """Collect all that is logged at any level, or printed, while the block runs."""
    into = io.StringIO()

    def keep(_logger: object, name: str, event: Any) -> Any:
        into.write(f"{name} {event!r}\n")
        raise structlog.DropEvent

    root, handler = logging.getLogger(), _Keep(into)
    before, level = structlog.get_config(), root.level
    others = list(root.handlers)
    quiet = [(name, one.level) for name, one in logging.root.manager.loggerDict.items() if isinstance(one, logging.Logger)]
    structlog.configure(
        processors=[structlog.processors.ExceptionRenderer(), keep],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        cache_logger_on_first_use=False,
    )
    for other in others:
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name, one_level in quiet:
        if one_level > logging.INFO:
            logging.getLogger(name).setLevel(logging.INFO)
    try:
        with contextlib.redirect_stdout(into), contextlib.redirect_stderr(into):
            yield into
    finally:
        structlog.configure(**before)
        root.removeHandler(handler)
        for other in others:
            root.addHandler(other)
        root.setLevel(level)
        for name, one_level in quiet:
            logging.getLogger(name).setLevel(one_level)
