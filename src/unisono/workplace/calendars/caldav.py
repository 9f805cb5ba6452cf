"""A CalDAV server: its calendars are found, and asked for what takes place, only when one of them has changed.

Source: RFC 4791 (calendar-query), RFC 6638 (schedule-calendar-transp), RFC 6578 (sync-token), RFC 6764 (well-known),
and `getctag`, which servers had before sync-token.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError, fromstring

from msgspec import Struct

from unisono.contract.context import Response
from unisono.service.ports.calendars import CalendarFailed, Pulled
from unisono.workplace.calendars.asking import Asking, refuse, text_of

DAV: Final = "DAV:"
CAL: Final = "urn:ietf:params:xml:ns:caldav"
CS: Final = "http://calendarserver.org/ns/"
MOST_CALENDARS: Final = 20
_REDIRECTS: Final = 3
_PROPFIND: Final = (
    f'<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="{DAV}" xmlns:c="{CAL}" xmlns:s="{CS}"><d:prop>'
    "<d:resourcetype/><d:current-user-principal/><d:sync-token/><s:getctag/><c:calendar-home-set/>"
    "<c:calendar-user-address-set/><c:supported-calendar-component-set/><c:schedule-calendar-transp/>"
    "</d:prop></d:propfind>"
).encode()
_QUERY: Final = (
    f'<?xml version="1.0" encoding="utf-8"?><c:calendar-query xmlns:d="{DAV}" xmlns:c="{CAL}"><d:prop><c:calendar-data/></d:prop>'
    '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="{begin}" end="{end}"/>'
    "</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
)


class _Thing(Struct, frozen=True):
    """What the server says of one address. props: those that it has."""

    url: str
    props: dict[str, Element]

    def has(self, *path: str) -> bool:
        """Tell whether a property holds this element."""
        found = self.props.get(path[0])
        return found is not None and found.find(path[1]) is not None

    def hrefs(self, name: str) -> list[str]:
        """Return the addresses that a property names."""
        found = self.props.get(name)
        texts = [one.text or "" for one in found.findall(f"{{{DAV}}}href")] if found is not None else []
        return [text.strip() for text in texts if text.strip()]

    @property
    def is_calendar(self) -> bool:
        """Whether it is a calendar of events that says when its owner is busy."""
        if not self.has(f"{{{DAV}}}resourcetype", f"{{{CAL}}}calendar"):
            return False
        kinds = self.props.get(f"{{{CAL}}}supported-calendar-component-set")
        events = kinds is None or len(kinds) == 0 or any(one.get("name", "").upper() == "VEVENT" for one in kinds)
        return events and not self.has(f"{{{CAL}}}schedule-calendar-transp", f"{{{CAL}}}transparent")

    @property
    def tag(self) -> str:
        """What changes with the calendar's content; empty where the server tells nothing of that kind."""
        for name in (f"{{{DAV}}}sync-token", f"{{{CS}}}getctag"):
            if (found := self.props.get(name)) is not None and found.text:
                return found.text.strip()
        return ""


class CalDav:
    """One account's calendars on a server."""

    def __init__(self, ask: Asking, url: str) -> None:
        self._ask = ask
        self._url = url

    async def pull(self, mark: dict[str, Any] | None, begin: datetime, end: datetime) -> Pulled:
        """Return what all calendars say, or that none has changed. Raises CalendarFailed."""
        known: dict[str, str] = mark.get("tags", {}) if mark else {}
        own: list[str] = list(mark.get("own", [])) if mark else []
        try:
            tags = {url: (await self._one(url)).tag for url in known}
        except CalendarFailed as failed:
            if failed.code != "gone":
                raise
            tags = {}
        if not tags:
            calendars, own = await self._find()
            tags = {one.url: one.tag for one in calendars}
        elif tags == known and all(tags.values()):
            return Pulled(texts=None, mark={"tags": tags, "own": own}, own=own)
        texts = [text for url in tags for text in await self._events(url, begin, end)]
        return Pulled(texts=texts, mark={"tags": tags, "own": own}, own=own)

    async def _find(self) -> tuple[list[_Thing], list[str]]:
        """Find the calendars from whatever address somebody typed, and the owner's mail addresses."""
        try:
            thing = await self._one(self._url)
        except CalendarFailed as failed:
            if failed.code not in ("gone", "unreachable") or urlsplit(self._url).path not in ("", "/"):
                raise
            thing = await self._one(urljoin(self._url, "/.well-known/caldav"))
        if thing.has(f"{{{DAV}}}resourcetype", f"{{{CAL}}}calendar"):
            return [thing], _addresses(thing)
        own = _addresses(thing)
        homes = thing.hrefs(f"{{{CAL}}}calendar-home-set")
        if not homes:
            for principal in thing.hrefs(f"{{{DAV}}}current-user-principal")[:1]:
                person = await self._one(urljoin(thing.url, principal))
                own, homes = _addresses(person), person.hrefs(f"{{{CAL}}}calendar-home-set")
                thing = person
        found: list[_Thing] = []
        for home in [urljoin(thing.url, home) for home in homes[:3]] or [thing.url]:
            found += [one for one in await self._propfind(home, "1") if one.is_calendar]
        if not found:
            raise CalendarFailed("gone")
        return found[:MOST_CALENDARS], own

    async def _one(self, url: str) -> _Thing:
        found = await self._propfind(url, "0")
        if not found:
            raise CalendarFailed("unreadable")
        return found[0]

    async def _propfind(self, url: str, depth: str) -> list[_Thing]:
        headers = {"depth": depth, "content-type": "application/xml; charset=utf-8"}
        for _ in range(_REDIRECTS):
            answer = await self._ask("PROPFIND", url, headers=headers, content=_PROPFIND)
            if answer.status not in (301, 302, 307, 308):
                refuse(answer)
                return list(_things(url, _xml(answer)))
            # Only on the same server: the password belongs to that one.
            following = urljoin(url, answer.headers.get("location", ""))
            if urlsplit(following)[:2] != urlsplit(url)[:2]:
                raise CalendarFailed("moved")
            url = following
        raise CalendarFailed("unreachable")

    async def _events(self, url: str, begin: datetime, end: datetime) -> Iterator[str]:
        window = {name: moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") for name, moment in (("begin", begin), ("end", end))}
        headers = {"depth": "1", "content-type": "application/xml; charset=utf-8"}
        answer = await self._ask("REPORT", url, headers=headers, content=_QUERY.format(**window).encode())
        refuse(answer)
        return (text for one in _xml(answer).iter(f"{{{CAL}}}calendar-data") if (text := (one.text or "").strip()))


def _xml(answer: Response) -> Element:
    # A stranger's XML: what declares entities is not read at all.
    if b"<!DOCTYPE" in answer.body or b"<!ENTITY" in answer.body:
        raise CalendarFailed("unreadable")
    try:
        return fromstring(text_of(answer.body))  # noqa: S314 - without a document type there is nothing to expand
    except (ParseError, ValueError) as error:
        raise CalendarFailed("unreadable") from error


def _things(base: str, answer: Element) -> Iterator[_Thing]:
    for response in answer.findall(f"{{{DAV}}}response"):
        href = (response.findtext(f"{{{DAV}}}href") or "").strip()
        props: dict[str, Element] = {}
        for part in response.findall(f"{{{DAV}}}propstat"):
            if " 200" in (part.findtext(f"{{{DAV}}}status") or ""):
                props |= {one.tag: one for group in part.findall(f"{{{DAV}}}prop") for one in group}
        if href:
            yield _Thing(urljoin(base, href), props)


def _addresses(thing: _Thing) -> list[str]:
    found = thing.hrefs(f"{{{CAL}}}calendar-user-address-set")
    return [one.casefold().removeprefix("mailto:") for one in found if one.casefold().startswith("mailto:")]
