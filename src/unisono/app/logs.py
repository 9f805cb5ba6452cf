"""Logging: one line an event, as text for people or JSON for machines; never with secrets or what people said."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any
from uuid import UUID

import structlog

_HIDDEN = frozenset({"password", "token", "secret", "access_token", "refresh_token", "authorization", "cookie", "body", "text"})


def _hide(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if key.lower() in _HIDDEN:
            event[key] = "[hidden]"
    return event


def set_up_logging(log_format: str, level: str) -> None:
    """Send the log to standard error in the chosen form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide,
    ]
    # A traceback shows where, never the values of variables: those are what people said, and secrets.
    render: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    if log_format == "text":
        colours = sys.stderr.isatty()
        render = [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


class ChannelLogs:
    """Implements `service.ports.outside.LogFor`."""

    def __call__(self, channel_id: UUID, connector: str) -> Any:
        """Return a log that names the channel in every line."""
        return structlog.get_logger("channel").bind(channel=str(channel_id), connector=connector)
