"""The demo from start to end: networks, mailboxes, house and customers in one process."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx2
import msgspec
import structlog
from msgspec import Struct
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from unisono.app.build import Running, build
from unisono.app.demo.buttons import Buttons
from unisono.app.demo.chats import ChatStage
from unisono.app.demo.customers import ScriptedStage
from unisono.app.demo.feed import load_feed
from unisono.app.demo.history import tell_past
from unisono.app.demo.keep import Keep
from unisono.app.demo.listening_seed import seed_listening
from unisono.app.demo.lunch import WHO as LUNCHER
from unisono.app.demo.lunch import Lunch
from unisono.app.demo.mails import MailStage, Postman
from unisono.app.demo.material import company, network_threads, threads
from unisono.app.demo.networks import HANDLE, NetworkStage
from unisono.app.demo.places import placed
from unisono.app.demo.played import Played
from unisono.app.demo.player import ALL_AT_ONCE, POSITION, SCRIPTED, Player, Stage, Tempo, playable
from unisono.app.demo.routes import Demo, DemoView, FaceView, LoginView, demo_routes
from unisono.app.demo.script import Step
from unisono.app.demo.scripted import Scripted, open_scripted
from unisono.app.demo.seed import Seeded, seed
from unisono.app.demo.stage import (
    CALL_LINE,
    DIRECT_LINE,
    Mails,
    Networks,
    call_channel,
    chat_channel,
    company_addresses,
    direct_channel,
    open_mails,
    open_networks,
)
from unisono.app.logs import set_up_logging
from unisono.app.roles import ROLES, run_roles, tidy
from unisono.app.settings import Settings
from unisono.app.web import serve
from unisono.domain.errors import Unavailable
from unisono.service.access import Access
from unisono.service.actor import access_of
from unisono.service.log_in import login_key

STARTS_WITHIN_S: Final = 30.0
NOTE_EVERY_S: Final = 5.0
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_log = structlog.get_logger("demo")


class DemoHouse(Struct, frozen=True, kw_only=True):
    """A demo that runs. `playing` ends when the last step was played; `work` ends only with an error."""

    running: Running
    seeded: Seeded
    networks: Networks
    scripted: Scripted
    mails: Mails
    chat_url: str
    url: str
    password: str
    player: Player
    tempo: Tempo
    played: Played
    buttons: Buttons
    playing: asyncio.Task[int]
    work: asyncio.Task[None]


async def run_demo(settings: Settings, feed: Path | None, speed: float) -> int:
    """Run the demo until cancelled. speed: how much faster than written customers write; 0 is everything at once.

    feed: a file of real threads that is played instead of the demo's own. Raises BadFeed, and what `build` raises.
    """
    set_up_logging(settings.log_format, "warning" if settings.log_level == "info" else settings.log_level)
    async with open_demo(settings, feed, speed, past=feed is None) as demo:
        _greet(demo, feed)
        await demo.work
    return 0


@asynccontextmanager
async def open_demo(
    settings: Settings, feed: Path | None, speed: float, *, opens_late: bool = False, past: bool = False
) -> AsyncIterator[DemoHouse]:
    """Run a demo while the block runs. All that must last lies in the data directory.

    opens_late: the house begins to listen when everything was played, and finds it all at once. past: a new house has worked for
    three weeks already.
    """
    steps = placed(load_feed(feed), named=HANDLE) if feed is not None else own_steps()
    # Networks and mail servers are on this machine.
    settings = msgspec.structs.replace(settings, allow_private_hosts=True)
    async with AsyncExitStack() as stack:
        keep = Keep(settings.data_dir / "demo")
        stack.enter_context(keep.alone())
        settings = _with_port(settings, keep)
        desk_url = f"http://{settings.host}:{settings.port}"
        networks = await stack.enter_async_context(open_networks(keep, f"{desk_url}/call/{CALL_LINE}/call.js"))
        scripted = await stack.enter_async_context(open_scripted(keep))
        mails = await stack.enter_async_context(open_mails(keep))
        running = await stack.enter_async_context(build(settings))
        await tidy(running)
        password = keep.password()
        chat = chat_channel()
        host = next(person for person in company().employees if person.login == LUNCHER)
        calls = [call_channel(networks.url), direct_channel(host.login, host.name)]
        channels = [*networks.channels(), *scripted.channels(), *mails.channels(), chat, *calls]
        seeded = await seed(running.outside, running.passwords, password, channels)
        if past:
            await tell_past(running.db, running.bell, running.clock, seeded)
        await seed_listening(running.outside, seeded.access, networks.url, networks.faces)
        played = Played(keep.folder / ("played.jsonl" if feed is None else f"played-{_name(feed)}.jsonl"))
        stack.callback(played.close)
        network_stage = NetworkStage(networks.url, networks.accounts)
        stack.push_async_callback(network_stage.close)
        postman = Postman("127.0.0.1", mails.house.smtp_port)
        stack.push_async_callback(postman.close)
        chat_stage = ChatStage(keep.secret("chat"))
        stack.push_async_callback(chat_stage.close)
        stages: dict[str, Stage] = {
            "network": network_stage,
            SCRIPTED: ScriptedStage(scripted),
            "mail": MailStage(postman, company_addresses(), running.clock.now),
            "chat": chat_stage,
        }
        tempo = Tempo(speed or ALL_AT_ONCE, float(played.note(POSITION) or 0.0))
        tasks = await stack.enter_async_context(_tasks())
        buttons = Buttons(stages, played, playable(placed(threads())), playable(network_threads()), tasks)
        lunch = Lunch(running.db, await _access(running, host.login), host.name, network_stage, played, buttons.now)
        url = desk_url
        chat_stage.address = f"{url}/c/{seeded.channels[chat.name]}"
        view = _view(settings, networks, scripted, chat_stage.address, password, tempo)
        routes = demo_routes(Demo(view=view, buttons=buttons, lunch=lunch, tempo=tempo, mails=mails.arrived.newest))
        listens = asyncio.Event()
        work = asyncio.create_task(_roles(running, (networks.url, *scripted.urls), routes, listens), name="demo-roles")
        stack.push_async_callback(_ended, work)
        await _answers(url, work)
        await scripted.tell(url, seeded.channels)
        player = Player(stages, played, tempo)
        playing = asyncio.create_task(player.run(steps), name="demo-player")
        if opens_late:
            playing.add_done_callback(lambda _: listens.set())
        else:
            listens.set()
        stack.push_async_callback(_ended, playing)
        tasks(_note_position(tempo, played))
        yield DemoHouse(
            running=running, seeded=seeded, networks=networks, scripted=scripted, mails=mails,
            chat_url=f"{chat_stage.address}/", url=url, password=password, player=player, tempo=tempo, played=played,
            buttons=buttons, playing=playing, work=work,
        )  # fmt: skip
        played.put_note(POSITION, f"{tempo.position():.1f}")


async def _access(running: Running, login: str) -> Access:
    async with running.db.read() as tx:
        user = await tx.people.user_by_login(login_key(login))
        assert user is not None
        return await access_of(tx, user.id)


def own_steps() -> list[Step]:
    """Return everything that the demo's customers do, without the company's answers, in order of time."""
    return sorted([*playable(placed(threads())), *playable(network_threads())], key=lambda step: step.at_s)


def _with_port(settings: Settings, keep: Keep) -> Settings:
    return settings if settings.port else msgspec.structs.replace(settings, port=keep.port("web"))


def _name(feed: Path) -> str:
    return "".join(c if c.isalnum() else "-" for c in feed.stem)[:60]


async def _roles(running: Running, framed: tuple[str, ...], routes: Sequence[Any], listens: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(running, demo=True, frame_sources=framed, extra_routes=routes))
        group.create_task(run_roles(running, [name for name in ROLES if name not in {"web", "intake"}]))
        await listens.wait()
        group.create_task(run_roles(running, ["intake"]))


async def _answers(url: str, work: asyncio.Task[None]) -> None:
    """Wait until the desk is there. Raises what the roles raise, or Unavailable."""
    async with httpx2.AsyncClient() as http:
        for _ in range(int(STARTS_WITHIN_S / 0.1)):
            if work.done():
                await work
            with suppress(httpx2.HTTPError):
                if (await http.get(f"{url}/api/v1/health")).status_code == 200:
                    return
            await asyncio.sleep(0.1)
    raise Unavailable(f"The desk at {url} did not answer within {STARTS_WITHIN_S:g} s. Look at the log lines above.")


async def _note_position(tempo: Tempo, played: Played) -> None:
    while True:
        await asyncio.sleep(NOTE_EVERY_S)
        if not math.isinf(tempo.factor):
            played.put_note(POSITION, f"{tempo.position():.1f}")


@asynccontextmanager
async def _tasks() -> AsyncIterator[Callable[[Coroutine[Any, Any, Any]], None]]:
    """Give a way to start work beside; it is ended with the block, and what goes wrong in it is told."""
    running: set[asyncio.Task[Any]] = set()

    def ended(task: asyncio.Task[Any]) -> None:
        running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("demo_task_failed", error=repr(error))

    def spawn(work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        running.add(task)
        task.add_done_callback(ended)

    try:
        yield spawn
    finally:
        for task in list(running):
            await _ended(task)


async def _ended(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task


def _view(
    settings: Settings, networks: Networks, scripted: Scripted, chat_url: str, password: str, tempo: Tempo
) -> Callable[[], DemoView]:
    """What the page tells; the password only where nobody but this machine can ask for it."""
    logins = (
        [LoginView(login=person.login, password=password, name=person.name) for person in _visitors()]
        if settings.host in _LOOPBACK
        else []
    )

    def view() -> DemoView:
        return DemoView(
            faces=[
                *(FaceView(name=face.name, url=f"{networks.url}/{face.key}") for face in networks.faces),
                *(FaceView(name=face.name, url=face.url, key=face.key) for face in scripted.faces),
            ],
            mailbox_url="/demo/mailbox", webchat_url=f"{chat_url}/", call_url=f"/call/{CALL_LINE}/",
            direct_call_url=f"/call/{DIRECT_LINE}/", logins=logins,
            speed=0.0 if math.isinf(tempo.factor) else tempo.factor,
        )  # fmt: skip

    return view


def _visitors() -> list[Any]:
    """Who a visitor may want to be: somebody who sees everything, and two who see what they are good at."""
    wanted = ("ilka", "nadine", "amelie")
    return [person for login in wanted for person in company().employees if person.login == login]


def _greet(demo: DemoHouse, feed: Path | None) -> None:
    console = Console()
    table = Table.grid(padding=(0, 3))
    table.add_row("[bold]Desk and customers", f"[link={demo.url}/demo]{demo.url}/demo[/link]")
    table.add_row("Desk alone", f"[link={demo.url}]{demo.url}[/link]")
    for face in demo.networks.faces:
        table.add_row(face.name, f"[link={demo.networks.url}/{face.key}]{demo.networks.url}/{face.key}[/link]")
    for shown in demo.scripted.faces:
        table.add_row(f"{shown.name}, by script", f"[link={shown.url}]{shown.url}[/link]")
    table.add_row("Customers’ mailboxes", f"[link={demo.url}/demo/mailbox]{demo.url}/demo/mailbox[/link]")
    table.add_row("", "")
    for person in _visitors():
        table.add_row(
            f"Log in as [bold]{person.login}[/bold]", f"[bold]{demo.password}[/bold]   {person.name}, {', '.join(person.roles)}"
        )
    plays = f"plays {feed.name}" if feed else "its customers are invented"
    console.print(
        Panel(table, title=f"Unisono demo: {company().name}", subtitle=f"{plays} · Ctrl+C ends it, all is kept", expand=False)
    )


__all__ = ["DemoHouse", "Step", "open_demo", "run_demo"]
