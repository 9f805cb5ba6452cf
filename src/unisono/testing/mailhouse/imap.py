"""A small IMAP4rev1 server over `Boxes`: what a reading client needs (RFC 3501, IDLE of RFC 2177), nothing more."""

import asyncio
import contextlib
import re
import shlex
from collections.abc import Awaitable, Callable
from datetime import datetime

from unisono.testing.mailhouse.boxes import INBOX, Boxes

_LITERAL = re.compile(rb"\{(\d+)\+?\}\r\n$")
_PARTIAL = re.compile(r"BODY(?:\.PEEK)?\[\](?:<(\d+)\.(\d+)>)?", re.IGNORECASE)
MAX_LITERAL = 50_000_000
_CAPABILITIES = "IMAP4rev1 IDLE LITERAL+"


class Session:
    """One client's connection."""

    def __init__(self, boxes: Boxes, password: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._boxes = boxes
        self._password = password
        self._reader = reader
        self._writer = writer
        self._address: str | None = None
        self._folder: str | None = None
        self._commands: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "CAPABILITY": self._capability, "NOOP": self._noop, "LOGIN": self._login, "SELECT": self._select,
            "EXAMINE": self._select, "UID": self._uid, "APPEND": self._append, "IDLE": self._idle, "LIST": self._list,
            "CREATE": self._create, "CLOSE": self._noop, "CHECK": self._noop,
        }  # fmt: skip

    async def run(self) -> None:
        """Serve until the client leaves."""
        self._send(f"* OK [CAPABILITY {_CAPABILITIES}] ready")
        while True:
            line = await self._line()
            if line is None:
                return
            tag, _, rest = line.partition(" ")
            name, _, arguments = rest.partition(" ")
            if name.upper() == "LOGOUT":
                self._send("* BYE see you")
                self._send(f"{tag} OK done")
                await self._writer.drain()
                return
            command = self._commands.get(name.upper())
            if command is None:
                self._send(f"{tag} BAD unknown command {name[:20]}")
            else:
                try:
                    await command(tag, arguments)
                except (ValueError, KeyError, IndexError) as error:
                    self._send(f"{tag} BAD {type(error).__name__}")
            await self._writer.drain()

    def _send(self, line: str) -> None:
        self._writer.write(line.encode("utf-8", "surrogateescape") + b"\r\n")

    async def _line(self) -> str | None:
        """Read a command; literals are put in as quoted text, except the last of APPEND, which is read where it is wanted."""
        raw = await self._reader.readline()
        if not raw:
            return None
        while (literal := _LITERAL.search(raw)) and b"APPEND" not in raw[:40].upper():
            self._writer.write(b"+ go on\r\n")
            await self._writer.drain()
            content = await self._reader.readexactly(min(int(literal[1]), MAX_LITERAL))
            raw = raw[: literal.start()] + b'"' + content.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
            raw += await self._reader.readline()
        return raw.rstrip(b"\r\n").decode("utf-8", "surrogateescape")

    async def _capability(self, tag: str, _arguments: str) -> None:
        self._send(f"* CAPABILITY {_CAPABILITIES}")
        self._send(f"{tag} OK done")

    async def _noop(self, tag: str, _arguments: str) -> None:
        if self._address and self._folder:
            self._send(f"* {len(self._boxes.uids(self._address, self._folder))} EXISTS")
        self._send(f"{tag} OK done")

    async def _login(self, tag: str, arguments: str) -> None:
        user, password = shlex.split(arguments)[:2]
        if password != self._password:
            self._send(f"{tag} NO [AUTHENTICATIONFAILED] wrong name or password")
            return
        self._address = user
        self._send(f"{tag} OK [CAPABILITY {_CAPABILITIES}] welcome")

    async def _select(self, tag: str, arguments: str) -> None:
        if self._address is None:
            self._send(f"{tag} NO log in first")
            return
        folder = shlex.split(arguments)[0]
        if folder.upper() not in (INBOX, "SENT"):
            self._send(f"{tag} NO [NONEXISTENT] SELECT failed: no such folder")
            return
        self._folder = folder.upper()
        self._send("* FLAGS (\\Seen)")
        self._send(f"* {len(self._boxes.uids(self._address, self._folder))} EXISTS")
        self._send("* 0 RECENT")
        self._send(f"* OK [UIDVALIDITY {self._boxes.validity()}] valid")
        self._send(f"* OK [UIDNEXT {self._boxes.next_uid(self._address, self._folder)}] next")
        self._send(f"{tag} OK [READ-ONLY] open")

    async def _list(self, tag: str, _arguments: str) -> None:
        for folder in (INBOX, "Sent"):
            self._send(f'* LIST () "/" "{folder}"')
        self._send(f"{tag} OK done")

    async def _create(self, tag: str, _arguments: str) -> None:
        self._send(f"{tag} NO folders are INBOX and Sent")

    async def _uid(self, tag: str, arguments: str) -> None:
        if self._address is None or self._folder is None:
            self._send(f"{tag} NO open a folder first")
            return
        name, _, rest = arguments.partition(" ")
        if name.upper() == "SEARCH":
            found = self._search(self._address, self._folder, shlex.split(rest))
            self._send("* SEARCH" + "".join(f" {uid}" for uid in found))
        elif name.upper() == "FETCH":
            self._fetch(self._address, self._folder, *rest.split(" ", 1))
        else:
            raise ValueError(name)
        self._send(f"{tag} OK done")

    def _search(self, address: str, folder: str, criteria: list[str]) -> list[int]:
        uids = self._boxes.uids(address, folder)
        if criteria and criteria[0].upper() == "CHARSET":
            criteria = criteria[2:]
        while criteria:
            name = criteria.pop(0).upper()
            if name == "SINCE":
                day = datetime.strptime(criteria.pop(0), "%d-%b-%Y").date()  # noqa: DTZ007
                uids = [u for u in uids if self._boxes.mail(address, u, folder).received_at.date() >= day]
            elif name == "UID":
                wanted = _uids(criteria.pop(0), uids)
                uids = [u for u in uids if u in wanted]
            elif name == "HEADER":
                header, value = criteria.pop(0).lower(), criteria.pop(0).lower()
                uids = [u for u in uids if _has_header(self._boxes.mail(address, u, folder).content, header, value)]
            elif name != "ALL":
                raise ValueError(name)
        return uids

    def _fetch(self, address: str, folder: str, wanted: str, items: str) -> None:
        uids = self._boxes.uids(address, folder)
        for uid in sorted(_uids(wanted, uids)):
            mail = self._boxes.mail(address, uid, folder)
            number = uids.index(uid) + 1
            parts = [f"UID {uid}".encode()]
            if "RFC822.SIZE" in items.upper():
                parts.append(f"RFC822.SIZE {len(mail.content)}".encode())
            body = _PARTIAL.search(items)
            if body is not None:
                start, length = (int(body[1]), int(body[2])) if body[1] is not None else (0, len(mail.content))
                content = mail.content[start : start + length]
                label = f"BODY[]<{start}>" if body[1] is not None else "BODY[]"
                parts.append(f"{label} {{{len(content)}}}\r\n".encode() + content)
            self._writer.write(f"* {number} FETCH (".encode() + b" ".join(parts) + b")\r\n")

    async def _append(self, tag: str, arguments: str) -> None:
        size = re.search(r"\{(\d+)(\+?)\}$", arguments)
        if self._address is None or size is None:
            self._send(f"{tag} NO log in first, then give the mail as a literal")
            return
        if not size[2]:
            self._writer.write(b"+ go on\r\n")
            await self._writer.drain()
        content = await self._reader.readexactly(min(int(size[1]), MAX_LITERAL))
        await self._reader.readline()
        self._boxes.add(self._address, content, shlex.split(arguments)[0].upper())
        self._send(f"{tag} OK stored")

    async def _idle(self, tag: str, _arguments: str) -> None:
        if self._address is None or self._folder is None:
            self._send(f"{tag} NO open a folder first")
            return
        address, folder = self._address, self._folder
        self._send("+ waiting")
        await self._writer.drain()
        stop = self._boxes.watch(address, folder, lambda: self._send(f"* {len(self._boxes.uids(address, folder))} EXISTS"))
        try:
            await self._reader.readline()
        finally:
            stop()
        self._send(f"{tag} OK done")


def _uids(text: str, present: list[int]) -> set[int]:
    """Return the UIDs of a set like `1:5,9,12:*`; `n:*` always holds the last one (RFC 3501, section 6.4.8)."""
    last = max(present, default=0)
    found: set[int] = set()
    for part in text.split(","):
        low, _, high = part.partition(":")
        first = last if low == "*" else int(low)
        end = first if not high else last if high == "*" else int(high)
        found |= {uid for uid in present if min(first, end) <= uid <= max(first, end)}
    return found


def _has_header(content: bytes, name: str, value: str) -> bool:
    head = content.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("utf-8", "replace").lower()
    return any(line.startswith(f"{name}:") and value in line for line in head.split("\n"))


async def serve_imap(boxes: Boxes, password: str, port: int) -> asyncio.Server:
    """Listen on loopback; port 0 takes a free one."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await Session(boxes, password, reader, writer).run()
        writer.close()

    return await asyncio.start_server(connected, "127.0.0.1", port, limit=1_000_000)
