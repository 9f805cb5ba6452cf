"""One's own calendar as a source of presence: a real CalDAV server, a feed that is asked politely, and what nobody may reach."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from tests.calendar_office import Office
from tests.radicale import Owner, Radicale, running
from tests.web.conftest import PASSWORD, Browser, MakeHouse, Served, serve
from unisono.egress.client import EgressFactory
from unisono.service.first_run import first_administrator

pytestmark = [pytest.mark.workplace, pytest.mark.peer]
TITLE = "Bewerbungsgespräch"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Radicale]:
    with running() as it:
        yield it


class ServedOffice(Office):
    """The same, served."""

    def __init__(self, served: Served, http_for: EgressFactory) -> None:
        super().__init__(served.house, http_for)
        self.served = served


@pytest_asyncio.fixture
async def office(make_house: MakeHouse) -> Any:
    house = await make_house()
    async with house.db.write() as tx:
        await first_administrator(tx, login="root", name="Root", locale="en", password_hash=await house.passwords.hash(PASSWORD))
    served = await serve(house)
    async with EgressFactory(allow_private=True) as http_for:
        yield ServedOffice(served, http_for)
    await served.close()


async def admin(office: ServedOffice, *hosts: str) -> Browser:
    """The administrator, who has named these hosts of the house's own network."""
    root = office.served.browser()
    await root.log_in("root")
    await root.did("PATCH", "settings", {"presence.calendar_hosts": list(hosts)})
    return root


def at_server(owner: Owner, **more: Any) -> dict[str, Any]:
    return {"kind": "caldav", "url": owner.base, "login": owner.login, "password": owner.password, **more}


async def test_a_caldav_calendar_makes_its_owner_busy_and_taking_it_back_leaves_nothing(
    office: ServedOffice, server: Radicale
) -> None:
    root = await admin(office, server.host)
    anna = await office.served.logged_in("anna", "agent")
    me = (await anna.get("me"))["user"]["id"]
    now, owner = datetime.now(UTC), server.owner("anna")
    owner.makes("work")
    owner.makes("tasks", '<c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set>')
    owner.writes("work", "now", now - HOUR, now + HOUR, f"SUMMARY:{TITLE}")
    owner.writes("work", "next", now + HOUR, now + 2 * HOUR, "SUMMARY:Danach")
    owner.writes("work", "free", now - HOUR, now + 9 * HOUR, "TRANSP:TRANSPARENT")
    owner.writes("work", "far", now + timedelta(days=30), now + timedelta(days=31))

    async def shown() -> dict[str, Any]:
        found: dict[str, Any] = (await root.get(f"presence?user_id={me}"))["items"][0]
        return found

    (mine,) = (await anna.did("POST", "me/calendars", at_server(owner, name="Arbeit")))["items"]
    assert mine["state"] == "new"
    await office.rounds()
    (mine,) = (await anna.get("me/calendars"))["items"]
    assert (mine["state"], mine["name"], mine["skipped"]) == ("ok", "Arbeit", 0)
    seen = await shown()
    assert (seen["value"], seen["source"], seen["reason"]) == ("busy", "calendar", "meeting")
    # Two meetings without a gap are one time to whoever wants to call.
    assert abs(datetime.fromisoformat(seen["until"]) - (now + 2 * HOUR)) < timedelta(seconds=2)

    # What it is about is kept only where one wants it, and only for oneself.
    assert await office.served.sql("select 1 from own_calendar_time where title <> ''") == []
    assert [one["title"] for one in (await anna.get("me/agenda?hours=4"))["items"]] == ["", ""]
    await anna.did("PATCH", f"me/calendars/{mine['id']}", {"with_titles": True})
    await office.rounds()
    assert [one["title"] for one in (await anna.get("me/agenda?hours=4"))["items"]] == [TITLE, "Danach"]
    assert TITLE not in str(await shown())
    assert (await root.get("me/agenda"))["items"] == (await root.get("me/calendars"))["items"] == []
    assert (await root.problem("DELETE", f"me/calendars/{mine['id']}"))["code"] == "no_own_calendar"
    await anna.did("PATCH", f"me/calendars/{mine['id']}", {"with_titles": False})
    assert {one["title"] for one in (await anna.get("me/agenda?hours=4"))["items"]} == {""}

    # Asked once more, the server says in one line that nothing changed; then something did.
    office.asked.clear()
    await office.again()
    assert office.asked == ["PROPFIND"]
    owner.takes_out("work", "now")
    await office.again()
    assert office.asked == ["PROPFIND", "PROPFIND", "REPORT"]
    # What is seen of her desk counts again.
    assert (await shown()).get("source") == "activity"
    owner.writes("work", "now", now - HOUR, now + HOUR, "X-MICROSOFT-CDO-BUSYSTATUS:OOF")
    await office.again()
    assert (await shown())["reason"] == "out_of_office"

    # Nothing about it lies where others look, and the address is told to nobody, not even to its owner.
    assert owner.password not in (await anna.ask("GET", "/api/v1/me/calendars")).text
    assert (
        await office.served.sql("select 1 from event where body::text like '%calendar%' and body::text not like '%names%'") == []
    )
    await anna.did("DELETE", f"me/calendars/{mine['id']}")
    assert (await shown()).get("source") == "activity"
    for table in (
        "own_calendar",
        "own_calendar_time",
        "secret where owner_kind = 'own_calendar'",
        "presence_word where source = 'calendar'",
    ):
        assert await office.served.sql(f"select 1 from {table}") == [], table


async def test_a_wrong_password_is_told_and_whoever_leaves_takes_their_calendars_along(
    office: ServedOffice, server: Radicale
) -> None:
    root = await admin(office, "127.0.0.1")
    ben = await office.served.logged_in("ben", "agent")
    owner = server.owner("ben")
    owner.makes("one")
    await ben.did("POST", "me/calendars", at_server(owner, password="wrong"))
    # One calendar by its own address; and a server that has no such thing.
    await ben.did("POST", "me/calendars", at_server(owner, url=owner.address("one"), name="z"))
    await ben.did("POST", "me/calendars", at_server(owner, url=owner.address("none"), name="nichts"))
    await office.rounds()
    states = {one["name"]: one["state"] for one in (await ben.get("me/calendars"))["items"]}
    assert states == {"127.0.0.1": "refused", "z": "ok", "nichts": "gone"}
    me = (await ben.get("me"))["user"]["id"]
    await root.did("PATCH", f"users/{me}", {"disabled": True})
    await office.rounds()
    assert await office.served.sql("select 1 from own_calendar") == []
    assert await office.served.sql("select 1 from secret where owner_kind = 'own_calendar'") == []


class Feed(ThreadingHTTPServer):
    """A server with one feed, whose answers are set; `heads`: what it was asked with."""

    status, body, after = 200, b"", ""
    heads: list[dict[str, str]]

    def __init__(self) -> None:
        self.heads = []
        super().__init__(("127.0.0.1", 0), _Answering)

    def holds(self, begin: datetime, end: datetime) -> None:
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1", f"DTSTART:{begin:%Y%m%dT%H%M%SZ}",
                 f"DTEND:{end:%Y%m%dT%H%M%SZ}", "END:VEVENT", "END:VCALENDAR"]  # fmt: skip
        self.body = "\r\n".join(lines).encode()


class _Answering(BaseHTTPRequestHandler):
    server: Feed

    def do_GET(self) -> None:
        self.server.heads.append({name.lower(): value for name, value in self.headers.items()})
        same = self.server.status == 200 and self.headers.get("if-none-match") == '"1"'
        self.send_response(304 if same else self.server.status)
        if self.server.after:
            self.send_header("retry-after", self.server.after)
        self.send_header("etag", '"1"')
        self.send_header("content-length", "0" if same else str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(b"" if same else self.server.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def feed() -> Iterator[Feed]:
    with Feed() as it:
        thread = threading.Thread(target=it.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield it
        it.shutdown()
        thread.join()


async def test_a_feed_is_asked_with_its_mark_and_its_trouble_takes_nothing_away_that_is_known(
    office: ServedOffice, feed: Feed
) -> None:
    port = feed.server_address[1]
    root = await admin(office, f"127.0.0.1:{port}")
    anna = await office.served.logged_in("anna", "agent")
    me = (await anna.get("me"))["user"]["id"]
    now = datetime.now(UTC)
    feed.holds(now - HOUR, now + HOUR)
    await anna.did("POST", "me/calendars", {"kind": "feed", "url": f"http://127.0.0.1:{port}/geheim.ics"})
    await office.rounds()

    async def state() -> tuple[str, str]:
        (mine,) = (await anna.get("me/calendars"))["items"]
        (seen,) = (await root.get(f"presence?user_id={me}"))["items"]
        return mine["state"], seen["value"]

    assert await state() == ("ok", "busy")
    assert "if-none-match" not in feed.heads[0]
    feed.body = b"not read again"
    await office.again()
    assert feed.heads[1]["if-none-match"] == '"1"'
    assert await state() == ("ok", "busy")
    for status, said in ((401, "refused"), (404, "gone"), (500, "unreachable"), (429, "busy")):
        feed.status, feed.after = status, "7200" if status == 429 else ""
        await office.again()
        assert await state() == (said, "busy"), status
    (row,) = await office.served.sql("select next_at > now() + interval '119 minutes' as later from own_calendar")
    assert row["later"]
    # A page to log in at is no calendar. Near the end of what is known everything is asked for, changed or not.
    feed.status, feed.after, feed.body = 200, "", b"<html>Please log in</html>"
    await office.served.sql("update own_calendar set covers_until = now() + interval '1 hour'")
    await office.again()
    assert await state() == ("unreadable", "busy")
    assert "if-none-match" not in feed.heads[-1]
    # Nobody could read it for a day: it says nothing any more.
    await office.served.sql("update own_calendar set read_at = now() - interval '25 hours', turn_at = now()")
    await office.rounds()
    assert (await state())[1] == "available"


async def test_what_an_employee_types_leads_nowhere_into_the_houses_own_network(office: ServedOffice, feed: Feed) -> None:
    port = feed.server_address[1]
    root = await admin(office)
    anna = await office.served.logged_in("anna", "agent")
    feed.holds(datetime.now(UTC) - HOUR, datetime.now(UTC) + HOUR)
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", "169.254.169.254", f"[::ffff:127.0.0.1]:{port}"):
        await anna.did("POST", "me/calendars", {"kind": "feed", "url": f"http://{host}/"})
    await office.rounds()
    assert {one["state"] for one in (await anna.get("me/calendars"))["items"]} == {"not_allowed"}
    assert feed.heads == []
    for body, code in (
        ({"kind": "feed", "url": "file:///etc/passwd"}, "bad_calendar_url"), ({"kind": "feed", "url": ""}, "bad_calendar_url"),
        ({"kind": "feed", "url": "https://exa mple.org"}, "bad_calendar_url"), ({"kind": "ical", "url": "x"}, "no_calendar_kind"),
        ({"kind": "caldav", "url": "http://example.org", "login": "a", "password": "b"}, "insecure_calendar"),
        ({"kind": "feed", "url": "http://a:b@example.org/"}, "insecure_calendar"),
        ({"kind": "feed", "url": "https://example.org", "name": "n" * 101}, "bad_calendar_name"),
    ):  # fmt: skip
        assert (await anna.problem("POST", "me/calendars", body))["code"] == code, body
    assert (await anna.problem("GET", "me/agenda?hours=0"))["code"] == "bad_hours_ahead"
    for _ in range(6):
        await anna.did("POST", "me/calendars", {"kind": "feed", "url": "webcal://example.org/a.ics"})
    assert (await anna.problem("POST", "me/calendars", {"kind": "feed", "url": "https://example.org"}))[
        "code"
    ] == "many_calendars"
    # Named by an administrator, the same address is read; however often somebody presses, its server is asked once a minute.
    await root.did("PATCH", "settings", {"presence.calendar_hosts": [f"127.0.0.1:{port}"]})
    first = UUID((await anna.get("me/calendars"))["items"][0]["id"])
    await office.served.sql(
        "update own_calendar set looked_at = now() - interval '2 minutes', next_at = now() + interval '1 hour'"
    )
    for _ in range(3):
        await anna.did("POST", f"me/calendars/{first}/read")
        await office.rounds()
    assert len(feed.heads) == 1
    assert (await anna.get("me/calendars"))["items"][0]["state"] == "ok"
