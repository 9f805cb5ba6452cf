"""The driver `sip`: keeps the endpoint's process running, and is its voice in the house.

What a leg may reach is decided here, at the door; the endpoint dials what the door has put together and nothing else.
"""

import asyncio
import contextlib
import hashlib
import ipaddress
import os
import socket
import sys
import time
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from unisono.contract.voice import (
    Announcement,
    By,
    Cause,
    Command,
    Connect,
    Done,
    Ended,
    Endpoint,
    EndpointKind,
    LegEnded,
    Music,
    Offered,
    Originate,
    Prompt,
    RecordingKind,
    RecordingReady,
    RecordingState,
    RecordMode,
    Refused,
    Result,
    SeenCall,
    Snapshot,
    TakeMessage,
    Transfer,
    TransferAsked,
    VoiceContext,
    VoiceEvent,
    VoiceListener,
    VoicePowers,
)
from unisono.service.metrics import CALLS_TURNED_AWAY
from unisono.voice.sip.door import Barred, Door, Way
from unisono.voice.sip.frames import (
    Account,
    Did,
    Do,
    Drain,
    Drained,
    Look,
    Plan,
    Ready,
    Registered,
    Seen,
    Sound,
    Told,
    TurnDown,
    Turned,
    Unable,
    Up,
)
from unisono.voice.sip.link import Link, LinkBroken
from unisono.voice.sip.rest import save_part
from unisono.voice.sip.settings import SipSettings, read_settings

SCHEME: Final = "sip"
#: How long the house waits for the endpoint's word on a command, and to see it start.
_WORD_S, _START_S = 15.0, 20.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_READ_BYTES: Final = 65_536


class SipDriver:
    """One trunk and the phones of one house. Raises BadSipSettings when it is made of settings that cannot be used."""

    def __init__(self, context: VoiceContext) -> None:
        self.name = context.name
        self._context = context
        self._settings: SipSettings = read_settings(dict(context.settings))
        self._recordings = self._settings.recordings_dir or context.folder / "recordings"
        self._door = Door(self._settings, time.monotonic)
        self._link: Link[Up] | None = None
        self._process: asyncio.subprocess.Process | None = None
        # None: the endpoint is gone. Never a cancelled future: whoever waits could not tell it from being cancelled itself.
        self._waiting: dict[str, asyncio.Future[Result | None]] = {}
        self._looks: dict[int, asyncio.Future[list[SeenCall] | None]] = {}
        self._drained: asyncio.Event = asyncio.Event()
        self._events: asyncio.Queue[VoiceEvent] = asyncio.Queue()
        self._live: set[str] = set()
        self._sent: dict[str, str] = {}
        #: What is being recorded, by its id: of which call, and what it is.
        self._tapes: dict[str, tuple[str, RecordingKind]] = {}
        #: Set while the endpoint listens; for those who wait until calls can come.
        self.listening = asyncio.Event()
        #: Requests turned away since the start, by reason; and what the registrar said last.
        self.turned: dict[str, int] = {}
        self.registered: Registered | None = None

    @property
    def powers(self) -> VoicePowers:
        """Return what it can do; no I/O."""
        settings = self._settings
        return VoicePowers(
            calls_out=bool(settings.may_dial or settings.sip_hosts),
            record=True,
            take_message=True,
            listen=True,
            transfer=settings.refer,
            location=settings.location,
        )

    @property
    def process_id(self) -> int | None:
        """The endpoint's process, while one runs; for those who measure."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    # -- the process ----------------------------------------------------------------------------------------------------

    async def run(self, listener: VoiceListener) -> None:
        """Keep an endpoint running until cancelled; then let its calls end, for as long as the settings say."""
        telling = asyncio.create_task(self._tell(listener))
        pause = _FIRST_PAUSE_S
        try:
            while True:
                began = time.monotonic()
                reason = await self._one_life(listener)
                if time.monotonic() - began > _LONGEST_PAUSE_S:
                    pause = _FIRST_PAUSE_S
                self._context.log.warning("voice.sip.endpoint_ended", reason=reason, again_in_s=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
        finally:
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await telling

    async def _one_life(self, listener: VoiceListener) -> str:
        """Run one endpoint until it ends; returns why it did. Calls that were in it are told to be lost."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "unisono.voice.sip.endpoint",
                str(theirs.fileno()),
                pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        self._process = process
        reader, writer = await asyncio.open_connection(sock=ours, limit=2**20)
        link: Link[Up] = Link(reader, writer, Up)
        self._sent.clear()
        hearing: asyncio.Task[str] | None = None
        try:
            link.send(await self._plan())
            async with asyncio.timeout(_START_S):
                first = await link.receive()
            if isinstance(first, Unable):
                return first.text
            self._link = link
            hearing = asyncio.create_task(self._hear(link))
            self.listening.set()
            self._context.log.info("voice.sip.listening", address=self._settings.listen)
            await listener.reconnected()
            return await asyncio.shield(hearing)
        except asyncio.CancelledError:
            await self._say_goodbye(link)
            raise
        except (LinkBroken, TimeoutError, OSError) as error:
            return str(error) or type(error).__name__
        finally:
            self.listening.clear()
            self._link = None
            link.close()
            if hearing is not None:
                hearing.cancel()
            await _end(process)
            await self._lose()

    async def _say_goodbye(self, link: Link[Up]) -> None:
        """Take no new calls and wait for those that run, as long as the settings say; what they tell is still stored."""
        if self._link is None:
            return
        link.send(Drain(deadline_s=self._settings.drain_s))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.drain_s + 10.0):
                await self._drained.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5.0):
                await self._events.join()

    async def _plan(self) -> Plan:
        settings = self._settings
        host, port = settings.listen_at
        first, last = settings.rtp_range
        trunk = Account(
            user=settings.user,
            server=settings.trunk,
            password=settings.password,
            auth_user=settings.auth_user,
            register_s=settings.register_s,
            transport=settings.transport,
        )
        inside = Account(user=settings.phones_user, server=settings.phones_server, password=settings.phones_password)
        return Plan(
            driver=self.name,
            listen_host=host,
            listen_port=port,
            rtp_first=first,
            rtp_last=last,
            allowed=[*settings.allow, *await _addresses(settings.trunk), *await _addresses(settings.phones_server)],
            media_from=settings.media_from,
            trunk=trunk,
            inside=inside if settings.phones else None,
            calls=settings.calls,
            calls_per_second=settings.calls_per_second,
            rtp_timeout_s=settings.rtp_timeout_s,
            longest_call_s=settings.longest_call_s,
            longest_hold_s=settings.longest_hold_s,
            recordings=str(self._recordings),
            headers=settings.headers,
            country=settings.country,
            trusts_identity=settings.trusts_identity,
        )

    # -- what comes up --------------------------------------------------------------------------------------------------

    async def _hear(self, link: Link[Up]) -> str:
        while True:
            try:
                frame = await link.receive()
            except LinkBroken as error:
                return str(error)
            match frame:
                case Told(event=event):
                    self._hear_event(event)
                case Did(result=result):
                    waiting = self._waiting.pop(result.command_id, None)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(result)
                case Seen(number=number, calls=calls):
                    look = self._looks.pop(number, None)
                    if look is not None and not look.done():
                        look.set_result(calls)
                case Turned(reason=reason, count=count):
                    self.turned[reason] = self.turned.get(reason, 0) + count
                    CALLS_TURNED_AWAY.labels(self.name, reason).inc(count)
                    self._context.log.warning("voice.sip.turned_away", reason=reason, count=count)
                case Registered():
                    self.registered = frame
                    if not frame.ok:
                        self._context.log.warning("voice.sip.not_registered", said=frame.text)
                case Drained():
                    self._drained.set()
                case Ready() | Unable():
                    continue

    def _hear_event(self, event: VoiceEvent) -> None:
        match event:
            case Offered(call_id=call_id):
                self._live.add(call_id)
            case Ended(call_id=call_id):
                self._live.discard(call_id)
            case RecordingState(mode=RecordMode.ON):
                self._tapes[event.recording_id] = (event.call_id, RecordingKind.CALL)
            case RecordingReady():
                self._tapes.pop(event.recording_id, None)
            case LegEnded(call_id=call_id, leg_id=leg_id):
                self._door.closed(f"{call_id}/{leg_id}")
            case TransferAsked(call_id=call_id, leg_id=leg_id, to=to) if isinstance(self._asked_way(to), Barred):
                # What a phone of ours may not dial it may not have dialled either; the house is not asked.
                if self._link is not None:
                    self._link.send(TurnDown(call_id=call_id, leg_id=leg_id))
                return
            case _:
                pass
        self._events.put_nowait(event)

    def _asked_way(self, to: str) -> Way | Barred:
        kind = EndpointKind.NUMBER if to.startswith("+") else EndpointKind.SIP
        return self._door.find(Endpoint(kind=kind, address=to), "refer")

    async def _tell(self, listener: VoiceListener) -> None:
        """Tell events one after the other; one that could not be stored is told again until it is."""
        while True:
            event = await self._events.get()
            pause = _FIRST_PAUSE_S
            while True:
                try:
                    await listener.heard(event)
                except Exception as error:
                    # The database is away, perhaps: nothing that was heard is forgotten.
                    self._context.log.warning("voice.sip.not_stored", error=type(error).__name__)
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE_S)
                else:
                    break
            self._events.task_done()

    async def _lose(self) -> None:
        """Say of every call that was in the endpoint that it is lost; what had been recorded of it is kept."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(None)
        for look in self._looks.values():
            if not look.done():
                look.set_result(None)
        self._waiting.clear()
        self._looks.clear()
        for recording_id, (call_id, kind) in self._tapes.items():
            kept = await asyncio.to_thread(save_part, self._recordings / f"{recording_id}.part")
            if kept is not None:
                self._events.put_nowait(
                    RecordingReady(
                        event_id=uuid.uuid4().hex,
                        call_id=call_id,
                        driver=self.name,
                        at=datetime.now(UTC),
                        recording_id=recording_id,
                        uri=f"{SCHEME}:{recording_id}",
                        kind=kind,
                        **kept,
                    )
                )
        self._tapes.clear()
        for call_id in sorted(self._live):
            ended = Ended(
                event_id=uuid.uuid4().hex,
                call_id=call_id,
                driver=self.name,
                at=datetime.now(UTC),
                cause=Cause.LOST,
                by=By.NETWORK,
            )
            self._events.put_nowait(ended)
        self._live.clear()
        self._door.closed_all()

    # -- what goes down -------------------------------------------------------------------------------------------------

    async def do(self, command: Command) -> Result:
        """Take up a wish; a call that leaves the house goes through the door first."""
        link = self._link
        if link is None:
            return _cut(command)
        order = Do(command=command)
        leg = ""
        if isinstance(command, Transfer) and not self._settings.refer:
            human = "This line hands nobody over to the trunk; the house carries both sides."
            return Refused(command_id=command.command_id, code="unsupported", human=human)
        if isinstance(command, Connect | Originate | Transfer):
            endpoint = command.to if isinstance(command, Transfer) else command.endpoint
            way = self._door.find(endpoint, command.requested_by)
            if isinstance(way, Barred):
                self._context.log.warning("voice.sip.barred", code=way.code, call=command.call_id)
                return Refused(command_id=command.command_id, code=way.code, human=way.human)
            order = Do(command=command, target=way.target, inside=way.inside, shown=self._shown(command, inside=way.inside))
            if not way.inside and not isinstance(command, Transfer):
                leg = f"{command.call_id}/{command.leg_id}"
                self._door.opened(leg)
        for file in _files(command):
            await self._send_sound(link, file)
        result = await self._ask(link, order)
        if leg and isinstance(result, Refused) and not result.again:
            self._door.closed(leg)
        if isinstance(command, Originate) and isinstance(result, Done):
            self._live.add(command.call_id)
        if isinstance(command, TakeMessage) and isinstance(result, Done):
            self._tapes[command.recording_id] = (command.call_id, RecordingKind.VOICEMAIL)
        return result

    def _shown(self, command: Connect | Originate | Transfer, *, inside: bool) -> str:
        """Return the number that a phone shows: the caller's at our own, one of ours outside."""
        if inside:
            shown = getattr(command, "shows", {}).get("number", "")
            return "".join(c for c in shown if c in "+0123456789")[:20]
        ours = self._settings.numbers
        wished = getattr(command, "caller_id", "")
        return wished if wished in ours else next(iter(ours), "")

    async def _ask(self, link: Link[Up], order: Do) -> Result:
        command_id = order.command.command_id
        waiting = self._waiting.get(command_id)
        if waiting is None:
            waiting = self._waiting[command_id] = asyncio.get_running_loop().create_future()
            link.send(order)
        # Shielded, since the same command asked again waits for the same word.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_WORD_S):
                return await asyncio.shield(waiting) or _cut(order.command)
        return _cut(order.command)

    async def _send_sound(self, link: Link[Up], file: str) -> None:
        try:
            content = await self._context.sound(file)
        except KeyError:
            self._context.log.warning("voice.sip.no_sound", file=file)
            return
        digest = hashlib.sha256(content).hexdigest()
        if self._sent.get(file) != digest:
            self._sent[file] = digest
            link.send(Sound(file=file, wave=content))

    async def snapshot(self) -> Snapshot:
        """Return what lives now. Raises OSError while the endpoint starts."""
        link = self._link
        if link is None:
            raise OSError("The SIP endpoint does not run at the moment; it is being started.")
        number = len(self._looks) + 1
        while number in self._looks:
            number += 1
        look = self._looks[number] = asyncio.get_running_loop().create_future()
        taken_at = datetime.now(UTC)
        link.send(Look(number=number))
        calls = None
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_WORD_S):
                    calls = await look
        finally:
            self._looks.pop(number, None)
        if calls is None:
            raise OSError("The SIP endpoint gives no answer.")
        return Snapshot(driver=self.name, taken_at=taken_at, calls=tuple(calls))

    # -- recordings -----------------------------------------------------------------------------------------------------

    async def recording(self, uri: str) -> AsyncIterator[bytes]:
        """Yield the bytes of a recording. Raises OSError when there is none such."""
        path = self._path(uri)
        position = 0
        while True:
            block = await asyncio.to_thread(_read, path, position)
            if not block:
                return
            position += len(block)
            yield block

    async def forget_recording(self, uri: str) -> None:
        """Keep nothing of it."""
        self._path(uri).unlink(missing_ok=True)

    def _path(self, uri: str) -> Path:
        scheme, _, name = uri.partition(":")
        if scheme != SCHEME or not name or not all(c.isalnum() or c in "-_" for c in name):
            raise FileNotFoundError(f"{uri} is no recording of this driver.")
        return self._recordings / f"{name}.wav"


def _cut(command: Command) -> Refused:
    human = "The telephone line is being set up; try again in a moment."
    return Refused(command_id=command.command_id, code="cut", human=human, again=True)


def _read(path: Path, position: int) -> bytes:
    with path.open("rb") as file:
        file.seek(position)
        return file.read(_READ_BYTES)


def _files(command: Command) -> list[str]:
    """Return the recordings of the house that a command names."""
    says: tuple[Announcement, ...] = getattr(command, "says", ())
    prompt: Prompt | None = getattr(command, "prompt", None) or getattr(command, "before", None)
    music: Music | None = getattr(command, "music", None)
    named = [*(said.file for said in says), *(said.file for said in (prompt.says if prompt else ()))]
    return [file for file in (*named, music.file if music else None) if file]


async def _addresses(server: str) -> list[str]:
    """Return the addresses of a server, for the guard; none when its name is not known now."""
    host = server if server.startswith("[") else server.partition(":")[0]
    host = host.partition("]")[0].strip("[")
    with contextlib.suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except OSError:
        return []
    return sorted({str(entry[4][0]).partition("%")[0] for entry in found})


async def _end(process: asyncio.subprocess.Process) -> None:
    """Wait for a process that was let go; one that does not go is ended."""
    try:
        async with asyncio.timeout(3.0):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, 9)
        raise
