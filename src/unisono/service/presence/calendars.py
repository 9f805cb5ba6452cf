"""One's own calendars as a source of presence: added by oneself, seen by nobody else, and gone when taken back."""

from datetime import timedelta
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct

from unisono.contract.context import Http
from unisono.contract.manifest import Manifest
from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.presence.words import Source
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.instant import Instant, instant, maybe_instant
from unisono.service.ports import Database, Tx
from unisono.service.ports.calendars import CalendarAt, OwnCalendar, OwnCalendarChange
from unisono.service.presence.match_work import match_work
from unisono.service.presence.settle import PRESENCE_BELL, settle
from unisono.service.secrets import bound_to, put_secret
from unisono.service.settings import read_settings

#: Rung when a calendar wants to be read.
CALENDAR_BELL: Final = "own_calendars"
OWNER: Final = "own_calendar"
SECRET: Final = "at"  # noqa: S105 - the name of a secret
MOST: Final = 10
MAX_URL: Final = 2_000
MAX_NAME: Final = 100
#: Nobody's server is asked more often, however often somebody presses.
AGAIN_AFTER: Final = timedelta(minutes=1)
_KINDS: Final = ("feed", "caldav")


class OwnCalendarView(Struct, frozen=True, kw_only=True):
    """One's own calendar. Where it lies is not told again. state: new, ok, or what is wrong. read_at: when it was read well last.

    skipped: how many of its events could not be understood.
    """

    id: UUID
    kind: str
    name: str
    with_titles: bool
    state: str
    read_at: Instant | None
    skipped: int


class AgendaItem(Struct, frozen=True, kw_only=True):
    """A time that is taken. says: busy, away or maybe. title: where one wants it kept."""

    begins_at: Instant
    ends_at: Instant
    says: str
    whole_day: bool
    calendar: str
    title: str = ""


async def add_own_calendar(
    outside: Outside, access: Access, at: CalendarAt, name: str = "", *, with_titles: bool = False
) -> UUID:
    """Add a calendar of one's own; it is read within seconds. Raises Invalid for what is no address, Conflict for too many."""
    if at.kind not in _KINDS:
        raise Invalid(f"{at.kind!r} is no kind of calendar; there are feed and caldav.", code="no_calendar_kind", field="kind")
    at = _tidied(at)
    parts = urlsplit(at.url)
    shown = _name(name) or (parts.hostname or "")[:MAX_NAME]
    calendar_id = new_id()
    async with outside.db.write() as tx:
        if parts.scheme == "http" and at.password and not is_listed(parts, await _private(tx)):
            raise Invalid(
                "By http anybody on the way could read the password. Nothing was kept; give the address with https.",
                code="insecure_calendar", field="url",
            )  # fmt: skip
        if len(await tx.own_calendars.of(access.user_id)) >= MOST:
            raise Conflict(f"{MOST} calendars are the most. Take one back first; nothing was kept.", code="many_calendars")
        await tx.own_calendars.add(
            OwnCalendar(
                id=calendar_id, user_id=access.user_id, kind=at.kind, name=shown, with_titles=with_titles, state="new",
                added_at=tx.now,
            )
        )  # fmt: skip
        await put_secret(tx, outside.cipher, OWNER, calendar_id, SECRET, msgspec.json.encode(at).decode())
    await outside.bell.ring(CALENDAR_BELL)
    return calendar_id


async def change_own_calendar(outside: Outside, access: Access, calendar_id: UUID, change: OwnCalendarChange) -> None:
    """Name it otherwise, or choose whether titles are kept; those that are not wanted are gone at once. Raises NotFound."""
    if change.name is not UNSET:
        change = msgspec.structs.replace(change, name=_name(change.name) or UNSET)
    async with outside.db.write() as tx:
        if not await tx.own_calendars.change(calendar_id, access.user_id, change):
            raise _none()
    await outside.bell.ring(CALENDAR_BELL)


async def read_own_calendar(outside: Outside, access: Access, calendar_id: UUID) -> None:
    """Have it read now; once a minute at the most. Raises NotFound."""
    async with outside.db.write() as tx:
        if not await tx.own_calendars.ask_again(calendar_id, access.user_id, tx.now - AGAIN_AFTER):
            raise _none()
    await outside.bell.ring(CALENDAR_BELL)


async def withdraw_own_calendar(outside: Outside, access: Access, calendar_id: UUID) -> None:
    """Take a calendar back: it, its secret, its times and what it says of one now are erased at once. Raises NotFound."""
    async with outside.db.write() as tx:
        if not await tx.own_calendars.remove(calendar_id, access.user_id):
            raise _none()
        await tx.presence.forget_words(access.user_id, Source.CALENDAR, str(calendar_id))
        await settle(tx, [access.user_id])
    await outside.bell.ring(PRESENCE_BELL)
    await match_work(outside.db, access.user_id)


async def my_calendars(db: Database, access: Access) -> list[OwnCalendarView]:
    """Return one's own calendars. There is no way to ask for anybody else's."""
    async with db.read() as tx:
        found = await tx.own_calendars.of(access.user_id)
    return [
        OwnCalendarView(
            id=one.id, kind=one.kind, name=one.name, with_titles=one.with_titles, state=one.state,
            read_at=maybe_instant(one.read_at), skipped=one.skipped,
        )
        for one in found
    ]  # fmt: skip


async def my_agenda(db: Database, access: Access, within: timedelta) -> list[AgendaItem]:
    """Return what is still to come in one's own calendars, in order."""
    async with db.read() as tx:
        names = {one.id: one.name for one in await tx.own_calendars.of(access.user_id)}
        times = await tx.own_calendars.times(names)
        until = tx.now + within
    found = [(one, names[calendar]) for calendar, some in times.items() for one in some if one.begins_at < until]
    return [
        AgendaItem(
            begins_at=instant(one.begins_at), ends_at=instant(one.ends_at), says=one.says.value, whole_day=one.whole_day,
            calendar=name, title=one.title,
        )
        for one, name in sorted(found)
    ]  # fmt: skip


async def open_calendar(outside: Outside, tx: Tx, calendar: OwnCalendar) -> CalendarAt | None:
    """Return where a calendar lies; None when it was withdrawn."""
    sealed = await tx.secrets.get(OWNER, calendar.id, SECRET)
    if sealed is None:
        return None
    return msgspec.json.decode(outside.cipher.open(sealed, bound_to(OWNER, calendar.id, SECRET)), type=CalendarAt)


async def way_to(outside: Outside, tx: Tx, url: str) -> Http:
    """Return what asks this calendar's server and no other.

    What an employee types never leads into the deployment's own network, unless an administrator named that host.
    """
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    if is_listed(parts, await _private(tx)):
        return outside.http_for(_manifest("{config.url}"), {"url": origin})
    return outside.http_for(_manifest(origin), {})


def is_listed(parts: SplitResult, hosts: list[str]) -> bool:
    """Tell whether an administrator named this host, with or without its port."""
    host = (parts.hostname or "").casefold()
    return host in hosts or (parts.port is not None and f"{host}:{parts.port}" in hosts)


async def _private(tx: Tx) -> list[str]:
    return [str(one).strip().casefold() for one in (await read_settings(tx))["presence.calendar_hosts"]]


def _manifest(host: str) -> Manifest:
    return Manifest(
        id="calendar", name="calendar", version="1", contract=1, network="calendar", medium="post", title={}, summary={},
        auth="none", hosts=(host,),
    )  # fmt: skip


def _tidied(at: CalendarAt) -> CalendarAt:
    """Return it with a plain http address; a name and password within the address stand beside it. Raises Invalid."""
    url = at.url.strip()
    for scheme in ("webcals://", "webcal://"):
        if url[: len(scheme)].casefold() == scheme:
            url = f"https://{url[len(scheme) :]}"
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or parts.scheme not in ("http", "https") or len(url) > MAX_URL or any(char.isspace() for char in url):
        raise Invalid(
            "This is no address of a calendar; it begins with https:// or webcal://. Nothing was kept.", code="bad_calendar_url",
            field="url",
        )  # fmt: skip
    netloc = f"[{host}]" if ":" in host else host
    plain = parts._replace(netloc=netloc if port is None else f"{netloc}:{port}", fragment="")
    return CalendarAt(
        kind=at.kind, url=plain.geturl(), login=at.login or unquote(parts.username or ""),
        password=at.password or unquote(parts.password or ""),
    )  # fmt: skip


def _name(name: str) -> str:
    if len(name) > MAX_NAME:
        raise Invalid(f"A name has up to {MAX_NAME} characters. Nothing was changed.", code="bad_calendar_name", field="name")
    return name.strip()


def _none() -> NotFound:
    return NotFound("You have no such calendar; reload the page.", code="no_own_calendar")
