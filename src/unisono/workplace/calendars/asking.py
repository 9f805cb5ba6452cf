"""Asking a server on behalf of one account, and saying in one word what went wrong."""

from base64 import b64encode
from email.utils import parsedate_to_datetime
from typing import Final

from unisono.contract.context import HostRefused, Http, NotReached, Response
from unisono.service.ports.calendars import CalendarAt, CalendarFailed

MAX_BYTES: Final = 10_000_000
TIMEOUT_S: Final = 30.0


class Asking:
    """Requests with the account's name and password, to one calendar's server."""

    def __init__(self, http: Http, at: CalendarAt) -> None:
        self._http = http
        both = f"{at.login}:{at.password}".encode()
        self._headers = {"authorization": f"Basic {b64encode(both).decode()}"} if at.login or at.password else {}

    async def __call__(
        self, method: str, url: str, *, headers: dict[str, str] | None = None, content: bytes | None = None
    ) -> Response:
        """Return the answer whatever its status. Raises CalendarFailed when there was none."""
        try:
            return await self._http.request(
                method,
                url,
                headers={**self._headers, **(headers or {})},
                content=content,
                timeout_s=TIMEOUT_S,
                max_bytes=MAX_BYTES,
            )
        except HostRefused as error:
            raise CalendarFailed("not_allowed") from error
        except NotReached as error:
            raise CalendarFailed("unreachable") from error


def refuse(answer: Response) -> None:
    """Raise CalendarFailed for what is no answer with content."""
    status = answer.status
    if status in (200, 207, 304):
        return
    if status in (401, 403):
        raise CalendarFailed("refused")
    if status in (404, 410):
        raise CalendarFailed("gone")
    if status in (429, 503):
        raise CalendarFailed("busy", _after_s(answer))
    raise CalendarFailed("unreachable")


def text_of(body: bytes) -> str:
    """Return iCalendar text, which is UTF-8 (RFC 5545, section 3.1.4); a byte that is not keeps its place."""
    return body.decode("utf-8-sig", "replace")


def _after_s(answer: Response) -> float | None:
    """Return how long to wait, by the server's own clock. Source: RFC 9110, section 10.2.3."""
    text = answer.headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max((parsedate_to_datetime(text) - parsedate_to_datetime(answer.headers.get("date", ""))).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
