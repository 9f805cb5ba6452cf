"""One look at a calendar, whichever kind it is."""

from datetime import datetime
from typing import Any

from unisono.contract.context import Http
from unisono.service.ports.calendars import CalendarAt, CalendarFailed, Pulled
from unisono.workplace.calendars.asking import Asking, refuse, text_of
from unisono.workplace.calendars.caldav import CalDav


class Calendars:
    """Implements `service.ports.calendars.CalendarSource`."""

    async def pull(self, http: Http, at: CalendarAt, mark: dict[str, Any] | None, begin: datetime, end: datetime) -> Pulled:
        """Return what a calendar says; see the port."""
        asking = Asking(http, at)
        if at.kind == "caldav":
            return await CalDav(asking, at.url).pull(mark, begin, end)
        return await _feed(asking, at.url, mark)


async def _feed(ask: Asking, url: str, mark: dict[str, Any] | None) -> Pulled:
    headers = {"accept": "text/calendar, */*;q=0.1"}
    for header, name in (("if-none-match", "etag"), ("if-modified-since", "modified")):
        if mark and mark.get(name):
            headers[header] = str(mark[name])
    answer = await ask("GET", url, headers=headers)
    refuse(answer)
    if answer.status == 304 and mark is not None:
        return Pulled(texts=None, mark=mark)
    if answer.status != 200:
        raise CalendarFailed("unreachable")
    following = {"etag": answer.headers.get("etag", ""), "modified": answer.headers.get("last-modified", "")}
    return Pulled(texts=[text_of(answer.body)], mark=following)
