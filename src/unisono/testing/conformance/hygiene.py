"""Cases 17 to 20: what a broken line, a later version of the network, a hostile answer and a curious log may not do."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlsplit

from unisono.contract import HostRefused, Media, NotReached, PullFailed, Raw, Routes
from unisono.service.channels import Draft, check_channel
from unisono.testing.conformance.case import OUTSIDE, SECRETS, Broken, case, expect
from unisono.testing.conformance.side import Side
from unisono.testing.conformance.watch import connections, logs
from unisono.testing.faultproxy import Effect, html_error, http_answer, huge, malformed_json, redirect
from unisono.testing.lab import Wire

Faults = dict[str, tuple[Effect, dict[str, Any]]]
_PATIENCE_S = 60.0
_BROKEN = (b"", b"\xff\xfe{", b"null", b'{"kind": "status"}', b"[" * 100_000, b"\0" * 1_000, b"x" * 10_000_000)
_LARGE = b"{" + b'"a": "' + b"x" * 12_000_000 + b'"}'
_HTTP: Faults = {
    "malformed JSON": (Effect.ANSWER, {"answer": malformed_json()}),
    "a proxy's error page": (Effect.ANSWER, {"answer": html_error(502)}),
    "a proxy's error page with status 200": (
        Effect.ANSWER,
        {"answer": http_answer(200, b"<html>Down</html>", media_type="text/html")},
    ),
    "nothing with status 200": (Effect.ANSWER, {"answer": http_answer(200)}),
    "JSON of another shape": (Effect.ANSWER, {"answer": http_answer(200, b'["nothing", 1]')}),
    "10 MB of JSON": (Effect.ANSWER, {"answer": huge()}),
    "a truncated answer": (Effect.CUT, {"after_bytes": 12}),
    "an answer of one byte a second": (Effect.DRIP, {"chunk_bytes": 1, "delay_s": 1.0}),
    "silence": (Effect.ACCEPT_THEN_HANG, {"delay_s": 5.0}),
}
_LINE: Faults = {
    "noise": (Effect.ANSWER, {"answer": b"\x00\xff* NONSENSE\r\n"}),
    "a truncated answer": (Effect.CUT, {"after_bytes": 12}),
    "silence": (Effect.ACCEPT_THEN_HANG, {"delay_s": 5.0}),
    "a cut line": (Effect.DROP, {}),
}
_SENDS: Faults = {
    "a proxy's error page, unseen by the network": (Effect.ANSWER, {"answer": html_error(502)}),
    "a proxy's error page, after it was accepted": (Effect.ANSWER_AFTER, {"answer": html_error(504)}),
    "malformed JSON, after it was accepted": (Effect.ANSWER_AFTER, {"answer": malformed_json()}),
    "a truncated answer": (Effect.CUT, {"after_bytes": 7}),
}


@case(17, "broken answers, broken items and slow lines stop nothing, lose nothing and end")
async def broken(side: Side) -> None:
    """Everything that a line can do to a pull, to an answer, to a push, and to an item that stands in the inbox."""
    if side.facts.caps.pull:
        await _pulls(side)
    if side.facts.caps.reply:
        await _answers(side)
    await _items(side)
    if side.facts.caps.webhook:
        await _pushes(side)
    if isinstance(await side.connector(), Routes):
        await _pages(side)
    text = side.words("Alles wieder gut")
    await side.say(text)


async def _pulls(side: Side) -> None:
    for wire in side.reads():
        for what, (effect, more) in (_LINE if wire.proxy.raw else _HTTP).items():
            text = side.words("Bei Störung")
            await side.lab.say(text)
            fault = wire.proxy.add(effect, wire.reads, **more)
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await side.pull()
            except TimeoutError:
                raise Broken(f"A pull that meets {what} does not end in {_PATIENCE_S:.0f} s.") from None
            expect(fault.hits, f"The lab says what a pull asks for, but {what} met no such request.")
            await side.calm()
            await side.hear()
            await side.once(text)


async def _answers(side: Side) -> None:
    for wire in side.sends():
        for what, (effect, more) in ({"a truncated answer": _SENDS["a truncated answer"]} if wire.proxy.raw else _SENDS).items():
            line = await side.say(side.words("Frage bei Störung"))
            text = side.words("Antwort bei Störung")
            message_id = await side.answer(line, text)
            wire.proxy.add(effect, wire.sends, **more)
            parcel = await side.deliver(message_id)
            expect(parcel.state == "sent", f"After {what} an answer is {parcel.state} ({parcel.error_code}: {parcel.error}).")
            found = await side.shown(text)
            expect(len(found) == 1, f"After {what} an answer stands {len(found)} times at the network.")
            await side.calm()


async def _items(side: Side) -> None:
    """Items that cannot be read are set aside, and those behind them are taken in."""
    now = side.clock.now()
    behind = side.words("Dahinter")
    before = await side.quarantined()
    await side.put([Raw(ingest_key=f"broken:{n}:0", body=body, received_at=now) for n, body in enumerate(_BROKEN)])
    await side.lab.say(behind)
    await side.hear()
    await side.once(behind)
    aside = await side.quarantined() - before
    expect(aside > 0, f"Of {len(_BROKEN)} items that make no sense none was set aside: they are lost.")
    rows = await side.stage.sql(
        "select count(*) as n from inbox where channel_id = $1 and state = 'quarantined' and body is null", side.channel_id
    )
    expect(rows[0]["n"] == 0, f"{rows[0]['n']} items were set aside without their bytes.")


async def _pushes(side: Side) -> None:
    for body in (b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", _LARGE):
        answer = await side.knock(side.lab.push_body(body))
        expect(answer.status < 500, f"A rightly signed push of {len(body)} bytes {body[:10]!r} is answered with {answer.status}.")
    text = side.words("Nach den Scherben")
    item = await side.lab.say(text)
    answer = await side.push(item)
    expect(answer.status < 300, f"After broken pushes a good one is answered with status {answer.status}.")
    await side.read()
    await side.once(text)


async def _pages(side: Side) -> None:
    connector = await side.connector()
    assert isinstance(connector, Routes)
    stored = await _stored(side)
    for route in connector.routes():
        if route.method not in ("POST", "PUT", "PATCH"):
            continue
        url = side.page_url + route.path
        for body in (b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", _LARGE):
            answer = await side.ask(route.method, url, content=body, headers={"content-type": "application/json"})
            expect(
                400 <= answer.status < 500,
                f"{route.method} {route.path} with {len(body)} bytes {body[:10]!r} is answered with status {answer.status}.",
            )
    expect(await _stored(side) == stored, "Requests that make no sense were stored.")
    async with _slow_visitor(side):
        await side.say(side.words("Neben einem langsamen Besucher"))


@asynccontextmanager
async def _slow_visitor(side: Side) -> AsyncIterator[None]:
    """Somebody begins many requests and ends none."""
    parts = urlsplit(side.page_url)
    writers = []
    for _ in range(50):
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(f"POST {parts.path}/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{{".encode())
        await writer.drain()
        writers.append(writer)
    try:
        yield
    finally:
        for writer in writers:
            writer.close()
        for writer in writers:
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _stored(side: Side) -> int:
    [row] = await side.stage.sql("select count(*) as n from inbox where channel_id = $1", side.channel_id)
    return int(row["n"])


@case(18, "what a later version of the network says survives")
async def strange(side: Side) -> None:
    """An item in a form of next year, with fields, words and kinds that nobody knows, stands whole in the transcript."""
    before = await side.quarantined()
    text = side.words("Aus der Zukunft")
    await side.lab.say_strangely(text)
    await side.hear()
    line = await side.line(text)
    expect(await side.quarantined() == before, "An item of a later version went to quarantine.")
    usual = side.words("Von heute")
    await side.say(usual)
    if side.facts.caps.reply:
        answer = side.words("Antwort in die Zukunft")
        await side.delivered(await side.answer(line, answer))
        await side.shown_once(answer)


@case(19, "no request goes to a host that manifest and settings do not name", OUTSIDE)
async def stays_home(side: Side) -> None:
    """The network redirects pulls and answers to somebody else, and names files that lie there; and every connection counts."""
    async with _somebody_else() as (url, heard):
        for wire in side.lab.wires:
            if wire.proxy.raw:
                continue
            for status in (302, 307, 308):
                await _redirected(side, wire, redirect(f"{url}/api/items", status))
                await side.calm()
        connector = await side.connector()
        if isinstance(connector, Media):
            with contextlib.suppress(HostRefused, NotReached, PullFailed):
                await connector.get_media(f"{url}/picture.png", 1_000)
        expect(not heard, f"The connector made {len(heard)} requests to a host that nobody named: {heard[:1]}")
    with connections() as addresses:
        line = await side.say(side.words("Frage"))
        if side.facts.caps.reply:
            message_id = await side.answer(line, side.words("Antwort"))
            await side.delivered(message_id)
        await (await side.connector()).check()
    # The network's pushes come to the house itself.
    house = urlsplit(side.stage.base_url).port
    allowed = {wire.proxy.port for wire in side.lab.wires} | side.stage.database_ports | {house}
    strangers = {address for address in addresses if address[1] not in allowed}
    expect(not strangers, f"Connections went to {strangers}, which is neither the network nor the store.")


async def _redirected(side: Side, wire: Wire, answer: bytes) -> None:
    if wire.reads is not None:
        await side.lab.say(side.words("Umgeleitet"))
        wire.proxy.add(Effect.ANSWER, wire.reads, answer=answer)
        await side.pull()
        await side.calm()
    if wire.sends is not None and side.facts.caps.reply:
        line = await side.say(side.words("Frage"))
        message_id = await side.answer(line, side.words("Umgeleitete Antwort"))
        wire.proxy.add(Effect.ANSWER, wire.sends, answer=answer)
        await side.attempt()
        await side.calm()
        await side.deliver(message_id)


@asynccontextmanager
async def _somebody_else() -> AsyncIterator[tuple[str, list[str]]]:
    """A server on another port that notes who comes."""
    heard: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readline()).decode("latin-1").strip())
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard


@case(20, "secrets stand sealed in the store and nowhere else", SECRETS)
async def secrets_stay(side: Side) -> None:
    """Everything goes well once and wrong once; then the log, at every level, and every table are searched."""
    known = dict(side.setting.secrets)
    with logs() as heard:
        await _a_bad_day(side)
        known_now = {
            f"{name} as renewed": value
            for name in sorted(side.facts.manifest.secret_fields)
            if (value := await side.stage.outside.secrets.get(side.channel_id, name))
        }
    text = heard.getvalue()
    expect(text, "Nothing at all was logged on a bad day, so nothing is shown by that.")
    stored = await _all_tables(side)
    for name, secret in (known | known_now).items():
        for form in _forms(secret):
            expect(form not in text, f"The log holds the secret {name}.")
            expect(form not in stored, f"The secret {name} stands in the store without being sealed.")


async def _a_bad_day(side: Side) -> None:
    """What makes connectors talk: refused settings, a broken network, a withdrawn authorisation, forged pushes."""
    line = await side.say(side.words("Frage"))
    # All of them at once: with one that is right the connector could renew the others, and use it up.
    wrong = {name: f"{secret}x" for name, secret in side.setting.secrets.items()}
    await check_channel(side.stage.outside, Draft(connector=side.lab.connector, config=side.setting.config, secrets=wrong))
    for wire in side.lab.wires:
        faults = _LINE if wire.proxy.raw else {name: _HTTP[name] for name in ("malformed JSON", "a proxy's error page")}
        for effect, more in faults.values():
            if wire.reads is not None:
                wire.proxy.add(effect, wire.reads, **more)
                await side.pull()
                await side.calm()
            if wire.sends is not None and side.facts.caps.reply:
                message_id = await side.answer(line, side.words("Antwort"))
                wire.proxy.add(effect, wire.sends, **more)
                await side.deliver(message_id)
                await side.calm()
        await wire.proxy.stop()
        await side.pull()
        await wire.proxy.start()
    if side.facts.caps.webhook:
        item = await side.lab.say(side.words("Noch eine"))
        for request in (side.lab.push(item), side.lab.push(item, secret="wrong"), side.lab.push(item, signed=False)):
            await side.knock(request)
    if side.facts.caps.refresh:
        await side.lab.expire()
        await side.hear()
    await side.lab.revoke()
    if side.facts.caps.pull:
        await side.pull()
    if side.facts.caps.reply:
        await side.answer(line, side.words("Zu spät"))
        await side.attempt()


def _forms(secret: str) -> set[str]:
    """Return how a secret may be written."""
    return {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")}


async def _all_tables(side: Side) -> str:
    """Return everything in the store that is not sealed, as text."""
    tables = await side.stage.sql(
        "select quote_ident(relname) as name from pg_class where relkind in ('r', 'p') and not relispartition "
        "and relnamespace = 'public'::regnamespace and relname <> 'secret'"
    )
    parts = []
    for table in tables:
        # Bytes are shown as hexadecimal digits unless told otherwise.
        rows = await side.stage.sql(f"select row_to_json(t)::text as line from {table['name']} t")
        parts += [_with_bytes(row["line"]) for row in rows]
    return "\n".join(parts)


def _with_bytes(line: str) -> str:
    """Return a row's text, with what is inside its byte strings."""
    found = [line]
    for part in line.split('"\\\\x')[1:]:
        with contextlib.suppress(ValueError):
            found.append(bytes.fromhex(part.partition('"')[0]).decode("utf-8", "replace"))
    return "\n".join(found)
