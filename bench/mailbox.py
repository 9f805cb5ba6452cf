"""A mailbox of 300,000 mails on a real Dovecot: its first page, all that is wanted of it, and a look when nothing is new.

The mails lie in mdbox, one in a thousand of them in the wanted days; so the mailbox must be searched, not read. The baseline
is Python's imaplib with the same log-in, folder, search and fetch, mail by mail and without any of our bookkeeping.
"""

import asyncio
import contextlib
import imaplib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from bench.results import Figure, quantile
from unisono.connectors.email import Email
from unisono.contract import Account, Created, load_manifest
from unisono.testing.context import make_ctx
from unisono.testing.mailhouse.dovecot import PASSWORD, Dovecot

MAILS, WANTED, LOOKS = 300_000, 300, 30
OWNER = "hilfe@shop.example"
BASELINE = "imaplib: log-in, EXAMINE, SEARCH SINCE, FETCH of the same 50 mails"
_TEXT = "Guten Tag, wo bleibt mein Paket? Die Bestellung ist nun zwei Wochen alt, und ich habe noch nichts gehört. " * 3


def mails(count: int, wanted: int, now: datetime) -> Iterator[tuple[bytes, datetime]]:
    """Give mails of about 600 bytes; the last `wanted` came in within the last day, the others in the years before."""
    for number in range(count):
        fresh = number >= count - wanted
        at = now - (timedelta(hours=1) if fresh else timedelta(days=10 + (count - number) / 200))
        head = (
            f"From: Person {number} <person{number}@kunde.example>\r\nTo: {OWNER}\r\nSubject: Anfrage {number}\r\n"
            f"Date: {at:%a, %d %b %Y %H:%M:%S} +0000\r\nMessage-ID: <{number}@kunde.example>\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        )
        yield f"{head}{number}: {_TEXT}\r\n".encode(), at


async def measure() -> dict[str, Figure]:
    """Fill a mailbox and read it."""
    server = Dovecot(storage="mdbox")
    await asyncio.to_thread(server.start)
    try:
        return await _measured(server)
    finally:
        await asyncio.to_thread(server.stop)


async def _measured(server: Dovecot) -> dict[str, Figure]:
    now = datetime.now(UTC)
    begun = time.perf_counter()
    await asyncio.to_thread(server.deliver_all, OWNER, mails(MAILS, WANTED, now))
    filled_s = time.perf_counter() - begun
    plain_cold = await asyncio.to_thread(_plain, server, now)
    config = {
        "address": OWNER, "imap_host": "127.0.0.1", "imap_port": server.port, "imap_security": "none",
        "smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_security": "none", "timeout_s": 60,
    }  # fmt: skip
    first: list[float] = []
    plain: list[float] = []
    grown = 0
    for _ in range(3):
        account = Account(channel_id=uuid4(), name="bench", config=config)
        async with make_ctx(account, load_manifest(Email.folder), secrets={"password": PASSWORD}) as ctx:
            connector = Email(ctx)
            before = _fresh_peak_kb()
            begun = time.perf_counter()
            page = await connector.pull("inbox", None, 50)
            first.append(time.perf_counter() - begun)
            grown = max(grown, _peak_kb() - before)
            plain.append(await asyncio.to_thread(_plain, server, now))
            found = [event for raw in page.raws for event in connector.read(raw) if isinstance(event, Created)]
            rest_s, count, cursor = await _rest(connector, page.next_cursor)
            looks = [await _look(connector, cursor) for _ in range(LOOKS)]
            await connector.close()
        if len(found) + count != WANTED or found[0].subject != f"Anfrage {MAILS - WANTED}":
            raise RuntimeError(f"{len(found) + count} mails came instead of {WANTED}, the first is {found[0].subject!r}.")
    everything_s, everything = await _everything(config)
    shape = {
        "mails": MAILS, "wanted": WANTED, "server": f"Dovecot {Dovecot.version()}, mdbox", "filled_s": round(filled_s, 1),
        "range": [round(min(first), 3), round(max(first), 3)], "baseline_cold_s": round(plain_cold, 3),
        "rest_of_the_wanted_s": round(rest_s, 3), "first_page_grew_memory_by_mb": round(grown / 1_000, 1),
    }  # fmt: skip
    return {
        "mailbox.first_page_s": Figure(
            value=quantile(first, 0.5), unit="s", baseline=BASELINE, baseline_value=quantile(plain, 0.5), more=shape
        ),
        "mailbox.look_ms": Figure(
            value=quantile(looks, 0.5) * 1_000, unit="ms", baseline="imaplib: EXAMINE on an open connection",
            baseline_value=await asyncio.to_thread(_plain_look, server) * 1_000,
            more={"looks": LOOKS, "mails": MAILS, "p99_ms": round(quantile(looks, 0.99) * 1_000, 2)},
        ),
        "mailbox.mails_per_s": Figure(
            value=everything / everything_s, unit="mails/s", baseline="imaplib: FETCH of 50 mails at a time",
            baseline_value=await asyncio.to_thread(_plain_rate, server),
            more={"mails": everything, "measured": "pages of 50 from the first day on, read into events, wall time"},
        ),
    }  # fmt: skip


async def _rest(connector: Email, cursor: str | None) -> tuple[float, int, str | None]:
    begun, count = time.perf_counter(), 0
    while True:
        page = await connector.pull("inbox", cursor, 50)
        count, cursor = count + len(page.raws), page.next_cursor
        if not page.has_more:
            return time.perf_counter() - begun, count, cursor


async def _look(connector: Email, cursor: str | None) -> float:
    begun = time.perf_counter()
    page = await connector.pull("inbox", cursor, 50)
    if page.raws:
        raise RuntimeError("Nothing was new, and yet something came.")
    return time.perf_counter() - begun


async def _everything(config: dict[str, object]) -> tuple[float, int]:
    """Read 10,000 mails from the very first day on, as somebody does who wants all of their history."""
    account = Account(channel_id=uuid4(), name="bench", config={**config, "since": "2000-01-01"})
    async with make_ctx(account, load_manifest(Email.folder), secrets={"password": PASSWORD}) as ctx:
        connector = Email(ctx)
        cursor: str | None = None
        begun, count = time.perf_counter(), 0
        while count < 10_000:
            page = await connector.pull("inbox", cursor, 50)
            count += sum(len(connector.read(raw)) for raw in page.raws)
            cursor = page.next_cursor
        took = time.perf_counter() - begun
        await connector.close()
    return took, count


def _fresh_peak_kb() -> int:
    """Forget the largest memory that this process had, and return what it has now (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    return _peak_kb()


def _peak_kb() -> int:
    """Return the largest memory that this process had."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0])


@contextlib.contextmanager
def _client(server: Dovecot) -> Iterator[imaplib.IMAP4]:
    with server.client(OWNER) as client:
        client.select("INBOX", readonly=True)
        yield client


def _plain(server: Dovecot, now: datetime) -> float:
    begun = time.perf_counter()
    with _client(server) as client:
        # Looked for among the newest alone: more than 1 MB of numbers in one answer is refused by the library.
        since = f"{now - timedelta(days=2):%d-%b-%Y}"
        found = client.uid("SEARCH", "SINCE", since)[1][0].split()[:50]
        client.uid("FETCH", b",".join(found).decode(), "(BODY.PEEK[])")
    return time.perf_counter() - begun


def _plain_look(server: Dovecot) -> float:
    took = []
    with _client(server) as client:
        for _ in range(LOOKS):
            begun = time.perf_counter()
            client.select("INBOX", readonly=True)
            took.append(time.perf_counter() - begun)
    return quantile(took, 0.5)


def _plain_rate(server: Dovecot) -> float:
    with _client(server) as client:
        begun = time.perf_counter()
        for low in range(1, 10_001, 50):
            client.uid("FETCH", f"{low}:{low + 49}", "(BODY.PEEK[])")
        return 10_000 / (time.perf_counter() - begun)
